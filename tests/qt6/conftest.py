"""The plugin on PyQt6, with a stand-in for QGIS: no QGIS on Qt 6 is packaged for Debian."""

from __future__ import annotations

import pytest

from tests.qt6 import stand_in

stand_in.install()


@pytest.fixture
def iface(qapp):
    """QGIS's interface."""
    return stand_in.interface()

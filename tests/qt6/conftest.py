"""The plugin on PyQt6, with a stand-in for QGIS: no QGIS on Qt 6 is packaged for Debian."""

from __future__ import annotations

import pytest
from qtpy.QtGui import QStandardItemModel

import unirs_qgis
from tests.qt6 import stand_in

stand_in.install()


@pytest.fixture
def iface(qapp):
    """QGIS's interface."""
    return stand_in.interface()


@pytest.fixture
def plugin_of(tmp_path, monkeypatch):
    """Starts the plugin in a window."""
    monkeypatch.setattr("unirs_qgis.history.places.profile_folder", lambda: tmp_path)
    started = []

    def start(iface):
        iface.layerTreeView().setModel(QStandardItemModel(iface.layerTreeView()))
        plugin = unirs_qgis.classFactory(iface)
        plugin.initGui()
        started.append(plugin)
        return plugin

    yield start
    for plugin in started:
        plugin.unload()

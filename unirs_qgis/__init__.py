"""UniRS for QGIS: ask layers in plain language.

QGIS imports this package when it loads the plugin, and calls ``classFactory``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from unirs_qgis.plugin import UniRSPlugin

_BUNDLED = Path(__file__).parent / "_vendor"
"""Folder of qtpy in the plugin package; missing in the repository."""


def classFactory(iface: QgisInterface) -> UniRSPlugin:  # noqa: N802 - QGIS's name
    """The plugin, for QGIS."""
    from unirs_qgis.plugin import UniRSPlugin

    return UniRSPlugin(iface)


def _load_qtpy() -> None:
    """Import qtpy on the Qt that QGIS runs on: QGIS's Python's own qtpy, else the bundled one."""
    with _qt_of_qgis():
        try:
            import qtpy
        except ImportError:
            # At the end of the path: modules of QGIS take precedence over bundled ones.
            sys.path.append(str(_BUNDLED))
            import qtpy  # noqa: F401


@contextmanager
def _qt_of_qgis() -> Iterator[None]:
    """Let qtpy see QGIS's own binding in ``QT_API``.

    The user's value is meant for other programs: it may name a binding that QGIS does not run on,
    or one that qtpy refuses. Without QGIS (the dock alone) qtpy chooses the binding.
    """
    qt = sys.modules.get("qgis.PyQt.QtCore")
    if qt is None:
        yield
        return
    names = ("QT_API", "FORCE_QT_API")
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ["QT_API"] = qt.QObject.__module__.split(".")[0].lower()
    try:
        yield
    finally:
        os.environ.pop("QT_API", None)
        os.environ.update(before)


_load_qtpy()

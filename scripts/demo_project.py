"""Runs inside of QGIS (``--code``): the demo's two dates as a project, beside the open dock."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtWidgets import QAction
from qgis.utils import iface

FOLDER = Path(os.environ["UNIRS_DEMO"])
LAYERS = ("naip-2010-06-29", "naip-2014-07-20")


def open_project() -> None:
    """Add the two dates, zoom to them, save the project, and show the dock."""
    layers = [iface.addRasterLayer(str(FOLDER / f"{name}.tif"), name) for name in LAYERS]
    QgsApplication.processEvents()  # QGIS zooms to the first layer when it has the time
    iface.mapCanvas().setExtent(layers[-1].extent())
    iface.mapCanvas().refresh()
    QgsProject.instance().setTitle("UniRS demo")
    QgsProject.instance().write(str(FOLDER / "demo.qgz"))
    iface.mainWindow().findChild(QAction, "unirsDockAction").trigger()


try:
    open_project()
except Exception:  # QGIS would show a dialog instead of its window
    traceback.print_exc()

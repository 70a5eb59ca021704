"""Runs inside of QGIS (``--code``): the dates of the demo as a project, beside the open dock."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

from qgis.core import QgsApplication, QgsProject, QgsRectangle
from qgis.PyQt.QtWidgets import QAction
from qgis.utils import iface

FOLDER = Path(os.environ["UNIRS_DEMO"])
PLACE = QgsRectangle(500_020, 5_399_500, 500_470, 5_399_950)
"""Fields where houses are built, in metres of the rasters' CRS: as much as the model can see."""


def open_project() -> None:
    """Add the dated rasters, save the project, and show the dock."""
    for path in sorted(FOLDER.glob("????-??-??.tif")):
        iface.addRasterLayer(str(path), path.stem)
    QgsApplication.processEvents()  # QGIS zooms to the first layer when it has the time
    iface.mapCanvas().setExtent(PLACE)
    iface.mapCanvas().refresh()
    QgsProject.instance().setTitle("UniRS demo")
    QgsProject.instance().write(str(FOLDER / "demo.qgz"))
    iface.mainWindow().findChild(QAction, "unirsDockAction").trigger()


try:
    open_project()
except Exception:  # QGIS would show a dialog instead of its window
    traceback.print_exc()

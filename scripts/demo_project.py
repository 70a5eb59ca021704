"""Runs inside of QGIS (``--code``): the dates of the demo as a project, beside the open dock."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

from qgis.core import QgsProject
from qgis.PyQt.QtWidgets import QAction
from qgis.utils import iface

FOLDER = Path(os.environ["UNIRS_DEMO"])


def open_project() -> None:
    """Add the dated rasters, save the project, and show the dock."""
    for path in sorted(FOLDER.glob("????-??-??.tif")):
        iface.addRasterLayer(str(path), path.stem)
    iface.zoomFull()
    QgsProject.instance().setTitle("UniRS demo")
    QgsProject.instance().write(str(FOLDER / "demo.qgz"))
    iface.mainWindow().findChild(QAction, "unirsDockAction").trigger()


try:
    open_project()
except Exception:  # QGIS would show a dialog instead of its window
    traceback.print_exc()

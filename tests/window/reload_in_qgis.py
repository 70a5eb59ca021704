"""Runs inside QGIS: loads and unloads the plugin ten times, and counts what is there afterwards."""

import json
import os
import threading
from collections import Counter
from pathlib import Path

from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import QCoreApplication, QEvent
from qgis.PyQt.QtWidgets import QAction, QDockWidget
from qgis.utils import iface, loadPlugin, startPlugin, unloadPlugin

PLUGIN = "unirs_qgis"


def settled() -> None:
    """Let QGIS do what waits to be done, deletions included."""
    for _ in range(20):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()


def traces() -> dict:
    """Whatever a plugin may leave behind."""
    settled()
    window = iface.mainWindow()
    return {
        "docks": sorted(dock.objectName() for dock in window.findChildren(QDockWidget)),
        "actions": dict(Counter(action.text() for action in window.findChildren(QAction))),
        "on the canvas": len(iface.mapCanvas().scene().items()),
        "providers": sorted(x.id() for x in QgsApplication.processingRegistry().providers()),
        "of the project": len(QgsProject.instance().children()),
        "threads": sorted(thread.name for thread in threading.enumerate()),
    }


def reload_plugin() -> None:
    assert loadPlugin(PLUGIN)
    assert startPlugin(PLUGIN)
    settled()
    assert unloadPlugin(PLUGIN)


unloadPlugin(PLUGIN)
reload_plugin()  # what QGIS itself makes at the first time, it may keep
before = traces()
for _ in range(10):
    reload_plugin()
after = traces()
Path(os.environ["UNIRS_TRACES"]).write_text(json.dumps([before, after]))

"""Runs inside of QGIS (``--code``) and reports its widgets to a driver.

The driver (:mod:`scripts.qgis_session`) sends requests over a local socket, one JSON object a line:
``{"ask": "widget", "name": "askButton"}``. Mouse and keyboard are the driver's own, and real.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from osgeo import gdal
from qgis.core import Qgis, QgsApplication, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QAbstractItemModel, QModelIndex, QPoint, QRect, QTimer, qVersion
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtNetwork import QLocalServer, QLocalSocket
from qgis.PyQt.QtWidgets import QApplication, QPushButton, QToolButton, QWidget
from qgis.utils import iface

SOCKET = os.environ["UNIRS_AGENT"]
TEXTS = ("toPlainText", "currentText", "text", "title", "windowTitle")
"""Properties with the text of widgets, the longest text first."""


class Agent:
    """Answers the requests of the driver."""

    def __init__(self) -> None:
        self._gaps = GapTimer()
        self._messages: list[tuple[str, str]] = []
        QgsApplication.messageLog().messageReceived.connect(self._on_message)
        self._sockets: list[QLocalSocket] = []  # else Python frees them while Qt still uses them
        self._server = QLocalServer()
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        if not self._server.listen(SOCKET):
            raise OSError(self._server.errorString())

    def _on_message(self, text: str, tag: str, level: Qgis.MessageLevel) -> None:
        if level in (Qgis.MessageLevel.Warning, Qgis.MessageLevel.Critical):
            self._messages.append((tag, text))

    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        self._sockets.append(socket)
        socket.readyRead.connect(lambda: self._on_lines(socket))

    def _on_lines(self, socket: QLocalSocket) -> None:
        while socket.canReadLine():
            with self._gaps.left_out():
                answer = self._answer(json.loads(bytes(socket.readLine()).decode()))
            socket.write(json.dumps(answer).encode() + b"\n")
            socket.flush()

    def _answer(self, request: dict) -> dict:
        try:
            return {"answer": getattr(self, f"on_{request.pop('ask')}")(**request)}
        except Exception:  # QGIS would open a dialog and wait for ever
            return {"error": traceback.format_exc()}

    def on_versions(self) -> dict[str, str]:
        """The versions of QGIS and of what it runs on."""
        return {
            "qgis": Qgis.version().partition("-")[0],
            "python": sys.version.partition(" ")[0],
            "qt": qVersion(),
            "gdal": gdal.__version__,
        }

    def on_warnings(self) -> list[tuple[str, str]]:
        """Tag and text of the warnings and errors in the message log that concern the plugin."""
        return [each for each in self._messages if "unirs" in " ".join(each).lower()]

    def on_size(self, width: int, height: int) -> None:
        """Set position and size of the window."""
        iface.mainWindow().showNormal()
        iface.mainWindow().setGeometry(0, 0, width, height)

    def on_widget(self, name: str) -> dict | None:
        """Position, text and state of a visible widget."""
        visible = (widget for widget in named(name) if widget.isVisible())
        return next(map(describe, visible), None)

    def on_button(self, action: str) -> dict | None:
        """Position of the toolbar button of an action."""
        for button in iface.mainWindow().findChildren(QToolButton):
            shown = button.defaultAction()
            if shown and shown.objectName() == action and button.isVisible():
                return describe(button)
        return None

    def on_push_button(self, text: str) -> dict | None:
        """Position of the button with a text, in any window."""
        for window in QApplication.topLevelWidgets():
            for button in window.findChildren(QPushButton) if window.isVisible() else ():
                if button.isVisible() and button.text().replace("&", "") == text:
                    return describe(button)
        return None

    def on_dialogs(self) -> list[dict]:
        """The windows beside the main one."""
        windows = [x for x in QApplication.topLevelWidgets() if x.isVisible() and x.isWindow()]
        return [describe(x) for x in windows if x is not iface.mainWindow()]

    def on_menu(self) -> list[dict]:
        """The entries of the menu that is open, the innermost one."""
        menu = QApplication.activePopupWidget()
        if menu is None or not hasattr(menu, "actions"):
            return []
        return [
            {
                "text": action.text().replace("&", ""),
                "enabled": action.isEnabled(),
                **place(menu, menu.actionGeometry(action)),
            }
            for action in menu.actions()
        ]

    def on_layer(self, name: str) -> dict | None:
        """Position of a layer in the layer tree."""
        view = iface.layerTreeView()
        index = find_row(view.model(), name)
        return place(view.viewport(), view.visualRect(index)) if index else None

    def on_rows(self, name: str) -> list[str]:
        """The texts of a view's rows, folded ones included."""
        return next((row_texts(view.model()) for view in named(name)), [])

    def on_add_raster(self, path: str, name: str) -> bool:
        """Add a raster layer to the project, as the browser panel does."""
        return iface.addRasterLayer(path, name).isValid()

    def on_open_project(self, path: str) -> bool:
        """Open a project, as *Project ▸ Open* does."""
        return iface.addProject(path)

    def on_save_project(self, path: str) -> bool:
        """Save the project under a name."""
        return QgsProject.instance().write(path)

    def on_close_project(self) -> None:
        """Begin a new project, without a question about the old one."""
        iface.newProject(False)

    def on_layers(self) -> list[dict]:
        """The project's layers from top to bottom, with the rows of tables."""
        layers = [node.layer() for node in QgsProject.instance().layerTreeRoot().findLayers()]
        return [describe_layer(layer) for layer in layers if layer]

    def on_run(self, script: str, environment: dict[str, str]) -> None:
        """Run a script as ``--code`` does, with environment variables."""
        os.environ.update(environment)
        runpy.run_path(script)

    def on_picture(self, path: str) -> bool:
        """Save a screenshot, with menus."""
        return QGuiApplication.primaryScreen().grabWindow(0).save(path)

    def on_watch(self) -> None:
        """Start to measure how long the event loop is blocked."""
        self._gaps.start()

    def on_longest_gap(self) -> float:
        """The longest time since ``watch`` between two ticks of 20 ms, in seconds."""
        return self._gaps.longest


class GapTimer:
    """The longest time for which QGIS and the plugin blocked the event loop.

    Waiting for a core does not count, nor does what the agent does: to find a widget among
    QGIS's thousands takes it 40 to 60 ms.
    """

    def __init__(self) -> None:
        self.longest, self._last = 0.0, self._clock()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Forget what was, and measure."""
        self.longest, self._last = 0.0, self._clock()
        self._timer.start(20)

    @contextmanager
    def left_out(self) -> Iterator[None]:
        """What happens meanwhile is not counted."""
        began = self._clock()
        yield
        self._last += self._clock() - began

    def _tick(self) -> None:
        now = self._clock()
        self.longest, self._last = max(self.longest, now - self._last), now

    def _clock(self) -> float:
        waited = int(Path("/proc/thread-self/schedstat").read_text().split()[1])
        return time.monotonic() - waited / 1e9


def describe(widget: QWidget) -> dict:
    """Place, text and state of a widget."""
    shown = next((getattr(widget, name) for name in TEXTS if hasattr(widget, name)), "")
    return {
        "name": widget.objectName(),
        "class": type(widget).__name__,
        "text": shown() if callable(shown) else shown,
        "enabled": widget.isEnabled(),
        **place(widget, widget.rect()),
    }


def named(name: str) -> Iterator[QWidget]:
    """The widgets of a name, those of the main window first. Qt looks, for it is quick at it."""
    for window in [iface.mainWindow(), *QApplication.topLevelWidgets()]:
        yield from window.findChildren(QWidget, name)


def place(widget: QWidget, rect: QRect) -> dict:
    """The middle and the size of a part of a widget, in pixels of the screen."""
    middle = widget.mapToGlobal(QPoint(rect.center()))
    return {"x": middle.x(), "y": middle.y(), "width": rect.width(), "height": rect.height()}


def find_row(model: QAbstractItemModel, text: str) -> QModelIndex | None:
    """The row with a text, in a tree."""
    return next((index for index in walk(model) if index.data() == text), None)


def row_texts(model: QAbstractItemModel) -> list[str]:
    """The texts of all rows of a tree."""
    return [str(index.data()) for index in walk(model)]


def walk(model: QAbstractItemModel, parent: QModelIndex | None = None) -> list[QModelIndex]:
    """All rows of a tree from top to bottom, first column."""
    found = []
    for row in range(model.rowCount(parent or QModelIndex())):
        index = model.index(row, 0, parent or QModelIndex())
        found += [index, *walk(model, index)]
    return found


def describe_layer(layer: QgsRasterLayer | QgsVectorLayer) -> dict:
    """Name, kind and source of a layer, and the rows of a vector layer."""
    described = {
        "name": layer.name(),
        "id": layer.id(),
        "source": layer.source(),
        "valid": layer.isValid(),
        "kind": type(layer).__name__,
    }
    if isinstance(layer, QgsVectorLayer):
        names = layer.fields().names()
        rows = [{name: str(feature[name]) for name in names} for feature in layer.getFeatures()]
        described |= {"rows": rows}
    return described


try:
    agent = Agent()  # a global of the interpreter, so that it lives on
except BaseException:
    traceback.print_exc()
    os._exit(3)

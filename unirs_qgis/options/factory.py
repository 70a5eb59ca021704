"""Registers the options page, and opens it."""

from __future__ import annotations

from collections.abc import Callable

from qgis.gui import QgisInterface, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qtpy.QtCore import QObject
from qtpy.QtGui import QIcon
from qtpy.QtWidgets import QWidget

from unirs_qgis.options.page import PAGE_NAME, UniRSOptionsPage
from unirs_qgis.runtime.environment import runtime_python
from unirs_qgis.runtime.model_manager import ModelManager
from unirs_qgis.runtime.runtime_setup import RuntimeSetup
from unirs_qgis.runtime.worker import Worker
from unirs_qgis.settings import read_settings


class UniRSOptionsFactory(QgsOptionsWidgetFactory):
    """Creates the page each time that the options dialog is opened.

    Downloads continue when the dialog is closed; the next page shows them.

    Args:
        setup: The set-up, which the dock shows as well.
        worker: Tests the model.
        saved: Called when the user has saved changes.
        icon: Of the page.
        parent: Qt's owner.
    """

    def __init__(
        self,
        setup: RuntimeSetup,
        worker: Worker,
        saved: Callable[[], None],
        icon: QIcon,
        parent: QObject | None = None,
    ) -> None:
        super().__init__("UniRS", icon)
        self.setParent(parent)
        self._setup = setup
        self._worker = worker
        self._saved = saved
        self._models = ModelManager(lambda: runtime_python(read_settings()), self)

    def close(self) -> None:
        """Stop all commands of the page; partial files are kept."""
        self._models.drop_listing()
        self._models.cancel()

    def createWidget(self, parent: QWidget | None = None) -> QgsOptionsPageWidget:  # noqa: N802
        """The page; QGIS calls it, and owns what it gets."""
        return UniRSOptionsPage(self._setup, self._models, self._worker, self._saved, parent)


def open_options(iface: QgisInterface) -> None:
    """Open QGIS's options at the page of UniRS."""
    iface.showOptionsDialog(iface.mainWindow(), PAGE_NAME)

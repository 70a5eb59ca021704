"""The guard for pairs: two chosen layers are compared before a model is asked about them."""

from __future__ import annotations

from functools import partial

from qgis.core import QgsApplication
from qtpy.QtCore import QObject, QTimer

from unirs_qgis.background import BackgroundTask
from unirs_qgis.crops.compare import comparison
from unirs_qgis.crops.grid import CropError
from unirs_qgis.crops.renderer import CropPlan
from unirs_qgis.dock import UniRSDock
from unirs_qgis.inputs.controller import InputController, InputError
from unirs_qgis.inputs.selection import InputSelection, crs_name
from unirs_qgis.map.extent import ExtentChooser
from unirs_qgis.shared.guard import Difference

_PAUSE = 500  # milliseconds: the map is often moved in several steps


class PairGuard(QObject):
    """Shows in the dock what differs between two dates without being a change.

    The layers are drawn and compared in the background, once for each selection, while the dock is
    shown. Layers of services are not: their pictures would be asked of a server for this alone.

    Args:
        dock: Shows the sentences.
        inputs: What is selected.
        chooser: Its extent.
        parent: Owner.
    """

    def __init__(
        self,
        dock: UniRSDock,
        inputs: InputController,
        chooser: ExtentChooser,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._dock, self._inputs = dock, inputs
        self._compared: tuple[object, ...] = ()
        self._task: BackgroundTask | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE)
        self._soon.timeout.connect(self._look)
        for changed in (inputs.changed, chooser.changed, dock.visibilityChanged):
            changed.connect(self._look_soon)

    def close(self) -> None:
        """Stop."""
        self._soon.stop()
        self._drop()

    def _look_soon(self, *_signal: object) -> None:
        self._soon.start()

    def _look(self) -> None:
        if self._dock.isHidden():
            return
        selection = self._pair()
        compared = _facts(selection, self._inputs.image_size) if selection else ()
        if compared == self._compared:
            return
        self._drop()
        self._compared = compared
        self._dock.show_differences(())
        if selection:
            self._compare(selection)

    def _pair(self) -> InputSelection | None:
        """The selected pair, if it can be compared."""
        try:
            selection = self._inputs.selection()
        except InputError:
            return None
        is_local = all(layer.width() > 0 for layer in selection.layers)  # a service has no pixels
        return selection if selection.kind == "pair" and is_local else None

    def _compare(self, selection: InputSelection) -> None:
        dates = tuple(record.date for record in selection.records)
        size = self._inputs.image_size
        plan = CropPlan(selection.layers, selection.extent, selection.crs, size, dates)
        try:
            work = comparison(plan)
        except CropError:
            return  # asking states it
        task = BackgroundTask(self.tr("UniRS: comparing the two dates"), work)
        task.succeeded.connect(partial(self._show, task))
        self._task = task
        QgsApplication.taskManager().addTask(task)

    def _show(self, task: BackgroundTask, found: list[Difference]) -> None:
        if task is self._task:
            self._task = None
            self._dock.show_differences([(each.sentence, each.correction) for each in found])

    def _drop(self) -> None:
        if self._task:
            self._task.drop()
            self._task = None


def _facts(selection: InputSelection, size: int) -> tuple[object, ...]:
    """What a comparison depends on."""
    extent = selection.extent.toString(9)
    dates = tuple(record.date for record in selection.records)
    return selection.identifiers, dates, extent, crs_name(selection.crs), size

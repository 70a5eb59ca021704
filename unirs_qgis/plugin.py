"""The plugin: creates its parts, connects them, and registers them with QGIS."""

from __future__ import annotations

from collections.abc import Sequence
from shutil import rmtree
from typing import Any

from qgis.core import QgsApplication, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.gui import QgisInterface
from qtpy.QtCore import QObject, Qt, QUrl
from qtpy.QtGui import QDesktopServices

from unirs_qgis.batch import BatchError, open_batch_dialog
from unirs_qgis.conversation import Conversations
from unirs_qgis.dock import HostWidgets, UniRSDock
from unirs_qgis.dock.entries import Entry
from unirs_qgis.find import FindController
from unirs_qgis.history_controller import HistoryController
from unirs_qgis.inputs.controller import InputController, InputError
from unirs_qgis.inputs.layer_combo import LayerCombo
from unirs_qgis.inputs.pair_guard import PairGuard
from unirs_qgis.inputs.selection import InputSelection
from unirs_qgis.map.extent import ExtentChooser
from unirs_qgis.map.footprints import Footprints
from unirs_qgis.map.threshold import register_sliders, remove_sliders
from unirs_qgis.map.windows import SearchedWindows
from unirs_qgis.menu import DockAction, LayerMenu, TableMenu, has_polygons, icon
from unirs_qgis.message_bar import show_warning
from unirs_qgis.options.factory import UniRSOptionsFactory, open_options
from unirs_qgis.paths import guide_page, private_folder
from unirs_qgis.pending_question import QuestionRequest
from unirs_qgis.processing import UniRSProvider
from unirs_qgis.question import QuestionController
from unirs_qgis.review.controller import ReviewController
from unirs_qgis.runtime.access import access_params
from unirs_qgis.runtime.environment import runtime_python, worker_command
from unirs_qgis.runtime.runtime_setup import RuntimeSetup
from unirs_qgis.runtime.worker import Worker
from unirs_qgis.settings import read_settings, read_setup_options
from unirs_qgis.status import Status
from unirs_qgis.translation import Translation


class UniRSPlugin:
    """The object that QGIS loads. Nothing heavy happens before the first question.

    Args:
        iface: QGIS's window; ``None`` under ``qgis_process``.
    """

    def __init__(self, iface: QgisInterface | None) -> None:
        self._iface = iface
        self._translation = Translation()
        self._provider: UniRSProvider | None = None
        self._window: Window | None = None

    def initProcessing(self) -> None:  # noqa: N802 - QGIS's name
        """Register the algorithms; all that ``qgis_process`` needs."""
        if self._provider is None:
            self._provider = UniRSProvider()
            QgsApplication.processingRegistry().addProvider(self._provider)

    def initGui(self) -> None:  # noqa: N802 - QGIS's name
        """Register dock, menus and options."""
        self.initProcessing()
        self._window = Window(self._iface)

    def unload(self) -> None:
        """Unregister everything."""
        if self._window:
            self._window.close()
            self._window = None
        if self._provider:
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
        self._translation.remove()


class Window(QObject):
    """The parts in QGIS's window, and the connections between them.

    Args:
        iface: QGIS's window.
    """

    def __init__(self, iface: QgisInterface) -> None:
        super().__init__()
        self._iface = iface
        self._folder = private_folder()
        self._make_parts()
        self._connect_parts()
        iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.dock.hide()

    def close(self) -> None:
        """Unregister everything."""
        self.questions.drop()
        self.setup.cancel()
        self.worker.close()
        self.history.close()
        remove_sliders()
        self.finding.close()
        self._guard.close()
        self.inputs.detach()
        self.review.close()
        self._menu.remove()
        self._table_menu.remove()
        self._dock_action.remove()
        self._footprints.remove()
        self._windows.remove()
        self._chooser.close_tools()
        self._iface.unregisterOptionsWidgetFactory(self._options)
        self._options.close()
        self._iface.removeDockWidget(self.dock)
        self.dock.deleteLater()
        self.deleteLater()
        rmtree(self._folder, ignore_errors=True)

    def _make_parts(self) -> None:
        canvas, project = self._iface.mapCanvas(), QgsProject.instance()
        before, after = LayerCombo(), LayerCombo(may_be_empty=True)
        self._chooser = ExtentChooser(canvas)
        self._footprints = Footprints(canvas)
        self._windows = SearchedWindows(canvas)
        register_sliders(self._warn)
        self.dock = UniRSDock(HostWidgets(before, after, self._chooser), self._iface.mainWindow())
        self.worker = Worker(self._worker_command, self, self._access)
        self.setup = RuntimeSetup(self)
        self.inputs = InputController(
            self.dock, before, after, self._chooser, canvas, project, self
        )
        self._guard = PairGuard(self.dock, self.inputs, self._chooser, self)
        self.conversations = Conversations(self.dock, self._selection, self)
        self.questions = QuestionController(
            self.dock, self.worker, self.conversations, self._folder, read_settings, self
        )
        self.history = HistoryController(
            self.dock, self._footprints, self._iface, read_settings, self
        )
        self.finding = FindController(self.dock, self.worker, self._footprints, read_settings, self)
        self._status = Status(
            self.dock, self.inputs, self.questions, self.worker, self.setup, read_settings, self
        )
        self.review = ReviewController(self._iface, self.history.as_layer, self)
        self._menu = LayerMenu(self._iface, self)
        self._table_menu = TableMenu(self._iface, self)
        self._dock_action = DockAction(self._iface, self.tr("UniRS"), self._show_dock)
        self._options = UniRSOptionsFactory(
            self.setup, self.worker, self._apply_settings, icon("unirs"), self
        )
        self._iface.registerOptionsWidgetFactory(self._options)
        self._apply_settings()

    def _connect_parts(self) -> None:
        dock, menu = self.dock, self._menu
        dock.submitted.connect(self._ask)
        dock.stopped.connect(self.questions.stop)
        dock.restart_requested.connect(self.worker.restart)
        dock.status.set_up_requested.connect(lambda: self.setup.start(read_setup_options()))
        dock.status.set_up_cancelled.connect(self.setup.cancel)
        dock.status.options_requested.connect(lambda: open_options(self._iface))
        dock.status.tiles_requested.connect(self._open_tiles)
        dock.ask_tiles_requested.connect(self._open_tiles)
        dock.features_requested.connect(self._open_features)
        dock.batch_requested.connect(self._open_batch)
        dock.status.index_requested.connect(self._open_index)
        dock.status.review_requested.connect(self.review.open)
        dock.status.help_requested.connect(self._open_guide)
        dock.visibilityChanged.connect(self._dock_action.action.setChecked)
        dock.visibilityChanged.connect(self._chooser.show_on_map)
        self.questions.loaded.connect(lambda model: self.inputs.set_image_size(model["image_size"]))
        self.questions.mapped.connect(self.history.add_change_map)
        self.questions.answered.connect(self.history.add)
        self.questions.window_answered.connect(self._windows.add)
        self.questions.changed.connect(self._clear_windows)
        self.questions.replaced.connect(self._warn)
        self.history.repeat_requested.connect(self._ask_again)
        self.history.continue_requested.connect(self._continue)
        self.review.decided.connect(self.history.refresh)
        self.history.removed.connect(self.conversations.forget)
        self.history.opened.connect(self.conversations.end)
        for elsewhere in (self.inputs.changed, self._chooser.changed):
            elsewhere.connect(self.conversations.show_soon)
        for other_runtime in (self.setup.started, self.setup.changed):
            other_runtime.connect(self.worker.stop)  # it has the old one's files open
        self.setup.changed.connect(self._plan_set_up)
        menu.caption_requested.connect(lambda layers: self._ask_layers(layers, "caption"))
        menu.change_requested.connect(lambda layers: self._ask_layers(layers, "change"))
        menu.ask_requested.connect(self._prepare)
        menu.series_requested.connect(self._add_to_series)
        menu.radar_requested.connect(self._open_radar)
        self._table_menu.review_requested.connect(self.review.open)
        self._table_menu.ask_requested.connect(lambda layer: self._open_features(polygons=layer))

    def _show_dock(self, shown: bool) -> None:
        self.dock.setVisible(shown)
        if shown:
            self._plan_set_up()
            self.dock.raise_()  # other docks may cover it, as tabs

    def _plan_set_up(self) -> None:
        """Find out what a set-up would download, where there is no runtime."""
        if runtime_python(read_settings()) is None:
            self.setup.plan(read_setup_options())

    # -- asking

    def _ask(self, task: str, text: str, options: list[str]) -> None:
        try:
            selection = self.inputs.selection()
        except InputError as error:
            self._warn(str(error))
        else:
            self.questions.ask(QuestionRequest(task, text, tuple(options), selection))

    def _ask_layers(self, layers: list[QgsRasterLayer], task: str) -> None:
        """From the layer menu: ask about the visible extent of these layers."""
        self._prepare(layers)
        self._chooser.use_canvas()
        self._ask(task, "", [])

    def _ask_again(self, entry: Entry, layers: list[QgsRasterLayer]) -> None:
        """Ask the same about the same, after the same questions."""
        if self._resume(entry, layers, self.history.thread_before(entry)):
            options = [text for text, _ in entry.answer.options]
            self._ask(entry.task, entry.question, options)

    def _continue(self, entry: Entry, layers: list[QgsRasterLayer]) -> None:
        if self._resume(entry, layers, [*self.history.thread_before(entry), entry]):
            self.dock.show_entry(entry.id)
            self.dock.set_question("", focus=True)

    def _resume(self, entry: Entry, layers: list[QgsRasterLayer], earlier: list[Entry]) -> bool:
        """Select what an entry is about, and continue with earlier entries about that.

        Returns:
            Whether it can be asked about; otherwise a message states why not.
        """
        self._show_dock(True)
        if layers:
            self.inputs.choose_as_given(layers)
        else:
            self.inputs.choose_video(entry.layers[0].source)
        try:
            if layers:
                self._chooser.use_footprint(entry.footprint, entry.crs)
            self.conversations.resume(self.inputs.selection(), earlier)
        except (ValueError, InputError) as error:
            self._warn(str(error))
            return False
        return True

    def _clear_windows(self) -> None:
        """The map of places takes the place of a search's windows; a new question has none yet."""
        if not self.questions.is_searching:
            self._windows.clear()

    def _selection(self) -> InputSelection | None:
        """What the next question would be about; ``None`` if it cannot be asked."""
        try:
            return self.inputs.selection()
        except InputError:
            return None

    def _prepare(self, layers: list[QgsRasterLayer]) -> None:
        self._show_dock(True)
        self.inputs.choose(layers)
        self.dock.set_question("", focus=True)

    def _add_to_series(self, layers: list[QgsRasterLayer]) -> None:
        self._show_dock(True)
        self.inputs.add_to_series(layers)

    # -- other windows

    def _open_tiles(self, question: str = "", options: Sequence[str] = ()) -> None:
        from processing import execAlgorithmDialog

        from unirs_qgis.processing import tiles_dialog

        layers = self.inputs.layers()
        execAlgorithmDialog(*tiles_dialog(layers, self._chooser.extent(), question, options))

    def _open_features(
        self,
        question: str = "",
        options: Sequence[str] = (),
        polygons: QgsVectorLayer | None = None,
    ) -> None:
        from processing import execAlgorithmDialog

        from unirs_qgis.processing import features_dialog

        layers, polygons = self.inputs.layers(), polygons or self._polygon_layer()
        execAlgorithmDialog(*features_dialog(layers, polygons, question, options))

    def _open_index(self) -> None:
        from processing import execAlgorithmDialog

        layers = self.inputs.layers()
        pair = self.dock.kind == "pair" and len(layers) == 2
        execAlgorithmDialog(
            "unirs:indextiles", {"INPUT": [layer.id() for layer in layers], "PAIR": pair}
        )

    def _polygon_layer(self) -> QgsVectorLayer | None:
        """The active layer, if it has polygons; else the topmost one of the layer tree that has."""
        in_order = QgsProject.instance().layerTreeRoot().layerOrder()
        return next(filter(has_polygons, [self._iface.activeLayer(), *in_order]), None)

    @staticmethod
    def _open_radar(layers: list[QgsRasterLayer]) -> None:
        from processing import execAlgorithmDialog

        execAlgorithmDialog("unirs:radarpicture", {"INPUT": layers[0].id()})

    def _open_batch(self, question: str, options: Sequence[str]) -> None:
        layers, parent = self.inputs.layers(), self._iface.mainWindow()
        try:
            open_batch_dialog(layers, question, options, read_settings(), parent)
        except BatchError as error:
            self._warn(str(error))

    @staticmethod
    def _open_guide() -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(guide_page())))

    # -- settings

    def _apply_settings(self) -> None:
        self.worker.idle_minutes = read_settings().idle_minutes
        self.conversations.forget_model()
        self.history.open()
        self._status.check_runtime()

    @staticmethod
    def _worker_command() -> list[str] | None:
        python = runtime_python(read_settings())
        return worker_command(python) if python else None

    @staticmethod
    def _access(model: str) -> dict[str, Any]:
        return access_params(read_settings(), model)

    def _warn(self, sentence: str) -> None:
        show_warning(self._iface, sentence)

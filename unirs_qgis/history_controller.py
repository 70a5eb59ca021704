"""The history: new answers are stored, and the user's actions on each of them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from qgis.core import QgsProject, QgsRasterLayer, QgsSettings, QgsVectorLayer
from qgis.gui import QgisInterface
from qtpy.QtCore import QObject, Signal
from qtpy.QtGui import QGuiApplication

from unirs_qgis.dock import UniRSDock
from unirs_qgis.dock.entries import Entry, thread_before
from unirs_qgis.dock.export_dialog import ExportDialog
from unirs_qgis.dock.report_dialog import ReportDialog
from unirs_qgis.history import History, HistoryError
from unirs_qgis.history.places import history_path, map_folder
from unirs_qgis.inputs.layer_tree import raster_layers
from unirs_qgis.inputs.layers import layer_of_source
from unirs_qgis.map.change_map import ChangeMap
from unirs_qgis.map.change_polygons import ChangeMapError, places_of
from unirs_qgis.map.footprints import Footprints
from unirs_qgis.map.series_layers import show_date
from unirs_qgis.message_bar import show_info, show_warning
from unirs_qgis.report import Report
from unirs_qgis.settings import GROUP, Settings
from unirs_qgis.where import WHERE

FORMATS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".csv": "CSV"}
EXPORT_NAME = "unirs-history.gpkg"
REPORT_NAME = "unirs-report.pdf"
EXPORT_FOLDER = f"{GROUP}/export_folder"
"""Folder of the last export."""


class HistoryController(QObject):
    """Stores answers in the history, and runs the user's actions on its entries.

    Args:
        dock: Shows the history.
        footprints: Shows the extent of an answer on the map.
        iface: QGIS's window.
        settings: Gives the place of the history.
        parent: Owner.
    """

    repeat_requested = Signal(object, list)
    """An `Entry`, and its layers (`QgsRasterLayer`); none for a video file."""
    continue_requested = Signal(object, list)
    """As `repeat_requested`: its conversation is to be continued."""
    removed = Signal(str)
    """Id of an entry that is no longer in the history."""
    opened = Signal()
    """The history of another place is opened."""

    def __init__(
        self,
        dock: UniRSDock,
        footprints: Footprints,
        iface: QgisInterface,
        settings: Callable[[], Settings],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._dock, self._footprints, self._iface = dock, footprints, iface
        self._settings = settings
        self._entries: dict[str, Entry] = {}
        self._maps: dict[str, Path] = {}
        self._history: History | None = None
        dock.entry_action.connect(self._on_entry_action)
        dock.date_chosen.connect(self._on_date_chosen)
        dock.entry_selected.connect(self._on_selected)
        dock.status.history_action.connect(self._on_history_action)
        project = QgsProject.instance()
        project.readProject.connect(self.open)
        project.projectSaved.connect(self.open)
        project.cleared.connect(self.open)
        self.open()

    def close(self) -> None:
        """Write all entries, and disconnect from the project, which outlives this."""
        project = QgsProject.instance()
        for signal in (project.readProject, project.projectSaved, project.cleared):
            signal.disconnect(self.open)
        for report in self.findChildren(Report):
            report.cancel()
        if self._history:
            self._history.close()

    def open(self, *_signal: object) -> None:
        """Open the history at the place in the settings, unless it is open already."""
        path = history_path(self._settings(), QgsProject.instance())
        if self._history and self._history.path == path:
            return
        if self._history:
            self._close_other(self._history)
            self.opened.emit()
        self._history = History(path, self)
        self._history.loaded.connect(self._on_loaded)
        self._history.added.connect(self._on_added)
        self._history.removed.connect(self._on_removed)
        self._history.failed.connect(self._warn)
        self._history.exported.connect(self._on_exported)
        self._history.load()

    @staticmethod
    def _close_other(history: History) -> None:
        """Close a history of another place; its signals are not for this one."""
        history.blockSignals(True)
        history.close()
        history.deleteLater()

    def add(self, entry: Entry) -> None:
        """Store an answer, and show the map of a search."""
        self._entries[entry.id] = entry  # available before the history has written it
        self._history.add(entry)
        if entry.task == WHERE and entry.id in self._maps:
            self._show_map(entry)

    def refresh(self) -> None:
        """Show what else was written into the history."""
        self._history.refresh()

    def as_layer(self) -> QgsVectorLayer:
        """The history as a layer that is in no project.

        Raises:
            HistoryError: It has no answers, or cannot be opened.
        """
        return self._history.as_layer()

    def thread_before(self, entry: Entry) -> list[Entry]:
        """The earlier entries of its conversation, the oldest first."""
        return thread_before(entry, self._entries.get)

    def add_change_map(self, entry_id: str, path: Path) -> None:
        """Remember the change map of an answer."""
        self._maps[entry_id] = path

    # -- signals of the history

    def _on_loaded(self, entries: list[Entry]) -> None:
        self._entries = {entry.id: entry for entry in entries}
        self._dock.show_history(entries)
        for path in self._map_folder.glob("*.tif"):
            if path.stem in self._entries:
                self._maps[path.stem] = path
                self._dock.set_mappable(path.stem, True)

    def _on_added(self, entry: Entry) -> None:
        self._entries[entry.id] = entry
        self._dock.add_entry(entry)

    def _on_removed(self, entry_id: str) -> None:
        self._entries.pop(entry_id, None)
        self._maps.pop(entry_id, None)
        for path in self._map_folder.glob(f"{entry_id}.*"):
            path.unlink(missing_ok=True)
        self._dock.remove_entry(entry_id)
        self.removed.emit(entry_id)
        self._footprints.clear()

    def _on_exported(self, path: str) -> None:
        show_info(self._iface, self.tr("The history was written to {file}.").format(file=path))

    # -- actions of the user

    def _on_selected(self, entry_id: str) -> None:
        entry = self._entries.get(entry_id)
        if entry and entry.footprint:
            self._show(entry)
        else:
            self._footprints.clear()

    def _on_entry_action(self, entry_id: str, action: str) -> None:
        entry = self._entries.get(entry_id)
        if entry is None:
            return
        {
            "zoom": self._zoom,
            "highlight": self._show,
            "ask_again": self._ask_again,
            "continue": self._continue,
            "copy": self._copy,
            "delete": self._delete,
            "change_map": self._show_map,
            "report": lambda entry: self._choose_for_report([entry.id]),
        }[action](entry)

    def _on_date_chosen(self, entry_id: str, index: int) -> None:
        """Show the layer of a date of a series on the map, and where it was asked about."""
        entry = self._entries.get(entry_id)
        if entry is None or index >= len(entry.layers):
            return
        found = [self._find(record.name, record.source) for record in entry.layers]
        if found[index] is None:
            self._warn(
                self.tr("The layer “{layer}” is not in this project; add it to see it.").format(
                    layer=entry.layers[index].name
                )
            )
            return
        layers = [layer for layer in found if layer is not None]
        show_date(found[index], layers, QgsProject.instance())
        self._show(entry)

    def _zoom(self, entry: Entry) -> None:
        self._on_map(self._footprints.zoom, entry)

    def _show(self, entry: Entry) -> None:
        self._on_map(self._footprints.show, entry)

    def _on_map(self, act: Callable[[str, str], None], entry: Entry) -> None:
        try:
            act(entry.footprint, entry.crs)
        except ValueError as error:
            self._warn(str(error))

    def _ask_again(self, entry: Entry) -> None:
        self._with_layers(entry, self.repeat_requested.emit)

    def _continue(self, entry: Entry) -> None:
        self._with_layers(entry, self.continue_requested.emit)

    def _with_layers(
        self, entry: Entry, act: Callable[[Entry, list[QgsRasterLayer]], None]
    ) -> None:
        """Act on an entry and its layers, or warn that one of them is missing."""
        if not entry.footprint:
            act(entry, [])
            return
        layers = [self._find(record.name, record.source) for record in entry.layers]
        missing = [r.name for r, layer in zip(entry.layers, layers) if layer is None]
        if missing:
            self._warn(
                self.tr("The layer “{layer}” is not in this project; add it to ask again.").format(
                    layer=missing[0]
                )
            )
        else:
            act(entry, layers)

    def _find(self, name: str, source: str) -> QgsRasterLayer | None:
        """The layer of that source, preferably one of that name."""
        return layer_of_source(raster_layers(QgsProject.instance()), name, source)

    def _copy(self, entry: Entry) -> None:
        QGuiApplication.clipboard().setText(f"{entry.title}\n{entry.answer.text}")

    def _delete(self, entry: Entry) -> None:
        self._history.remove(entry.id)

    def _show_map(self, entry: Entry) -> None:
        """Add the change map to the project, from a file that stays; show it if it is there."""
        kept = self._map_folder / f"{entry.id}.tif"
        if self._is_shown(str(kept)):
            return
        try:
            if not kept.exists():
                kept.parent.mkdir(parents=True, exist_ok=True)
                made = self._maps[entry.id]
                if places_of(made).exists():
                    _copy_file(places_of(made), places_of(kept))
                _copy_file(made, kept)  # some kilobytes
        except OSError as error:
            self._warn(
                self.tr("The change map cannot be kept in {folder}: {reason}.").format(
                    folder=kept.parent, reason=error.strerror or error
                )
            )
            return
        try:
            is_search = entry.task == WHERE
            title = entry.title if is_search else entry.layers_label
            shown = ChangeMap(kept, title, QgsProject.instance(), of_places=is_search)
        except ChangeMapError as error:
            self._warn(str(error))
        else:
            shown.failed.connect(self._warn)
            shown.empty.connect(partial(show_info, self._iface))

    def _is_shown(self, source: str) -> bool:
        """Whether the project has the map of this file; it is checked and becomes active."""
        project = QgsProject.instance()
        for layer in project.mapLayers().values():
            node = project.layerTreeRoot().findLayer(layer.id())
            if layer.source() == source and node is not None:
                node.setItemVisibilityCheckedParentRecursive(True)
                self._iface.setActiveLayer(layer)
                return True
        return False

    def _on_history_action(self, action: str) -> None:
        {
            "report": self._choose_for_report,
            "export": self._export,
            "as_layer": self._add_as_layer,
        }[action]()

    def _choose_for_report(self, chosen: Sequence[str] = ()) -> None:
        if not self._entries:
            self._warn(self.tr("There is no answer to report yet; ask a question first."))
            return
        dialog = ReportDialog(list(self._entries.values()), chosen, self._dock)
        dialog.accepted_ids.connect(self._choose_report_file)
        dialog.open()

    def _choose_report_file(self, ids: list[str]) -> None:
        formats = {".pdf": "PDF", ".html": "HTML"}
        title = self.tr("Write report")
        dialog = ExportDialog(self._export_folder() / REPORT_NAME, formats, self._dock, title)
        dialog.chosen.connect(partial(self._write_report, ids))
        dialog.open()

    def _write_report(self, ids: list[str], chosen: str) -> None:
        path = Path(chosen)
        QgsSettings().setValue(EXPORT_FOLDER, str(path.parent))
        entries = [self._entries[each] for each in ids if each in self._entries]
        report = Report(entries, path, self._find, self._maps.get, self)
        report.written.connect(self._on_report)
        report.failed.connect(self._warn)
        report.start()

    def _on_report(self, path: str) -> None:
        show_info(self._iface, self.tr("The report was written to {file}.").format(file=path))

    def _export(self) -> None:
        formats = {".gpkg": self.tr("GeoPackage"), ".geojson": "GeoJSON", ".csv": "CSV"}
        dialog = ExportDialog(self._export_folder() / EXPORT_NAME, formats, self._dock)
        dialog.chosen.connect(self._export_to)
        dialog.open()

    @staticmethod
    def _export_folder() -> Path:
        return Path(QgsSettings().value(EXPORT_FOLDER, "") or Path.home())

    def _export_to(self, chosen: str) -> None:
        path = Path(chosen)
        QgsSettings().setValue(EXPORT_FOLDER, str(path.parent))
        if path.resolve() == self._history.path.resolve():
            self._warn(
                self.tr("{file} is the history itself; choose another file.").format(file=path)
            )
        else:
            self._history.export(path, FORMATS[path.suffix.lower()])

    def _add_as_layer(self) -> None:
        try:
            layer = self.as_layer()
        except HistoryError as error:
            self._warn(str(error))
            return
        QgsProject.instance().addMapLayer(layer)

    @property
    def _map_folder(self) -> Path:
        return map_folder(self._history.path)

    def _warn(self, sentence: str) -> None:
        show_warning(self._iface, sentence)


def _copy_file(source: Path, target: Path) -> None:
    """Copy a file; the target appears once it is complete.

    Raises:
        OSError: It cannot be copied.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".unirs-") as folder:
        copy = Path(folder) / target.name
        shutil.copyfile(source, copy)
        copy.replace(target)

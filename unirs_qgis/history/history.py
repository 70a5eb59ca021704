"""The history of questions and answers, stored durably.

One background thread reads and writes, in the order of the calls. Entries that cannot be written
(a full disk, a read-only folder) stay in memory and are written as soon as that is possible.
"""

from __future__ import annotations

import queue
import threading
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsFillSymbol,
    QgsMessageLog,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)
from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtGui import QGuiApplication

from unirs_qgis.dock.entries import Entry
from unirs_qgis.history.answer_file import (
    TABLE,
    AnswerFile,
    DamagedHistoryError,
    HistoryError,
)
from unirs_qgis.history.export import ExportTask
from unirs_qgis.history.features import COLUMNS

_RETRY_SECONDS = 20
_CLOSE_SECONDS = 5

_Result = TypeVar("_Result")


class History(QObject):
    """The answers in one GeoPackage, which several QGIS windows may share.

    No method waits for the disk; signals report the results, on the thread of the receiver.

    Args:
        path: The GeoPackage. The first answer makes it, with its folder.
        parent: Owner.
    """

    loaded = Signal(list)
    """After `load`: every `Entry`, in the order of writing."""
    added = Signal(object)
    """An `Entry`: added here, whether or not it could be written, or by another window; or one that
    was reviewed since."""
    removed = Signal(str)
    """Id of an entry that this window or another has removed."""
    failed = Signal(str)
    """Error message, one sentence; the history continues."""
    exported = Signal(str)
    """Path of a file that was written by `export`."""
    unsaved_changed = Signal(int)
    """How many entries are in memory only."""

    _export_ready = Signal(list, object, str)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = AnswerFile(path)
        self._jobs: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name="UniRS history", daemon=True)
        # Used by the thread alone:
        self._entries: dict[str, Entry] = {}
        self._unsaved: dict[str, Entry] = {}
        self._stamp: tuple[int, ...] = ()
        self._reported = ""
        self._reported_unsaved = 0

        self._export_ready.connect(self._start_export)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._on_application_state)
        self._thread.start()

    @property
    def path(self) -> Path:
        """The GeoPackage."""
        return self._file.path

    # -- the interface

    def load(self) -> None:
        """Reads all entries; `loaded` follows, also if there are none."""
        self._jobs.put(self._load)

    def add(self, entry: Entry) -> None:
        """Keeps an entry; `added` follows.

        Raises:
            ValueError: `entry.created` is no time.
        """
        _ = entry.time
        self._jobs.put(partial(self._add, entry))

    def remove(self, identifier: str) -> None:
        """Removes an entry; `removed` follows, or `failed`."""
        self._jobs.put(partial(self._remove, identifier))

    def refresh(self) -> None:
        """Reads changes of other windows; cheap if there are none.

        Called whenever QGIS becomes the active application.
        """
        self._jobs.put(self._refresh)

    def export(self, path: Path, driver: str) -> None:
        """Writes all entries into a file of their own; `exported` follows, or `failed`.

        Args:
            path: The file; an existing one is replaced when the new one is complete.
            driver: "GPKG", "GeoJSON" or "CSV".
        """
        self._jobs.put(partial(self._export, path, driver))

    def as_layer(self) -> QgsVectorLayer:
        """The file as a layer for the project, which also shows later answers.

        Raises:
            HistoryError: There is no answer in the file yet, or it cannot be opened.
        """
        layer = QgsVectorLayer(f"{self.path}|layername={TABLE}", self.tr("UniRS answers"), "ogr")
        if not layer.isValid():
            raise HistoryError(
                self.tr("There is no layer to add yet: the history {file} has no answers.").format(
                    file=self.path
                )
            )
        for column in COLUMNS:
            layer.setFieldAlias(layer.fields().indexOf(column.name), column.alias())
        layer.setRenderer(QgsSingleSymbolRenderer(_outline()))
        layer.setReadOnly(True)  # entries are removed in the dock
        self.added.connect(layer.triggerRepaint)
        self.removed.connect(layer.triggerRepaint)
        return layer

    def close(self) -> None:
        """Writes pending entries and ends the thread.

        Waits at most some seconds for it; the file is not used afterwards.
        """
        if not self._thread.is_alive():
            return
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.disconnect(self._on_application_state)
        self._jobs.put(self._flush)
        self._jobs.put(None)
        self._thread.join(_CLOSE_SECONDS)

    # -- the GUI thread

    def _on_application_state(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            self.refresh()

    def _start_export(self, entries: list[Entry], path: Path, driver: str) -> None:
        task = ExportTask(entries, path, driver)
        task.written.connect(self.exported)
        task.refused.connect(self.failed)
        self._exporting = task  # the Python object has to live as long as the task
        QgsApplication.taskManager().addTask(task)

    # -- the background thread

    def _work(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=_RETRY_SECONDS if self._unsaved else None)
            except queue.Empty:
                job = self._flush
            if job is None:
                return
            try:
                job()
            except HistoryError as error:
                self.failed.emit(str(error))
            except Exception as error:  # an internal error must not end the thread
                QgsMessageLog.logMessage(
                    traceback.format_exc(), "UniRS", Qgis.MessageLevel.Warning, False
                )
                self.failed.emit(
                    self.tr(
                        "Internal error of the history: {error}. See the log, tab UniRS."
                    ).format(error=error)
                )

    def _load(self) -> None:
        try:
            self._with_repair(self._file.check)
            self._read()
        finally:
            self.loaded.emit(list(self._entries.values()))

    def _add(self, entry: Entry) -> None:
        self._entries[entry.id] = self._unsaved[entry.id] = entry
        try:
            self._flush()
        finally:
            self.added.emit(entry)

    def _remove(self, identifier: str) -> None:
        if self._unsaved.pop(identifier, None) is None:
            self._with_repair(partial(self._file.remove, identifier))
        self._forget(identifier)

    def _refresh(self) -> None:
        self._flush()
        if self._file.stamp() == self._stamp:
            return
        before = dict(self._entries)
        self._read()
        for entry in list(self._entries.values()):
            if before.get(entry.id) is not entry:
                self.added.emit(entry)

    def _export(self, path: Path, driver: str) -> None:
        self._export_ready.emit(list(self._entries.values()), path, driver)

    def _read(self) -> None:
        """Updates the entries in memory from the file."""
        self._stamp = self._file.stamp()  # first: later writes are read next time
        content = self._with_repair(partial(self._file.read, dict(self._entries)))
        self._entries.update((entry.id, entry) for entry in content.entries)
        for identifier in self._entries.keys() - content.ids - self._unsaved.keys():
            self._forget(identifier)
        if content.invalid:
            self.failed.emit(
                self.tr(
                    "Answers that were edited by hand and cannot be shown: {count} of the "
                    "history {file}."
                ).format(file=self.path, count=content.invalid)
            )

    def _flush(self) -> None:
        """Writes unsaved entries; reports once why that fails."""
        try:
            if self._unsaved:
                self._with_repair(lambda: self._file.append(list(self._unsaved.values())))
                self._unsaved.clear()
            self._reported = ""
        except HistoryError as error:
            if str(error) != self._reported:
                self._reported = str(error)
                self.failed.emit(
                    self.tr(
                        "{reason} New answers are in memory only; UniRS keeps trying to write them."
                    ).format(reason=error)
                )
        if len(self._unsaved) != self._reported_unsaved:
            self._reported_unsaved = len(self._unsaved)
            self.unsaved_changed.emit(self._reported_unsaved)

    def _with_repair(self, action: Callable[[], _Result]) -> _Result:
        """Runs an action on the file; a damaged file is set aside, and the action repeated."""
        try:
            return action()
        except DamagedHistoryError:
            aside = self._file.set_aside()
            if aside is not None:
                self._recover(aside)
            return action()

    def _recover(self, aside: Path) -> None:
        """Writes a new file from the readable entries of a damaged one and those in memory."""
        for entry in AnswerFile(aside).salvage():
            if entry.id not in self._entries:
                self._entries[entry.id] = entry
                self.added.emit(entry)
        self._unsaved = dict(self._entries)
        self.failed.emit(
            self.tr(
                "The history {file} was damaged. It is kept as {aside}; answers recovered into a "
                "new history: {count}."
            ).format(file=self.path, aside=aside.name, count=len(self._entries))
        )
        self._file.append(list(self._unsaved.values()))
        self._unsaved.clear()

    def _forget(self, identifier: str) -> None:
        if self._entries.pop(identifier, None) is not None:
            self.removed.emit(identifier)


def _outline() -> QgsFillSymbol:
    """An outline without fill, so that footprints hide nothing."""
    return QgsFillSymbol.createSimple(
        {"style": "no", "outline_color": "#d7302f", "outline_width": "0.6"}
    )

"""Downloads, conversions and removals of models on the options page, with their progress."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QObject, Qt, Signal
from qtpy.QtWidgets import QFormLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from unirs_qgis.options.widgets import Activity, Confirmation, Message, compact_combo, is_enter
from unirs_qgis.runtime.model_list import Downloadable, DownloadPlan, Event, Model, ModelProblem
from unirs_qgis.units import size_text, time_text

if TYPE_CHECKING:
    from unirs_qgis.runtime.model_manager import ModelManager


class ModelTransfers(QWidget):
    """Downloads by name; converts and removes what the list has. Nothing begins unasked.

    Args:
        manager: Runs the commands; it outlives the page.
        parent: Qt's owner.
    """

    ended = Signal()
    """The list of models may have changed."""

    def __init__(self, manager: ModelManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._manager = manager
        self._build()
        self._connect()
        self.show_busy(manager.is_busy)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Enter in the name field gets the size; otherwise it would press the dialog's OK."""
        if is_enter(event):
            self._plan()
            return True
        return super().eventFilter(watched, event)

    def show_downloadable(self, models: tuple[Downloadable, ...]) -> None:
        """Replace the names that are offered, and keep what is typed."""
        typed = self.download_combo.currentText()
        self.download_combo.clear()
        for each in models:
            self.download_combo.addItem(each.name)
            self.download_combo.setItemData(
                self.download_combo.count() - 1,
                f"<p>{escape(each.summary)}</p>",
                Qt.ItemDataRole.ToolTipRole,
            )
        self.download_combo.setCurrentIndex(-1)
        self.download_combo.setEditText(typed)

    def download(self, name: str) -> None:
        """Get the size of a download, and offer it."""
        self.download_combo.setEditText(name)
        self._plan()

    def offer_conversion(self, source: str, target: str) -> None:
        """Offer to make a model folder of a checkpoint."""

        def convert() -> None:
            self._begin(self.tr("Converting…"))
            self._manager.convert(source, target)

        text = self.tr(
            "{source} has to be converted before it can answer. The model folder will be {target}; "
            "it needs about as much space as the checkpoint."
        )
        facts = {"source": Path(source).name, "target": target}
        self.offer.ask(text.format(**facts), self.tr("Convert"), convert)

    def offer_removal(self, item: Model | ModelProblem, release: Callable[[], None]) -> None:
        """Offer to delete a model.

        Args:
            item: The model.
            release: Called before it is deleted.
        """

        def remove() -> None:
            self._begin(self.tr("Removing…"))
            release()
            self._manager.remove(item.name)

        text = self.tr("Delete {name} ({size}) from this computer?")
        text = text.format(name=item.name, size=size_text(item.size_bytes or 0))
        self.offer.ask(text, self.tr("Delete"), remove)

    def show_busy(self, busy: bool) -> None:
        """Show that a command runs, also one of an earlier page."""
        if busy and self.activity.isHidden():
            self.activity.begin(self.tr("A model is being downloaded or converted…"))
        elif not busy:
            self.activity.hide()
        self._enable()

    def _build(self) -> None:
        self.download_combo = compact_combo()
        self.download_combo.setObjectName("downloadCombo")
        self.download_combo.setEditable(True)
        self.download_combo.lineEdit().setPlaceholderText(self.tr("owner/model on the hub"))
        self.download_combo.setCurrentIndex(-1)
        self.download_combo.lineEdit().textChanged.connect(self._enable)
        self.download_combo.lineEdit().installEventFilter(self)
        self.download_button = QPushButton(self.tr("Download…"))
        self.download_button.setToolTip(self.tr("Shows the size first"))
        self.download_button.clicked.connect(self._plan)
        self.offer, self.activity, self.notice = Confirmation(), Activity(), Message()
        self.activity.cancelled.connect(self._manager.cancel)
        row = QHBoxLayout()
        row.addWidget(self.download_combo, 1)
        row.addWidget(self.download_button)
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Download by name"), row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(form)
        for part in (self.offer, self.activity, self.notice):
            column.addWidget(part)

    def _connect(self) -> None:
        manager = self._manager
        manager.planned.connect(self._offer_download)
        manager.progressed.connect(self._show_event)
        manager.downloaded.connect(self._end_download)
        manager.converted.connect(self._end_conversion)
        manager.removed.connect(self._end_removal)
        manager.failed.connect(self._show_failure)
        manager.cancelled.connect(self._end_cancelled)
        manager.busy_changed.connect(self.show_busy)

    def _enable(self) -> None:
        idle = self._manager.is_ready and not self._manager.is_busy
        self.download_button.setEnabled(idle and bool(self.download_combo.currentText().strip()))

    def _begin(self, stage: str) -> None:
        self.offer.hide()
        self.notice.hide()
        self.activity.begin(stage)

    def _plan(self) -> None:
        name = self.download_combo.currentText().strip()
        if name and not self._manager.is_busy:
            self._begin(self.tr("Getting the size…"))
            self._manager.plan(name)

    def _offer_download(self, plan: DownloadPlan) -> None:
        rest = plan.total_bytes - plan.present_bytes
        facts = {
            "repository": plan.repository,
            "size": size_text(plan.total_bytes),
            "rest": size_text(rest),
            "free": size_text(plan.free_bytes),
            "licence": plan.licence or self.tr("not stated"),
        }
        if rest > plan.free_bytes:
            self.notice.warn(
                self.tr(
                    "{repository} is {size}, but only {free} are free on the disk; free some space "
                    "and try again."
                ).format(**facts)
            )
            return
        sentences = [self.tr("{repository} is {size} (licence: {licence}; free: {free}).")]
        if plan.present_bytes:
            sentences.append(self.tr("{rest} of it is still to be downloaded."))
        if plan.needs_conversion:
            sentences.append(self.tr("It has to be converted afterwards."))

        def download() -> None:
            self._begin(self.tr("Downloading…"))
            self._manager.download(plan.name)

        text = " ".join(sentences).format(**facts)
        self.offer.ask(text, self.tr("Download {rest}").format(**facts), download)

    def _show_event(self, event: Event) -> None:
        kind = event.get("event")
        if kind == "progress":
            done, total = event["done_bytes"], event["total_bytes"]
            self.activity.show_progress(100 * done // total if total else None)
            self.activity.show_stage(self._progress_text(event))
        elif kind == "retry":
            self.activity.show_stage(str(event.get("reason", "")))
        elif kind == "stage":
            self.activity.show_stage(
                self.tr("Converting: {stage}…").format(stage=event.get("stage", ""))
            )

    def _progress_text(self, event: Event) -> str:
        facts = {
            "done": size_text(event["done_bytes"]),
            "total": size_text(event["total_bytes"]),
            "speed": size_text(event.get("bytes_per_second") or 0),
            "left": time_text(event.get("seconds_left") or 0),
        }
        if event.get("bytes_per_second") and event.get("seconds_left") is not None:
            text = self.tr("Downloading: {done} of {total}, {speed} a second, {left}")
        else:
            text = self.tr("Downloading: {done} of {total}")
        return text.format(**facts)

    def _end_download(self, remedy: tuple[str, ...]) -> None:
        self.ended.emit()
        if remedy[:1] == ("convert",):
            self.offer_conversion(*remedy[1:3])
        else:
            self.notice.inform(self.tr("The model has been downloaded."))

    def _end_conversion(self, target: str) -> None:
        self.notice.inform(self.tr("{name} can be chosen now.").format(name=Path(target).name))
        self.ended.emit()

    def _end_removal(self, name: str) -> None:
        self.notice.inform(self.tr("{name} has been removed.").format(name=name))
        self.ended.emit()

    def _show_failure(self, _code: str, message: str) -> None:
        self.notice.warn(message)
        self.ended.emit()  # an unfinished download is listed, and can be resumed

    def _end_cancelled(self) -> None:
        self.notice.inform(self.tr("Stopped. Partial files are kept."))
        self.ended.emit()

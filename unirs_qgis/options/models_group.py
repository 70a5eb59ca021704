"""The models on the options page: choose, add, download, convert, remove."""

from __future__ import annotations

from html import escape
from pathlib import Path

from qtpy.QtCore import QEvent, QObject, Qt, Signal
from qtpy.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from unirs_qgis.options.models_view import ModelsView, model_title
from unirs_qgis.options.units import size_text, time_text
from unirs_qgis.options.widgets import Activity, Confirmation, Message, button_row, compact_combo
from unirs_qgis.runtime.model_manager import ModelManager
from unirs_qgis.runtime.model_list import DownloadPlan, Event, ModelList, ModelProblem

CONVERTED_SUFFIX = "-unirs"

_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class ModelsGroup(QGroupBox):
    """Lists the models; the user chooses, adds, downloads, converts and removes them.

    Args:
        manager: Runs the commands; it outlives the page.
        model: The model that answers.
        folders: Model folders that the user has added.
        parent: Qt's owner.
    """

    release_wanted = Signal()
    """A model is about to be deleted: stop the worker."""

    def __init__(
        self,
        manager: ModelManager,
        model: str,
        folders: tuple[str, ...],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Models"))
        self._manager = manager
        self._model = model
        self._found = ModelList()
        self.folders = folders
        self._build()
        self._connect()
        self._show_busy(manager.is_busy)
        self.refresh()

    @property
    def model(self) -> str:
        """Name or folder of the model that answers."""
        return self.model_combo.currentData() or self._model

    def refresh(self) -> None:
        """List the models in the background."""
        self._model = self.model
        self._manager.refresh(self.folders)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Enter in the name field gets the size; otherwise it would press the dialog's OK."""
        if event.type() == QEvent.Type.KeyPress and event.key() in _ENTER:
            self._plan()
            return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        self.model_combo = compact_combo()
        self.model_combo.setObjectName("modelCombo")
        self._fill_combo(ModelList())
        self.view = ModelsView()
        self.view.itemSelectionChanged.connect(self._show_selection)
        self.add_button = QPushButton(self.tr("Add folder…"))
        self.add_button.setToolTip(self.tr("Add a model folder from elsewhere"))
        self.add_button.clicked.connect(self._choose_folder)
        self.repair_button = QPushButton()
        self.repair_button.setToolTip(
            self.tr("Convert a VILA-1.5 or an authors' UniRS checkpoint to a model folder")
        )
        self.repair_button.clicked.connect(self._repair)
        self.remove_button = QPushButton(self.tr("Remove…"))
        self.remove_button.clicked.connect(self._ask_to_remove)
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
        self._lay_out()
        self._show_selection()

    def _lay_out(self) -> None:
        download_row = QHBoxLayout()
        download_row.addWidget(self.download_combo, 1)
        download_row.addWidget(self.download_button)
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Model"), self.model_combo)
        below = QFormLayout()
        below.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        below.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        below.addRow(self.tr("Download by name"), download_row)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self.view)
        column.addLayout(button_row(self.add_button, self.repair_button, self.remove_button))
        column.addLayout(below)
        for part in (self.offer, self.activity, self.notice):
            column.addWidget(part)

    def _connect(self) -> None:
        manager = self._manager
        manager.listed.connect(self._show_models)
        manager.list_failed.connect(self._show_no_models)
        manager.planned.connect(self._offer_download)
        manager.progressed.connect(self._show_event)
        manager.downloaded.connect(self._end_download)
        manager.converted.connect(self._end_conversion)
        manager.removed.connect(self._end_removal)
        manager.failed.connect(self._show_failure)
        manager.cancelled.connect(self._end_cancelled)
        manager.busy_changed.connect(self._show_busy)

    # The lists.

    def _show_models(self, found: ModelList) -> None:
        self._found = found
        self._fill_combo(found)
        self.view.show_models(found)
        if not self._manager.is_ready:
            self.notice.inform(self.tr("Set up the runtime first: it lists and downloads models."))
        typed = self.download_combo.currentText()
        self.download_combo.clear()
        for each in found.downloadable:
            self.download_combo.addItem(each.name)
            self.download_combo.setItemData(
                self.download_combo.count() - 1,
                f"<p>{escape(each.summary)}</p>",
                Qt.ItemDataRole.ToolTipRole,
            )
        self.download_combo.setCurrentIndex(-1)
        self.download_combo.setEditText(typed)
        self._show_selection()

    def _fill_combo(self, found: ModelList) -> None:
        chosen = self.model
        self.model_combo.clear()
        for model in found.models:
            self.model_combo.addItem(model_title(model), model.name)
        if self.model_combo.findData(chosen) < 0:
            title = self.tr("{name} (not found)") if found.models else "{name}"
            self.model_combo.addItem(title.format(name=chosen), chosen)
        self.model_combo.setCurrentIndex(self.model_combo.findData(chosen))

    def _remedy(self) -> tuple[str, ...]:
        item = self.view.selected
        return item.remedy if isinstance(item, ModelProblem) else ()

    def _show_selection(self) -> None:
        resumes = self._remedy()[:1] == ("download",)
        self.repair_button.setText(self.tr("Resume download…") if resumes else self.tr("Convert…"))
        self._enable()

    def _enable(self) -> None:
        idle = self._manager.is_ready and not self._manager.is_busy
        item = self.view.selected
        self.remove_button.setEnabled(idle and item is not None and (item.removable or item.added))
        self.add_button.setEnabled(idle)
        self.repair_button.setEnabled(idle)
        self.download_button.setEnabled(idle and bool(self.download_combo.currentText().strip()))

    # Folders on disk.

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Model folder"))
        if folder:
            self.add_folder(folder)

    def add_folder(self, folder: str) -> None:
        """Add a model folder from elsewhere; problems with it are listed."""
        if folder not in self.folders:
            self.folders = (*self.folders, folder)
        self.refresh()

    # Download.

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
        self.refresh()
        if remedy[:1] == ("convert",):
            self._offer_conversion(remedy)
        else:
            self.notice.inform(self.tr("The model has been downloaded."))

    # Conversion.

    def _repair(self) -> None:
        remedy = self._remedy()
        if remedy[:1] == ("download",):
            self.download_combo.setEditText(remedy[1])
            self._plan()
        elif remedy[:1] == ("convert",):
            self._offer_conversion(remedy)
        else:
            source = QFileDialog.getExistingDirectory(self, self.tr("Checkpoint to convert"))
            if source:
                target = self._found.user_folder / f"{Path(source).name}{CONVERTED_SUFFIX}"
                self._offer_conversion(("convert", source, str(target)))

    def _offer_conversion(self, remedy: tuple[str, ...]) -> None:
        source, target = remedy[1:3]

        def convert() -> None:
            self._begin(self.tr("Converting…"))
            self._manager.convert(source, target)

        text = self.tr(
            "{source} has to be converted before it can answer. The model folder will be {target}; "
            "it needs about as much space as the checkpoint."
        )
        facts = {"source": Path(source).name, "target": target}
        self.offer.ask(text.format(**facts), self.tr("Convert"), convert)

    def _end_conversion(self, target: str) -> None:
        self.notice.inform(self.tr("{name} can be chosen now.").format(name=Path(target).name))
        self.refresh()

    # Removal.

    def _ask_to_remove(self) -> None:
        item = self.view.selected
        if item is None:
            return
        if item.added:
            self.folders = tuple(each for each in self.folders if Path(each) != item.folder)
            self.refresh()
            return

        def remove() -> None:
            self._begin(self.tr("Removing…"))
            self.release_wanted.emit()
            self._manager.remove(item.name)

        text = self.tr("Delete {name} ({size}) from this computer?")
        text = text.format(name=item.name, size=size_text(item.size_bytes))
        self.offer.ask(text, self.tr("Delete"), remove)

    def _end_removal(self, name: str) -> None:
        self.notice.inform(self.tr("{name} has been removed.").format(name=name))
        self.refresh()

    # Progress and failures.

    def _begin(self, stage: str) -> None:
        self.offer.hide()
        self.notice.hide()
        self.activity.begin(stage)

    def _show_failure(self, _code: str, message: str) -> None:
        self.notice.warn(message)
        self.refresh()  # an unfinished download is listed, and can be resumed

    def _show_no_models(self, _code: str, message: str) -> None:
        self.notice.warn(message)

    def _end_cancelled(self) -> None:
        self.notice.inform(self.tr("Stopped. Partial files are kept."))
        self.refresh()

    def _show_busy(self, busy: bool) -> None:
        if busy and self.activity.isHidden():
            self.activity.begin(self.tr("A model is being downloaded or converted…"))
        elif not busy:
            self.activity.hide()
        self._enable()

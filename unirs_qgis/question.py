"""One question from the dock to the worker and back: model, crops, request, entry."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from qgis.core import QgsRasterLayer
from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtGui import QImage

from unirs_qgis.answer import Answer
from unirs_qgis.conversation import Conversations
from unirs_qgis.crops.renderer import Crop, CropPlan, CropRenderer
from unirs_qgis.dock import UniRSDock
from unirs_qgis.dock.entries import Entry, new_id, now, title_of
from unirs_qgis.inputs.selection import crs_name
from unirs_qgis.pending_question import PendingQuestion, QuestionRequest, model_params
from unirs_qgis.runtime.model_names import DEFAULT_MODEL, HUB, SERVER, short_name
from unirs_qgis.runtime.worker import Worker
from unirs_qgis.settings import Settings
from unirs_qgis.when import STORY, WHEN
from unirs_qgis.where import WHERE, progress_text

SHOWN = 512
"""Longer side, in pixels, of an image that the dock shows."""


class CropCache(QObject):
    """The crops of the last question, for the next one on the same layers and extent.

    A layer that is drawn anew may look different: its crops are forgotten.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._key: tuple[object, ...] = ()
        self._layers: tuple[QgsRasterLayer, ...] = ()
        self.crops: list[Crop] = []

    def keep(self, question: PendingQuestion) -> None:
        """Replace the crops by those of a question."""
        self.forget()
        self._key, self.crops = question.crops_key, question.crops
        self._layers = question.request.selection.layers
        try:
            for layer in self._layers:
                layer.repaintRequested.connect(self.forget)
                layer.willBeDeleted.connect(self.forget)
        except RuntimeError:  # deleted since it was drawn
            self.forget()

    def find(self, question: PendingQuestion) -> list[Crop]:
        """The crops of a question; empty if they have to be drawn."""
        return self.crops if question.crops_key == self._key else []

    @property
    def folders(self) -> set[Path]:
        """Where the files of the crops are."""
        return {crop.path.parent for crop in self.crops}

    def forget(self, *_signal: object) -> None:
        """Have no crops."""
        for layer in self._layers:
            try:
                layer.repaintRequested.disconnect(self.forget)
                layer.willBeDeleted.disconnect(self.forget)
            except (RuntimeError, TypeError):  # the layer is deleted, its connections with it
                continue
        self._key, self.crops, self._layers = (), [], ()


class QuestionController(QObject):
    """Sends one question at a time to the worker, and shows its answer in the dock.

    Args:
        dock: Shows the answer.
        worker: Gives the answer.
        conversations: Keeps the conversation.
        folder: Private folder of this session; its owner removes it.
        settings: Gives the user's settings.
        parent: Owner.
    """

    changed = Signal()
    """Whether there is a pending question, or its stage."""
    answered = Signal(object)
    """An `Entry`."""
    mapped = Signal(str, object)
    """Id of an entry, and the `Path` of its change map. Comes before the entry."""
    window_answered = Signal(dict)
    """A window of a search, see ``docs/worker-protocol.md``."""
    loaded = Signal(dict)
    """The result of `load`, before each question."""
    replaced = Signal(str)
    """The note that the default model answers in the place of a missing one."""

    def __init__(
        self,
        dock: UniRSDock,
        worker: Worker,
        conversations: Conversations,
        folder: Path,
        settings: Callable[[], Settings],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._dock, self._worker, self._conversations = dock, worker, conversations
        self._folder, self._settings = folder, settings
        self._question: PendingQuestion | None = None
        self._renderer: CropRenderer | None = None
        self._cache = CropCache(self)
        self.stage = ""
        self.was_stopped = False

    @property
    def is_busy(self) -> bool:
        """Whether there is a pending question."""
        return self._question is not None

    @property
    def is_searching(self) -> bool:
        """Whether the pending question is a search that the worker has received."""
        question = self._question
        return bool(question and question.request.task == WHERE and question.is_sent)

    def ask(self, request: QuestionRequest) -> None:
        """Ask a question. The pending one, if any, is dropped."""
        self.drop()
        self.was_stopped = False
        follow_up = self._conversations.begin(request.selection)
        self._dock.begin_answer(title_of(request.task, request.text))
        self._dock.show_thread(follow_up.earlier, follow_up.note)
        folder = self._folder / new_id()
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            self._fail(
                self.tr(
                    "The temporary folder {folder} cannot be written ({reason}); make room there, "
                    "or start QGIS again."
                ).format(folder=self._folder, reason=error.strerror or error)
            )
            return
        self._question = PendingQuestion(request, self._settings(), folder, follow_up)
        self._submit("load", model_params(self._question.settings), self._on_loaded)
        self._set_stage("load")

    def stop(self) -> None:
        """Stop the question; the text so far is kept."""
        if self._question is None:
            return
        self.was_stopped = True
        if self._question.is_sent:
            self._question.job.cancel()  # it finishes with a partial answer
        else:
            self._fail(self.tr("Stopped before the answer began."))

    def drop(self) -> None:
        """Drop the pending question; the dock shows nothing of it."""
        question, self._question = self._question, None
        if self._renderer:
            self._renderer.cancel()
            self._renderer = None
        if question and question.job:
            question.job.drop()

    # -- step by step

    def _submit(
        self, method: str, params: dict[str, Any], on_result: Callable[[dict[str, Any]], None]
    ) -> None:
        job = self._worker.submit(method, params)
        job.progressed.connect(self._set_stage)
        job.counted.connect(self._on_counted)
        job.text_received.connect(self._dock.add_text)
        job.window_answered.connect(self._on_window)
        job.finished.connect(on_result)
        job.failed.connect(self._on_failed)
        self._question.job = job

    def _on_loaded(self, model: dict[str, Any]) -> None:
        question = self._question
        question.model = model
        if question.refusal:
            self._fail(question.refusal)
            return
        question.follow_up = question.follow_up.for_model(model)
        self._conversations.set_model(model)
        self._dock.show_thread(question.follow_up.earlier, question.follow_up.note)
        self.loaded.emit(model)
        if question.request.selection.video:
            self._send()
            return
        cached = self._cache.find(question)
        if cached:
            self._on_crops(cached)
            return
        self._set_stage("read")
        selection = question.request.selection
        plan = CropPlan(
            layers=selection.layers,
            extent=selection.extent,
            crs=selection.crs,
            size=question.crop_size,
            dates=question.dates,
        )
        self._renderer = CropRenderer(plan, question.folder, self)
        self._renderer.finished.connect(self._on_crops)
        self._renderer.failed.connect(self._fail)
        self._renderer.start()

    def _on_crops(self, crops: list[Crop]) -> None:
        self._renderer = None
        self._question.crops = crops
        self._cache.keep(self._question)
        self._dock.show_seen([_small(crop.thumbnail) for crop in crops])
        self._send()

    def _send(self) -> None:
        self._dock.show_host(self._question.model["host"] or "")
        self._submit(self._question.method, self._question.params(), self._on_answer)

    def _on_answer(self, result: dict[str, Any]) -> None:
        if self._question.request.task == WHERE and not result["windows"]["asked"]:
            self._fail(self.tr("Stopped before the answer began."))
            return
        question, self._question = self._question, None
        entry = _entry(question, result)
        map_file = result.get("map" if entry.task == WHERE else "change_map")
        if map_file:
            self.mapped.emit(entry.id, Path(map_file))
        if question.request.selection.video:
            frames = sorted(question.folder.glob("frame-*.png"), key=_frame_number)
            self._dock.show_seen([QImage(str(path)) for path in frames])
        self._dock.finish_answer(entry, bool(map_file))
        self._conversations.add(question.request.selection, question.follow_up.earlier, entry)
        self.answered.emit(entry)
        self._set_stage("")
        self._clear_folders()

    def _on_failed(self, code: str, message: str) -> None:
        settings = self._question.settings
        named = not settings.model.startswith((HUB, SERVER)) and settings.model != DEFAULT_MODEL
        if code == "model_missing" and named:
            self._ask_default()
            return
        if code == "cancelled" and self.was_stopped:
            message = self.tr("Stopped before the answer began.")
        self._fail(message)

    def _ask_default(self) -> None:
        """The chosen model is gone: the default one answers, with a note."""
        question = self._question
        text = self.tr(
            "The model {name} is no longer on this computer; {other} answers instead. Choose "
            "another one in Settings ▸ Options ▸ UniRS."
        )
        self.replaced.emit(
            text.format(name=short_name(question.settings.model), other=DEFAULT_MODEL)
        )
        question.settings = replace(question.settings, model=DEFAULT_MODEL)
        self._submit("load", model_params(question.settings), self._on_loaded)

    def _fail(self, message: str) -> None:
        self.drop()
        self._dock.fail_answer(message)
        self._set_stage("")

    def _on_window(self, window: dict[str, Any]) -> None:
        self._dock.show_stage("window", progress_text(window))
        self.window_answered.emit(window)

    def _on_counted(self, stage: str, done: int, total: int) -> None:
        self._dock.show_stage(stage, self.tr("{done} of {total}").format(done=done, total=total))

    def _set_stage(self, stage: str) -> None:
        self.stage = stage
        if stage:
            self._dock.show_stage(stage)
        self.changed.emit()

    def _clear_folders(self) -> None:
        """Remove the files of earlier questions, but for cached crops; change maps lie outside."""
        for folder in self._folder.iterdir():
            if folder.is_dir() and folder not in self._cache.folders:
                shutil.rmtree(folder, ignore_errors=True)


def _small(image: QImage) -> QImage:
    """An image for the dock."""
    fits = max(image.width(), image.height()) <= SHOWN
    return image if fits else image.scaled(SHOWN, SHOWN, Qt.AspectRatioMode.KeepAspectRatio)


def _entry(question: PendingQuestion, result: dict[str, Any]) -> Entry:
    selection = question.request.selection
    crop = question.crops[0] if question.crops else None
    sums_up = question.method in (WHERE, WHEN, STORY)
    read = Answer.of_summary if sums_up else Answer.of_result
    answer = read(
        result,
        views=question.params().get("views", 1),
        dates=[record.date for record in selection.records] if selection.layers else (),
    )
    return Entry(
        id=question.id,
        created=now(),
        kind=selection.kind,
        task=question.request.task,
        question=question.request.text,
        answer=answer,
        footprint=crop.footprint if crop else "",
        crs=crs_name(crop.crs) if crop else "",
        layers=selection.records,
        follows=question.follow_up.earlier[-1].id if question.follow_up.earlier else "",
    )


def _frame_number(path: Path) -> int:
    """The number at the end of ``frame-12.png``."""
    return int(path.stem.rpartition("-")[2])

"""One question from the dock to the worker and back: model, crops, request, entry."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qgis.core import QgsRasterLayer
from qtpy.QtCore import QObject, Signal
from qtpy.QtGui import QImage

from unirs_qgis.answer import Answer
from unirs_qgis.conversation import Conversations, FollowUp
from unirs_qgis.crops.renderer import Crop, CropPlan, CropRenderer
from unirs_qgis.dock import UniRSDock
from unirs_qgis.dock.entries import Entry, new_id, now, title_of
from unirs_qgis.inputs.layers import dates_for_model
from unirs_qgis.inputs.selection import InputSelection, crs_name
from unirs_qgis.runtime.capabilities import Capabilities
from unirs_qgis.runtime.model_names import DEFAULT_MODEL, HUB, SERVER, short_name
from unirs_qgis.runtime.worker import Job, Worker
from unirs_qgis.settings import Settings

FRAME = "frame.png"


@dataclass(frozen=True)
class QuestionRequest:
    """What the user asks.

    Attributes:
        task: "ask", "caption", "change" or "classify".
        text: The question; may be empty for all but "ask".
        options: Closed set of answers, or of classes; empty for a free answer.
        selection: The layers and their extent, or the video file.
    """

    task: str
    text: str
    options: tuple[str, ...]
    selection: InputSelection


@dataclass
class PendingQuestion:
    """A question that has no answer yet.

    Attributes:
        request: What the user asks.
        settings: The user's settings when it was asked.
        folder: Private folder of its files.
        follow_up: The conversation that it goes with.
        id: Of the entry that it becomes.
        model: The result of ``load``; empty before.
        crops: The images that the model reads; empty before they are drawn, and for a video file.
        job: The worker's current job for it.
    """

    request: QuestionRequest
    settings: Settings
    folder: Path
    follow_up: FollowUp
    id: str = field(default_factory=new_id)
    model: dict[str, Any] = field(default_factory=dict)
    crops: list[Crop] = field(default_factory=list)
    job: Job | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What the loaded model can do."""
        return Capabilities.of_load(self.model)

    @property
    def is_sent(self) -> bool:
        """Whether the worker has received the question itself."""
        return bool(self.crops or (self.request.selection.video and self.model))

    @property
    def change_map(self) -> Path | None:
        """Where the worker writes the change map; ``None`` if there can be none."""
        is_possible = self.request.selection.kind == "pair" and self.capabilities.change_maps
        return self.folder.parent / f"{self.id}.tif" if is_possible else None

    @property
    def dates(self) -> tuple[str, ...]:
        """Acquisition dates of the layers, for the model."""
        return dates_for_model([record.date for record in self.request.selection.records])

    @property
    def crops_key(self) -> tuple[object, ...]:
        """Questions with the same key have the same crops."""
        selection, size = self.request.selection, self.model["image_size"]
        extent = selection.extent.toString(17)
        return selection.identifiers, self.dates, extent, crs_name(selection.crs), size

    @property
    def has_probabilities(self) -> bool:
        """Whether there are probabilities, of options or of change, to average over views."""
        request = self.request
        is_pair = request.selection.kind == "pair"
        return bool(request.options) or request.task == "classify" or is_pair

    def params(self) -> dict[str, Any]:
        """The request's parameters; see ``docs/worker-protocol.md``."""
        request, settings = self.request, self.settings
        params = {
            **model_params(settings),
            "paths": [str(crop.path) for crop in self.crops] or [request.selection.video],
            "text": request.text,
            "classes" if request.task == "classify" else "options": list(request.options),
            "clue": settings.clue if self.capabilities.clue else None,
            "max_new_tokens": settings.max_new_tokens,
        }
        if self.follow_up.earlier:
            params["conversation"] = self.follow_up.turns()
        if settings.views > 1 and self.has_probabilities and self.capabilities.views:
            params["views"] = settings.views
        if request.selection.video:
            params["save_crop"] = str(self.folder / FRAME)
        elif self.change_map:
            params["change_map"] = str(self.change_map)
        return params


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
        job.text_received.connect(self._dock.add_text)
        job.finished.connect(on_result)
        job.failed.connect(self._on_failed)
        self._question.job = job

    def _on_loaded(self, model: dict[str, Any]) -> None:
        question = self._question
        question.model = model
        refusal = question.capabilities.refusal(question.request.selection.kind)
        if refusal:
            self._fail(refusal)
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
            size=model["image_size"],
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
        self._dock.show_seen([crop.thumbnail for crop in crops])
        self._send()

    def _send(self) -> None:
        self._dock.show_host(self._question.model["host"] or "")
        self._submit(self._question.request.task, self._question.params(), self._on_answer)

    def _on_answer(self, result: dict[str, Any]) -> None:
        question, self._question = self._question, None
        entry = _entry(question, result)
        if result["change_map"]:
            self.mapped.emit(entry.id, Path(result["change_map"]))
        if question.request.selection.video:
            frames = sorted(question.folder.glob("frame-*.png"), key=_frame_number)
            self._dock.show_seen([QImage(str(path)) for path in frames])
        self._dock.finish_answer(entry, bool(result["change_map"]))
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
        """The chosen model is not there any more: the default one answers, with a note."""
        question = self._question
        text = self.tr(
            "The model {name} is not on this computer any more; {other} answers instead. Choose "
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


def model_params(settings: Settings) -> dict[str, Any]:
    """The parameters that choose the model, its device and precision."""
    return {name: getattr(settings, name) for name in ("model", "device", "precision")}


def _entry(question: PendingQuestion, result: dict[str, Any]) -> Entry:
    selection = question.request.selection
    crop = question.crops[0] if question.crops else None
    answer = Answer.of_result(
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

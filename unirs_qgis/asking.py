"""A question on its way: the model at hand, the crops, the worker's answer, an entry."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qgis.core import QgsRasterLayer
from qtpy.QtCore import QObject, Signal
from qtpy.QtGui import QImage

from unirs_qgis.answer import Answer
from unirs_qgis.crops.crops import Crop, CropPlan, CropRenderer
from unirs_qgis.dock import UniRSDock
from unirs_qgis.dock.entries import Entry, new_id, now, title_of
from unirs_qgis.inputs.picked import Picked, crs_name
from unirs_qgis.runtime.worker.worker import Job, Worker
from unirs_qgis.settings import Settings

FRAME = "frame.png"


@dataclass(frozen=True)
class Wish:
    """What the user wants to know.

    Attributes:
        task: "ask", "caption", "change" or "classify".
        text: The question; may be empty for all but "ask".
        options: Closed set of answers, or of classes; empty for a free answer.
        picked: What is looked at.
    """

    task: str
    text: str
    options: tuple[str, ...]
    picked: Picked


@dataclass
class _Question:
    """A wish on its way.

    Attributes:
        wish: What is wanted.
        settings: As they were when it was asked.
        folder: Private folder of its files.
        id: Of the entry that it becomes.
        model: What ``load`` told; empty before.
        crops: What the model is shown; empty before it is drawn, and for a video file.
        job: The request that is under way.
    """

    wish: Wish
    settings: Settings
    folder: Path
    id: str = field(default_factory=new_id)
    model: dict[str, Any] = field(default_factory=dict)
    crops: list[Crop] = field(default_factory=list)
    job: Job | None = None

    @property
    def is_sent(self) -> bool:
        """Whether the worker has got the question itself."""
        return bool(self.crops or (self.wish.picked.video and self.model))

    @property
    def change_map(self) -> Path | None:
        """Where the worker shall write the change map; ``None`` if there can be none."""
        wanted = self.wish.picked.kind == "pair" and self.model["change_maps"]
        return self.folder.parent / f"{self.id}.tif" if wanted else None

    def params(self) -> dict[str, Any]:
        """The request to the worker."""
        closed = "classes" if self.wish.task == "classify" else "options"
        params = {
            **model_params(self.settings),
            "paths": [str(c.path) for c in self.crops] or [self.wish.picked.video],
            "text": self.wish.text,
            closed: list(self.wish.options),
            "clue": self.settings.clue,
            "max_new_tokens": self.settings.max_new_tokens,
        }
        if self.wish.task == "change" and not self.wish.options:
            params["views"] = self.settings.views
        if self.wish.picked.video:
            params["save_crop"] = str(self.folder / FRAME)
        elif self.change_map:
            params["change_map"] = str(self.change_map)
        return params


class _KeptCrops(QObject):
    """The crops of the last question, for the next one that looks at the same.

    A layer that is drawn anew may look different, so its crops are forgotten then.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._key: tuple[object, ...] = ()
        self._crops: list[Crop] = []
        self._layers: tuple[QgsRasterLayer, ...] = ()

    def keep(self, key: tuple[object, ...], crops: list[Crop], picked: Picked) -> None:
        self.forget()
        self._key, self._crops, self._layers = key, crops, picked.layers
        try:
            for layer in self._layers:
                layer.repaintRequested.connect(self.forget)
                layer.willBeDeleted.connect(self.forget)
        except RuntimeError:  # deleted since it was drawn
            self.forget()

    def find(self, key: tuple[object, ...]) -> list[Crop]:
        return self._crops if key == self._key else []

    @property
    def folders(self) -> set[Path]:
        return {crop.path.parent for crop in self._crops}

    def forget(self, *_signal: object) -> None:
        for layer in self._layers:
            try:
                layer.repaintRequested.disconnect(self.forget)
                layer.willBeDeleted.disconnect(self.forget)
            except (RuntimeError, TypeError):  # the layer is deleted, its connections with it
                continue
        self._key, self._crops, self._layers = (), [], ()


class Asking(QObject):
    """Brings one question at a time to the worker and its answer to the dock.

    Args:
        dock: Shows it.
        worker: Answers it.
        folder: Private folder of this session; its owner removes it.
        settings: Tells the user's settings when a question is asked.
        parent: Owner.
    """

    changed = Signal()
    """Whether a question is on its way, or at what stage."""
    answered = Signal(object)
    """An `Entry`."""
    mapped = Signal(str, object)
    """Id of an entry, and the `Path` of its change map. Comes before the entry."""
    loaded = Signal(dict)
    """What the worker told of the model, before each question."""

    def __init__(
        self,
        dock: UniRSDock,
        worker: Worker,
        folder: Path,
        settings: Callable[[], Settings],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._dock, self._worker = dock, worker
        self._folder, self._settings = folder, settings
        self._question: _Question | None = None
        self._renderer: CropRenderer | None = None
        self._kept = _KeptCrops(self)
        self.stage = ""
        self.was_stopped = False

    @property
    def is_busy(self) -> bool:
        """Whether a question is on its way."""
        return self._question is not None

    def ask(self, wish: Wish) -> None:
        """Put a question. The one that is on its way, if any, is given up first."""
        self.drop()
        self.was_stopped = False
        self._dock.begin_answer(title_of(wish.task, wish.text))
        folder = self._folder / new_id()
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            self._give_up(
                self.tr(
                    "The temporary folder {folder} cannot be written ({reason}); make room there, "
                    "or start QGIS again."
                ).format(folder=self._folder, reason=error.strerror or error)
            )
            return
        self._question = _Question(wish, self._settings(), folder)
        self._submit("load", model_params(self._question.settings), self._on_loaded)
        self._set_stage("load")

    def stop(self) -> None:
        """Stop the question; what was said so far is kept."""
        if self._question is None:
            return
        self.was_stopped = True
        if self._question.is_sent:
            self._question.job.cancel()  # ends with a part of the answer
        else:
            self._give_up(self.tr("Stopped before the answer began."))

    def drop(self) -> None:
        """Give the question up without a word."""
        question, self._question = self._question, None
        if self._renderer:
            self._renderer.cancel()
            self._renderer = None
        if question and question.job:
            question.job.drop()

    def forget_crops(self) -> None:
        """Draw the crops anew for the next question."""
        self._kept.forget()

    # -- step by step

    def _submit(
        self, method: str, params: dict[str, Any], on_result: Callable[[dict[str, Any]], None]
    ) -> None:
        job = self._worker.submit(method, params)
        job.progressed.connect(self._set_stage)
        job.said.connect(self._dock.add_text)
        job.finished.connect(on_result)
        job.failed.connect(self._on_failed)
        self._question.job = job

    def _on_loaded(self, model: dict[str, Any]) -> None:
        question = self._question
        question.model = model
        self.loaded.emit(model)
        picked = question.wish.picked
        if picked.video:
            self._send()
            return
        kept = self._kept.find(self._key(question))
        if kept:
            self._on_crops(kept)
            return
        self._set_stage("read")
        plan = CropPlan(picked.layers, picked.extent, picked.crs, model["image_size"])
        self._renderer = CropRenderer(plan, question.folder, self)
        self._renderer.finished.connect(self._on_crops)
        self._renderer.failed.connect(self._give_up)
        self._renderer.start()

    def _on_crops(self, crops: list[Crop]) -> None:
        self._renderer = None
        self._question.crops = crops
        self._kept.keep(self._key(self._question), crops, self._question.wish.picked)
        self._dock.show_seen([crop.thumbnail for crop in crops])
        self._send()

    def _send(self) -> None:
        self._submit(self._question.wish.task, self._question.params(), self._on_answer)

    def _on_answer(self, result: dict[str, Any]) -> None:
        question, self._question = self._question, None
        entry = _entry(question, result)
        if result["change_map"]:
            self.mapped.emit(entry.id, Path(result["change_map"]))
        if question.wish.picked.video:
            frames = sorted(question.folder.glob("frame-*.png"), key=_number)
            self._dock.show_seen([QImage(str(path)) for path in frames])
        self._dock.finish_answer(entry, bool(result["change_map"]))
        self.answered.emit(entry)
        self._set_stage("")
        self._clear_folders()

    def _on_failed(self, code: str, message: str) -> None:
        if code == "cancelled" and self.was_stopped:
            message = self.tr("Stopped before the answer began.")
        self._give_up(message)

    def _give_up(self, message: str) -> None:
        self.drop()
        self._dock.fail_answer(message)
        self._set_stage("")

    def _set_stage(self, stage: str) -> None:
        self.stage = stage
        if stage:
            self._dock.show_stage(stage)
        self.changed.emit()

    @staticmethod
    def _key(question: _Question) -> tuple[object, ...]:
        picked = question.wish.picked
        size = question.model["image_size"]
        return picked.identifiers, picked.extent.toString(17), crs_name(picked.crs), size

    def _clear_folders(self) -> None:
        """Remove the files of earlier questions, but for kept crops; change maps lie outside."""
        for folder in self._folder.iterdir():
            if folder.is_dir() and folder not in self._kept.folders:
                shutil.rmtree(folder, ignore_errors=True)


def model_params(settings: Settings) -> dict[str, Any]:
    """Which model to use, as the worker's requests say it."""
    return {
        "model": settings.model,
        "device": settings.device,
        "precision": settings.precision,
    }


def _entry(question: _Question, result: dict[str, Any]) -> Entry:
    picked = question.wish.picked
    crop = question.crops[0] if question.crops else None
    answer = Answer.of_result(
        result,
        model_digest=question.model["digest"],
        views=question.params().get("views", 1),
        dates=[record.date for record in picked.records] if picked.layers else (),
    )
    return Entry(
        id=question.id,
        created=now(),
        kind=picked.kind,
        task=question.wish.task,
        question=question.wish.text,
        answer=answer,
        footprint=crop.footprint if crop else "",
        crs=crs_name(crop.crs) if crop else "",
        layers=picked.records,
    )


def _number(path: Path) -> int:
    """The number at the end of ``frame-12.png``."""
    return int(path.stem.rpartition("-")[2])

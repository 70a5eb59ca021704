"""From the paths of rasters and videos to an answer and its files: what every front end calls.

The command line, the worker and the evaluation differ in where a request comes from and where its
result goes. What happens in between is here, once.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unirs.errors import UniRSError
from unirs.imagery import (
    CropOptions,
    is_video,
    mask_nodata,
    read_crop,
    read_pair,
    read_series,
    read_video,
    write_change_map,
    write_crop,
    write_overlay,
)
from unirs.imagery.source import open_raster
from unirs.imagery.video import open_video
from unirs.inference.store import model_info
from unirs.inputs import Answer, Crop, InputKind, Question, Task, VisualInput
from unirs.prompts import ERA_CLASSES

if TYPE_CHECKING:
    from unirs.inference import Pipeline

DEFAULT_EVENT_CLASSES = ERA_CLASSES
"""What a classification chooses from where the user names no classes."""

_WANTED_INPUT = {
    Task.ASK: "one raster, two dates, a dated series or one video",
    Task.CAPTION: "one raster",
    Task.CHANGE: "two rasters, before and after",
    Task.CLASSIFY: "one video or at least two rasters of a dated series",
}
_ALLOWED_KINDS = {
    Task.ASK: set(InputKind),
    Task.CAPTION: {InputKind.SINGLE},
    Task.CHANGE: {InputKind.PAIR},
    Task.CLASSIFY: {InputKind.VIDEO},
}


@dataclass(frozen=True)
class TaskRequest:
    """One task: what to read, what to ask, what to write.

    Attributes:
        task: Which of the four tasks.
        paths: Local files. One raster is a single image, two are a pair, more are a series that is
            read as a video (for ``CLASSIFY`` two are a series as well); or one video file.
        text: The question; an instruction of the user's own for ``CAPTION`` and ``CHANGE``.
        options: Closed set of answers, scored instead of generated. Not for ``CLASSIFY``.
        classes: The classes of ``CLASSIFY``; ``DEFAULT_EVENT_CLASSES`` where there are none.
        crop: Extent, bands and stretch of rasters. Videos have none of these.
        clue: Whether the frozen base writes a clue first.
        max_new_tokens: Upper bound of the answer's length, in tokens (at least 1).
        change_map: Where to write the change map of a pair as a GeoTIFF.
        overlay: Where to write it as a picture over the later date.
        save_crop: Where to write what the model saw. If that is several images, their number is
            put behind the name: ``crop.tif`` becomes ``crop-1.tif``, ``crop-2.tif``, …

    Raises:
        UniRSError: ``input_count``, ``crop_options_for_video``, ``options_invalid``,
            ``max_tokens_invalid``, ``change_map_needs_pair``, ``output_conflict`` if an output
            would overwrite an input or another output, or ``output_unwritable`` if the folder of
            an output is not there or is read-only.
    """

    task: Task
    paths: tuple[Path, ...]
    text: str = ""
    options: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    crop: CropOptions = field(default_factory=CropOptions)
    clue: bool = True
    max_new_tokens: int = 128
    change_map: Path | None = None
    overlay: Path | None = None
    save_crop: Path | None = None

    def __post_init__(self) -> None:
        """Refuse at once what would fail only after a model was loaded and has answered."""
        self._check_input()
        self._check_answer()
        self._check_outputs()

    @property
    def is_video_file(self) -> bool:
        """Whether the input is one video file."""
        return len(self.paths) == 1 and is_video(self.paths[0])

    @property
    def kind(self) -> InputKind:
        """How the model reads the paths."""
        if self.is_video_file:
            return InputKind.VIDEO
        if len(self.paths) == 1:
            return InputKind.SINGLE
        if len(self.paths) == 2 and self.task is not Task.CLASSIFY:
            return InputKind.PAIR
        return InputKind.VIDEO

    @property
    def question(self) -> Question:
        """What the pipeline is asked."""
        is_classify = self.task is Task.CLASSIFY
        return Question(
            task=self.task,
            text=self.text,
            options=(self.classes or DEFAULT_EVENT_CLASSES) if is_classify else self.options,
            clue=self.clue,
            max_new_tokens=self.max_new_tokens,
        )

    def _check_input(self) -> None:
        videos = [path for path in self.paths if is_video(path)]
        mixed = bool(videos) and len(self.paths) > 1
        if not self.paths or mixed or self.kind not in _ALLOWED_KINDS[self.task]:
            given = "no file" if not self.paths else ", ".join(path.name for path in self.paths)
            raise UniRSError(
                "input_count",
                f"The task {self.task.value} needs {_WANTED_INPUT[self.task]}, but got {given}.",
            )
        if videos and self.crop != CropOptions():
            raise UniRSError(
                "crop_options_for_video",
                f"{videos[0]} is a video, which has no extent, bands or stretch; "
                "leave these options out.",
            )

    def _check_answer(self) -> None:
        if self.task is Task.CLASSIFY and self.options:
            raise UniRSError(
                "options_invalid", "A classification takes its answers as classes, not as options."
            )
        if self.task is not Task.CLASSIFY and self.classes:
            raise UniRSError(
                "options_invalid", f"The task {self.task.value} takes options and no classes."
            )
        if self.max_new_tokens < 1:
            raise UniRSError(
                "max_tokens_invalid",
                f"An answer of {self.max_new_tokens} tokens is none; allow at least 1.",
            )

    def _check_outputs(self) -> None:
        if self.kind is not InputKind.PAIR and (self.change_map or self.overlay):
            raise UniRSError(
                "change_map_needs_pair", "A change map is made of two dates; give two rasters."
            )
        outputs = [path for path in (self.change_map, self.overlay, self.save_crop) if path]
        if len({os.path.realpath(path) for path in outputs}) < len(outputs):
            raise UniRSError(
                "output_conflict", "Two outputs have one name; give each file a name of its own."
            )
        inputs = {os.path.realpath(path) for path in self.paths}
        for path in outputs:
            if os.path.realpath(path) in inputs:
                raise UniRSError(
                    "output_conflict",
                    f"{path} is an input and would be overwritten; choose another output file.",
                )
            if not os.access(path.parent, os.W_OK):
                raise UniRSError(
                    "output_unwritable",
                    f"{path} cannot be written, because its folder is not there or is read-only; "
                    "choose another folder.",
                )


@dataclass(frozen=True)
class TaskResult:
    """An answer, what it is about, and the files that were written.

    Attributes:
        answer: What the pipeline said.
        visual: What the model saw.
        demonstration: Whether the model is a demonstration, trained on generated scenes.
        change_map: The GeoTIFF that was written, or ``None``.
    """

    answer: Answer
    visual: VisualInput
    demonstration: bool = False
    change_map: Path | None = None

    def to_json(self) -> dict[str, Any]:
        """The one object of ``--json`` and of the worker: plain types, no NaN, no infinity.

        ``crop`` is an object for a single image, and a list in order of time for pairs and videos.
        """
        answer = self.answer
        crops = [_crop_facts(crop) for crop in self.visual.crops]
        facts = {
            "answer": answer.text,
            "clue": answer.clue,
            "options": [asdict(option) for option in answer.options],
            "task": answer.task.value,
            "model": answer.model,
            "device": answer.device,
            "stopped": answer.stopped,
            "zero_shot": answer.zero_shot,
            "demonstration": self.demonstration,
            "crop": crops[0] if self.visual.kind is InputKind.SINGLE else crops,
            "seconds": asdict(answer.seconds),
            "tokens": asdict(answer.tokens),
            "change_map": str(self.change_map) if self.change_map else None,
        }
        return _plain(facts)


def check_inputs(request: TaskRequest) -> None:
    """Open every input for a moment: what is missing is told before a model is loaded for it.

    Raises:
        UniRSError: ``raster_missing``, ``raster_unreadable``, ``video_missing`` or
            ``video_unreadable``.
    """
    for path in request.paths:
        with open_video(path) if is_video(path) else open_raster(path):
            pass


def run_task(
    pipeline: Pipeline,
    request: TaskRequest,
    *,
    on_token: Callable[[str], None] | None = None,
    on_stage: Callable[[str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> TaskResult:
    """Read the images, answer, and write the files.

    Args:
        pipeline: The model that answers.
        request: What to do.
        on_token: Told each piece of the answer's text as it comes.
        on_stage: Told ``"read"``, and then the stages of ``Pipeline.answer``, as they begin.
        stop: Asked at every token; the partial answer comes back as ``stopped``.

    Raises:
        UniRSError: ``change_map_unavailable`` if the model cannot make the map that is wanted;
            ``output_unwritable`` with the answer in ``details["answer"]``, so that a full disk
            costs the file and not the answer; and all codes of ``unirs.imagery`` and
            ``Pipeline.answer``.
    """
    if (request.change_map or request.overlay) and not pipeline.config.change_module:
        raise UniRSError(
            "change_map_unavailable",
            f"The model {pipeline.name} has no change extraction module to make a map with; "
            "choose a UniRS model or leave the map out.",
        )
    if on_stage:
        on_stage("read")
    visual = read_visual(request, pipeline.image_size, pipeline.frame_count)
    if request.save_crop:
        _save_crops(visual.crops, request.save_crop)
    answer = pipeline.answer(
        visual, request.question, on_token=on_token, on_stage=on_stage, stop=stop
    )
    try:
        change_map = _save_change(answer, visual, request)
    except UniRSError as error:
        error.details["answer"] = answer.text
        raise
    demonstration = model_info(pipeline.bundle.folder).demonstration
    return TaskResult(answer, visual, demonstration, change_map)


def read_visual(request: TaskRequest, image_size: int, frame_count: int) -> VisualInput:
    """The images of a request on a model's grid.

    Args:
        request: Says what to read.
        image_size: Longer side of a crop in pixels.
        frame_count: Frames to take from a video file.

    Raises:
        UniRSError: All codes of ``unirs.imagery``.
    """
    if request.is_video_file:
        return VisualInput.video(read_video(request.paths[0], frame_count, image_size))
    if request.kind is InputKind.SINGLE:
        return VisualInput.single(read_crop(request.paths[0], image_size, request.crop))
    if request.kind is InputKind.PAIR:
        before, after = request.paths
        return VisualInput.pair(*read_pair(before, after, image_size, request.crop))
    return VisualInput.video(read_series(request.paths, image_size, request.crop))


def _save_crops(crops: tuple[Crop, ...], path: Path) -> None:
    if len(crops) == 1:
        write_crop(crops[0], path)
        return
    for number, crop in enumerate(crops, start=1):
        write_crop(crop, path.with_name(f"{path.stem}-{number}{path.suffix}"))


def _save_change(answer: Answer, visual: VisualInput, request: TaskRequest) -> Path | None:
    """Write the change as far as it is wanted and was reached before a stop."""
    if answer.change_map is None:
        return None
    change = mask_nodata(answer.change_map, visual.crops)
    if request.overlay:
        write_overlay(change, visual.crops[-1], request.overlay)
    if request.change_map:
        write_change_map(change, visual.crops[-1], request.change_map)
    return request.change_map


def _crop_facts(crop: Crop) -> dict[str, Any]:
    return {
        "source": crop.source,
        "date": crop.date.isoformat() if crop.date else None,
        "extent": crop.extent,
        "crs": crop.crs,
        "pixel_size": crop.pixel_size,
        "nodata_share": crop.nodata_share,
    }


def _plain(value: Any) -> Any:
    """The same value in JSON's own types; numbers that JSON cannot say become ``None``."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value

"""What a front end asks for: files to read, what to ask of them, files to write."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from unirs.errors import UniRSError
from unirs.imagery import CropOptions, is_video
from unirs.imagery.export import GEOTIFF, is_picture
from unirs.imagery.source import RasterPath
from unirs.inference.views import VIEWS
from unirs.inputs import InputKind, Question, Task
from unirs.prompts import ERA_CLASSES

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
        paths: Local files, or GDAL's names of what is inside of one. One raster is a single image,
            two are a pair, more are a series that is read as a video (for ``CLASSIFY`` two are a
            series as well); or one video file.
        text: The question; an instruction of the user's own for ``CAPTION`` and ``CHANGE``.
        options: Closed set of answers, scored instead of generated. Not for ``CLASSIFY``.
        classes: The classes of ``CLASSIFY``; ``DEFAULT_EVENT_CLASSES`` where there are none.
        crop: Extent, bands and stretch of rasters. Videos have none of these.
        clue: Whether the frozen base writes a clue first.
        max_new_tokens: Upper bound of the answer's length, in tokens (at least 1).
        views: From how many sides a ``CHANGE`` is described, 1 to 16; what most say is
            the answer.
        change_map: Where to write the change map of a pair as a GeoTIFF.
        overlay: Where to write it as a picture over the later date.
        save_crop: Where to write what the model saw. If that is several images, their number is
            put behind the name: ``crop.tif`` becomes ``crop-1.tif``, ``crop-2.tif``, …

    Raises:
        UniRSError: ``input_count``, ``crop_options_for_video``, ``options_invalid``,
            ``max_tokens_invalid``, ``views_invalid``, ``change_map_needs_pair``,
            ``output_conflict`` if an output would overwrite an input or another output, or
            ``output_unwritable`` if the folder of an output is not there or is read-only, or if
            its name ends in no format that it can have.
    """

    task: Task
    paths: tuple[RasterPath, ...]
    text: str = ""
    options: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    crop: CropOptions = field(default_factory=CropOptions)
    clue: bool = True
    max_new_tokens: int = 128
    views: int = 1
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
            given = (
                "no file" if not self.paths else ", ".join(Path(path).name for path in self.paths)
            )
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
        if not 1 <= self.views <= len(VIEWS):
            raise UniRSError(
                "views_invalid", f"{self.views} views cannot be had; take 1 to {len(VIEWS)}."
            )
        if self.views > 1 and (self.task is not Task.CHANGE or self.options):
            raise UniRSError(
                "views_invalid",
                "Only a change that is described in free words can be seen from several views; "
                "leave the views out.",
            )

    def _check_outputs(self) -> None:
        if self.kind is not InputKind.PAIR and (self.change_map or self.overlay):
            raise UniRSError(
                "change_map_needs_pair", "A change map is made of two dates; give two rasters."
            )
        maps = [path for path in (self.change_map, self.overlay) if path]
        outputs = [*maps, *self._crop_files()]
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
        self._check_formats()

    def _check_formats(self) -> None:
        if self.change_map and self.change_map.suffix.lower() not in GEOTIFF:
            raise UniRSError(
                "output_unwritable",
                f"{self.change_map} is no name for a GeoTIFF, as a change map is; "
                "let it end in .tif.",
            )
        for path in (self.overlay, self.save_crop):
            if path and not is_picture(path):
                raise UniRSError(
                    "output_unwritable",
                    f"{path} names no picture format; let it end in .png or .jpg.",
                )

    def _crop_files(self) -> list[Path]:
        """Files of what the model will see, the name that was given among them."""
        if self.save_crop is None:
            return []
        count = 1 if self.is_video_file else len(self.paths)  # frames are named unlike any video
        files = crop_files(self.save_crop, count)
        return files if count == 1 else [self.save_crop, *files]


def crop_files(path: Path, count: int) -> list[Path]:
    """Names of ``count`` crops: ``crop.tif``, or ``crop-1.tif``, ``crop-2.tif``, … of several."""
    if count == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(1, count + 1)]

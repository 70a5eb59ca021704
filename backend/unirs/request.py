"""A task as a front end requests it: files to read, what to ask, files to write.

The fields of :class:`TaskRequest` but ``task`` are the parameters of a task in the worker's
protocol, with the descriptions here.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from unirs.engines.views import VIEWS
from unirs.errors import UniRSError
from unirs.inputs import CropOptions, InputKind, Question, Task, Turn
from unirs.prompts import DEFAULT_CLASSES

_WANTED_INPUT = {
    Task.ASK: "one raster, two dates, a dated series or one video",
    Task.CAPTION: "one raster",
    Task.CHANGE: "two rasters, before and after",
    Task.CLASSIFY: "one raster, a dated series or one video",
}
_ALLOWED_KINDS = {
    Task.ASK: set(InputKind),
    Task.CAPTION: {InputKind.SINGLE},
    Task.CHANGE: {InputKind.PAIR},
    Task.CLASSIFY: {InputKind.SINGLE, InputKind.VIDEO},
}
_WHOLE_RASTER = CropOptions()


def _check_path(path: str | Path) -> str | Path:
    if not str(path) or "\0" in str(path):
        raise ValueError("it is empty or holds a null character")
    return path


_PATH_SCHEMA = WithJsonSchema({"type": "string", "minLength": 1})
InputPath = Annotated[str | Path, AfterValidator(_check_path), _PATH_SCHEMA]
"""A local file, or GDAL's name of what is inside of one; a ``Path`` would swallow its slashes."""
OutputPath = Annotated[Path, BeforeValidator(_check_path), _PATH_SCHEMA]
Text = Annotated[str, Field(max_length=100_000)]


@dataclass(frozen=True)
class TaskRequest:
    """One task: what to read, what to ask, what to write.

    Raises:
        UniRSError: ``input_count``, ``crop_options_for_video``, ``correction_needs_dates``,
            ``options_invalid``, ``max_tokens_invalid``, ``views_invalid``,
            ``change_map_needs_pair``, ``output_conflict`` if an output would overwrite an input or
            another output, or ``output_unwritable`` if the folder of an output is not there or is
            read-only, or if its name has an unsuitable extension.
    """

    task: Task
    paths: Annotated[
        tuple[InputPath, ...],
        Field(
            min_length=1,
            max_length=1024,
            description="One raster, two dates, a dated series, or one video; absolute paths. "
            "For classify, two rasters are a series.",
        ),
    ]
    text: Annotated[
        Text, Field(description="The question, or an instruction in place of the task's own.")
    ] = ""
    options: Annotated[
        tuple[Text, ...],
        Field(description="Closed set of answers, which are scored. Not for classify."),
    ] = ()
    classes: Annotated[
        tuple[Text, ...],
        Field(description="The classes of classify; by default those that load returns."),
    ] = ()
    crop: Annotated[
        CropOptions, Field(description="What to read of rasters; videos have no such options.")
    ] = _WHOLE_RASTER
    clue: Annotated[
        bool | None,
        Field(
            description="Whether the model describes the images first. Null is its default: where "
            "it was trained with such clues."
        ),
    ] = None
    max_new_tokens: Annotated[
        int, Field(ge=1, description="Upper bound of the answer's length, in tokens.")
    ] = 128
    views: Annotated[
        int,
        Field(
            ge=1,
            description=f"Augmented views of the images, 1 to {len(VIEWS)}, over which "
            "probabilities and change maps are averaged, and which agree or not.",
        ),
    ] = 1
    conversation: Annotated[
        tuple[Turn, ...],
        Field(
            max_length=64,
            description="Earlier turns about the same place, the oldest first; models without the "
            "capability leave them out.",
        ),
    ] = ()
    change_map: Annotated[
        OutputPath | None, Field(description="GeoTIFF to write the change map of a pair to.")
    ] = None
    overlay: Annotated[
        OutputPath | None,
        Field(description="Picture to write, the change map over the later date."),
    ] = None
    save_crop: Annotated[
        OutputPath | None,
        Field(
            description="Where to write the images that the model reads. Of several, crop.tif "
            "becomes crop-1.tif, crop-2.tif, …"
        ),
    ] = None

    def __post_init__(self) -> None:
        """Refuse at once what would fail only after a model has been loaded and has answered."""
        self._check_input()
        self._check_answer()
        self._check_outputs()

    @property
    def is_video_file(self) -> bool:
        """Whether the input is one video file."""
        return len(self.paths) == 1 and _is_video(self.paths[0])

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
        """The question to the engine."""
        is_classify = self.task is Task.CLASSIFY
        return Question(
            task=self.task,
            text=self.text,
            options=(self.classes or DEFAULT_CLASSES[self.kind]) if is_classify else self.options,
            clue=self.clue,
            max_new_tokens=self.max_new_tokens,
            views=self.views,
            conversation=self.conversation,
        )

    def _check_input(self) -> None:
        videos = [path for path in self.paths if _is_video(path)]
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
        if len(self.paths) == 1 and (self.crop.match_colours or self.crop.align):
            raise UniRSError(
                "correction_needs_dates",
                "Colours are matched and dates aligned where there are several; "
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
                f"An answer of {self.max_new_tokens} tokens is too short; allow at least 1.",
            )
        if not 1 <= self.views <= len(VIEWS):
            raise UniRSError(
                "views_invalid", f"{self.views} views are not possible; take 1 to {len(VIEWS)}."
            )

    def _check_outputs(self) -> None:
        if self.kind is not InputKind.PAIR and (self.change_map or self.overlay):
            raise UniRSError(
                "change_map_needs_pair", "A change map needs two dates; give two rasters."
            )
        maps = [path for path in (self.change_map, self.overlay) if path]
        check_outputs(self.paths, [*maps, *self._crop_files()])
        self._check_formats()

    def _check_formats(self) -> None:
        from unirs.imagery.export import is_picture

        if self.change_map:
            check_geotiff(self.change_map, "a change map")
        for path in (self.overlay, self.save_crop):
            if path and not is_picture(path):
                raise UniRSError(
                    "output_unwritable",
                    f"{path} names no picture format; give it the extension .png or .jpg.",
                )

    def _crop_files(self) -> list[Path]:
        """Files of the images that the model will read, and the name that was given."""
        if self.save_crop is None:
            return []
        count = 1 if self.is_video_file else len(self.paths)  # no frame is named like a video
        files = crop_files(self.save_crop, count)
        return files if count == 1 else [self.save_crop, *files]


def check_outputs(inputs: Sequence[str | Path], outputs: Sequence[Path]) -> None:
    """Refuse outputs that would overwrite an input or each other, or that have no place to go.

    Raises:
        UniRSError: ``output_conflict``, ``output_unwritable``.
    """
    if len({os.path.realpath(path) for path in outputs}) < len(outputs):
        raise UniRSError(
            "output_conflict", "Two outputs have the same name; give each file its own."
        )
    taken = {os.path.realpath(path) for path in inputs}
    for path in outputs:
        if os.path.realpath(path) in taken:
            raise UniRSError(
                "output_conflict",
                f"{path} is an input and would be overwritten; choose another output file.",
            )
        if not os.access(path.parent, os.W_OK):
            raise UniRSError(
                "output_unwritable",
                f"{path} cannot be written because its folder is missing or read-only; "
                "choose another folder.",
            )


def check_geotiff(path: Path, what: str) -> None:
    """Refuse the name of a raster that does not end as that of a GeoTIFF.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    from unirs.imagery.export import GEOTIFF

    if path.suffix.lower() not in GEOTIFF:
        raise UniRSError(
            "output_unwritable",
            f"{path} does not name a GeoTIFF, which {what} is; give it the extension .tif.",
        )


def _is_video(path: str | Path) -> bool:
    from unirs.imagery import is_video  # here, because it loads the raster libraries

    return is_video(path)


def crop_files(path: Path, count: int) -> list[Path]:
    """Names of ``count`` crops: ``crop.tif``, or ``crop-1.tif``, ``crop-2.tif``, … of several."""
    if count == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(1, count + 1)]

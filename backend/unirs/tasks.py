"""From the paths of rasters and videos to an answer and its files: what every front end calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from unirs.answers import Answer
from unirs.errors import UniRSError
from unirs.guard.visuals import compared
from unirs.imagery import (
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
from unirs.imagery.stopping import Stop, until_stopped
from unirs.imagery.video import open_video
from unirs.inputs import Crop, InputKind, VisualInput
from unirs.request import TaskRequest, crop_files

if TYPE_CHECKING:
    from unirs.engines.engine import Engine


def check_inputs(request: TaskRequest) -> None:
    """Open every input for a moment, so that a missing file is found before a model is loaded.

    Raises:
        UniRSError: ``raster_missing``, ``raster_unreadable``, ``video_missing`` or
            ``video_unreadable``.
    """
    for path in request.paths:
        with open_video(path) if is_video(path) else open_raster(path):
            pass


def run_task(
    engine: Engine,
    request: TaskRequest,
    *,
    on_token: Callable[[str], None] | None = None,
    on_stage: Callable[[str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Answer:
    """Read the images, answer, and write the files.

    Args:
        engine: Answers the question.
        request: What to do.
        on_token: Called with each piece of the answer's text.
        on_stage: Called with ``"read"``, and then with the engine's stages, as they begin.
        stop: Called at every token. Once it returns true, the part of the answer until then is
            returned as ``stopped``; while images are read, ``cancelled`` is raised.

    Raises:
        UniRSError: ``change_map_unavailable`` if the model makes no change map;
            ``output_unwritable`` with the answer in ``details["answer"]``, so that a full disk
            costs the file and not the answer; and all codes of ``unirs.imagery`` and of the
            engine.
    """
    task = read_task(engine, request, on_stage=on_stage, stop=stop)
    answer = engine.answer(
        task.visual, request.question, on_token=on_token, on_stage=on_stage, stop=stop
    )
    return task.finish(answer)


@dataclass(frozen=True)
class ReadTask:
    """A task whose images are read, and saved where that was requested.

    Attributes:
        request: What to do.
        visual: The images.
        crops: Files that they were saved to.
    """

    request: TaskRequest
    visual: VisualInput
    crops: tuple[Path, ...]

    def finish(self, answer: Answer) -> Answer:
        """Write the files of an answer.

        Returns:
            The answer with the names of the files.

        Raises:
            UniRSError: ``output_unwritable``, see ``run_task``.
        """
        change_map = self.request.change_map
        try:
            maps = _save_change(answer, self.visual, self.request)
        except UniRSError as error:
            error.details["answer"] = answer.text
            raise
        return replace(
            answer,
            change_map_file=change_map if change_map in maps else None,
            written=(*self.crops, *maps),
        )


def read_task(
    engine: Engine,
    request: TaskRequest,
    *,
    on_stage: Callable[[str], None] | None = None,
    stop: Stop | None = None,
) -> ReadTask:
    """Read the images of a request as an engine reads them, and save them where that is requested.

    Args:
        engine: Will be asked; it may be busy.
        request: What to do.
        on_stage: Called with ``"read"`` as the reading begins.
        stop: Ends the reading, within two seconds.

    Raises:
        UniRSError: ``change_map_unavailable``, ``output_unwritable``, and all codes of
            ``unirs.imagery``.
    """
    if (request.change_map or request.overlay) and not engine.capabilities.change_maps:
        raise UniRSError(
            "change_map_unavailable",
            f"The model {engine.name} makes no change maps; "
            "choose a UniRS model or leave the map out.",
        )
    if on_stage:
        on_stage("read")
    visual = compared(read_visual(request, engine.image_size, engine.frame_count, stop))
    return ReadTask(request, visual, tuple(_save_crops(visual.crops, request.save_crop)))


def read_visual(
    request: TaskRequest, image_size: int, frame_count: int, stop: Stop | None = None
) -> VisualInput:
    """The images of a request on a model's grid.

    Args:
        request: What to read.
        image_size: Longer side of a crop in pixels.
        frame_count: Frames to take from a video file.
        stop: Ends the reading, within two seconds.

    Raises:
        UniRSError: All codes of ``unirs.imagery``.
    """
    return until_stopped(lambda: _visual(request, image_size, frame_count, stop), stop)


def _visual(
    request: TaskRequest, image_size: int, frame_count: int, stop: Stop | None
) -> VisualInput:
    if request.is_video_file:
        return VisualInput.video(read_video(request.paths[0], frame_count, image_size, stop))
    if request.kind is InputKind.SINGLE:
        return VisualInput.single(read_crop(request.paths[0], image_size, request.crop, stop))
    if request.kind is InputKind.PAIR:
        before, after = request.paths
        return VisualInput.pair(*read_pair(before, after, image_size, request.crop, stop))
    return VisualInput.video(read_series(request.paths, image_size, request.crop, stop))


def _save_crops(crops: tuple[Crop, ...], path: Path | None) -> list[Path]:
    if path is None:
        return []
    files = crop_files(path, len(crops))
    for crop, file in zip(crops, files, strict=True):
        write_crop(crop, file)
    return files


def _save_change(answer: Answer, visual: VisualInput, request: TaskRequest) -> list[Path]:
    """Write the change map as requested, unless the answer was stopped before there was one."""
    if answer.change_map is None:
        return []
    change = mask_nodata(answer.change_map, visual.crops)
    if request.overlay:
        write_overlay(change, visual.crops[-1], request.overlay)
    if request.change_map:
        write_change_map(change, visual.crops[-1], request.change_map)
    return [path for path in (request.overlay, request.change_map) if path]

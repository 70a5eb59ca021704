"""From the paths of rasters and videos to an answer and its files: what every front end calls.

The command line, the worker and the evaluation differ in where a request comes from and where its
result goes. What happens in between is here, once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unirs.errors import UniRSError
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
from unirs.inference.views import answer_from_views
from unirs.inputs import Answer, Crop, InputKind, VisualInput
from unirs.request import TaskRequest, crop_files

if TYPE_CHECKING:
    from unirs.inference import Pipeline


@dataclass(frozen=True)
class TaskResult:
    """An answer, what it is about, and the files that were written.

    Attributes:
        answer: What the pipeline said.
        visual: What the model saw.
        demonstration: Whether the model is a demonstration, trained on generated scenes.
        change_map: The GeoTIFF that was written, or ``None``.
        written: All files that were written, the change map's among them.
    """

    answer: Answer
    visual: VisualInput
    demonstration: bool = False
    change_map: Path | None = None
    written: tuple[Path, ...] = ()

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
            "changed": answer.changed,
            "vote": asdict(answer.vote) if answer.vote else None,
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
    on_view: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> TaskResult:
    """Read the images, answer, and write the files.

    Args:
        pipeline: The model that answers.
        request: What to do.
        on_token: Told each piece of the answer's text as it comes.
        on_stage: Told ``"read"``, and then the stages of ``Pipeline.answer``, as they begin.
        on_view: Told which of several views is looked at, and of how many.
        stop: Asked at every token; the partial answer comes back as ``stopped``. While images are
            read, there is no answer yet: a stop raises ``cancelled``.

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
    visual = read_visual(request, pipeline.image_size, pipeline.frame_count, stop)
    written = _save_crops(visual.crops, request.save_crop)
    if request.views > 1:
        answer = answer_from_views(
            pipeline,
            visual,
            request.question,
            request.views,
            on_token=on_token,
            on_stage=on_stage,
            on_view=on_view,
            stop=stop,
        )
    else:
        answer = pipeline.answer(
            visual, request.question, on_token=on_token, on_stage=on_stage, stop=stop
        )
    try:
        maps = _save_change(answer, visual, request)
    except UniRSError as error:
        error.details["answer"] = answer.text
        raise
    return TaskResult(
        answer,
        visual,
        demonstration=pipeline.bundle.card.demonstration,
        change_map=request.change_map if request.change_map in maps else None,
        written=(*written, *maps),
    )


def read_visual(
    request: TaskRequest, image_size: int, frame_count: int, stop: Stop | None = None
) -> VisualInput:
    """The images of a request on a model's grid.

    Args:
        request: Says what to read.
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
    """Write the change as far as it is wanted and was reached before a stop."""
    if answer.change_map is None:
        return []
    change = mask_nodata(answer.change_map, visual.crops)
    if request.overlay:
        write_overlay(change, visual.crops[-1], request.overlay)
    if request.change_map:
        write_change_map(change, visual.crops[-1], request.change_map)
    return [path for path in (request.overlay, request.change_map) if path]


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

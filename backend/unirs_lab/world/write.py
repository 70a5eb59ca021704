"""Scenes as files: dated GeoTIFFs, a change mask, a video, and the truth about them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unirs.errors import UniRSError
from unirs.files import make_folder, whole_file
from unirs_lab.world.questions import QA
from unirs_lab.world.scenes import ScenePair, SceneVideo, pair, scene, video

BEFORE, AFTER, SINGLE = dt.date(2019, 6, 15), dt.date(2021, 8, 2), dt.date(2020, 7, 10)
CRS = "EPSG:32632"
"""WGS 84 / UTM zone 32N: CRS of the generated scenes."""
FRAMES_PER_SECOND = 10

_ORIGIN = (500_000.0, 5_400_000.0)
_DEMO_SEED = 16


@dataclass(frozen=True)
class WrittenScene:
    """The files of one generated scene.

    Attributes:
        folder: Their folder.
        before: GeoTIFF of the earlier date, named by its date.
        after: GeoTIFF of the later date on the same grid.
        change: GeoTIFF of what changed, 1 where something did.
        video: MPEG-4 file.
        truth: JSON with captions, questions, answers and the event.
        single: GeoTIFF of another scene, for questions about one image; ``None`` in the demo.
    """

    folder: Path
    before: Path
    after: Path
    change: Path
    video: Path
    truth: Path
    single: Path | None = None


def write_world(
    folder: Path,
    seed: int,
    count: int,
    size: int = 512,
    seconds: float = 3.0,
    on_scene: Callable[[int], None] | None = None,
) -> list[WrittenScene]:
    """Write ``count`` generated scenes, each to a folder of its own.

    Args:
        folder: Made if missing.
        seed: Seed of the first scene; those of the others follow it.
        count: Number of scenes, at least 1.
        size: Side of the images in pixels; even.
        seconds: Length of each video.
        on_scene: Called after each scene with the number of scenes written so far.

    Raises:
        UniRSError: ``world_size`` for an odd or tiny size, or no scenes,
            ``output_unwritable``.
    """
    if size < 32 or size % 2 or count < 1 or seconds <= 0 or seed < 0:
        raise UniRSError(
            "world_size",
            f"Cannot write {count} scene(s) of {size} px and {seconds} s from seed {seed}; ask for "
            "at least one scene, an even size of 32 px or more, and a seed that is not negative.",
        )
    written = []
    for index in range(count):
        target = folder / f"scene-{index + 1:04d}"
        make_folder(target)
        dates = pair(seed + index, size)
        clip = video(seed + index, size, _frame_count(seconds))
        single = scene(seed + index, size)
        origin = (_ORIGIN[0] + index * 20_000.0, _ORIGIN[1])
        single_path = target / "single.tif"
        write_raster(single_path, single.image, single.pixel_size, origin, SINGLE)
        facts = {
            "caption": single.captions[0],
            "captions": single.captions,
            "description": single.description,
            "questions": _questions(single.questions),
        }
        written.append(_write_scene(target, dates, clip, origin, single_path, facts))
        if on_scene:
            on_scene(index + 1)
    return written


def write_demo(folder: Path, size: int = 1024) -> WrittenScene:
    """Write one pair in which houses are built, and a short video of a flood.

    Args:
        folder: Made if missing.
        size: Side of the pair in pixels; even.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    make_folder(folder)
    dates = pair(_DEMO_SEED, size, pixel_size=0.5, kind="houses built")
    clip = video(_DEMO_SEED, 320, _frame_count(3.0), event="flood")
    return _write_scene(folder, dates, clip, _ORIGIN)


def _write_scene(
    folder: Path,
    dates: ScenePair,
    clip: SceneVideo,
    origin: tuple[float, float],
    single: Path | None = None,
    single_truth: dict[str, Any] | None = None,
) -> WrittenScene:
    files = WrittenScene(
        folder=folder,
        before=folder / f"{BEFORE.isoformat()}.tif",
        after=folder / f"{AFTER.isoformat()}.tif",
        change=folder / "change.tif",
        video=folder / "video.mp4",
        truth=folder / "truth.json",
        single=single,
    )
    write_raster(files.before, dates.before, dates.pixel_size, origin, BEFORE)
    write_raster(files.after, dates.after, dates.pixel_size, origin, AFTER)
    mask = dates.change_mask.astype(np.uint8)[..., None]
    write_raster(files.change, mask, dates.pixel_size, origin, AFTER)
    write_video(files.video, clip.frames)
    truth = {
        "seed": dates.seed,
        "pair": {
            "before": files.before.name,
            "after": files.after.name,
            "pixel_size": dates.pixel_size,
            "changed": dates.changed,
            "kind": dates.kind,
            "captions": dates.captions,
            "questions": _questions(dates.questions),
        },
        "video": {
            "file": files.video.name,
            "event": clip.event,
            "description": clip.description,
        },
    }
    if single and single_truth:
        truth["single"] = {"file": single.name, **single_truth}
    with whole_file(files.truth) as temporary:
        temporary.write_text(json.dumps(truth, indent=2) + "\n", encoding="utf-8")
    return files


def _questions(questions: Sequence[QA]) -> list[dict[str, str]]:
    return [asdict(question) for question in questions]


def _frame_count(seconds: float) -> int:
    return max(8, round(seconds * FRAMES_PER_SECOND))


def write_raster(
    path: Path,
    image: NDArray[np.uint8],
    pixel_size: float,
    origin: tuple[float, float],
    date: dt.date,
) -> None:
    """Write a tiled GeoTIFF with CRS and acquisition date.

    Args:
        path: The file.
        image: ``[height, width, bands]``.
        pixel_size: Metres.
        origin: Upper left corner in ``CRS``.
        date: Acquisition date.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    from rasterio._err import CPLE_BaseError  # GDAL's errors where rasterio does not translate them
    from rasterio.errors import RasterioError
    from rasterio.io import MemoryFile
    from rasterio.transform import from_origin

    height, width, bands = image.shape
    profile = {
        "driver": "GTiff", "height": height, "width": width, "count": bands, "dtype": "uint8",
        "crs": CRS, "transform": from_origin(*origin, pixel_size, pixel_size),
        "compress": "deflate", "predictor": 2, "photometric": "RGB" if bands == 3 else "MINISBLACK",
        "tiled": True, "blockxsize": 256, "blockysize": 256,
    }  # fmt: skip
    with (
        whole_file(path, RasterioError, CPLE_BaseError) as temporary,
        MemoryFile() as memory,  # GDAL does not report a full disk when it closes a file
    ):
        with memory.open(**profile) as target:
            target.write(np.moveaxis(image, -1, 0))
            target.update_tags(TIFFTAG_DATETIME=f"{date:%Y:%m:%d} 10:30:00")
        temporary.write_bytes(memory.read())


def write_video(path: Path, frames: NDArray[np.uint8]) -> None:
    """Write an H.264 file at ``FRAMES_PER_SECOND``.

    Args:
        path: The file.
        frames: ``[frames, height, width, 3]``; height and width are even.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    import av

    with (
        whole_file(path, av.FFmpegError) as temporary,
        av.open(str(temporary), "w") as container,
    ):
        stream = container.add_stream("libx264", rate=Fraction(FRAMES_PER_SECOND))
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "20"}
        for pixels in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())

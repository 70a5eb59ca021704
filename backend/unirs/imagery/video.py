"""Frames of a video file."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray
from PIL import Image

from unirs.errors import UniRSError
from unirs.imagery.local import is_special
from unirs.imagery.source import is_of_library, is_utf8
from unirs.imagery.stopping import Stop, check_stop
from unirs.inputs import Crop

_SUFFIXES = re.compile(r"\.(3gp|avi|flv|m2ts|m4v|mkv|mov|mp4|mpe?g|mts|ogv|ts|webm|wmv)", re.I)


_MOVING = re.compile(r"\.(gif|a?png|webp)", re.I)
"""Pictures that may move."""


def is_video(path: str | os.PathLike[str]) -> bool:
    """Whether a path names a video: by its ending, or a picture of several frames (a moving GIF).

    A picture of one frame, or one that cannot be opened, is none.
    """
    suffix = Path(path).suffix
    if _SUFFIXES.fullmatch(suffix):
        return True
    return _MOVING.fullmatch(suffix) is not None and _moves(Path(path))


def _moves(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of size: no pixel is read here
            with Image.open(path) as picture:
                return bool(getattr(picture, "is_animated", False))
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        return False  # the reader of rasters reports what is wrong


def read_video(
    path: str | os.PathLike[str], frame_count: int, size: int, stop: Stop | None = None
) -> list[Crop]:
    """Frames at even steps from the first to the last but one, as VILA takes them.

    The number of frames is counted and not taken from the header, which may lack it or be wrong.
    Packets that cannot be decoded are passed over, as players do.

    Args:
        path: A video that FFmpeg reads.
        frame_count: Number of frames wanted, at least 1.
        size: Pixels of the longer side of a frame; the shorter one keeps the shape.
        stop: Called at every packet; if it returns true, reading ends with ``cancelled``.

    Returns:
        ``frame_count`` crops without a place on the ground.

    Raises:
        UniRSError: ``video_missing``, ``video_unreadable``, or ``too_few_frames`` for a video that
            is shorter than the frames wanted.
    """
    name = os.fspath(path)
    expected = _count_packets(name, stop)
    frames, decoded = _decode(name, _frame_numbers(name, expected, frame_count), size, stop)
    if len(frames) < frame_count:  # not every packet had a frame to show
        frames, _ = _decode(name, _frame_numbers(name, decoded, frame_count), size, stop)
    return [Crop(pixels=frame, source=name) for frame in frames]


def _frame_numbers(name: str, total: int, wanted: int) -> list[int]:
    if total == 0:
        raise UniRSError(
            "video_unreadable",
            f"No picture of {name} can be decoded; check the file or get a new copy.",
        )
    if total < wanted:
        raise UniRSError(
            "too_few_frames",
            f"{name} has {total} frame(s), but {wanted} are needed; give a longer video.",
        )
    numbers: list[int] = np.linspace(0, max(total - 2, 0), wanted, dtype=int).tolist()
    return numbers


def _count_packets(name: str, stop: Stop | None) -> int:
    count = 0
    with open_video(name) as container:
        for packet in container.demux(_pictures(container)):
            check_stop(stop)
            count += packet.size > 0
    return count


def _decode(
    name: str, numbers: Sequence[int], size: int, stop: Stop | None
) -> tuple[list[NDArray[np.uint8]], int]:
    """The frames of these numbers (ascending) as far as there are such, and how many there are."""
    frames: dict[int, NDArray[np.uint8]] = {}
    decoded = 0
    with open_video(name) as container:
        for number, frame in enumerate(_frames(container)):
            check_stop(stop)
            decoded = number + 1
            if number in numbers:
                frames[number] = _image(frame, size)
            if number == numbers[-1]:
                break
    return [frames[number] for number in numbers if number in frames], decoded


def _frames(container: InputContainer) -> Iterator[av.VideoFrame]:
    stream = _pictures(container)
    stream.thread_type = "AUTO"
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue


def _image(frame: av.VideoFrame, size: int) -> NDArray[np.uint8]:
    """A frame, upright, with its longer side in ``size`` pixels."""
    upright = np.rot90(frame.to_ndarray(format="rgb24"), frame.rotation // 90)
    height, width = upright.shape[:2]
    longer = max(height, width)
    shape = (max(1, round(width * size / longer)), max(1, round(height * size / longer)))
    image = Image.fromarray(np.ascontiguousarray(upright))
    return np.asarray(image.resize(shape, Image.Resampling.BICUBIC))


def _pictures(container: InputContainer) -> Any:
    """The stream to look at; the picture on the cover of a piece of music is none."""
    cover = av.stream.Disposition.attached_pic
    return next((s for s in container.streams.video if not s.disposition & cover), None)


@contextmanager
def open_video(path: str | os.PathLike[str]) -> Iterator[InputContainer]:
    """A video, opened for reading. FFmpeg's errors, also while it is read, become one sentence.

    Raises:
        UniRSError: ``video_missing`` or ``video_unreadable``.
    """
    name = os.fspath(path)
    if not is_utf8(name):
        raise UniRSError(
            "video_unreadable",
            f"The name {name!r} is not in UTF-8, which FFmpeg insists on; rename the file.",
        )
    if not Path(name).exists():
        raise UniRSError("video_missing", f"There is no video {name}; check the path.")
    if Path(name).suffix.lower() == ".webp":
        raise UniRSError(
            "video_unreadable", f"{name} is a moving WebP, which cannot be read; save it as a GIF."
        )
    if is_special(Path(name)):
        raise UniRSError(
            "video_unreadable", f"{name} is a pipe or a device and no file; give a video file."
        )
    try:
        with av.open(name) as container:
            if _pictures(container) is None:
                raise UniRSError(
                    "video_unreadable", f"{name} has no pictures in it; give another video."
                )
            yield container
    except Exception as error:
        if not (isinstance(error, av.FFmpegError) or is_of_library(error, "av")):
            raise
        raise UniRSError(
            "video_unreadable",
            f"{name} cannot be read as a video, because its format is unknown or it is corrupt; "
            "check the file or get a new copy.",
            reason=str(error),
        ) from error

"""Frames of a video file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray
from PIL import Image

from unirs.errors import UniRSError
from unirs.imagery.local import is_special
from unirs.imagery.source import is_utf8
from unirs.imagery.stopping import Stop, check_stop
from unirs.inputs import Crop

_SUFFIXES = re.compile(r"\.(3gp|avi|flv|m2ts|m4v|mkv|mov|mp4|mpe?g|mts|ogv|ts|webm|wmv)", re.I)


def is_video(path: str | os.PathLike[str]) -> bool:
    """Whether a path names a video, by its ending. The file itself is not looked at."""
    return _SUFFIXES.fullmatch(Path(path).suffix) is not None


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
        stop: Asked at every packet; if it says so, reading ends with ``cancelled``.

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
        for packet in container.demux(video=0):
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
    stream = container.streams.video[0]
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
    if is_special(Path(name)):
        raise UniRSError(
            "video_unreadable", f"{name} is a pipe or a device and no file; give a video file."
        )
    try:
        with av.open(name) as container:
            if not container.streams.video:
                raise UniRSError(
                    "video_unreadable", f"{name} has no pictures in it; give another video."
                )
            yield container
    except av.FFmpegError as error:
        raise UniRSError(
            "video_unreadable",
            f"{name} cannot be read as a video, because its format is unknown or it is corrupt; "
            "check the file or get a new copy.",
            reason=str(error),
        ) from error

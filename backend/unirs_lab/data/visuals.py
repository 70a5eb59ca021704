"""The images of a sample, as the model reads them.

GeoTIFFs, and pictures of more than 8 bits, are read as ``unirs ask`` reads rasters
(:mod:`unirs.imagery`): stretched to 8 bits, the dates of a pair by joint limits. Other pictures are
read by Pillow: upright, with the colours of their palette, transparent pixels in neutral grey.
Images keep their size, up to ``LONGEST``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from unirs.errors import UniRSError
from unirs.inputs import NEUTRAL, Crop, InputKind, VisualInput
from unirs_lab.data.archives import at_hand
from unirs_lab.data.samples import Edit, Sample

LONGEST = 1024
"""Pixels of the longer side that an image keeps; encoders read 384, the benchmarks have 256-640."""

_RASTERS = {".tif", ".tiff"}
_DEEP_MODES = {"I", "F", "I;16", "I;16L", "I;16B", "I;16N"}
"""Pillow's modes of more than 8 bits."""

_PROBED = 32
"""Pixels of the longer side of frames that are decoded only to see whether that works."""

_EXIF_ORIENTATION, _TURNED = 0x0112, {5, 6, 7, 8}
"""The tag of how a picture is turned, and its values where width and height change place."""


def read_visual(sample: Sample, frame_count: int) -> VisualInput:
    """The images of a sample.

    Args:
        sample: Whose images; without files, its edit makes them.
        frame_count: Frames of a video, at even steps (as VILA takes them from a file; from the
            first to the last where the frames are files of their own).

    Raises:
        UniRSError: ``image_broken``, which names the file: missing (with the detail ``missing``),
            unreadable, of another size than the other date, or a video that is too short;
            ``shard_broken``.
    """
    if not sample.images and sample.edit is not None:
        made = sample.edit([])
        if sample.kind is InputKind.VIDEO:
            made = [made[place] for place in np.linspace(0, len(made) - 1, frame_count, dtype=int)]
        return VisualInput(sample.kind, tuple(Crop(pixels) for pixels in made))
    with at_hand(*sample.images) as paths:
        if sample.kind is InputKind.VIDEO:
            return VisualInput.video(_read_frames(paths, frame_count))
        crops = _read_images(paths)
        if len({crop.pixels.shape for crop in crops}) > 1:
            raise _broken(paths[1], f"is not of the size of {paths[0]}; mend the pair")
        return VisualInput(sample.kind, tuple(_edited(crops, sample.edit)))


def read_picture(path: Path) -> NDArray[np.uint8]:
    """One image by itself, ``[height, width, 3]``.

    Raises:
        UniRSError: ``image_broken``, ``archive_broken`` or ``shard_broken``.
    """
    with at_hand(path) as (here,):
        return _read_picture(here).pixels


def read_mask(path: Path, edit: Edit | None = None) -> NDArray[np.bool_]:
    """Where an image is not 0 (black), ``[height, width]``, in its own size.

    Args:
        path: The file.
        edit: That of the sample whose mask it is.

    Raises:
        UniRSError: ``image_broken`` or ``shard_broken``.
    """
    with at_hand(path) as (here,), _named_errors(here), Image.open(here) as image:
        coloured = len(image.getbands()) > 1
        values = np.asarray(image.convert("RGB") if coloured else image)  # indices of a palette
    changed = values != 0
    mask = np.asarray(changed.any(axis=2) if coloured else changed)
    return edit([mask])[0] if edit else mask


def probe(path: Path, frame_count: int = 0, *, decode: bool = True) -> tuple[int, int]:
    """Width and height of an image or video, upright.

    Args:
        path: The file.
        frame_count: Frames that a video must have.
        decode: Whether to decode all of it, which finds what is cut off or corrupt; else its
            header alone is read.

    Raises:
        UniRSError: ``image_broken`` or ``shard_broken``.
    """
    with at_hand(path) as (here,):
        return _probe(here, frame_count, decode=decode)


def _probe(path: Path, frame_count: int, *, decode: bool) -> tuple[int, int]:
    from unirs.imagery import is_video

    if is_video(path):
        return _probe_video(path, max(frame_count, 1), decode=decode)
    if _is_raster(path):
        return _probe_raster(path, decode=decode)
    with _named_errors(path), Image.open(path) as image:
        if decode:
            image.load()
        # Not asked of every picture: of a PNG without the tag, getexif would decode all of it.
        turned = "exif" in image.info and image.getexif().get(_EXIF_ORIENTATION) in _TURNED
        width, height = image.size
        return (height, width) if turned else (width, height)


def _probe_video(path: Path, frame_count: int, *, decode: bool) -> tuple[int, int]:
    from unirs.imagery import read_video
    from unirs.imagery.video import open_video

    with _named_errors(path):
        if decode:
            read_video(path, frame_count, _PROBED)
        with open_video(path) as container:
            stream = container.streams.video[0]
            return stream.width, stream.height


def _probe_raster(path: Path, *, decode: bool) -> tuple[int, int]:
    from unirs.imagery.source import open_raster

    with _named_errors(path), open_raster(path) as dataset:
        if decode:
            for _, window in dataset.block_windows(1):
                dataset.read(window=window)
        return dataset.width, dataset.height


def _read_frames(paths: Sequence[Path], frame_count: int) -> list[Crop]:
    from unirs.imagery import read_video

    if len(paths) == 1:
        size = _kept_size(paths[0])
        with _named_errors(paths[0]):
            return read_video(paths[0], frame_count, size)
    if len(paths) < frame_count:
        raise UniRSError(
            "image_broken",
            f"{paths[0]} is one of {len(paths)} frames, but {frame_count} are needed; "
            "name more frames.",
            missing=False,
        )
    chosen = np.linspace(0, len(paths) - 1, frame_count, dtype=int)
    return _read_images([paths[number] for number in chosen])


def _read_images(paths: Sequence[Path]) -> list[Crop]:
    if all(_is_raster(path) for path in paths):
        return _read_rasters(paths)
    return [_read_picture(path) for path in paths]


def _read_rasters(paths: Sequence[Path]) -> list[Crop]:
    """Rasters by one stretch, without their place on the ground, in the order given."""
    from unirs.imagery import read_crop, read_series

    size = _kept_size(paths[0])
    with _named_errors(paths[0]):
        crops = read_series(paths, size) if len(paths) > 1 else [read_crop(paths[0], size)]
    pixels = {crop.source: crop.pixels for crop in crops}  # a series comes in order of its dates
    return [Crop(pixels[str(path)], source=str(path)) for path in paths]


def _edited(crops: list[Crop], edit: Edit | None) -> list[Crop]:
    if edit is None:
        return crops
    return [Crop(pixels, source=crops[0].source) for pixels in edit([c.pixels for c in crops])]


def _kept_size(path: Path) -> int:
    """Pixels of the longer side that an image is read with."""
    return min(LONGEST, max(_probe(path, 0, decode=False)))


def _read_picture(path: Path) -> Crop:
    if _is_raster(path):
        return _read_rasters([path])[0]
    with _named_errors(path), Image.open(path) as image:
        image.draft("RGB", (LONGEST, LONGEST))  # a JPEG is decoded no larger than needed
        picture = _opaque(ImageOps.exif_transpose(image))
        picture.thumbnail((LONGEST, LONGEST))
        return Crop(np.asarray(picture), source=str(path))


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    picture = image.convert("RGBA")
    ground = Image.new("RGBA", picture.size, (NEUTRAL, NEUTRAL, NEUTRAL, 255))
    return Image.alpha_composite(ground, picture).convert("RGB")


def _is_raster(path: Path) -> bool:
    """Whether GDAL reads an image, and not Pillow."""
    if path.suffix.lower() in _RASTERS:
        return True
    with _named_errors(path), Image.open(path) as image:
        return image.mode in _DEEP_MODES


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    """Turn the errors of readers into one sentence about the file."""
    try:
        yield
    except UniRSError as error:
        missing = error.code.endswith("_missing")
        raise UniRSError("image_broken", error.message, missing=missing) from error
    except FileNotFoundError as error:
        message = f"{path} is missing; put it there, or get the dataset anew."
        raise UniRSError("image_broken", message, missing=True) from error
    except Image.DecompressionBombError as error:
        raise _broken(path, "has too many pixels to be read whole; cut it into tiles") from error
    except (OSError, ValueError, SyntaxError, EOFError, struct.error) as error:
        raise _broken(path, "cannot be read as an image; get a new copy") from error


def _broken(path: Path, what: str) -> UniRSError:
    return UniRSError("image_broken", f"{path} {what}.", missing=False)

"""Dates corrected towards the first one, where that is requested: offsets and colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from unirs.guard import Offset, matched, offset_between
from unirs.guard.pair import FAR, distance_text
from unirs.imagery.georeference import Raster
from unirs.imagery.grid import Grid
from unirs.imagery.stopping import Stop
from unirs.imagery.stretch import to_rgb
from unirs.imagery.warp import Samples, read_samples
from unirs.inputs import CropOptions
from unirs.sentences import sentence

Images = list[NDArray[np.uint8]]
Notes = tuple[str, ...]


def aligned(
    rasters: Sequence[Raster],
    dates: Sequence[Samples],
    grid: Grid,
    options: CropOptions,
    stop: Stop | None,
) -> tuple[list[Samples], list[Notes]]:
    """Dates on one grid, those that lie off the first one read anew where they fit.

    A date is moved as a whole, and only if it then lies nearer than before.

    Args:
        rasters: What was read.
        dates: Their samples on the grid.
        grid: The grid.
        options: What is read of the rasters.
        stop: Ends the reading.

    Returns:
        The samples, and a sentence for each date that was moved or whose offset is unknown.

    Raises:
        UniRSError: As reading them.
    """
    done, notes = [dates[0]], [Notes()]
    for index, (raster, samples) in enumerate(zip(rasters, dates, strict=True)):
        if index > 0:
            about = partial(_about, index, len(rasters))
            fitting, note = _fitting(dates[0], raster, samples, grid, options, stop, about)
            done.append(fitting)
            notes.append(note)
    return done, notes


def in_colours_of_the_first(
    images: Images, valid: Sequence[NDArray[np.bool_]], notes: Sequence[Notes]
) -> tuple[Images, list[Notes]]:
    """Images of several dates in the colours of the first one.

    Args:
        images: ``[height, width, 3]`` each.
        valid: ``[height, width]`` each, where they have data.
        notes: Sentences about each so far.

    Returns:
        The images, and the sentences with one more for each date but the first.
    """
    later = zip(images[1:], valid[1:], strict=True)
    colours = [matched(image, images[0], data, valid[0]) for image, data in later]
    added = [
        (*before, _about(index, len(images), "coloured"))
        for index, before in enumerate(notes[1:], start=1)
    ]
    return [images[0], *colours], [notes[0], *added]


def _about(index: int, count: int, code: str, **values: str) -> str:
    """A sentence about a date but the first."""
    if count == 2:
        return sentence(code, **values)
    return sentence(f"{code}_one", number=index + 1, **values)


def _fitting(
    first: Samples,
    raster: Raster,
    samples: Samples,
    grid: Grid,
    options: CropOptions,
    stop: Stop | None,
    about: Callable[..., str],
) -> tuple[Samples, Notes]:
    """A date where it fits the first one, and what was done; nothing if nothing had to be."""
    offset = _offset(first, samples, options)
    if offset is not None:
        if offset.pixels <= FAR:
            return samples, ()
        moved = read_samples(raster, _moved(grid, offset), options.bands, stop)
        left = _offset(first, moved, options)
        if left is not None and left.pixels < offset.pixels:
            distance = distance_text(offset.pixels, grid.pixel_size)
            return moved, (about("moved", distance=distance),)
    return samples, (about("unaligned"),)


def _offset(first: Samples, other: Samples, options: CropOptions) -> Offset | None:
    both = first.valid & other.valid
    if not both.any():
        return None
    before, after = to_rgb([first, other], options.stretch)
    return offset_between(before, after, both)


def _moved(grid: Grid, offset: Offset) -> Grid:
    """The grid over what a date shows of the ground that it should show."""
    min_x, min_y, max_x, max_y = grid.extent
    x = offset.right * (max_x - min_x) / grid.width
    y = -offset.down * (max_y - min_y) / grid.height
    return replace(grid, extent=(min_x + x, min_y + y, max_x + x, max_y + y))

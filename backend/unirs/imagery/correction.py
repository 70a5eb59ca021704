"""Dates corrected towards the first one, where that is requested: offsets and colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
    names = _names(len(rasters))
    for name, raster, samples in zip(names, rasters[1:], dates[1:], strict=True):
        fitting, what = _fitting(dates[0], raster, samples, grid, options, stop)
        done.append(fitting)
        notes.append((f"{name} {what}",) if what else ())
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
    names = _names(len(images))
    added = [
        (*before, f"{name} has the colours of the first one.")
        for name, before in zip(names, notes[1:], strict=True)
    ]
    return [images[0], *colours], [notes[0], *added]


def _names(count: int) -> list[str]:
    """What sentences call the dates but the first."""
    return ["The later date"] if count == 2 else [f"Image {n + 1}" for n in range(1, count)]


def _fitting(
    first: Samples,
    raster: Raster,
    samples: Samples,
    grid: Grid,
    options: CropOptions,
    stop: Stop | None,
) -> tuple[Samples, str]:
    """A date where it fits the first one, and what was done; empty if nothing had to be."""
    offset = _offset(first, samples, options)
    if offset is not None:
        if offset.pixels <= FAR:
            return samples, ""
        moved = read_samples(raster, _moved(grid, offset), options.bands, stop)
        left = _offset(first, moved, options)
        if left is not None and left.pixels < offset.pixels:
            return moved, f"was moved by {distance_text(offset.pixels, grid.pixel_size)}."
    return samples, "cannot be aligned: too little is alike."


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

"""Pixels of one raster, warped on to a grid.

GDAL's warper is called for the bands in question alone (``rasterio.warp.reproject``). A
``WarpedVRT`` would warp every band of the file: a hundredfold cost for hyperspectral scenes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, Resampling
from rasterio.io import DatasetReader
from rasterio.warp import reproject

from unirs.errors import UniRSError
from unirs.imagery.georeference import Raster, placement, rasterio_crs
from unirs.imagery.grid import Grid
from unirs.imagery.source import open_raster

_PALETTE_OVERSAMPLING = 4
"""Palette indices have no average: they are read this much finer, and their colours averaged."""


@dataclass(frozen=True)
class Samples:
    """Values of a raster on a grid.

    Attributes:
        values: ``[bands, height, width]`` with one band (grey) or three (red, green, blue), in the
            raster's own units; meaningless where not valid.
        valid: ``[height, width]``, where there are data: neither nodata, masked, transparent, NaN
            or infinite in any band, nor outside the raster.
        dtype: Data type of the raster.
    """

    values: NDArray[np.floating]
    valid: NDArray[np.bool_]
    dtype: np.dtype[np.generic]


def read_samples(raster: Raster, grid: Grid, bands: tuple[int, ...] | None) -> Samples:
    """One or three bands of a raster on a grid.

    The coarsest overview that is still finer than the grid is averaged on to it; only the part
    under the grid is read. A raster coarser than the grid is interpolated (bilinear).

    Args:
        raster: What to read.
        grid: Where.
        bands: Band numbers from 1; chosen by colour interpretation where ``None``.

    Raises:
        UniRSError: ``raster_unreadable``, ``bands_unsupported``.
    """
    decimation = grid.decimation(raster.georeference)
    with open_raster(raster.name) as dataset:
        chosen = _chosen_bands(dataset, bands)
        level = _overview_level(dataset.overviews(chosen[0]), decimation)
    with open_raster(raster.name, **level) as dataset:
        if len(chosen) == 1 and dataset.colorinterp[chosen[0] - 1] == ColorInterp.palette:
            return _read_palette(dataset, raster, grid, chosen[0])
        resampling = Resampling.average if decimation > 1 else Resampling.bilinear
        return _warp(dataset, raster, grid, chosen, resampling)


def _chosen_bands(dataset: DatasetReader, wanted: tuple[int, ...] | None) -> tuple[int, ...]:
    """Band numbers: those wanted if the raster has them, else its red, green and blue, else 1-3."""
    bands = wanted or _default_bands(dataset)
    if not all(1 <= band <= dataset.count for band in bands):
        raise UniRSError(
            "bands_unsupported",
            f"{dataset.name} has bands 1 to {dataset.count}, and not all of "
            f"{', '.join(map(str, bands))}; give others.",
        )
    if any(dataset.dtypes[band - 1].startswith("complex") for band in bands):
        raise UniRSError(
            "bands_unsupported",
            f"{dataset.name} holds complex numbers, which no picture can show; "
            "give a raster of their magnitude.",
        )
    return bands


def _default_bands(dataset: DatasetReader) -> tuple[int, ...]:
    meaning = dataset.colorinterp
    colours = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    if all(colour in meaning for colour in colours):
        return tuple(meaning.index(colour) + 1 for colour in colours)
    data = [band for band in dataset.indexes if meaning[band - 1] != ColorInterp.alpha]
    return tuple(data[:3]) if len(data) >= 3 else tuple(data[:1]) or (1,)


def _overview_level(factors: list[int], decimation: float) -> dict[str, int]:
    """GDAL's open option for the coarsest overview that is not coarser than needed."""
    usable = [level for level, factor in enumerate(factors) if factor <= decimation]
    return {"overview_level": max(usable, key=factors.__getitem__)} if usable else {}


def _warp(
    dataset: DatasetReader,
    raster: Raster,
    grid: Grid,
    bands: tuple[int, ...],
    resampling: Resampling,
) -> Samples:
    """Bands of a dataset (the raster, or an overview of it) on a grid."""
    dtype = np.result_type(*(dataset.dtypes[band - 1] for band in bands))
    values = np.empty((len(bands), grid.height, grid.width), np.result_type(dtype, np.float32))
    alpha = [i for i in dataset.indexes if dataset.colorinterp[i - 1] == ColorInterp.alpha]
    without_nodata = dtype.kind == "f" and dataset.nodata is None
    reproject(
        rasterio.band(dataset, bands),
        values,
        src_crs=rasterio_crs(raster.georeference.crs),
        src_nodata=np.nan if without_nodata else None,
        src_alpha=alpha[0] if alpha and alpha[0] not in bands else 0,
        dst_crs=rasterio_crs(grid.crs),
        dst_transform=_to_source(dataset, raster) * grid.transform,
        dst_nodata=np.nan,
        resampling=resampling,
        SRC_ALPHA_MAX="1",  # any opacity is data, for what is half transparent is still to be seen
        **placement(dataset, raster.georeference),
    )
    valid: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(values), axis=0)
    return Samples(values, valid, dtype)


def _to_source(dataset: DatasetReader, raster: Raster) -> Affine:
    """From a grid's coordinates to those the warper knows: columns and rows where it has no other.

    An overview has fewer of them than its raster.
    """
    if raster.georeference.placed_by != "pixels":
        return Affine.identity()
    return Affine.scale(dataset.width / raster.width, -dataset.height / raster.height)


def _read_palette(dataset: DatasetReader, raster: Raster, grid: Grid, band: int) -> Samples:
    """Colours of a paletted raster, averaged over the pixels of a grid."""
    factor = _PALETTE_OVERSAMPLING
    fine = replace(grid, width=grid.width * factor, height=grid.height * factor)
    indices = _warp(dataset, raster, fine, (band,), Resampling.nearest)
    table = dataset.colormap(band)
    rgba_of = np.array([*table.values(), (0, 0, 0, 0)], dtype=float)  # the last: not in the table
    index = np.where(indices.valid, indices.values[0], len(table)).astype(np.intp)
    rgba = rgba_of[np.minimum(index, len(table))]
    opaque = rgba[..., 3] > 0
    cells = (grid.height, factor, grid.width, factor)
    count = opaque.reshape(cells).sum(axis=(1, 3))
    total = (rgba[..., :3] * opaque[..., None]).reshape(*cells, 3).sum(axis=(1, 3))
    values = total / np.maximum(count, 1)[..., None]
    return Samples(values.transpose(2, 0, 1), count > 0, indices.dtype)

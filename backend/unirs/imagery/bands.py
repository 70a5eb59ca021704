"""What the bands of a raster hold: grey, colours or a palette, with scale, offset and gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.io import DatasetReader
from rasterio.windows import Window

_LARGEST_PALETTE = 2**16


@dataclass(frozen=True)
class Reader:
    """How values of a raster are read, from itself or from an overview of it.

    Attributes:
        bands: Band numbers, counted from 1.
        dtype: Of the bands; uint8 for the colours of a palette.
        scales: ``[bands, 2]``: scale and offset by which stored values become physical ones;
            ``None`` where they are stored as they are.
        palette: ``[indices, 4]``: red, green, blue, opacity of each index, if there is a palette.
            Overviews have none of their own.
    """

    bands: tuple[int, ...]
    dtype: np.dtype[np.generic]
    scales: NDArray[np.float64] | None
    palette: NDArray[np.float64] | None

    @classmethod
    def of(cls, dataset: DatasetReader, bands: tuple[int, ...]) -> Reader:
        """The reader of bands of a dataset in full resolution."""
        palette = _palette(dataset, bands)
        if palette is not None:
            return cls(bands, np.dtype(np.uint8), None, palette)
        dtype = np.result_type(*(dataset.dtypes[band - 1] for band in bands))
        return cls(bands, dtype, _scales(dataset, bands), None)

    @property
    def count(self) -> int:
        """Bands that come out: three colours of a palette."""
        return 3 if self.palette is not None else len(self.bands)

    @property
    def computed(self) -> np.dtype[np.generic]:
        """Data type to compute in: precise enough for every stored value and its scale."""
        precise = self.scales is not None or self.dtype.itemsize > 4
        return np.result_type(self.dtype, np.float64 if precise else np.float32)

    @property
    def interpolation(self) -> Resampling:
        """How a raster coarser than a grid is read: a palette has sharp edges."""
        return Resampling.nearest if self.palette is not None else Resampling.bilinear

    def read(self, dataset: DatasetReader, window: Window) -> NDArray[np.floating]:
        """``[count, rows, columns]`` of a window; NaN in all bands where one has no data."""
        stored = dataset.read(self.bands, window=window)
        gaps = self._gaps(dataset, window)
        if self.palette is not None:
            return _colours(stored[0], gaps, self.palette).astype(self.computed)
        values = stored.astype(self.computed)
        if self.scales is not None:
            values = values * self.scales[:, :1, None] + self.scales[:, 1:, None]
        if self.dtype.kind == "f":
            broken = ~np.isfinite(values).all(axis=0)
            gaps = broken if gaps is None else gaps | broken
        if gaps is not None:
            values[:, gaps] = np.nan
        return values

    def _gaps(self, dataset: DatasetReader, window: Window) -> NDArray[np.bool_] | None:
        """``[rows, columns]``, pixels that a file marks as without data; ``None`` for no pixel."""
        flags = [dataset.mask_flag_enums[band - 1] for band in self.bands]
        if all(MaskFlags.all_valid in of_band for of_band in flags):
            return None
        gaps = dataset.read_masks(self.bands, window=window) == 0
        # 0 in one of three bands of bytes is a dark colour, but -9999 in one is no value at all.
        return gaps.all(axis=0) if self.dtype.kind == "u" else gaps.any(axis=0)


def _colours(
    stored: NDArray[np.generic], gaps: NDArray[np.bool_] | None, palette: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Red, green, blue ``[3, rows, columns]`` of indices; NaN for gaps and what is transparent."""
    nowhere = len(palette) - 1
    with np.errstate(invalid="ignore"):  # indices may be floating-point numbers that are none
        index = stored.astype(np.int64)
    index[(index < 0) | (index > nowhere)] = nowhere
    if gaps is not None:
        index[gaps] = nowhere
    rgba = palette[index]
    rgba[rgba[..., 3] == 0] = np.nan
    return np.ascontiguousarray(rgba[..., :3].transpose(2, 0, 1))


def _palette(dataset: DatasetReader, bands: tuple[int, ...]) -> NDArray[np.float64] | None:
    """Colours by index, with a transparent one behind the last; ``None`` without a palette."""
    if len(bands) != 1 or dataset.colorinterp[bands[0] - 1] != ColorInterp.palette:
        return None
    try:
        table = dataset.colormap(bands[0])
    except ValueError:  # a band that is called a palette and has none is grey
        return None
    if not table or not 0 <= max(table) < _LARGEST_PALETTE:
        return None
    palette = np.zeros((max(table) + 2, 4))
    for index, colour in table.items():
        palette[index] = colour
    return palette


def _scales(dataset: DatasetReader, bands: tuple[int, ...]) -> NDArray[np.float64] | None:
    scales = np.array(
        [(dataset.scales[band - 1], dataset.offsets[band - 1]) for band in bands], dtype=float
    )
    usable = np.isfinite(scales).all() and (scales[:, 0] != 0).all()
    return scales if usable and (scales != (1.0, 0.0)).any() else None

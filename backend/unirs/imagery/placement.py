"""The way between coordinates and the pixels of an open dataset or of one of its overviews."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.control import GroundControlPoint
from rasterio.io import DatasetReader
from rasterio.rpc import RPC
from rasterio.transform import GCPTransformer, RPCTransformer
from rasterio.windows import Window

from unirs.imagery.crs import rasterio_crs, transformer
from unirs.imagery.georeference import Raster
from unirs.imagery.grid import Grid
from unirs.imagery.orientation import upright

Points = tuple[NDArray[np.float64], NDArray[np.float64]]

_STEPS = 21
"""Points across a part of a grid that are followed into a raster."""

_MARGIN = 3
"""Pixels that a window is wider on each side than its points: what interpolation looks at."""


@dataclass(frozen=True)
class Placement:
    """Where the pixels of an open dataset lie.

    Attributes:
        crs: Of the coordinates, ``None`` for a plane.
        reach: Least and largest x of the footprint.
        width: Columns of the dataset.
        height: Rows of the dataset.
        transform: Columns and rows to coordinates, unless points or a sensor model do it.
        gcps: Ground control points.
        rpcs: Rational polynomial coefficients.
    """

    crs: CRS | None
    reach: tuple[float, float]
    width: int
    height: int
    transform: Affine | None = None
    gcps: tuple[GroundControlPoint, ...] = ()
    rpcs: RPC | None = None

    @classmethod
    def of(cls, dataset: DatasetReader, raster: Raster) -> Placement:
        """The placement of a raster, or of an overview of it."""
        georeference = raster.georeference
        crs, (min_x, _, max_x, _) = georeference.crs, georeference.bounds
        size = ((min_x, max_x), dataset.width, dataset.height)
        if georeference.placed_by == "gcps":
            return cls(crs, *size, gcps=tuple(dataset.gcps[0]))
        if georeference.placed_by == "rpcs":
            return cls(crs, *size, rpcs=dataset.rpcs)
        if georeference.placed_by == "transform":
            return cls(crs, *size, transform=dataset.transform)
        overview = Affine.scale(raster.width / dataset.width, raster.height / dataset.height)
        stored = upright(raster.orientation, raster.width, raster.height)
        return cls(crs, *size, transform=stored * overview)

    def pixels(self, points: Points) -> Points:
        """Columns and rows of points in the placement's own CRS; not finite where there are none.

        Args:
            points: x and y of the same shape.
        """
        xs, ys = points
        if self.transform is not None:
            return _apply(~self.transform, points)
        found = self._points_to_pixels.rowcol(xs.ravel(), ys.ravel(), op=np.asarray)
        rows, columns = (np.asarray(part, dtype=float).reshape(xs.shape) for part in found)
        return columns, rows

    def density(self, grid: Grid) -> tuple[float, float]:
        """How many columns or rows of the dataset go into one pixel of a grid, in its middle.

        Returns:
            Along the direction in which they are the fewest, and that in which they are the most;
            1 where the dataset's CRS does not reach the middle.
        """
        column, row = grid.width / 2, grid.height / 2
        ends = np.array([(column - 0.5, row), (column + 0.5, row), (column, row - 0.5)])
        ends = np.vstack([ends, (column, row + 0.5)])
        columns, rows = self.pixels(self._from_grid(grid, ends[:, 0], ends[:, 1]))
        steps = np.array([[columns[1] - columns[0], columns[3] - columns[2]],
                          [rows[1] - rows[0], rows[3] - rows[2]]])  # fmt: skip
        if not np.isfinite(steps).all():
            return 1.0, 1.0
        most, fewest = np.linalg.svd(steps, compute_uv=False)
        return float(fewest), float(most)

    def under(self, grid: Grid) -> Points:
        """X and y, in the placement's own CRS, of points all over a grid; only finite ones."""
        columns, rows = np.meshgrid(
            np.linspace(0, grid.width, _STEPS), np.linspace(0, grid.height, _STEPS)
        )
        xs, ys = self._from_grid(grid, columns.ravel(), rows.ravel())
        finite = np.isfinite(xs) & np.isfinite(ys)
        return xs[finite], ys[finite]

    def reduction(self, density: float) -> int:
        """By how much a window is made smaller before it is warped: the overview that is missing.

        Args:
            density: Columns or rows to a pixel of the grid; at least two of them are left.
        """
        return max(1, int(density / 2)) if self.transform is not None else 1

    def window(self, points: Points, shift: float, factor: int = 1) -> Window | None:
        """The part of the dataset under points of a grid, with a margin.

        Args:
            points: Of ``under``.
            shift: How far the dataset is moved in x, around the world.
            factor: Columns and rows come in so many, counted from the first of the dataset.

        Returns:
            ``None`` where the dataset does not reach the points.
        """
        xs, ys = points
        columns, rows = self.pixels((xs - shift, ys))
        finite = np.isfinite(columns) & np.isfinite(rows)
        if not finite.any():
            return None
        # Where some points have no place, the edge of what is seen lies between two of them.
        share = 0.0 if len(xs) == _STEPS**2 and finite.all() else 2.0 / _STEPS
        left, right = _span(columns[finite], share, self.width, factor)
        top, bottom = _span(rows[finite], share, self.height, factor)
        return (
            Window(left, top, right - left, bottom - top) if left < right and top < bottom else None
        )

    def source(
        self, values: NDArray[np.floating], window: Window, shift: float, factor: int = 1
    ) -> dict[str, Any]:
        """Arguments of rasterio's ``reproject`` for the pixels of a window.

        Args:
            values: ``[bands, rows, columns]`` of the window.
            window: Part of the dataset.
            shift: How far the dataset is moved in x, around the world.
            factor: How many columns and rows have become one of the values.
        """
        place: dict[str, Any] = {"source": values, "src_crs": rasterio_crs(self.crs)}
        if self.transform is not None:
            moved = self.off_origin * Affine.translation(shift, 0) * self.transform
            transform = moved * Affine.translation(window.col_off, window.row_off)
            transform *= Affine.scale(factor)
            if transform.a == transform.e == 0:  # GDAL blurs what it has to turn by a quarter
                place["source"] = np.ascontiguousarray(values.transpose(0, 2, 1))
                transform *= Affine(0, 1, 0, 1, 0, 0)
            place["src_transform"] = transform
        elif self.gcps:
            place["gcps"] = [
                GroundControlPoint(
                    gcp.row - window.row_off, gcp.col - window.col_off, gcp.x + shift, gcp.y, gcp.z
                )
                for gcp in self.gcps
            ]
            place["SRC_METHOD"] = "GCP_POLYNOMIAL"
        elif self.rpcs is not None:
            rpcs = copy.copy(self.rpcs)
            rpcs.line_off -= window.row_off
            rpcs.samp_off -= window.col_off
            rpcs.long_off += shift
            place |= {"rpcs": rpcs, "RPC_HEIGHT": rpcs.height_off or 0.0}
        return place

    @property
    def off_origin(self) -> Affine:
        """A step aside for both sides of GDAL's warper, where coordinates are those of a plane.

        GDAL takes a transform for none if it has pixels of 1 and begins at 0, 0.
        """
        return Affine.translation(1, 1) if self.crs is None else Affine.identity()

    @cached_property
    def _points_to_pixels(self) -> GCPTransformer | RPCTransformer:
        if self.rpcs is not None:
            return RPCTransformer(self.rpcs, RPC_HEIGHT=self.rpcs.height_off or 0.0)
        return GCPTransformer(list(self.gcps))

    def _from_grid(
        self, grid: Grid, columns: NDArray[np.float64], rows: NDArray[np.float64]
    ) -> Points:
        xs, ys = _apply(grid.transform, (columns, rows))
        if grid.crs is None or self.crs is None or grid.crs == self.crs:
            return xs, ys
        return transformer(grid.crs, self.crs).transform(xs, ys)


def _apply(transform: Affine, points: Points) -> Points:
    first, second = points
    return (
        transform.a * first + transform.b * second + transform.c,
        transform.d * first + transform.e * second + transform.f,
    )


def _span(places: NDArray[np.float64], share: float, length: int, factor: int) -> tuple[int, int]:
    """First column or row that covers places, and the one behind the last, in the dataset."""
    low, high = float(places.min()), float(places.max())
    margin = _MARGIN * factor + share * (high - low)
    first, last = max(low - margin, 0.0), min(high + margin, float(length))
    return int(first / factor) * factor, min(length, (int(last / factor) + 1) * factor)

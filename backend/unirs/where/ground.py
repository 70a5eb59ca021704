"""The ground that is searched."""

from __future__ import annotations

import math
from dataclasses import dataclass

from unirs.imagery.crop import in_order_of_date
from unirs.imagery.crs import crs_text
from unirs.imagery.georeference import Raster, describe
from unirs.imagery.grid import Grid, common_grid, metres_per_unit
from unirs.inputs import Extent
from unirs.where.request import WindowRequest


@dataclass(frozen=True)
class Ground:
    """An extent on the ground.

    Attributes:
        extent: What is searched, in units of ``crs``.
        crs: ``"EPSG:…"`` or WKT; ``None`` where the raster has none.
        metres: Metres of a unit of x and of one of y; 1 and 1 where they are not known.
        in_metres: Whether they are known.
        pixel: Side of a pixel of the raster in metres, of the coarser one of two dates; in units of
            the raster where metres are not known.
    """

    extent: Extent
    crs: str | None
    metres: tuple[float, float]
    in_metres: bool
    pixel: float

    @classmethod
    def of(cls, request: WindowRequest) -> Ground:
        """The extent of a request: the one asked for, else all that the rasters have in common.

        Raises:
            UniRSError: See :mod:`unirs.imagery`.
        """
        rasters = in_order_of_date([describe(path) for path in request.paths])
        grid = common_grid(rasters, 1, request.crop)
        metres = metres_per_unit(grid.crs, grid.extent) if grid.crs else None
        return cls(
            extent=grid.extent,
            crs=crs_text(grid.crs),
            metres=metres or (1.0, 1.0),
            in_metres=metres is not None,
            pixel=max(map(_pixel, rasters)),
        )

    def size_of(self, metres: float) -> tuple[float, float]:
        """Width and height, in units of the CRS, of a square on the ground."""
        return metres / self.metres[0], metres / self.metres[1]


def _pixel(raster: Raster) -> float:
    place = raster.georeference
    grid = Grid(place.crs, place.bounds, raster.width, raster.height)
    return grid.pixel_size or math.sqrt(grid.pixel_area)

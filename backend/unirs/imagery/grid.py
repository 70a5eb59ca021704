"""The grid of a crop: north-up pixels, square on the ground, over an extent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from affine import Affine
from pyproj import CRS, Geod
from rasterio.transform import from_bounds
from shapely import box, intersection_all

from unirs.errors import UniRSError
from unirs.imagery.crs import WGS84, beside, parse_crs, transform_extent, transformer
from unirs.imagery.georeference import Raster
from unirs.inputs import CropOptions, Extent, empty_extent, is_across


@dataclass(frozen=True)
class Grid:
    """Pixels over a ground extent.

    Attributes:
        crs: CRS of the extent, if there is one.
        extent: The ground that the pixels cover, exactly.
        width: Number of columns.
        height: Number of rows.
    """

    crs: CRS | None
    extent: Extent
    width: int
    height: int

    @classmethod
    def covering(cls, extent: Extent, crs: CRS | None, size: int) -> Grid:
        """The grid over an extent whose longer side has ``size`` pixels.

        The shorter side has as many as the extent's shape asks for, and at least one. The shape is
        that in a projected CRS; in a geographic one it is that on the ground.
        """
        min_x, min_y, max_x, max_y = extent
        x_metres, y_metres = 1.0, 1.0
        if crs is not None and crs.is_geographic:
            x_metres, y_metres = metres_per_unit(crs, extent) or (1.0, 1.0)
        across, along = (max_x - min_x) * x_metres, (max_y - min_y) * y_metres
        longer = max(across, along)
        width = max(1, round(size * across / longer))
        height = max(1, round(size * along / longer))
        return cls(crs, extent, width, height)

    @cached_property
    def transform(self) -> Affine:
        """Column and row to coordinates of the CRS."""
        return from_bounds(*self.extent, self.width, self.height)

    @cached_property
    def pixel_area(self) -> float:
        """Area of one pixel in squared units of the CRS."""
        return abs(self.transform.determinant)

    @cached_property
    def pixel_size(self) -> float | None:
        """Ground size of one pixel in metres at the middle of the extent; ``None`` without CRS.

        It is measured on the ellipsoid, so that the distortion of a projection (twofold at 60°
        north in Web Mercator) is not taken for ground.
        """
        scale = metres_per_unit(self.crs, self.extent) if self.crs else None
        return math.sqrt(self.pixel_area * scale[0] * scale[1]) if scale else None

    def part(self, rows: slice, columns: slice) -> Grid:
        """Some rows and columns of this grid."""
        min_x, max_y = self.transform * (columns.start, rows.start)
        max_x, min_y = self.transform * (columns.stop, rows.stop)
        extent = (min_x, min_y, max_x, max_y)
        return Grid(self.crs, extent, columns.stop - columns.start, rows.stop - rows.start)


def common_grid(rasters: Sequence[Raster], size: int, options: CropOptions) -> Grid:
    """The grid of one raster or of several dates, in the CRS of the first.

    Raises:
        UniRSError: ``no_overlap``, ``dates_no_overlap``, ``crs_missing``, ``crs_invalid``.
    """
    _refuse_unrelated(rasters)
    crs = rasters[0].georeference.crs
    footprints = [_footprint(raster, crs) for raster in rasters]
    first = footprints[0]
    if options.extent is None:
        extent = _common(footprints, crs)
        if extent is None:
            raise UniRSError(
                "dates_no_overlap",
                f"{' and '.join(raster.name for raster in rasters)} have no ground in common; "
                "give dates of one place.",
            )
        return Grid.covering(extent, crs, size)
    extent = _wanted_extent(rasters[0], options.extent, options.extent_crs)
    if first is not None:
        extent = beside(extent, first, crs)
    for raster, footprint in zip(rasters, footprints, strict=True):
        if _common([extent, footprint], crs) is None:
            raise UniRSError(
                "no_overlap",
                f"The extent {_text(options.extent)} lies outside {raster.name}; "
                "give one that meets it, and its CRS if that is not the raster's.",
            )
    return Grid.covering(extent, crs, size)


def _footprint(raster: Raster, crs: CRS | None) -> Extent | None:
    return transform_extent(raster.georeference.bounds, raster.georeference.crs, crs)


def _refuse_unrelated(rasters: Sequence[Raster]) -> None:
    """Refuse rasters that no CRS relates, unless they have one grid anyway."""
    missing = [raster for raster in rasters if raster.georeference.crs is None]
    one_grid = {(raster.georeference, raster.width * raster.height) for raster in rasters}
    if missing and len(one_grid) > 1:
        raise UniRSError(
            "crs_missing",
            f"{missing[0].name} has no CRS, so that it cannot be laid on the other date; "
            "georeference it, or give images of one size and place.",
        )


def _wanted_extent(raster: Raster, extent: Extent, extent_crs: str | None) -> Extent:
    """The extent asked for, in the CRS of the raster."""
    target = raster.georeference.crs
    if extent_crs is None:
        return _to_the_east(extent, target)
    if target is None:
        raise UniRSError(
            "crs_missing",
            f"{raster.name} has no CRS, so that an extent in {extent_crs} cannot be found in it; "
            "georeference the raster, or give the extent in its own coordinates.",
        )
    source = parse_crs(extent_crs, "The CRS of the extent")
    transformed = transform_extent(_to_the_east(extent, source), source, target)
    if transformed is None:
        raise UniRSError(
            "no_overlap",
            f"The extent {_text(extent)} in {extent_crs} is out of reach of the CRS of "
            f"{raster.name}; give one that meets it.",
        )
    return transformed


def _to_the_east(extent: Extent, crs: CRS | None) -> Extent:
    """An extent with its limits in order: from 170 to -170 is from 170 to 190."""
    if not is_across(extent):
        return extent
    if crs is None or not crs.is_geographic:
        raise empty_extent(extent)
    min_x, min_y, max_x, max_y = extent
    return min_x, min_y, max_x + 360.0, max_y


def _common(extents: Sequence[Extent | None], crs: CRS | None) -> Extent | None:
    """What extents have in common, also across the antimeridian; ``None`` where that is no area."""
    known = [extent for extent in extents if extent is not None]
    if len(known) < len(extents):
        return None
    common = intersection_all([box(*beside(extent, known[0], crs)) for extent in known])
    if common.area == 0:
        return None
    min_x, min_y, max_x, max_y = common.bounds
    return min_x, min_y, max_x, max_y


def metres_per_unit(crs: CRS, extent: Extent) -> tuple[float, float] | None:
    """Metres on the ellipsoid that a unit of x and one of y span in the middle of an extent.

    Returns:
        ``None`` for a CRS without a place on Earth (local or planetary).
    """
    min_x, min_y, max_x, max_y = extent
    x, y = (min_x + max_x) / 2, (min_y + max_y) / 2
    half_x, half_y = (max_x - min_x) * 5e-4, (max_y - min_y) * 5e-4
    try:
        to_degrees = transformer(crs, WGS84)
    except UniRSError:
        return None
    longitudes, latitudes = to_degrees.transform(
        [x - half_x, x + half_x, x, x], [y, y, y - half_y, y + half_y]
    )
    if not all(map(math.isfinite, [*longitudes, *latitudes])):
        return None
    _, _, metres = Geod(ellps="WGS84").inv(
        longitudes[::2], latitudes[::2], longitudes[1::2], latitudes[1::2]
    )
    return metres[0] / (2 * half_x), metres[1] / (2 * half_y)


def _text(extent: Extent) -> str:
    return " ".join(f"{value:.10g}" for value in extent)

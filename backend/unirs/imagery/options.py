"""How a raster is turned into an image."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from unirs.errors import UniRSError
from unirs.inputs import Extent

Stretch = Literal["auto", "none", "percentile", "minmax"]
"""How values become 8-bit: see :mod:`unirs.imagery.stretch`."""


@dataclass(frozen=True)
class CropOptions:
    """What to read of a raster, and how to show it.

    Attributes:
        extent: The ground to read; all of the raster (of a pair or series: all that the dates have
            in common) where there is none. Rasters without georeference count pixels, with the
            upper left corner at 0, 0 and y growing upwards, so that the rows have negative y.
        extent_crs: CRS of ``extent``, such as ``"EPSG:4326"`` (x is then the longitude); that of
            the raster (of a pair or series: of the first in time) where there is none. In degrees
            an extent across the 180° meridian goes from 170 to 190, or from 170 to -170.
        bands: One band number (shown as grey) or three (red, green, blue), counted from 1; chosen
            by colour interpretation where there are none.
        stretch: How values become 8-bit.

    Raises:
        UniRSError: ``extent_empty`` or ``bands_unsupported``.
    """

    extent: Extent | None = None
    extent_crs: str | None = None
    bands: tuple[int, ...] | None = None
    stretch: Stretch = "auto"

    def __post_init__(self) -> None:
        """Refuse what no raster could answer."""
        if self.extent is not None and not _encloses_area(self.extent):
            raise empty_extent(self.extent)
        if self.bands is not None and len(self.bands) not in (1, 3):
            raise UniRSError(
                "bands_unsupported",
                f"An image is made of one band or of three, not of {len(self.bands)}; "
                "give one band number or three.",
            )


def is_across(extent: Extent) -> bool:
    """Whether an extent, if it is in degrees, goes east across the 180° meridian: 170 to -170."""
    min_x, _, max_x, _ = extent
    return -180 <= max_x < min_x <= 180 and max_x + 360 - min_x <= 180


def empty_extent(extent: Extent) -> UniRSError:
    """What to tell of an extent without an area."""
    min_x, min_y, max_x, max_y = extent
    return UniRSError(
        "extent_empty",
        f"The extent {min_x:g} {min_y:g} {max_x:g} {max_y:g} encloses no area; "
        "give minimum x, minimum y, maximum x, maximum y.",
    )


def _encloses_area(extent: Extent) -> bool:
    min_x, min_y, max_x, max_y = extent
    finite = all(map(math.isfinite, extent))
    return finite and min_y < max_y and (min_x < max_x or is_across(extent))

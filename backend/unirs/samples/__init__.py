"""Small real images that are free to share: the self-test, the benchmark and the demo use them.

``README.md`` beside this file has their sources and licences.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from unirs.inputs import Extent

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Sample:
    """A raster, picture or video of the package.

    Attributes:
        file: Name of the file in ``FOLDER``.
        title: What it shows.
        credit: Whose imagery it is, and under which terms.
        acquired: When the image was taken, as far as that is documented.
        crs: Its CRS; ``None`` without georeference.
        extent: Its ground in units of the CRS; ``None`` without georeference.
    """

    file: str
    title: str
    credit: str
    acquired: dt.date | None = None
    crs: str | None = None
    extent: Extent | None = None

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return FOLDER / self.file


_NAIP = "USDA NAIP, public domain"
_LANDSAT = "USGS Landsat 8, public domain"

_LAKES: Extent = (488600.0, 5206395.0, 490300.0, 5208095.0)
CITY_EXTENT: Extent = (729345.0, -2827995.0, 754845.0, -2806995.0)

BEFORE = Sample(
    "naip-2010-06-29.tif",
    "Lakes between fields",
    _NAIP,
    dt.date(2010, 6, 29),
    "EPSG:32614",
    _LAKES,
)
AFTER = Sample(
    "naip-2014-07-20.tif",
    "The same lakes, risen over fields",
    _NAIP,
    dt.date(2014, 7, 20),
    "EPSG:32614",
    _LAKES,
)
NEW_WATER = Sample(
    "new-water.tif",
    "Where the later date has water and the earlier one has none: 1, elsewhere 0",
    _NAIP,
    crs="EPSG:32614",
    extent=_LAKES,
)
CITY = Sample(
    "landsat-2020-05-18.tif",
    "A reservoir, its dam, a river, two cities and fields",
    _LANDSAT,
    dt.date(2020, 5, 18),
    "EPSG:32621",
    CITY_EXTENT,
)
HILLS = Sample(
    "sentinel2.jpg",
    "Woods and bare hills",
    "Contains modified Copernicus Sentinel-2 data",
)
FLIGHT = Sample("flight.mp4", "From the reservoir over its dam to the city", _LANDSAT)

SAMPLES = (BEFORE, AFTER, NEW_WATER, CITY, HILLS, FLIGHT)

RESERVOIR: Extent = (743445.0, -2813595.0, 749445.0, -2807595.0)
"""Open water and its shore in ``CITY``, in its CRS."""

BLOCKS: Extent = (730245.0, -2824395.0, 735045.0, -2819595.0)
"""Densely built blocks in ``CITY``, in its CRS."""

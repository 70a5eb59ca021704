"""What is known of rasters without a model."""

from __future__ import annotations

from pathlib import Path

from pyproj import CRS, Geod

from unirs.errors import UniRSError
from unirs.imagery.crs import WGS84, transform_extent
from unirs.imagery.georeference import Raster, describe
from unirs.imagery.source import open_raster
from unirs.imagery.stopping import Stop, check_stop
from unirs.index.table import is_index
from unirs.inputs import Extent
from unirs.tool_server.roots import Roots, listable
from unirs.tool_server.schemas import Band, RasterEntry, RasterFacts, RasterList, plain

_MOST_BANDS = 64
_MOST_METADATA = 40
_GEOD = Geod(ellps="WGS84")


def list_rasters(
    roots: Roots, search: str, after: str | None, limit: int, stop: Stop | None = None
) -> RasterList:
    """A page of the rasters that may be read.

    Args:
        roots: Where they lie.
        search: What their paths below the folders contain, without regard to case.
        after: The path at the end of the page before.
        limit: Length of the page, at least 1.
        stop: Ends the list.

    Raises:
        UniRSError: ``cancelled``.
    """
    entries: list[RasterEntry] = []
    for file in roots.files(after):
        check_stop(stop)
        if search.lower() not in str(roots.below(file)).lower():
            continue
        if len(entries) == limit:
            return _page(roots, entries, entries[-1].path)
        entries.append(_entry(roots, file, stop))
    return _page(roots, entries, None)


def describe_raster(roots: Roots, path: str, stop: Stop | None = None) -> RasterFacts:
    """What the header of a raster holds.

    Raises:
        UniRSError: As for ``Roots.raster`` and ``describe``.
    """
    file = roots.raster(path, stop)
    raster = describe(file)
    place = raster.georeference
    with open_raster(file) as dataset:
        bands = [
            Band(
                number=number,
                type=dataset.dtypes[number - 1],
                colour=dataset.colorinterp[number - 1].name,
                nodata=dataset.nodatavals[number - 1],
                description_in_file=dataset.descriptions[number - 1],
            )
            for number in dataset.indexes[:_MOST_BANDS]
        ]
        return RasterFacts(
            path=str(file),
            format=dataset.driver,
            bytes=file.stat().st_size,
            date=raster.date.isoformat() if raster.date else None,
            width=raster.width,
            height=raster.height,
            crs=_name(place.crs),
            extent=place.bounds,
            extent_wgs84=_wgs84(raster),
            ground_size_m=_ground_size(_wgs84(raster)),
            bands=bands,
            band_count=dataset.count,
            metadata_in_file=dict(list(dataset.tags().items())[:_MOST_METADATA]),
        )


def _page(roots: Roots, entries: list[RasterEntry], next_after: str | None) -> RasterList:
    folders = [str(folder) for folder in roots.folders]
    return RasterList(folders=folders, rasters=entries, next_after=next_after)


def _entry(roots: Roots, file: Path, stop: Stop | None) -> RasterEntry:
    name = str(file)
    if not listable(file):
        shown = plain(name.encode("utf-8", "replace").decode())
        return RasterEntry(path=shown, problem="Its name holds hidden characters; rename it.")
    try:
        if file.suffix.lower() == ".gpkg" and is_index(roots.index(name, stop)):
            return RasterEntry(path=name, is_index=True)
        raster = describe(roots.raster(name, stop))
        return RasterEntry(
            path=name,
            date=raster.date.isoformat() if raster.date else None,
            width=raster.width,
            height=raster.height,
            extent_wgs84=_wgs84(raster),
        )
    except UniRSError as error:
        if error.code == "cancelled":
            raise
        return RasterEntry(path=name, problem=error.message)


def _wgs84(raster: Raster) -> Extent | None:
    crs = raster.georeference.crs
    return transform_extent(raster.georeference.bounds, crs, WGS84) if crs else None


def _name(crs: CRS | None) -> str | None:
    code = crs.to_epsg() if crs else None
    return f"EPSG:{code}" if code else crs.name if crs else None


def _ground_size(extent: Extent | None) -> tuple[float, float] | None:
    """Width and height of an extent in degrees, through its middle, in metres."""
    if extent is None:
        return None
    west, south, east, north = extent
    x, y = (west + east) / 2, (south + north) / 2
    half_width = _GEOD.inv(west, y, x, y)[2]  # by halves: the whole could be shorter backwards
    return round(2 * half_width, 1), round(_GEOD.inv(x, south, x, north)[2], 1)

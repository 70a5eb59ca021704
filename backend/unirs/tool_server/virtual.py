"""Virtual rasters that are plain mosaics: pixels of other rasters, laid side by side.

GDAL's virtual rasters can do far more: warp, run functions, read raw bytes of any file. Only what
is listed here is let through, and only files beside it or with a whole path are its sources.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, fromstring

from unirs.errors import UniRSError

_ELEMENTS = """
    vrtdataset srs geotransform gcplist gcp metadata mdi maskband vrtrasterband description
    nodatavalue hidenodatavalue colorinterp colortable entry scale offset unittype categorynames
    category histograms histitem histmin histmax bucketcount includeoutofrange approximate
    histcounts blockxsize blockysize overviewlist simplesource complexsource averagedsource
    sourcefilename sourceband sourceproperties srcrect dstrect nodata scaleoffset scaleratio
    colortablecomponent lut usemaskband
"""
_ATTRIBUTES = """
    rasterxsize rasterysize datatype band subclass relativetovrt shared domain key blockxsize
    blockysize xoff yoff xsize ysize resampling c1 c2 c3 c4 id info pixel line x y z projection
    dataaxistosrsaxismapping coordinateepoch alpha
"""
_DOMAINS = {"", "image_structure", "rpc"}
_LARGEST = 2**25


def sources(file: Path) -> list[Path] | None:
    """The files that a virtual raster is made of.

    Args:
        file: Any file.

    Returns:
        Their paths, as they are written; ``None`` for a file that is no virtual raster.

    Raises:
        UniRSError: ``raster_unreadable`` if it is more than a mosaic.
    """
    with file.open("rb") as stream:
        if b"<VRTDataset" not in stream.read(4096):
            return None
    text = file.read_text("utf-8", "replace") if file.stat().st_size <= _LARGEST else ""
    try:
        # Without declarations there are no entities, and nothing to expand.
        root = None if re.search("<!(?!--)", text) else fromstring(text)  # noqa: S314
    except (ParseError, ValueError):
        root = None
    if root is None or not all(_is_plain(element) for element in root.iter()):
        raise _refused(file)
    found = (each for each in root.iter() if each.tag.lower() == "sourcefilename")
    return [_path(each, file) for each in found]


def _is_plain(element: Element) -> bool:
    attributes = {name.lower(): value for name, value in element.attrib.items()}
    return (
        element.tag.lower() in _ELEMENTS.split()
        and attributes.keys() <= set(_ATTRIBUTES.split())
        and attributes.get("subclass", "VRTSourcedRasterBand") == "VRTSourcedRasterBand"
        and attributes.get("domain", "").lower() in _DOMAINS
    )


def _path(element: Element, file: Path) -> Path:
    """The file that a source names: no address, and none of GDAL's names of what is inside."""
    name = element.text or ""
    attributes = {key.lower(): value for key, value in element.attrib.items()}
    path = Path(name)
    if attributes.get("relativetovrt") == "1" and not path.is_absolute():
        path = file.parent / path
    special = set('"<>|{}\0') & set(name) or ":" in name[len(path.drive) :]
    starts_elsewhere = name != name.strip() or name.startswith(("/vsi", "//"))
    if special or starts_elsewhere or not path.is_absolute():
        raise _refused(file)
    return path


def _refused(file: Path) -> UniRSError:
    return UniRSError(
        "raster_unreadable",
        f"{file} is a virtual raster that is more than a mosaic of raster files, which the tool "
        "server does not read; save it as a GeoTIFF.",
    )

"""What leads from a path to the network.

Addresses do, files that stand for services, and virtual rasters that are made of either.
GDAL's own switches are heard only by those of its parts that look for them, and some only before
GDAL was first used. So what a raster names is looked at before GDAL gets to see it.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

_ADDRESS = re.compile(
    r"(?i:https?|ftps?|dap\d?|dods|wss?):/"  # anywhere, as in NETCDF:"https://…"
    r"|^(?!file:|zip:|tar:|gzip:)[a-z][a-z0-9+.-]+:/"
    r"|/vsi(curl|s3|gs|az|adls|oss|swift|hdfs|webhdfs)"
    r"|^(?i:WMS|WMTS|WCS|OGCAPI|STACTA|STACIT|PLMOSAIC|EEDAI|DAAS|IIIF|NGW|PG):"
)
"""One slash is enough: ``Path`` makes one of two."""

_SERVICE = re.compile(r"<(GDAL_WMS|GDAL_WMTS|WCS_GDAL|OGCAPI|WMT_MS_Capabilities|Capabilities)\b")
_SOURCE = re.compile(
    r"<(?:SourceFilename|SourceDataset|SourceVRTDataset)\b([^>]*)>([^<]*)<", re.IGNORECASE
)
_DESCRIPTIONS = {".vrt", ".xml", ".wms", ".wmts", ".wcs", ""}
"""Endings of files that describe rasters and are looked into where another file names them."""

_LARGEST_DESCRIPTION = 2**25


def network_source(name: str) -> str | None:
    """The address or service that GDAL would ask if it opened a raster, ``None`` without one.

    Args:
        name: A path, or one of GDAL's virtual paths. A virtual raster is looked into, and so are
            the ones that it is made of.
    """
    waiting, seen = [name], set()
    while waiting:
        source = waiting.pop()
        if source in seen:
            continue
        seen.add(source)
        if _ADDRESS.search(source):
            return _called(source)
        if source == name or Path(source).suffix.lower() in _DESCRIPTIONS:
            text = _description(source)
            if _SERVICE.search(text[:4096]):
                return _called(source)
            waiting += _sources(text, Path(source).parent)
    return None


def _called(source: str) -> str:
    """A source by its name, also where its whole description stands in the name's place."""
    return "a service" if source.lstrip().startswith("<") else source


def _description(name: str) -> str:
    """The text of a raster that is described in XML; empty for one of pixels."""
    if name.lstrip().startswith("<"):  # GDAL takes the text itself for a path
        return name
    try:
        path = Path(name)
        if not path.is_file() or path.stat().st_size > _LARGEST_DESCRIPTION:
            return ""
        with path.open("rb") as stream:
            if not stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                return ""
            stream.seek(0)
            return stream.read().decode("utf-8", "replace")
    except (OSError, ValueError):  # what cannot be read is for GDAL to complain about
        return ""


def _leads_away(source: str) -> bool:
    """Whether a source that is said to be relative is an address or a description all the same."""
    return source.startswith("<") or _ADDRESS.search(source) is not None


def _sources(text: str, folder: Path) -> list[str]:
    found = []
    for attributes, written in _SOURCE.findall(text):
        source = html.unescape(written).strip()
        relative = re.search(r"relativeToVRT\s*=\s*[\"']1", attributes, re.IGNORECASE)
        found.append(str(folder / source) if relative and not _leads_away(source) else source)
    return found

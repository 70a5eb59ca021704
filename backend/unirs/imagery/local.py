"""What may be opened as a raster: files of this computer, and what they are made of.

A name is a file, a part of one (``NETCDF:"a.nc":band``), or a file in an archive
(``/vsizip/a.zip/a.tif``). Formats that stand for services are none of ``DRIVERS``. A virtual raster
names other files, which GDAL opens as whatever they are, so these are looked at before. The one
exception is storage that the user of a batch named (:mod:`unirs.imagery.storage`).
"""

from __future__ import annotations

import html
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from unirs.errors import UniRSError
from unirs.imagery.storage import may_be_read

DRIVERS = """
    AAIGrid ACE2 ADRG AIG AirSAR ARG AVIF BAG BIGGIF BLX BMP BSB BT BYN CALS CEOS COASP COSAR CPG
    CTable2 CTG DIMAP DIPEx DOQ1 DOQ2 DTED ECRGTOC ECW EHdr EIR ELAS ENVI ERS ESAT ESRIC EXR FAST
    FIT FITS FujiBAS GenBin GFF GIF GPKG GRASSASCIIGrid GRIB GS7BG GSAG GSBG GSC GTiff GTX GXF HDF4
    HDF4Image HDF5 HDF5Image HEIF HF2 HFA ILWIS IRIS ISCE ISG ISIS2 ISIS3 JAXAPALSAR JDEM JP2ECW
    JP2Grok JP2KAK JP2Lura JP2MrSID JP2OpenJPEG JPEG JPEGLS JPEGXL KEA KRO L1B LAN LCP Leveller
    LIBERTIFF LOSLAS MAP MBTiles MFF MFF2 MrSID MSG MSGN NDF netCDF NGSGEOID NITF NOAA_B NSIDCbin
    NTv2 NWT_GRC NWT_GRD OZI PAux PCIDSK PCRaster PDS PDS4 PNG PNM PRF R Rasterlite RCM RIK RMF
    ROI_PAC RPFTOC RRASTER RS2 RST S102 S104 S111 SAFE SAGA SAR_CEOS SDTS SENTINEL2 SGI SIGDEM
    SNAP_TIFF SNODAS SRP SRTMHGT Terragen TGA TIL TSX USGSDEM VICAR VRT WEBP XPM XYZ Zarr ZMap
"""
ALLOWED_DRIVERS = DRIVERS.split()
"""GDAL's formats of pixels that lie in files. None of them stands for a service."""

SERVICE_DRIVERS = (
    "DAAS EEDA EEDAI GDALG GTI HTTP KMLSUPEROVERLAY MRF NGW OGCAPI PLMOSAIC PostGISRaster STACIT "
    "STACTA TileDB WCS WMS WMTS"
)
"""Formats that lead elsewhere, which GDAL need not know at all."""

_PARTS_OF_FILES = re.compile(
    r"(ADRG|BAG|COASP|ECRG_TOC_ENTRY|ESRIC|GPKG|GTIFF_DIR|HDF4_EOS|HDF4_GR|HDF4_SDS|HDF5|JPEG_SUBFILE|"
    r"L1B_\w+|NETCDF|NITF_IM|NITF_TOC_ENTRY|PDS4|RADARSAT_2_CALIB|RASTERLITE|RCM_CALIB|S102|S104|S111|"
    r"SENTINEL1_CALIB|SENTINEL1_DS|SENTINEL2_L\w+|ZARR):(.+)",
    re.IGNORECASE | re.DOTALL,
)
"""Names that GDAL gives to what is inside of a file, and what follows: the file and the part."""

_ARCHIVE = re.compile(r"/vsi(zip|tar|gzip|7z|rar|mem|subfile)/(.*)", re.DOTALL)
_SCHEME = re.compile(r"(file|zip|tar|gzip)(\+file)?://(.*)", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]+:/|//|\\\\|/vsi|(WMS|WMTS|WCS|OGCAPI|STACTA|STACIT|PLMOSAIC|EEDAI|DAAS|IIIF|"
    r"NGW|PG|GTI|MRF|VRT|DERIVED_SUBDATASET):",
    re.IGNORECASE,
)
"""The beginning of what is no file: addresses, services, GDAL's ways to the network."""

_REMOTE = re.compile(
    r"(https?|ftps?|dap\d?|dods|wss?|s3|gs):/|/vsi(?!(zip|tar|gzip|7z|rar|mem|subfile)/)",
    re.IGNORECASE,
)
"""What leads to the network wherever it stands in a name, as in ``NETCDF:"https://…"``."""

_SHARES = ("\\\\", "//")
"""The beginning of paths to other computers, under Windows."""

_SOURCE = re.compile(
    r"<(?:SourceFilename|SourceDataset|SourceVRTDataset)\b([^>]*)>([^<]*)<", re.IGNORECASE
)
_RELATIVE = re.compile(r"relativeToVRT\s*=\s*[\"']1", re.IGNORECASE)
_LARGEST_DESCRIPTION = 2**25


def check_local(name: str) -> None:
    """Refuse a raster that is not made of files of this computer, or a file of named storage.

    Args:
        name: A path, or one of GDAL's names. A virtual raster is looked into, and so are those
            that it is made of.

    Raises:
        UniRSError: ``raster_missing`` or ``raster_unreadable``.
    """
    _check_file(name)
    for part in _parts(name):
        on_a_share = part.startswith(_SHARES) and not name.startswith(_SHARES)
        source = part if on_a_share else elsewhere(part)
        if source:
            raise _on_the_network(name, source)
        file = Path(file_of(part))
        if not exists(str(file)):  # GDAL may read black in its place, without an error
            raise UniRSError(
                "raster_missing",
                f"{name:.200} is made of {part:.200}, which is missing; put it back, or make the "
                "virtual raster anew.",
            )
        if is_special(file) or (_may_describe(file) and not _opens(part)):
            raise UniRSError(
                "raster_unreadable",
                f"{name:.200} is made of {part:.200}, which is no raster file or stands for one "
                "that is on the network; download it first.",
            )


def _check_file(name: str) -> None:
    if may_be_read(name):
        return
    if source := elsewhere(name):
        raise _on_the_network(name, source)
    file = file_of(name)
    if not file.startswith("/vsimem/") and not exists(file):
        raise UniRSError("raster_missing", f"There is no raster {name:.200}; check the path.")
    if is_special(Path(file)):
        raise UniRSError(
            "raster_unreadable",
            f"{name:.200} is a pipe or a device and no file; give a raster file.",
        )


def elsewhere(name: str) -> str | None:
    """The address or service that a name leads to; ``None`` for files of this computer."""
    if name.lstrip().startswith("<"):
        return "a service"
    if not name.startswith("/vsi") and exists(name):
        return None
    if _REMOTE.search(name):
        return name
    if _SCHEME.fullmatch(name) or _ARCHIVE.fullmatch(name) or _PARTS_OF_FILES.fullmatch(name):
        return None
    return name if _ADDRESS.match(name) else None


def file_of(name: str) -> str:
    """The file that a name of GDAL is about: an archive, or what holds the part.

    The name itself where there is no such file, so that an error can name it.
    """
    if scheme := _SCHEME.fullmatch(name):
        return scheme[3].split("!")[0]
    if archive := _ARCHIVE.fullmatch(name):
        return name if archive[1] == "mem" else _archive(archive[2])
    if part := _PARTS_OF_FILES.fullmatch(name):
        quoted = part[2].split('"')
        return file_of(quoted[1]) if len(quoted) == 3 else _longest_file(part[2].split(":"))
    return name


def _archive(inside: str) -> str:
    """The file at the beginning of a path that goes on inside of it."""
    if inside.startswith("{"):
        return inside[1:].split("}", maxsplit=1)[0]
    if inside.startswith("/vsi"):
        return file_of(inside)
    path = Path(inside.split(",", 1)[-1])  # /vsisubfile/offset_size,file
    return str(next((folder for folder in (path, *path.parents) if folder.is_file()), path))


def _longest_file(words: list[str]) -> str:
    """The file in ``file:band`` or ``1:file``, whose own name may hold colons, too."""
    spans = [
        ":".join(words[first:last])
        for first in range(len(words))
        for last in range(len(words), first, -1)
    ]
    files = [file_of(span) for span in sorted(spans, key=len, reverse=True)]
    return next((file for file in files if exists(file)), ":".join(words))


def _parts(name: str) -> Iterator[str]:
    """What a virtual raster is made of, and what that is made of."""
    waiting, seen = [name], {name}
    while waiting:
        path = Path(file_of(waiting.pop()))
        for source in _sources(_description(path), path.parent):
            if source not in seen:
                seen.add(source)
                waiting.append(source)
                yield source


def _sources(text: str, folder: Path) -> list[str]:
    found = []
    for attributes, written in _SOURCE.findall(text):
        source = html.unescape(written).strip()
        is_beside = (
            _RELATIVE.search(attributes) and not _ADDRESS.match(source) and ":" not in source
        )
        found.append(str(folder / source) if is_beside else source)
    return [source for source in found if source]


def _description(path: Path) -> str:
    """The text of a virtual raster; empty for any other file."""
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_DESCRIPTION:
            return ""
        with path.open("rb") as stream:
            start = stream.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
            if not start.startswith(b"<") or b"<VRTDataset" not in start:
                return ""
            stream.seek(0)
            return stream.read().decode("utf-8", "replace")
    except (OSError, ValueError):  # what cannot be read is for GDAL to complain about
        return ""


def _may_describe(path: Path) -> bool:
    """Whether a file may stand for something else; a virtual raster is looked into itself."""
    try:
        with path.open("rb") as stream:
            start = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    except (OSError, ValueError):
        return False
    is_text = start in (b"<", b"{", b"[")
    return (is_text and not _description(path)) or ".gti." in path.name.lower()


def _opens(name: str) -> bool:
    try:
        DatasetReader(name, driver=ALLOWED_DRIVERS).close()
    except (RasterioError, ValueError):
        return False
    return True


def is_special(path: Path) -> bool:
    """Whether a path is a pipe, a device or a socket, which could be waited for for ever."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def exists(name: str) -> bool:
    """Whether there is a file or folder of this name, however strange the name is."""
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # a name that no file can have, such as one that is too long
        return False


def _on_the_network(name: str, source: str) -> UniRSError:
    what = "is" if source == name else f"is made of {source:.200}, which is"
    return UniRSError(
        "raster_unreadable",
        f"{name:.200} {what} on the network, and only local files are read; download it first.",
    )

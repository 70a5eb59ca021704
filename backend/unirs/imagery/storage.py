"""The one way to a network: object storage that a user named, while a batch reads from it.

Everywhere else only local files are read (:mod:`unirs.imagery.local`). Whoever runs a batch names
storage by a prefix of GDAL's paths, such as ``/vsis3/bucket/scenes/``; a raster in it is opened as
one file of its own, and nothing that it refers to is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_STORAGE = re.compile(
    r"/vsi(s3|gs|az|adls|oss|swift)/[^/]+(/.*)?|/vsicurl/https?://[^/?#@]+(/.*)?", re.DOTALL
)
"""Paths of GDAL that are storage and nothing more: no chains, and no options inside of a path."""

_SCHEMES = {"s3://": "/vsis3/", "gs://": "/vsigs/", "http://": "/vsicurl/http://"}
_SCHEMES["https://"] = "/vsicurl/https://"

STORED_DRIVERS = ["GTiff", "JP2OpenJPEG", "PNG", "JPEG"]
"""Formats that are one file; a virtual raster in storage could lead anywhere."""

ENVIRONMENT = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_HTTP_CONNECTTIMEOUT": "10",
    "GDAL_HTTP_TIMEOUT": "60",
    "GDAL_HTTP_LOW_SPEED_LIMIT": "1000",
    "GDAL_HTTP_LOW_SPEED_TIME": "20",
    "GDAL_HTTP_MAX_RETRY": "3",
    "GDAL_HTTP_RETRY_DELAY": "1",
}
"""How GDAL reads from storage: no listing of folders, and an error where nothing comes."""

_named: tuple[str, ...] = ()


@contextmanager
def reading_from(storage: Sequence[str]) -> Iterator[None]:
    """Within this block, all threads of this process may read from storage.

    Args:
        storage: Prefixes, as the user gave them; see :func:`is_storage`.
    """
    global _named  # noqa: PLW0603 (reading goes on in threads that inherit no context)
    before = _named
    _named = tuple(storage)
    try:
        yield
    finally:
        _named = before


def gdal_path(address: str) -> str:
    """GDAL's path of an address such as ``s3://bucket/a.tif``; any other name stays."""
    for scheme, path in _SCHEMES.items():
        if address.lower().startswith(scheme):
            return path + address[len(scheme) :]
    return address


def is_storage(name: str) -> bool:
    """Whether a name is a file in storage, or a prefix of such files, by GDAL's paths."""
    return _STORAGE.fullmatch(name) is not None and ".." not in name.split("/")


def may_be_read(name: str) -> bool:
    """Whether a name lies in storage that may be read now."""
    return is_storage(name) and any(
        name == prefix or name.startswith(prefix.rstrip("/") + "/") for prefix in _named
    )

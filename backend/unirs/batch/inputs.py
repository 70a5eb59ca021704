"""The rasters and pairs that the inputs of a plan name. None of them is opened here."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from pathlib import Path

from unirs.batch import tables, vector
from unirs.batch.plan import PAIR_TABLE, Inputs
from unirs.batch.tables import Found
from unirs.errors import UniRSError
from unirs.imagery.local import elsewhere, exists, file_of
from unirs.imagery.products import is_product
from unirs.imagery.storage import gdal_path, is_storage

RASTERS = {
    *(".tif", ".tiff", ".jp2", ".j2k", ".img", ".ecw", ".sid", ".ntf", ".nitf", ".dem", ".hgt"),
    *(".asc", ".bil", ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"),
}
"""Endings of what is taken from a folder. A virtual raster there is most often made of its
neighbours, and has to be named."""

_ITEMS = {".json", ".parquet", ".geoparquet"}
_INDEXES = {".shp", ".fgb"}


def find(inputs: Inputs) -> Iterator[Found]:
    """Every raster or pair that the inputs name, once, in a stable order, lazily.

    Raises:
        UniRSError: ``no_rasters`` for a name behind which there is none, and what a table is
            refused for (``table_invalid``, ``vector_unreadable``, …).
    """
    seen: set[tuple[str, ...]] = set()
    for name in inputs.rasters:
        nothing = True
        for found in _behind(name, inputs):
            nothing = False
            if found.paths not in seen:
                seen.add(found.paths)
                yield found
        if nothing:
            raise UniRSError(
                "no_rasters", f"There is no raster behind {name:.200}; check the path."
            )


def _behind(name: str, inputs: Inputs) -> Iterator[Found]:
    """What one name of the inputs stands for."""
    stored = gdal_path(name)
    if is_storage(stored):
        return iter([Found((stored,))])
    if source := elsewhere(name):
        raise UniRSError(
            "raster_unreadable",
            f"{name:.200} is on the network ({source:.80}) and no file in object storage; give "
            "GDAL's path of one, such as /vsis3/bucket/scene.tif, or download it.",
        )
    if exists(name) and Path(name).is_dir() and not is_product(Path(name)):
        return map(_raster, _in_folder(name))
    if glob.has_magic(name) and not exists(name):
        return map(_raster, _matching(name))
    if not exists(file_of(name)):
        raise UniRSError("no_rasters", f"There is no {name:.200}; check the path.")
    return _in_file(name, inputs)


def _in_file(name: str, inputs: Inputs) -> Iterator[Found]:
    path = Path(name)
    ending = path.suffix.lower()
    if ending == PAIR_TABLE:
        return tables.pairs(path)
    if ending in _ITEMS or (ending == ".geojson" and not vector.is_index(path)):
        return tables.items(path, inputs.asset)
    if ending in _INDEXES or ending == ".geojson" or (ending == ".gpkg" and vector.is_index(path)):
        return tables.index(path)
    return iter([_raster(name)])


def _raster(name: str) -> Found:
    return Found((name,))


def _in_folder(folder: str) -> Iterator[str]:
    """Rasters of a folder and its folders, in the order of their names."""
    for place, folders, files in os.walk(folder, onerror=_refuse_folder):
        products = [name for name in folders if is_product(Path(place, name))]
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in products
        )
        yield from (str(Path(place, name)) for name in sorted(products))
        for name in sorted(files):
            if _ending(name) in RASTERS and not name.startswith("."):
                yield str(Path(place, name))


def _matching(pattern: str) -> Iterator[str]:
    """Files that a pattern names; of a pattern without an ending, only rasters."""
    any_ending = not glob.has_magic(_ending(pattern)) and bool(_ending(pattern))
    for name in sorted(glob.iglob(pattern, recursive=True)):  # noqa: PTH207 (from anywhere)
        if is_product(Path(name)):
            yield name
        elif Path(name).is_dir():
            yield from _in_folder(name)
        elif any_ending or _ending(name) in RASTERS:
            yield name


def _ending(name: str) -> str:
    return Path(name).suffix.lower()


def _refuse_folder(error: OSError) -> None:
    raise UniRSError(
        "no_rasters", f"The folder {error.filename} cannot be read ({error.strerror}); check it."
    ) from error

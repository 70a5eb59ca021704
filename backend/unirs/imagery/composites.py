"""Which bands of a raster make its image: those named by number, by a composite, or by nobody."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from rasterio.enums import ColorInterp
from rasterio.io import DatasetReader

from unirs.errors import UniRSError
from unirs.inputs import Composite
from unirs.sensor_bands import COMPOSITES, Band, composite_bands, what_bands_show

_TAG_DOMAINS = (None, "IMAGERY")
_NO_BANDS = {".xml", ".ovr", ".msk", ".aux"}
"""Extensions of files beside a raster that hold no band of it."""


@dataclass(frozen=True)
class ChosenBands:
    """Bands that make an image.

    Attributes:
        numbers: One, three, or of radar two; counted from 1.
        shows: What each of them shows; empty where that is not known.
    """

    numbers: tuple[int, ...]
    shows: tuple[str, ...]


def chosen_bands(dataset: DatasetReader, wanted: tuple[int, ...] | Composite | None) -> ChosenBands:
    """Those wanted; else true colours, by what the bands show or by colour interpretation; or 1-3.

    Raises:
        UniRSError: ``bands_unsupported``.
    """
    bands = _bands(dataset)
    shown = what_bands_show(bands, dataset.name, dataset.tags())
    if isinstance(wanted, str):
        numbers = _of_composite(dataset, wanted, shown, bands)
    else:
        numbers = wanted or _default(dataset, shown, bands)
    _check(dataset, numbers)
    return ChosenBands(numbers, tuple(shown[number - 1] for number in numbers))


def _bands(dataset: DatasetReader) -> list[Band]:
    """What the file states about each of its bands."""
    files = _files_of_bands(dataset)
    return [
        Band(
            name=dataset.descriptions[index - 1] or "",
            tags={
                key: value
                for domain in _TAG_DOMAINS
                for key, value in dataset.tags(index, ns=domain).items()
            },
            colour=dataset.colorinterp[index - 1].name,
            file=PurePath(files[index - 1]).name,
        )
        for index in dataset.indexes
    ]


def _files_of_bands(dataset: DatasetReader) -> list[str]:
    """The files that each hold one band, as a virtual raster stacks them; else empty names."""
    parts = [name for name in dataset.files[1:] if PurePath(name).suffix.lower() not in _NO_BANDS]
    if dataset.driver == "VRT" and len(parts) == dataset.count:
        return parts
    return [dataset.name] if dataset.count == 1 else [""] * dataset.count


def _of_composite(
    dataset: DatasetReader, composite: Composite, shown: tuple[str, ...], bands: list[Band]
) -> tuple[int, ...]:
    numbers = composite_bands(composite, shown, bands)
    if numbers is not None:
        return numbers
    known = ", ".join(f"{number} {one}" for number, one in enumerate(shown, start=1) if one)
    needed = "backscatter" if composite == "radar" else ", ".join(COMPOSITES[composite])
    raise UniRSError(
        "bands_unsupported",
        f"{dataset.name} has no bands that are known to show {needed}, which the composite "
        f"{composite} is made of (known: {known or 'none'}); "
        "give band numbers, or describe the bands in the file.",
    )


def _default(dataset: DatasetReader, shown: tuple[str, ...], bands: list[Band]) -> tuple[int, ...]:
    # First by what bands show: GDAL calls the first three of any bytes red, green and blue.
    true_colours = composite_bands("true-colour", shown, bands)
    if true_colours is not None:
        return true_colours
    meaning = dataset.colorinterp
    colours = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    if all(colour in meaning for colour in colours):
        return tuple(meaning.index(colour) + 1 for colour in colours)
    data = [band for band in dataset.indexes if meaning[band - 1] != ColorInterp.alpha]
    return tuple(data[:3]) if len(data) >= 3 else tuple(data[:1]) or (1,)


def _check(dataset: DatasetReader, numbers: tuple[int, ...]) -> None:
    if not all(1 <= number <= dataset.count for number in numbers):
        raise UniRSError(
            "bands_unsupported",
            f"{dataset.name} has bands 1 to {dataset.count}, and not all of "
            f"{', '.join(map(str, numbers))}; give others.",
        )
    if any(dataset.dtypes[number - 1].startswith("complex") for number in numbers):
        raise UniRSError(
            "bands_unsupported",
            f"{dataset.name} holds complex numbers, which no picture can show; "
            "give a raster of their magnitude.",
        )

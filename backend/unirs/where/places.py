"""The result of a search: places, and the sentence about them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PlainSerializer, computed_field
from shapely import Polygon
from shapely.geometry import mapping

from unirs.answers import RESULT_CONFIG, OptionScore, Summary, to_json
from unirs.inputs import Extent

MOST_NAMED = 3
"""Changes from one kind of ground to another that the sentence names."""


@dataclass(frozen=True)
class Place:
    """Connected ground where the answer is yes."""

    __pydantic_config__ = RESULT_CONFIG

    probability: Annotated[float, Field(description="Mean probability of yes, 0 to 1.")]
    highest: Annotated[float, Field(description="Highest probability in it.")]
    area: Annotated[
        float | None, Field(description="Square metres on the ellipsoid; null if unknown.")
    ]
    geometry: Annotated[
        Polygon,
        PlainSerializer(mapping, return_type=dict[str, Any]),
        Field(description="Polygon in the form of GeoJSON, in the CRS of the search."),
    ]
    before: Annotated[
        OptionScore | None,
        Field(
            serialization_alias="from",
            description="Kind of ground at the earlier date; null if it was not asked about, or if "
            "the model is not sure.",
        ),
    ] = None
    after: Annotated[
        OptionScore | None,
        Field(serialization_alias="to", description="Kind of ground at the later date, likewise."),
    ] = None


@dataclass(frozen=True)
class WindowCounts:
    """How many windows a search took."""

    __pydantic_config__ = RESULT_CONFIG

    asked: Annotated[int, Field(description="Windows with an answer.")] = 0
    without_data: Annotated[int, Field(description="Windows without data, which are skipped.")] = 0
    unreadable: Annotated[
        int, Field(description="Windows whose part of a file is corrupt, which are skipped.")
    ] = 0
    full: Annotated[
        int, Field(description="Windows that the whole extent takes at the finest size.")
    ] = 0


@dataclass(frozen=True, kw_only=True)
class Places(Summary):
    """Where the answer is yes."""

    __pydantic_config__ = RESULT_CONFIG

    question: Annotated[str, Field(description="What was asked about each window.")]
    by_template: Annotated[
        bool, Field(description="Whether the question was made of the name of a thing.")
    ]
    places: Annotated[tuple[Place, ...], Field(description="The most probable ones first.")]
    squares: Annotated[int, Field(description="Squares of the map with an answer, see square.")]
    squares_found: Annotated[int, Field(description="Squares of the map where it is yes.")]
    threshold: Annotated[float, Field(description="Probability from which on it is yes.")]
    size: Annotated[
        float,
        Field(description="Side of the finest windows in metres, or in units without CRS."),
    ]
    square: Annotated[float, Field(description="Side of a square of the map, likewise.")]
    in_metres: Annotated[bool, Field(description="Whether sizes are in metres.")]
    extent: Annotated[Extent, Field(description="What was searched.")]
    windows: WindowCounts
    acquired: Annotated[
        tuple[str | None, ...],
        Field(description="Acquisition date of each image in order of time; null where unknown."),
    ]
    map: Annotated[Path | None, Field(description="The GeoTIFF that was written.")] = None
    polygons: Annotated[Path | None, Field(description="The GeoPackage that was written.")] = None
    probabilities: Annotated[NDArray[np.float32] | None, Field(exclude=True)] = None
    """``[rows, columns]`` over the extent, 0 to 1; NaN where nothing is known. Not in the JSON."""

    @property
    def area(self) -> float | None:
        """Square metres of all places; ``None`` if unknown."""
        areas = [place.area for place in self.places]
        return sum(area for area in areas if area is not None) if self.in_metres else None

    @computed_field(  # type: ignore[prop-decorator]
        alias="answer", description="The answer as a sentence without a full stop."
    )
    @property
    def text(self) -> str:
        """The answer as a sentence without a full stop."""
        so_far = "so far " if self.stopped else ""
        unit = "m" if self.in_metres else "units"
        squares = f"{self.squares:,} squares of {self.square:,.0f} {unit}"
        if not self.places:
            return f"{so_far}no, in none of {squares}"
        count = len(self.places)
        area = "" if self.area is None else f"{area_text(self.area)} in "
        places = f"{area}{count:,} place{'s' * (count > 1)}"
        found = f"{so_far}yes, in {self.squares_found:,} of {squares}, {places}"
        return f"{found}; {kinds}" if (kinds := self._kinds()) else found

    def _kinds(self) -> str:
        """From what to what most places have changed; empty where that is not known."""
        pairs = Counter(
            (place.before.text, place.after.text)
            for place in self.places
            if place.before and place.after
        )
        most = pairs.most_common(MOST_NAMED)
        return ", ".join(f"{count:,} from {old} to {new}" for (old, new), count in most)

    def to_json(self) -> dict[str, Any]:
        """The object of ``--json`` and of the worker."""
        return to_json(self)


def area_text(square_metres: float) -> str:
    """An area in the unit that fits."""
    for size, unit in ((1e6, "km²"), (1e4, "ha")):
        if square_metres >= size / 10:
            return f"{square_metres / size:,.1f} {unit}"
    return f"{square_metres:,.0f} m²"

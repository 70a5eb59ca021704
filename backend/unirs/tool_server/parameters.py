"""The parameters of the tools, with what an agent reads about them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from unirs.inputs import Composite

MOST_DATES = 128

Raster = Annotated[str, Field(description="Path of a raster, as list_rasters gives it.")]
Rasters = Annotated[
    list[str],
    Field(
        min_length=1,
        max_length=32,
        description="Paths as list_rasters gives them. One raster; or two dates of one place, in "
        "any order; or more dates of it, a series.",
    ),
]
Extent = Annotated[
    list[float] | None,
    Field(
        min_length=4,
        max_length=4,
        description="Read only this part: minimum x, minimum y, maximum x, maximum y. The model "
        "reads few pixels, so that a small extent shows more detail. Null for all of the raster.",
    ),
]
ExtentCrs = Annotated[
    str | None,
    Field(
        max_length=2000,
        description='CRS of the extent, such as "EPSG:4326" for west, south, east, north in '
        "degrees. Null for the CRS of the raster.",
    ),
]
Bands = Annotated[
    list[int] | Composite | None,
    Field(
        description="Numbers of three bands for red, green and blue, or of one; or a composite by "
        "what the bands show. Null: chosen."
    ),
]
Images = Annotated[
    bool, Field(description="Whether to return the images that the model read, as pictures.")
]
Question = Annotated[str, Field(min_length=1, max_length=4000, description="In plain English.")]
Options = Annotated[
    list[str],
    Field(
        max_length=100,
        description='Closed set of answers to choose from, such as ["yes", "no"]. They are scored '
        "and come with probabilities. Without them the answer is generated.",
    ),
]
Classes = Annotated[
    list[str],
    Field(
        max_length=200,
        description="Classes to choose from. Without them: 30 kinds of scene for one raster, 25 "
        "kinds of event for a series.",
    ),
]
YesNoQuestion = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4000,
        description="A question with the answer yes or no, or the name of a thing.",
    ),
]
Scene = Annotated[
    list[str],
    Field(min_length=1, max_length=2, description="One raster, or two dates of one place."),
]
Series = Annotated[
    list[str],
    Field(
        min_length=2,
        max_length=MOST_DATES,
        description="Two or more dates of one place, in any order. Each takes as long as two "
        "questions with options.",
    ),
]
Indexes = Annotated[
    list[str],
    Field(
        min_length=1,
        max_length=16,
        description="Paths of indexes of tiles: entries of list_rasters with is_index.",
    ),
]
Examples = Annotated[
    list[str],
    Field(
        max_length=2,
        description="Find tiles like this raster, or like these two dates of one place.",
    ),
]

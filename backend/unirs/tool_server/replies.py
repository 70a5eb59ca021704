"""From answers to what a client is sent: structured content, pictures, places and files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.types import CallToolResult, ContentBlock, EmbeddedResource, ImageContent, TextContent

from unirs.answers import Answer
from unirs.imagery.stopping import Stop
from unirs.index.results import FoundTiles
from unirs.request import crop_files
from unirs.tool_server import places
from unirs.tool_server.results import Results, embedded, links, picture, write_json
from unirs.tool_server.roots import Roots
from unirs.tool_server.schemas import (
    ChangeAnswer,
    DateScore,
    FoundAnswer,
    ModelAnswer,
    Result,
    ReturnedFile,
    Turn,
    WhenAnswer,
    WhereAnswer,
)
from unirs.tool_server.tiles import shown_tiles, tiles_geojson
from unirs.when.timeline import Timeline
from unirs.where.places import Places

MOST_PICTURES = 4
"""Pictures within an answer."""

_NO_GEOREFERENCE = "The rasters have no georeference; see the picture or the map."


class Replies:
    """Replies with files.

    Args:
        server: Offers the files as resources.
        roots: Paths outside of them are left out.
        results: Where the files lie.
    """

    def __init__(self, server: MCPServer, roots: Roots, results: Results) -> None:
        self._server, self._roots, self._results = server, roots, results

    def answer(self, answer: Answer, image: Path | None) -> CallToolResult:
        """An answer, with the images that were read if they were asked for.

        Args:
            answer: What the model answered.
            image: Where the images were written, see ``crop_files``; ``None`` for none.
        """
        pictures = _crops(image, answer)
        files = self._results.publish(self._server, pictures)
        result = ModelAnswer(**ModelAnswer.facts_of(answer), files=files)
        return as_reply(result, *_shown(pictures), *links(files))

    def change(self, answer: Answer, folder: Path) -> CallToolResult:
        """What has changed, with the files that the folder has of it."""
        overlay, change_map = folder / "change.png", folder / "change.tif"
        found = places.changed_places(change_map) if change_map.is_file() else None
        crops = _crops(folder / "image.png", answer)
        geojson = _write_places(found, folder)
        files = self._results.publish(
            self._server,
            {
                **geojson,
                overlay: "The later date with the probability of change over it.",
                change_map: "Probability of change in percent, as GeoTIFF; 255 is nodata.",
                **crops,
            },
        )
        result = ChangeAnswer(
            **ModelAnswer.facts_of(answer),
            **_facts_of_places(found),
            files=files,
            changed=answer.changed,
            where_unknown=_why_nowhere(answer, change_map, found is not None),
        )
        pictures = _shown([file for file in (overlay, *crops) if file.is_file()])
        return as_reply(result, *pictures, *_embedded(geojson, files), *links(files))

    def where(self, answer: Places, folder: Path) -> CallToolResult:
        """Where the answer is yes, likewise."""
        found = places.searched_places(answer)
        geojson = _write_places(found, folder)
        what = "Probability of the answer yes in percent, as GeoTIFF; 255 is unknown."
        files = self._results.publish(self._server, {**geojson, folder / "where.tif": what})
        result = WhereAnswer(
            **_facts_of_result(answer),
            **_facts_of_places(found),
            dates=list(answer.acquired),
            files=files,
            where_unknown=None if found is not None else _NO_GEOREFERENCE,
            asked=answer.question,
            windows=answer.windows.asked,
            window_m=answer.size,
        )
        return as_reply(result, *_embedded(geojson, files), *links(files))

    def when(self, timeline: Timeline) -> CallToolResult:
        """When the answer became yes, or no."""
        rows = timeline.rows
        return as_reply(
            WhenAnswer(
                **_facts_of_result(timeline),
                dates=[row.date for row in rows],
                asked=timeline.question,
                first_true=None if timeline.first is None else rows[timeline.first].name,
                turns=[
                    Turn(
                        after=rows[turn.after].name,
                        before=rows[turn.before].name,
                        became=turn.to,
                        probability=turn.probability,
                    )
                    for turn in timeline.turns
                ],
                confidence=timeline.confidence,
                unsure=timeline.unsure,
                rows=[
                    DateScore(
                        date=row.name,
                        raster=row.source,
                        probability=row.probability,
                        by_itself=row.asked,
                        changed_since_before=row.between,
                    )
                    for row in rows
                ],
            )
        )

    def found(self, found: FoundTiles, folder: Path, stop: Stop) -> CallToolResult:
        """The tiles that were found, with the rasters of those that may be read."""
        tiles = shown_tiles(found, self._roots, stop)
        file = folder / "tiles.geojson"
        write_json(tiles_geojson(tiles), file)
        what = "The tiles as GeoJSON, in degrees; those without georeference are left out."
        files = self._results.publish(self._server, {file: what})
        result = FoundAnswer(
            tiles=[each.tile for each in tiles],
            compared_by=found.by,
            searched=found.searched,
            images_compared=found.rescored,
            images_unreadable=found.missing,
            model=found.model,
            sent_to=found.host,
            seconds=found.seconds,
            files=files,
        )
        return as_reply(result, embedded(file, files[0].uri), *links(files))


def _facts_of_result(result: Places | Timeline) -> dict[str, Any]:
    """The fields that the result of several questions has, but for its dates."""
    return {
        "answer_of_model": result.text,
        "model": result.model,
        "demonstration": result.demonstration,
        "sent_to": result.host,
        "warnings": list(result.warnings),
        "seconds": result.seconds,
    }


def _crops(image: Path | None, answer: Answer) -> dict[Path, str]:
    """Files of the images that the model read, and what each of them is."""
    if image is None:
        return {}
    files = crop_files(image, len(answer.acquired))
    return {
        file: f"What the model read, {date or 'without a date'}."
        for file, date in zip(files, answer.acquired, strict=True)
        if file.is_file()
    }


def _shown(files: Iterable[Path]) -> list[ImageContent]:
    """The first pictures, within the answer; links lead to all of them."""
    return [picture(file) for file in islice(files, MOST_PICTURES)]


def _write_places(found: list[places.FoundPlace] | None, folder: Path) -> dict[Path, str]:
    """The file of the places, if there is any ground that they lie on, and what it is."""
    if found is None:
        return {}
    file = folder / "places.geojson"
    write_json(places.to_geojson(found), file)
    return {file: "The places as GeoJSON, in degrees."}


def _embedded(geojson: dict[Path, str], files: list[ReturnedFile]) -> list[EmbeddedResource]:
    """The file of the places, which is the first one, within the answer."""
    return [embedded(file, files[0].uri) for file in geojson]


def _facts_of_places(found: list[places.FoundPlace] | None) -> dict[str, Any]:
    first = (found or [])[: places.MOST_PLACES]
    return {
        "place_count": len(found or ()),
        "places": [place.summary() for place in first],
        "places_m2": None if found is None else places.total_area(found),
    }


def _why_nowhere(answer: Answer, change_map: Path, is_placed: bool) -> str | None:
    if is_placed:
        return None
    if change_map.is_file():
        return _NO_GEOREFERENCE
    return f"The model {answer.model} makes no change maps; choose a UniRS model with --model."


def as_reply(result: Result, *content: ContentBlock) -> CallToolResult:
    """A result as JSON, for clients that read structured content and for those that do not."""
    text = result.model_dump_json()
    return CallToolResult(
        content=[TextContent(type="text", text=text), *content], structured_content=json.loads(text)
    )

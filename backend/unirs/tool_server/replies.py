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
from unirs.request import crop_files
from unirs.tool_server import places
from unirs.tool_server.results import Results, embedded, links, picture, write_json
from unirs.tool_server.schemas import ChangeAnswer, ModelAnswer, Result, ReturnedFile, WhereAnswer
from unirs.where.places import Places

MOST_PICTURES = 4
"""Pictures within an answer."""

_NO_GEOREFERENCE = "The rasters have no georeference; see the picture or the map."


class Replies:
    """Replies with files.

    Args:
        server: Offers the files as resources.
        results: Where they lie.
    """

    def __init__(self, server: MCPServer, results: Results) -> None:
        self._server, self._results = server, results

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
            answer_of_model=answer.text,
            dates=list(answer.acquired),
            model=answer.model,
            demonstration=answer.demonstration,
            sent_to=answer.host,
            warnings=list(answer.warnings),
            seconds=answer.seconds,
            files=files,
            **_facts_of_places(found),
            where_unknown=None if found is not None else _NO_GEOREFERENCE,
            asked=answer.question,
            windows=answer.windows.asked,
            window_m=answer.size,
        )
        return as_reply(result, *_embedded(geojson, files), *links(files))


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

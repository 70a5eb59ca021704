"""The tools: what an agent can do with rasters, and what it gets back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, ContentBlock, ImageContent, TextContent, ToolAnnotations
from pydantic import Field

from unirs.answers import Answer
from unirs.errors import UniRSError
from unirs.request import crop_files
from unirs.tool_server import facts, places
from unirs.tool_server.marked import (
    ChangeAnswer,
    ModelAnswer,
    RasterFacts,
    RasterList,
    Result,
    plain,
)
from unirs.tool_server.questions import Questions, Steps, in_thread
from unirs.tool_server.results import Results, embedded, links, picture, write_json
from unirs.tool_server.roots import Roots
from unirs.worker.protocol import RPCError

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
    list[int] | None,
    Field(description="Numbers of three bands for red, green and blue, or of one. Null: chosen."),
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

MOST_PICTURES = 4
"""Pictures within an answer."""

READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
ASKS = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False
)


class Tools:
    """The tools of one session.

    Args:
        server: Offers them, and the files that they write.
        roots: What they may read.
        results: What they write.
        questions: Answers questions.
    """

    def __init__(
        self, server: MCPServer, roots: Roots, results: Results, questions: Questions
    ) -> None:
        self._server, self._roots = server, roots
        self._results, self._questions = results, questions
        for tool in (self.list_rasters, self.describe_raster):
            server.add_tool(tool, annotations=READS)
        for question in (self.ask, self.caption, self.describe_change, self.classify):
            server.add_tool(question, annotations=ASKS)

    async def list_rasters(
        self,
        search: Annotated[
            str,
            Field(
                max_length=200,
                description="What the paths below the folders contain; empty for all.",
            ),
        ] = "",
        after: Annotated[
            str | None, Field(description="`next_after` of the page before; null for the first.")
        ] = None,
        limit: Annotated[int, Field(ge=1, le=200, description="Rasters on a page.")] = 50,
    ) -> Annotated[CallToolResult, RasterList]:
        """List the rasters that may be read, with their dates and places. Start here.

        Rasters with the same extent and different dates can be compared by describe_change.
        """
        with refusals():
            return _reply(
                await in_thread(
                    lambda stop: facts.list_rasters(self._roots, search, after, limit, stop.is_set)
                )
            )

    async def describe_raster(self, raster: Raster) -> Annotated[CallToolResult, RasterFacts]:
        """Read a raster's header: size, bands, CRS, extent, date, metadata. No model is asked."""
        with refusals():
            return _reply(
                await in_thread(
                    lambda stop: facts.describe_raster(self._roots, raster, stop.is_set)
                )
            )

    async def ask(
        self,
        rasters: Rasters,
        question: Question,
        context: Context,
        options: Options = [],  # noqa: B006 - never changed; its schema is plainer than null
        extent: Extent = None,
        extent_crs: ExtentCrs = None,
        bands: Bands = None,
        images: Images = False,
    ) -> Annotated[CallToolResult, ModelAnswer]:
        """Ask the vision-language model about what a raster, two dates or a series show.

        It is a small model: ask simple questions about what can be seen, best with options.
        """
        crop = _crop(extent, extent_crs, bands)
        asked = {"text": question, "options": options, "crop": crop}
        return await self._answer("ask", rasters, context, images, asked)

    async def caption(
        self,
        raster: Raster,
        context: Context,
        extent: Extent = None,
        extent_crs: ExtentCrs = None,
        bands: Bands = None,
        images: Images = False,
    ) -> Annotated[CallToolResult, ModelAnswer]:
        """Describe what a raster shows in a sentence."""
        crop = _crop(extent, extent_crs, bands)
        return await self._answer("caption", [raster], context, images, {"crop": crop})

    async def classify(
        self,
        rasters: Rasters,
        context: Context,
        classes: Classes = [],  # noqa: B006
        extent: Extent = None,
        extent_crs: ExtentCrs = None,
        bands: Bands = None,
        images: Images = False,
    ) -> Annotated[CallToolResult, ModelAnswer]:
        """Choose the class of a raster, or of a dated series, with the probability of each."""
        crop = _crop(extent, extent_crs, bands)
        asked = {"classes": classes, "crop": crop}
        return await self._answer("classify", rasters, context, images, asked)

    async def describe_change(
        self,
        before: Raster,
        after: Raster,
        context: Context,
        extent: Extent = None,
        extent_crs: ExtentCrs = None,
        bands: Bands = None,
        images: Images = False,
    ) -> Annotated[CallToolResult, ChangeAnswer]:
        """Describe what changed between two dates of one place, and where.

        Returns a sentence, whether anything has changed, the changed places as GeoJSON, and a
        picture of the later date with the probability of change over it. The two rasters have to
        overlap; what they have in common is compared.
        """
        with refusals():
            steps = Steps(context)
            paths = await self._paths([before, after])
            loaded = await self._questions.run(steps, "load")
            folder = await in_thread(lambda _: self._results.new_folder("change"))
            makes_map = loaded.capabilities.change_maps
            answer = await self._questions.run(
                steps,
                "change",
                paths=paths,
                crop=_crop(extent, extent_crs, bands),
                change_map=str(folder / "change.tif") if makes_map else None,
                overlay=str(folder / "change.png") if makes_map else None,
                save_crop=str(folder / "image.png") if images else None,
            )
            return await in_thread(lambda _: self._change_reply(answer, folder))

    async def _answer(
        self,
        task: str,
        rasters: Sequence[str],
        context: Context,
        images: bool,
        asked: dict[str, Any],
    ) -> CallToolResult:
        with refusals():
            paths = await self._paths(rasters)
            image = None
            if images:
                folder = await in_thread(lambda _: self._results.new_folder(task))
                image = folder / "image.png"
            answer = await self._questions.run(
                Steps(context), task, paths=paths, save_crop=image and str(image), **asked
            )
            return await in_thread(lambda _: self._answer_reply(answer, image))

    async def _paths(self, rasters: Sequence[str]) -> list[str]:
        return await in_thread(
            lambda stop: [str(self._roots.raster(name, stop.is_set)) for name in rasters]
        )

    def _answer_reply(self, answer: Answer, image: Path | None) -> CallToolResult:
        pictures = _crops(image, answer)
        files = self._results.publish(self._server, pictures)
        result = ModelAnswer(**ModelAnswer.facts_of(answer), files=files)
        return _reply(result, *_shown(pictures), *links(files))

    def _change_reply(self, answer: Answer, folder: Path) -> CallToolResult:
        overlay, change_map = folder / "change.png", folder / "change.tif"
        geojson = folder / "places.geojson"
        found = places.changed_places(change_map) if change_map.is_file() else None
        if found is not None:
            write_json(places.to_geojson(found), geojson)
        crops = _crops(folder / "image.png", answer)
        files = self._results.publish(
            self._server,
            {
                geojson: "Changed places as GeoJSON, in degrees.",
                overlay: "The later date with the probability of change over it.",
                change_map: "Probability of change in percent, as GeoTIFF; 255 is nodata.",
                **crops,
            },
        )
        result = ChangeAnswer(
            **ModelAnswer.facts_of(answer),
            files=files,
            changed=answer.changed,
            place_count=len(found or ()),
            places=[place.summary() for place in (found or ())[: places.MOST_PLACES]],
            changed_m2=None if found is None else round(sum(place.area for place in found), 1),
            where_unknown=_why_nowhere(answer, change_map, found is not None),
        )
        pictures = _shown([file for file in (overlay, *crops) if file.is_file()])
        places_inline = [embedded(geojson, files[0].uri)] if found is not None else []
        return _reply(result, *pictures, *places_inline, *links(files))


@contextmanager
def refusals() -> Iterator[None]:
    """Within this block, what a user or an agent can cause becomes a sentence for the agent."""
    try:
        yield
    except UniRSError as error:
        raise ToolError(f"{plain(error.message)} [{error.code}]") from None
    except RPCError as error:
        raise ToolError(f"{plain(str(error))} [{error.code}]") from None


def _crop(extent: list[float] | None, crs: str | None, bands: list[int] | None) -> dict[str, Any]:
    return {"extent": extent, "extent_crs": crs, "bands": bands}


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


def _why_nowhere(answer: Answer, change_map: Path, is_placed: bool) -> str | None:
    if is_placed:
        return None
    if change_map.is_file():
        return "The rasters have no georeference; see the picture."
    return f"The model {answer.model} makes no change maps; choose a UniRS model with --model."


def _reply(result: Result, *content: ContentBlock) -> CallToolResult:
    """A result as JSON, for clients that read structured content and for those that do not."""
    text = result.model_dump_json()
    return CallToolResult(
        content=[TextContent(type="text", text=text), *content], structured_content=json.loads(text)
    )

"""The tools: what an agent can do with rasters, and what it gets back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field

from unirs.errors import UniRSError
from unirs.imagery.stopping import Stop
from unirs.tool_server import facts
from unirs.tool_server.parameters import (
    Bands,
    Classes,
    Examples,
    Extent,
    ExtentCrs,
    Images,
    Indexes,
    Options,
    Question,
    Raster,
    Rasters,
    Scene,
    Series,
    YesNoQuestion,
)
from unirs.tool_server.questions import Questions, Steps, in_thread
from unirs.tool_server.replies import Replies, as_reply
from unirs.tool_server.results import Results
from unirs.tool_server.roots import Roots
from unirs.tool_server.schemas import (
    ChangeAnswer,
    FoundAnswer,
    ModelAnswer,
    RasterFacts,
    RasterList,
    WhenAnswer,
    WhereAnswer,
    plain,
)
from unirs.worker.protocol import RPCError

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
        self._roots, self._results, self._questions = roots, results, questions
        self._replies = Replies(server, roots, results)
        for tool in (self.list_rasters, self.describe_raster):
            server.add_tool(tool, annotations=READS)
        tasks = (self.ask, self.caption, self.describe_change, self.classify)
        for question in (*tasks, self.where, self.when, self.find):
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
            return as_reply(
                await in_thread(
                    lambda stop: facts.list_rasters(self._roots, search, after, limit, stop.is_set)
                )
            )

    async def describe_raster(self, raster: Raster) -> Annotated[CallToolResult, RasterFacts]:
        """Read a raster's header: size, bands, CRS, extent, date, metadata. No model is asked."""
        with refusals():
            return as_reply(
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
            return await in_thread(lambda _: self._replies.change(answer, folder))

    async def where(
        self,
        rasters: Scene,
        question: YesNoQuestion,
        context: Context,
        window_m: Annotated[
            float | None,
            Field(
                gt=0,
                description="Side of the smallest windows in metres. Null: what the model reads "
                "without loss of resolution.",
            ),
        ] = None,
        windows: Annotated[
            int,
            Field(ge=1, le=10_000, description="Most windows to ask about, promising ones first."),
        ] = 50,
        extent: Extent = None,
        extent_crs: ExtentCrs = None,
        bands: Bands = None,
    ) -> Annotated[CallToolResult, WhereAnswer]:
        """Find where in a raster, or in two dates, the answer to a question is yes.

        Asks about windows over the extent, coarse to fine: each takes as long as a question with
        options, on a processor seconds. Returns the places as GeoJSON.
        """
        with refusals():
            paths = await self._paths(rasters)
            folder = await in_thread(lambda _: self._results.new_folder("where"))
            found = await self._questions.run(
                Steps(context),
                "where",
                paths=paths,
                question=question,
                crop=_crop(extent, extent_crs, bands),
                size=window_m,
                budget=windows,
                map=str(folder / "where.tif"),
            )
            return await in_thread(lambda _: self._replies.where(found, folder))

    async def when(
        self,
        rasters: Series,
        question: YesNoQuestion,
        context: Context,
        extent: Extent = None,
        extent_crs: ExtentCrs = None,
        bands: Bands = None,
    ) -> Annotated[CallToolResult, WhenAnswer]:
        """Find when, in a series of dates, the answer to a question became yes, or no.

        The question is about what is there ("Is there a lake?") or about what has happened ("Have
        houses been built?"). It is scored at each date and between neighbouring dates.
        """
        with refusals():
            paths = await self._paths(rasters)
            timeline = await self._questions.run(
                Steps(context),
                "when",
                paths=paths,
                question=question,
                crop=_crop(extent, extent_crs, bands),
            )
            return self._replies.when(timeline)

    async def find(
        self,
        indexes: Indexes,
        context: Context,
        words: Annotated[
            str, Field(max_length=4000, description="What to look for, in plain English.")
        ] = "",
        like_tile: Annotated[
            int | None,
            Field(ge=1, description="Find tiles like this one of the first index, by its number."),
        ] = None,
        like_rasters: Examples = [],  # noqa: B006
        limit: Annotated[int, Field(ge=1, le=100, description="Tiles to return.")] = 10,
        compare: Annotated[
            int,
            Field(
                ge=0,
                le=1000,
                description="So many of the best tiles are compared with the words anew, by their "
                "images; each takes as long as a question with options. 0: by the index alone.",
            ),
        ] = 30,
        extent: Extent = None,
        extent_crs: ExtentCrs = None,
        bands: Bands = None,
    ) -> Annotated[CallToolResult, FoundAnswer]:
        """Find the tiles of indexes that fit words, or are like an example: give one of them.

        Returns the best tiles first, with their captions, places and rasters, and as GeoJSON. The
        extent and the bands are those of like_rasters. To see a tile, call caption with its
        raster, its extent_wgs84 and images.
        """
        with refusals():
            found = await self._questions.run(
                Steps(context),
                "find",
                indexes=await self._real(indexes, self._roots.index),
                text=words,
                tile=like_tile,
                example=await self._paths(like_rasters),
                crop=_crop(extent, extent_crs, bands),
                limit=limit,
                rescore=compare,
            )
            folder = await in_thread(lambda _: self._results.new_folder("find"))
            return await in_thread(lambda stop: self._replies.found(found, folder, stop.is_set))

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
            return await in_thread(lambda _: self._replies.answer(answer, image))

    async def _paths(self, rasters: Sequence[str]) -> list[str]:
        return await self._real(rasters, self._roots.raster)

    async def _real(self, names: Sequence[str], file_of: Callable[[str, Stop], Path]) -> list[str]:
        return await in_thread(lambda stop: [str(file_of(name, stop.is_set)) for name in names])


@contextmanager
def refusals() -> Iterator[None]:
    """Within this block, what a user or an agent can cause becomes a sentence for the agent."""
    try:
        yield
    except UniRSError as error:
        raise ToolError(f"{plain(error.message)} [{error.code}]") from None
    except RPCError as error:
        raise ToolError(f"{plain(str(error))} [{error.code}]") from None


def _crop(extent: list[float] | None, crs: str | None, bands: Bands) -> dict[str, Any]:
    return {"extent": extent, "extent_crs": crs, "bands": bands}

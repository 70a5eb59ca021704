"""The commands ``index`` and ``find``."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unirs.cli.options import QuestionOptions, takes_options
from unirs.cli.questions import ctrl_c_stops
from unirs.cli.screen import Bars, clean, origin_row, print_details, print_json, print_table
from unirs.cli.streams import ends_unread
from unirs.errors import UniRSError

if TYPE_CHECKING:
    from unirs.index.request import FindRequest, IndexRequest
    from unirs.index.results import FoundTiles, IndexSummary

INDEX_EXAMPLES = """
[bold]Examples[/bold]

unirs index scenes/ --output tiles.gpkg

unirs index 2012.tif 2020.tif --pair --output changes.gpkg --size 100
"""
FIND_EXAMPLES = """
[bold]Examples[/bold]

unirs find tiles.gpkg "harbour with many boats" --output harbours.gpkg

unirs find tiles.gpkg --like 12

unirs find tiles.gpkg --like harbour.tif --limit 20 --json
"""
TILES = "Tiles"


@dataclass(frozen=True)
class IndexOptions(QuestionOptions):
    """The options of an index: those of a question, and those of its tiles."""

    size: Annotated[
        float | None,
        typer.Option(
            metavar="METRES",
            help="Side of a tile; by default what the model reads without loss of resolution.",
            show_default=False,
            rich_help_panel=TILES,
        ),
    ] = None
    yes: Annotated[
        bool,
        typer.Option("--yes", help="Agree to any number of tiles.", rich_help_panel=TILES),
    ] = False


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(epilog=INDEX_EXAMPLES, rich_help_panel="Questions")(index)
    app.command(epilog=FIND_EXAMPLES, rich_help_panel="Questions")(find)


@takes_options(IndexOptions, without=("options", "max_tokens", "save_crop", "views"))
def index(
    rasters: Annotated[
        list[str],
        typer.Argument(
            metavar="RASTER...",
            help="Rasters, folders of rasters, or tables of pairs.",
            show_default=False,
        ),
    ],
    common: IndexOptions,
    output: Annotated[
        Path,
        typer.Option(
            metavar="OUT.gpkg",
            help="The index. Tiles that it has already stay as they are.",
            show_default=False,
        ),
    ],
    pair: Annotated[
        bool, typer.Option("--pair", help="The two rasters are dates of one place.")
    ] = False,
) -> None:
    """Describe the tiles of rasters, so that they can be found by words."""
    with ctrl_c_stops() as stop, ends_unread(), Bars() as bars:
        from unirs.index.building import build_index, check_index

        request = _index_request(rasters, common, output, pair)
        check_index(request)
        bars.begin(f"Loading {common.model}")
        engine = common.open_engine()
        bars.begin("Tiles")
        try:
            summary = build_index(
                engine,
                request,
                on_tile=lambda tile: bars.update(tile.done, tile.total),
                stop=stop.requested,
            )
        except UniRSError as error:
            if error.code != "too_many_windows":
                raise
            raise UniRSError(error.code, f"{error.message[:-1]} with --yes.") from None
    if common.json:
        print_json(summary.to_json())
        return
    print(clean(summary.text))
    print_details(_summary_details(summary))


@takes_options(
    QuestionOptions, without=("options", "max_tokens", "save_crop", "views", "clue", "bbox_crs")
)
def find(
    index: Annotated[
        Path, typer.Argument(metavar="INDEX", help="Written by unirs index.", show_default=False)
    ],
    common: QuestionOptions,
    words: Annotated[
        str, typer.Argument(metavar="[WORDS]", help="What to look for.", show_default=False)
    ] = "",
    like: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TILE|RASTER",
            help="Look for tiles like this one, by its number, or like a raster; give two for a "
            "pair.",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Tiles to return.")] = 10,
    rescore: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="Compare the words with the images of the N best tiles anew; 0 takes what the "
            "index has of them, and loads no model.",
        ),
    ] = 30,
    output: Annotated[
        Path | None,
        typer.Option(metavar="OUT.gpkg", help="Write the tiles as polygons of a GeoPackage."),
    ] = None,
) -> None:
    """Find tiles of an index by words, or by an example."""
    with ctrl_c_stops() as stop, ends_unread(), Bars() as bars:
        from unirs.index.finding import check_find, find_tiles

        request = _find_request(index, words, like or [], common, limit, rescore, output)
        check_find(request)
        bars.begin("Searching")
        found = find_tiles(common.open_engine, request, on_image=bars.update, stop=stop.requested)
    if common.json:
        print_json(found.to_json())
        return
    _show(found)


def _index_request(
    rasters: list[str], common: IndexOptions, output: Path, pair: bool
) -> IndexRequest:
    from unirs.batch.inputs import find as behind
    from unirs.batch.plan import Inputs
    from unirs.index.request import MAX_TILES, IndexRequest

    sources = [found.paths for found in behind(Inputs(rasters=tuple(rasters)))]
    if pair:
        if len(sources) != 2 or any(len(source) > 1 for source in sources):
            raise UniRSError(
                "input_count", "A pair is two rasters: give the one before and the one after."
            )
        sources = [(sources[0][0], sources[1][0])]
    return IndexRequest(
        sources=tuple(sources),
        output=output,
        crop=common.crop_options(),
        size=common.size,
        clue=common.clue,
        max_tiles=sys.maxsize if common.yes else MAX_TILES,
    )


def _find_request(
    index: Path,
    words: str,
    like: list[str],
    common: QuestionOptions,
    limit: int,
    rescore: int,
    output: Path | None,
) -> FindRequest:
    from unirs.index.request import FindRequest

    is_tile = len(like) == 1 and like[0].isdecimal()
    return FindRequest(
        indexes=(index,),
        text=words,
        tile=int(like[0]) if is_tile else None,
        example=() if is_tile else tuple(like),
        crop=common.crop_options(),
        limit=limit,
        rescore=rescore,
        output=output,
    )


def _summary_details(summary: IndexSummary) -> list[tuple[str, str]]:
    """The lines about an index that are shown below the sentence."""
    rows = [("stopped", "run it again to go on")] if summary.stopped else []
    rows += [("skipped", each.message) for each in summary.skipped]
    if summary.without_data:
        rows.append(("no data", f"{summary.without_data:,} tiles"))
    rows.append(("written", str(summary.index)))
    return [*rows, origin_row(summary, summary.seconds)]


def _show(found: FoundTiles) -> None:
    """The tiles as a table, and what there is to know about the search."""
    print_table(
        ("tile", "score", "dates", "caption", "raster"),
        (
            (
                str(tile.tile),
                f"{tile.score:.2f}",
                " to ".join(date or "unknown" for date in tile.dates),
                tile.caption,
                tile.paths[-1],
            )
            for tile in found.tiles
        ),
    )
    print_details(_search_details(found))


def _search_details(found: FoundTiles) -> list[tuple[str, str]]:
    compared = {
        "words": f"{found.searched:,} captions, and {found.rescored:,} images",
        "images": f"the images of {found.searched:,} tiles",
        "captions": f"{found.searched:,} captions; the index has no features of images",
    }
    rows = [("stopped", "some images were not compared")] if found.stopped else []
    rows.append(("compared", compared[found.by]))
    if found.missing:
        rows.append(("missing", f"the rasters of {found.missing:,} tiles can no longer be read"))
    rows += [("written", str(found.output))] if found.output else []
    seconds = f"{found.seconds:.1f} s"
    if found.host:
        seconds += f"; the images were sent to {found.host}"
    return [*rows, ("model", f"{found.model}, {seconds}" if found.model else seconds)]

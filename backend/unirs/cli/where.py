"""The command ``where``."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unirs.cli.options import ANSWER, QuestionOptions, split, takes_options
from unirs.cli.questions import ctrl_c_stops
from unirs.cli.screen import Bars, clean, origin_row, print_details, print_json
from unirs.cli.streams import ends_unread
from unirs.errors import UniRSError

if TYPE_CHECKING:
    from unirs.where.places import Places, WindowCounts
    from unirs.where.request import WhereRequest
    from unirs.where.search import AnsweredWindow

EXAMPLES = """
[bold]Examples[/bold]

unirs where harbour.tif "Are there boats?" --map boats.tif --polygons boats.gpkg

unirs where town.tif "swimming pools" --bbox 500 200 900 600 --size 60

unirs where 2012.tif 2020.tif "Are there new buildings?" --polygons new.gpkg --json

unirs where 2012.tif 2020.tif "Has anything changed?" --from-to --polygons changes.gpkg
"""
WINDOWS = "Windows"


@dataclass(frozen=True)
class WhereOptions(QuestionOptions):
    """The options of a search: those of a question, and those of its windows."""

    size: Annotated[
        float | None,
        typer.Option(
            metavar="METRES",
            help="Side of the finest windows; by default what the model reads without loss of "
            "resolution.",
            show_default=False,
            rich_help_panel=WINDOWS,
        ),
    ] = None
    doublings: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=20,
            metavar="N",
            help="How often that is doubled to the first windows; 0 asks about all of the finest.",
            show_default=False,
            rich_help_panel=WINDOWS,
        ),
    ] = None
    leave_below: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            metavar="P",
            help="Ground with a lower probability is left, and not looked at more closely.",
            show_default=False,
            rich_help_panel=WINDOWS,
        ),
    ] = None
    overlap: Annotated[
        bool,
        typer.Option(
            "--overlap/--no-overlap",
            help="Let the finest windows overlap by a half, and vote.",
            rich_help_panel=WINDOWS,
        ),
    ] = True
    threshold: Annotated[
        float,
        typer.Option(
            min=0.01,
            max=1,
            metavar="P",
            help="Minimum probability of a place.",
            rich_help_panel=ANSWER,
        ),
    ] = 0.5
    from_to: Annotated[
        bool,
        typer.Option(
            "--from-to",
            help="Ask about each place of two dates which kind of ground it was and is.",
            rich_help_panel=ANSWER,
        ),
    ] = False
    kinds: Annotated[
        str | None,
        typer.Option(
            metavar="KINDS",
            help="Comma-separated kinds of ground for --from-to.",
            show_default=False,
            rich_help_panel=ANSWER,
        ),
    ] = None
    yes: Annotated[
        bool,
        typer.Option("--yes", help="Agree to any number of windows.", rich_help_panel=WINDOWS),
    ] = False


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(epilog=EXAMPLES, rich_help_panel="Questions")(where)


@takes_options(WhereOptions, without=("options", "max_tokens", "save_crop"))
def where(
    rasters: Annotated[
        list[str],
        typer.Argument(metavar="RASTER", help="One raster, or two dates.", show_default=False),
    ],
    question: Annotated[
        str,
        typer.Argument(
            metavar="QUESTION", help="With the answer yes or no, or a thing.", show_default=False
        ),
    ],
    common: WhereOptions,
    map_file: Annotated[
        Path | None,
        typer.Option("--map", metavar="OUT.tif", help="Write the probabilities as a GeoTIFF."),
    ] = None,
    polygons: Annotated[
        Path | None,
        typer.Option(metavar="OUT.gpkg", help="Write the places as polygons of a GeoPackage."),
    ] = None,
) -> None:
    """Find where the answer to a question is yes."""
    with ctrl_c_stops() as stop, ends_unread(), Bars() as bars:
        from unirs.where.search import check_search, find_places

        request = _request(rasters, question, common, map_file, polygons)
        check_search(request)
        if request.asked.by_template and not common.json:
            bars.note(f"Asking: {request.asked.text}")
        bars.begin(f"Loading {common.model}")
        engine = common.open_engine()
        progress = _Progress(bars)
        try:
            places = find_places(
                engine,
                request,
                on_window=progress.window,
                on_place=progress.place,
                stop=stop.requested,
            )
        except UniRSError as error:
            if error.code != "too_many_windows":
                raise
            raise UniRSError(error.code, f"{error.message[:-1]} with --yes.") from None
    if places.stopped and not places.windows.asked:
        raise UniRSError("stopped", "Stopped before there was an answer.")
    if common.json:
        print_json(places.to_json())
        return
    print(clean(places.text))
    print_details(_details(places))


def _request(
    rasters: list[str],
    question: str,
    common: WhereOptions,
    map_file: Path | None,
    polygons: Path | None,
) -> WhereRequest:
    from unirs.where.request import (
        DOUBLINGS,
        KINDS,
        LEAVE_BELOW,
        MAX_WINDOWS,
        WhereRequest,
    )

    return WhereRequest(
        paths=tuple(rasters),
        question=question,
        crop=common.crop_options(),
        size=common.size,
        doublings=DOUBLINGS if common.doublings is None else common.doublings,
        overlap=common.overlap,
        leave_below=LEAVE_BELOW if common.leave_below is None else common.leave_below,
        threshold=common.threshold,
        clue=common.clue,
        views=common.views,
        from_to=common.from_to,
        kinds=split(common.kinds) or KINDS,
        max_windows=sys.maxsize if common.yes else MAX_WINDOWS,
        map=map_file,
        polygons=polygons,
    )


class _Progress:
    """A bar for each size of windows."""

    def __init__(self, bars: Bars) -> None:
        self._bars, self._level = bars, 0

    def window(self, window: AnsweredWindow) -> None:
        """Called with each answered window."""
        if window.level != self._level:
            self._level = window.level
            self._bars.begin(f"Windows, step {window.level} of {window.levels}")
        self._bars.update(window.done, window.total)

    def place(self, done: int, total: int) -> None:
        """Called with each place whose kinds of ground are known."""
        if self._level >= 0:
            self._level = -1
            self._bars.begin("Kinds of ground")
        self._bars.update(done, total)


def _details(places: Places) -> list[tuple[str, str]]:
    """The lines about a search that are shown below the sentence."""
    asked = asked_windows(places.windows, "the full grid")
    rows = [("stopped", "the extent was not searched to the end")] if places.stopped else []
    rows += [("question", places.question)] if places.by_template else []
    rows += [("warning", sentence) for sentence in places.warnings]
    rows += [("windows", asked), ("probability", f"{places.threshold:.0%} and more")]
    rows += [("written", str(path)) for path in (places.map, places.polygons) if path]
    return [*rows, origin_row(places, places.seconds)]


def asked_windows(counts: WindowCounts, everything: str) -> str:
    """How many windows were asked about.

    Args:
        counts: Of the search.
        everything: What takes ``counts.full`` windows.
    """
    asked = f"{counts.asked:,} asked, where {everything} takes {counts.full:,}"
    if counts.without_data:
        asked += f"; {counts.without_data:,} without data"
    if counts.unreadable:
        asked += f"; {counts.unreadable:,} skipped because the file is corrupt there"
    return asked

"""The command ``when``, and ``change`` about more than two dates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unirs.cli.options import QuestionOptions, takes_options
from unirs.cli.questions import ctrl_c_stops
from unirs.cli.screen import Bars, clean, origin_row, print_details, print_json
from unirs.cli.streams import ends_unread

if TYPE_CHECKING:
    from unirs.when.timeline import DateScore, Story, Timeline

EXAMPLES = """
[bold]Examples[/bold]

unirs when 2009.tif 2012.tif 2015.tif 2018.tif "Is there a lake?"

unirs when naip-*.tif "Have houses been built?" --bbox 500 200 900 600 --table when.csv

unirs when naip-*.tif "When was the wood cleared?" --json
"""


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(epilog=EXAMPLES, rich_help_panel="Questions")(when)


@takes_options(QuestionOptions, without=("options", "max_tokens", "save_crop"))
def when(
    rasters: Annotated[
        list[str],
        typer.Argument(metavar="RASTERS", help="A series, a date each.", show_default=False),
    ],
    question: Annotated[
        str,
        typer.Argument(
            metavar="QUESTION",
            help="With the answer yes or no, about what is there or what has happened; or a thing.",
            show_default=False,
        ),
    ],
    common: QuestionOptions,
    table: Annotated[
        Path | None,
        typer.Option(metavar="OUT.csv", help="Write a row for each date."),
    ] = None,
) -> None:
    """Find when, in a series of dates, the answer to a question is yes."""
    with ctrl_c_stops() as stop, ends_unread(), Bars() as bars:
        from unirs.when.asking import find_when
        from unirs.when.request import WhenRequest
        from unirs.when.series import check_rasters

        request = WhenRequest(
            tuple(rasters),
            question,
            crop=common.crop_options(),
            clue=common.clue,
            views=common.views,
            table=table,
        )
        check_rasters(request.paths)
        if request.asked.by_template and not common.json:
            bars.note(f"Asking: {request.asked.text}")
        bars.begin(f"Loading {common.model}")
        engine = common.open_engine()
        bars.begin("Dates")
        timeline = find_when(engine, request, on_answer=bars.update, stop=stop.requested)
    if common.json:
        print_json(timeline.to_json())
        return
    print(clean(timeline.text))
    print_details([*map(_row, timeline.rows), *_details(timeline)])


def describe_changes(
    rasters: list[str], common: QuestionOptions, text: str, table: Path | None
) -> None:
    """Print what has changed in a series, interval by interval.

    Args:
        rasters: The series.
        common: The options of every question.
        text: An instruction in place of the task's own.
        table: CSV file to write.

    Raises:
        typer.BadParameter: An option that a series does not take.
    """
    if common.options or common.save_crop or common.views > 1:
        raise typer.BadParameter(
            "with more than two dates there is no --options, --save-crop or --views"
        )
    with ctrl_c_stops() as stop, ends_unread(), Bars() as bars:
        from unirs.when.request import StoryRequest
        from unirs.when.series import check_rasters
        from unirs.when.story import describe_series

        request = StoryRequest(
            tuple(rasters),
            text,
            crop=common.crop_options(),
            clue=common.clue,
            max_new_tokens=common.max_tokens,
            table=table,
        )
        check_rasters(request.paths)
        bars.begin(f"Loading {common.model}")
        engine = common.open_engine()
        bars.begin("Intervals")
        story = describe_series(engine, request, on_answer=bars.update, stop=stop.requested)
    if common.json:
        print_json(story.to_json())
        return
    print(clean(story.text))
    print_details(_details(story))


def _row(row: DateScore) -> tuple[str, str]:
    """The line of a date."""
    if row.probability is None:
        return row.name, "not asked"
    facts = [f"{row.probability:4.0%}"]
    if row.asked is not None:
        facts.append(f"asked {row.asked:.0%}")
    if row.between is not None:
        facts.append(f"change since the date before {row.between:.0%}")
    return row.name, ", ".join(facts)


def _details(found: Timeline | Story) -> list[tuple[str, str]]:
    """The lines about a series that are shown below its rows."""
    rows = [("stopped", "not all dates were asked about")] if found.stopped else []
    rows += [("warning", sentence) for sentence in found.warnings]
    if found.table:
        rows.append(("written", str(found.table)))
    return [*rows, origin_row(found, found.seconds)]

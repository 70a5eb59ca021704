"""The commands ``ask``, ``caption``, ``change`` and ``classify``."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unirs.cli.options import ANSWER, QuestionOptions, split, takes_options, takes_question_options
from unirs.cli.screen import (
    Watch,
    clean,
    is_terminal,
    origin_row,
    print_details,
    print_json,
    show_cursor,
)
from unirs.cli.streams import ends_unread
from unirs.errors import UniRSError

if TYPE_CHECKING:
    from unirs.answers import Answer, ImageFacts

ASK_EXAMPLES = """
[bold]Examples[/bold]

unirs ask town.tif "Is there a road in the image?" --options yes,no

unirs ask town.tif "Is this rural or urban?" --bbox 500 200 900 600

unirs ask 2012.tif 2020.tif "Have houses been built?" --json

unirs ask country.tif "Are there wind turbines?" --whole --windows 500
"""
CAPTION_EXAMPLES = """
[bold]Examples[/bold]

unirs caption town.tif

unirs caption scene.tif --bands 4,3,2 --stretch percentile --save-crop seen.png
"""
CHANGE_EXAMPLES = """
[bold]Examples[/bold]

unirs change 2012.tif 2020.tif

unirs change 2012.tif 2020.tif --map change.tif --overlay change.png

unirs change 2012.tif 2020.tif --views 8

unirs change 2012.tif 2020.tif --bbox -97.1 47.1 -97.0 47.2 --bbox-crs EPSG:4326

unirs change 2009.tif 2012.tif 2015.tif 2020.tif --table story.csv
"""
CLASSIFY_EXAMPLES = """
[bold]Examples[/bold]

unirs classify town.tif

unirs classify flight.mp4 --classes "flood,fire,non-event"

unirs classify 2012.tif 2015.tif 2020.tif --classes classes.txt
"""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    panel = "Questions"
    app.command(epilog=ASK_EXAMPLES, rich_help_panel=panel)(ask)
    app.command(epilog=CAPTION_EXAMPLES, rich_help_panel=panel)(caption)
    app.command(epilog=CHANGE_EXAMPLES, rich_help_panel=panel)(change)
    app.command(epilog=CLASSIFY_EXAMPLES, rich_help_panel=panel)(classify)


@takes_question_options
def ask(
    rasters: Annotated[
        list[str],
        typer.Argument(
            metavar="RASTER",
            help="One raster or video; two dates make a pair, more a series.",
            show_default=False,
        ),
    ],
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="In your own words.", show_default=False)
    ],
    common: QuestionOptions,
    whole: Annotated[
        bool,
        typer.Option(
            "--whole",
            help="Answer about all of a very large raster: ask about windows of it as well.",
            rich_help_panel=ANSWER,
        ),
    ] = False,
    windows: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="With --whole: most windows; by default 1,000.",
            show_default=False,
            rich_help_panel=ANSWER,
        ),
    ] = None,
) -> None:
    """Ask about a raster, two dates or a video."""
    if whole:
        from unirs.cli.whole import ask_whole

        ask_whole(rasters, question, common, windows)
        return
    if windows is not None:
        raise typer.BadParameter("belongs to --whole", param_hint="--windows")
    answer("ask", rasters, common, text=question, options=split(common.options))


@takes_options(QuestionOptions, without=("match_colours", "align"))
def caption(
    raster: Annotated[
        str, typer.Argument(metavar="RASTER", help="What to describe.", show_default=False)
    ],
    common: QuestionOptions,
) -> None:
    """Describe a raster."""
    answer("caption", [raster], common, options=split(common.options))


@takes_question_options
def change(
    rasters: Annotated[
        list[str],
        typer.Argument(
            metavar="BEFORE AFTER",
            help="Two dates; of more dates, each is compared with the next.",
            show_default=False,
        ),
    ],
    common: QuestionOptions,
    question: Annotated[
        str,
        typer.Option(
            metavar="Q", help="Ask this instead of the request to describe.", show_default=False
        ),
    ] = "",
    change_map: Annotated[
        Path | None,
        typer.Option("--map", metavar="OUT.tif", help="Write the change map as a GeoTIFF."),
    ] = None,
    overlay: Annotated[
        Path | None,
        typer.Option(metavar="OUT.png", help="Write the change map over the later date."),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(metavar="OUT.csv", help="Of more than two dates: write a row per interval."),
    ] = None,
) -> None:
    """Describe what changed between two dates, or from date to date of a series."""
    if len(rasters) > 2:
        from unirs.cli.when import describe_changes

        if change_map or overlay:
            raise typer.BadParameter("takes two dates", param_hint="--map, --overlay")
        describe_changes(rasters, common, question, table)
        return
    if table:
        raise typer.BadParameter("takes more than two dates", param_hint="--table")
    answer(
        "change",
        rasters,
        common,
        text=question,
        options=split(common.options),
        change_map=change_map,
        overlay=overlay,
    )


@takes_question_options
def classify(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="VIDEO_OR_RASTERS",
            help="One raster, the rasters of a dated series, or one video.",
            show_default=False,
        ),
    ],
    common: QuestionOptions,
    classes: Annotated[
        str | None,
        typer.Option(
            metavar="a,b,c|FILE",
            help="Comma-separated classes, or a text file with one per line. Default: 30 scene "
            "classes for a raster, the 25 events of ERA for a video or series.",
        ),
    ] = None,
) -> None:
    """Classify a raster, a dated series or a video."""
    if classes is not None and common.options is not None:
        raise typer.BadParameter("cannot be used with --options", param_hint="--classes")
    answer("classify", inputs, common, classes=read_classes(classes or common.options))


def _names_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except OSError:  # a list of classes can be longer than a file name may be
        return False


def read_classes(text: str | None) -> tuple[str, ...]:
    """Class names from a comma-separated list, or from a file with one per line.

    Raises:
        UniRSError: ``classes_unreadable`` if the file is not text or is empty.
    """
    if not text or not _names_file(text):
        return split(text)
    try:
        lines = Path(text).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UniRSError(
            "classes_unreadable", f"{text} cannot be read as text; write one class per line."
        ) from error
    classes = tuple(line.strip() for line in lines if line.strip())
    if not classes:
        raise UniRSError("classes_unreadable", f"{text} is empty; write one class per line.")
    return classes


def answer(task: str, paths: list[str], common: QuestionOptions, **request: Any) -> None:
    """Load the model, answer, and show the result.

    Args:
        task: Value of a ``Task``.
        paths: Rasters or a video, as they were typed: a ``Path`` would swallow slashes of GDAL's
            names, such as ``/vsizip//data/a.zip``.
        common: The options of every question.
        request: Further fields of ``TaskRequest``.
    """
    streaming = is_terminal() and not common.json
    with Watch("Starting", streaming=streaming) as watch, ctrl_c_stops() as stop, ends_unread():
        from unirs.inputs import Task
        from unirs.request import TaskRequest
        from unirs.tasks import check_inputs, run_task

        task_request = TaskRequest(
            task=Task(task),
            paths=tuple(paths),
            crop=common.crop_options(),
            clue=common.clue,
            max_new_tokens=common.max_tokens,
            views=common.views,
            save_crop=common.save_crop,
            **request,
        )
        check_inputs(task_request)
        watch.stage(f"Loading {common.model}")
        engine = common.open_engine()
        try:
            result = run_task(
                engine,
                task_request,
                on_token=watch.token,
                on_stage=watch.stage,
                stop=stop.requested,
            )
        except UniRSError as error:
            # There is an answer, but one of its files could not be written.
            if "answer" in error.details and not streaming:
                _show_text(error.details["answer"], as_json=common.json)
            raise
    if result.stopped and not result.text:
        raise UniRSError("stopped", "Stopped before there was an answer.")
    if common.json:
        print_json(result.to_json())
        return
    if not streaming:
        _show_text(result.text, as_json=False)
    print_details(_details(result))


class Stop:
    """Whether Ctrl-C was pressed; the second press ends the program at once."""

    def __init__(self) -> None:
        self._requested = False

    def requested(self) -> bool:
        """Called at every token."""
        return self._requested

    def take_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Handle the first Ctrl-C; the system handles the second, whatever runs then."""
        self._requested = True
        show_cursor()
        signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def ctrl_c_stops() -> Iterator[Stop]:
    """Within this block Ctrl-C stops the answer and keeps its part until then."""
    stop = Stop()
    before = signal.signal(signal.SIGINT, stop.take_signal)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _show_text(text: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"answer": text})
    else:
        print(clean(text))


def _details(answer: Answer) -> list[tuple[str, str]]:
    """The lines about an answer that are shown below it."""
    rows = []
    if answer.stopped:
        rows.append(("stopped", "the answer is not complete"))
    if answer.clue:
        rows.append(("clue", answer.clue))
    if answer.options:
        rows.append(("options", _ranking(answer)))
    if answer.confidence is not None:
        rows.append(("confidence", _confidence(answer)))
    images = answer.crop if isinstance(answer.crop, tuple) else (answer.crop,)
    rows += [("image", _image(image)) for image in images if image.date or image.extent]
    rows += [("warning", sentence) for sentence in answer.warnings]
    rows += [("written", str(path)) for path in answer.written]
    further = []
    if answer.frames_left_out:
        further.append(f"{answer.frames_left_out} frames had no room in the model's context")
    if answer.zero_shot:
        further.append("zero-shot: a base model without UniRS weights answered")
    return [*rows, origin_row(answer, answer.seconds.total, *further)]


def _ranking(answer: Answer) -> str:
    """The five best options with their probabilities, if the engine gives any."""
    best = [
        option.text if option.probability is None else f"{option.text} {option.probability:.0%}"
        for option in answer.options[:5]
    ]
    if answer.options[0].probability is None:
        return f"{best[0]} (the server gives no probabilities)"
    return ", ".join(best)


def _confidence(answer: Answer) -> str:
    """The confidence, whether that is low, and how far views agree."""
    facts = [f"{answer.confidence:.0%}"] + ["not sure"] * answer.unsure
    if answer.agreement is not None:
        facts.append(f"views agree by {answer.agreement:.0%}")
    return ", ".join(facts)


def _image(image: ImageFacts) -> str:
    """Date, size on the ground and share of nodata of an image, if available."""
    facts = [image.date] if image.date else []
    if image.ground_size:
        width, height = image.ground_size
        facts.append(f"{width:,.0f} × {height:,.0f} m")
    if image.nodata_share:
        facts.append(f"{image.nodata_share:.0%} without data")
    return ", ".join([*facts, image.source])

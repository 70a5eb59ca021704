"""``batch status`` and ``batch export``: how far a batch is, and its answers as one file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unirs.cli.options import Json
from unirs.cli.screen import Watch, print_details, print_json, print_table

if TYPE_CHECKING:
    from unirs.batch.export import Export
    from unirs.batch.status import Status
    from unirs.batch.summary import QuestionSummary

STATUS_EXAMPLES = """
[bold]Examples[/bold]

unirs batch status answers

unirs batch status answers --json
"""
EXPORT_EXAMPLES = """
[bold]Examples[/bold]

unirs batch export answers roads.gpkg

unirs batch export answers roads.fgb --question 2
"""
SHOWN_ANSWERS = 15
"""Answers in the printed summary of a question; all are in that of a GeoPackage."""

OutputFolder = Annotated[
    Path, typer.Argument(metavar="OUTPUT", help="Output folder of a batch.", show_default=False)
]


def register(batch: typer.Typer) -> None:
    """Add the commands of this module to the group ``batch``."""
    batch.command(epilog=STATUS_EXAMPLES)(status)
    batch.command(epilog=EXPORT_EXAMPLES)(export)


def status(output: OutputFolder, json: Json = False) -> None:
    """Show how far a batch is, how fast, what failed, and who runs it."""
    from unirs.answers import to_json
    from unirs.batch.status import read_status

    found = read_status(output)
    if json:
        print_json(to_json(found))
    else:
        print_table(("Batch", found.state), _status_rows(found))


def export(
    output: OutputFolder,
    file: Annotated[
        Path,
        typer.Argument(metavar="OUT.gpkg|.fgb|.csv", help="File to write.", show_default=False),
    ],
    question: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Export only the plan's Nth question.", show_default=False
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Write the answers into one file: sorted, each tile once, with styles for QGIS."""
    with Watch("Writing the answers"):
        from unirs.batch.export import export as write

        written = write(output, file, question)
    if json:
        print_json(_export_json(written))
        return
    for number, summary in enumerate(written.questions):
        if number:
            print()
        _show_summary(summary)
    print_details(_export_details(written))


def _status_rows(found: Status) -> Iterator[tuple[str, str]]:
    if found.reason:
        yield "reason", found.reason
    yield "tiles", _tiles(found)
    if found.tiles_skipped:
        yield "skipped", f"{found.tiles_skipped:,}, with too little data"
    for code, tiles in found.failures.items():
        yield "failed", f"{tiles:,} × {code}"
    if found.tiles_per_second:
        yield "speed", f"{found.tiles_per_second:.3g} tiles a second"
    if found.seconds_left is not None:
        yield "left", str(dt.timedelta(seconds=round(found.seconds_left)))
    yield "parts", _of(found.parts_done, found.parts_planned)
    for sentence in found.parts_broken:
        yield "damaged", sentence
    if found.started:
        where = f"{found.host or 'unknown'}, process {found.pid}"
        yield "driven by", f"{where}, on Ray at {found.ray}" if found.ray else where
        yield "started", found.started


def _tiles(found: Status) -> str:
    text = _of(found.tiles_done, found.tiles_planned)
    if found.tiles_planned:
        share = (found.tiles_done + found.tiles_skipped) / found.tiles_planned
        return f"{text} ({share:.1%})"
    return text


def _of(done: int, planned: int | None) -> str:
    return f"{done:,}" if planned is None else f"{done:,} of {planned:,}"


def _show_summary(summary: QuestionSummary) -> None:
    """Print the most frequent answers, and what failed."""
    counts = summary.by_count()
    rows = [
        (
            text,
            f"{count.tiles:,}",
            f"{count.tiles / summary.tiles:.1%}",
            "" if count.mean_confidence is None else f"{count.mean_confidence:.0%}",
            f"{count.unsure:,}" if count.scored else "",
        )
        for text, count in counts[:SHOWN_ANSWERS]
    ]
    others = sum(count.tiles for _, count in counts[SHOWN_ANSWERS:])
    if others:
        name, share = f"({len(counts) - SHOWN_ANSWERS:,} other answers)", others / summary.tiles
        rows.append((name, f"{others:,}", f"{share:.1%}", "", ""))
    for code, tiles in summary.failures.most_common():
        rows.append((f"(failed: {code})", f"{tiles:,}", f"{tiles / summary.tiles:.1%}", "", ""))
    name = summary.question or summary.task
    print_table((name, "tiles", "share", "confidence", "not sure"), rows)


def _export_details(written: Export) -> list[tuple[str, str]]:
    rows = [("written", str(path)) for path in (written.path, *written.styles)]
    if written.duplicates:
        rows.append(("left out", f"{written.duplicates:,} rows of tiles that were answered twice"))
    if written.reviews:
        rows.append(("kept", f"{written.reviews:,} reviewed answers of the file before"))
    return rows


def _export_json(written: Export) -> dict[str, Any]:
    return {
        "path": str(written.path),
        "styles": [str(path) for path in written.styles],
        "duplicates": written.duplicates,
        "reviews": written.reviews,
        "questions": [
            {
                "number": each.ask,
                "task": each.task,
                "question": each.question,
                "layer": each.layer or None,
                "tiles": each.tiles,
                "answers": [
                    {
                        "answer": text,
                        "tiles": count.tiles,
                        "mean_confidence": count.mean_confidence,
                        "unsure": count.unsure,
                    }
                    for text, count in each.by_count()
                ],
                "failures": dict(each.failures),
            }
            for each in written.questions
        ],
    }

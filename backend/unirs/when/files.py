"""The tables of a series."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from unirs.files import whole_file
from unirs.when.timeline import Story, Timeline


def write_timeline(timeline: Timeline, path: Path | None) -> Timeline:
    """Write a row a date, and return the timeline with the name of the file.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    if path is None:
        return timeline
    heading = ("date", "probability", "asked", "between", "ground", "source", "question", "model")
    asked = timeline.question, timeline.model
    rows = (
        (row.name, row.probability, row.asked, row.between, row.ground, row.source, *asked)
        for row in timeline.rows
    )
    _write(path, heading, rows)
    return replace(timeline, table=path)


def write_story(story: Story, path: Path | None) -> Story:
    """Write a row an interval, and return the story with the name of the file.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    if path is None:
        return story
    heading = (
        "after",
        "before",
        "changed",
        "description",
        "source_before",
        "source_after",
        "model",
    )
    rows = (
        (each.after, each.before, each.changed, each.text, *each.sources, story.model)
        for each in story.intervals
    )
    _write(path, heading, rows)
    return replace(story, table=path)


def _write(path: Path, heading: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        writer.writerows(rows)

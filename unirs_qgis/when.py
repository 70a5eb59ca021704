"""Questions about the dates of a series, from the dock's or Processing's side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unirs_qgis.answer import Answer, DatedScore

WHEN = "when"
"""The task, and the worker's method."""

STORY = "story"
"""The worker's method for what has changed in a series, which is the task "change" of the dock."""


def answer_of_series(
    result: Mapping[str, Any], *, views: int = 1, dates: Sequence[str] = ()
) -> Answer:
    """The answer of either method; the arguments are those of ``Answer.of_result``."""
    return Answer(
        text=result["answer"],
        engine=result["engine"],
        model=result["model"],
        model_digest=result["digest"] or "",
        host=result["host"] or "",
        demonstration=result["demonstration"],
        device=result["device"],
        seconds=result["seconds"],
        stopped=result["stopped"],
        views=views,
        confidence=result.get("confidence"),
        unsure=result.get("unsure", False),
        acquired=tuple(dates) if any(dates) else (),
        warnings=tuple(result["warnings"]),
        timeline=tuple(
            DatedScore(row["name"], row["probability"], row["asked"])
            for row in result.get("rows", ())
        ),
    )

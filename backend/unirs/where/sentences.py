"""Sentences about a whole scene, with the places where something was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shapely import Polygon

from unirs.imagery.crs import WGS84, parse_crs, transformer

if TYPE_CHECKING:
    from unirs.where.whole import Finding

PLACES, ANSWERS = 5, 6
"""Places of an answer, and answers, that are named one by one."""


def seen_at(places: Sequence[Polygon], crs: str | None, confidence: Sequence[float] = ()) -> str:
    """The middles of places, in degrees where there is a CRS.

    Args:
        places: The best ones first.
        crs: Their CRS; ``None`` for a raster without one.
        confidence: Of each place, 0 to 1; empty where there is none.
    """
    named = [_middle(place, crs) for place in places[:PLACES]]
    named = [
        f"{name} ({confidence[number]:.0%})" if confidence else name
        for number, name in enumerate(named)
    ]
    others = len(places) - len(named)
    text = ", ".join(named)
    return f"{text} and {others:,} other place{'s' * (others > 1)}" if others else text


def survey_sentence(
    findings: Sequence[Finding], total: int | None, windows: str, crs: str | None
) -> str:
    """The merged answers of a survey, without a full stop.

    Args:
        findings: The most frequent ones first.
        total: Sum of answers that are numbers, if that was asked.
        windows: How many windows of which size were asked about.
        crs: Of the places.
    """
    if not findings:
        return f"No answer in {windows}"
    parts = [
        f"“{_quoted(each.text)}” in {each.windows:,}, seen at {seen_at(each.places, crs)}"
        for each in findings[:ANSWERS]
    ]
    others = findings[ANSWERS:]
    if others:
        parts.append(f"{len(others):,} other answers in {sum(each.windows for each in others):,}")
    begin = "" if total is None else f"{total:,} in all; "
    return f"{begin}of {windows}: ".capitalize() + "; ".join(parts)


def of_whole(overall: str, caption: str) -> str:
    """The sentence about the image of the whole alone."""
    return f"The image of the whole alone: “{_quoted(overall)}”; its caption: “{_quoted(caption)}”."


def _middle(place: Polygon, crs: str | None) -> str:
    """A point within a place, as people write it."""
    point = place.representative_point()
    if crs is None:
        return f"x {point.x:,.0f} y {point.y:,.0f}"
    x, y = transformer(parse_crs(crs, "The CRS"), WGS84).transform(point.x, point.y)
    return f"{abs(y):.5f} {'S' if y < 0 else 'N'} {abs(x):.5f} {'W' if x < 0 else 'E'}"


def _quoted(text: str) -> str:
    return " ".join(text.split()).rstrip(".")

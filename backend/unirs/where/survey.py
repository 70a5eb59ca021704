"""An open question about a large scene: windows are asked about, and equal answers merged.

Where the windows at full resolution are more than the budget, coarser ones are asked first, and
ground whose answer is rare among them is looked at more closely before the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from unirs.answers import Answer
from unirs.tiles import Box, Tile
from unirs.where.asking import Asking
from unirs.where.votes import Votes
from unirs.where.windows import shape_of_votes


class Seen(NamedTuple):
    """A window with its answer."""

    box: Box
    answer: Answer


def survey(asking: Asking, on_window: Callable[[int, int], None] | None = None) -> list[Seen]:
    """Ask about the windows that the budget allows.

    Args:
        asking: The windows; those of one level do not overlap.
        on_window: Called with each window: how many of its level are done, and how many there are.

    Returns:
        For all ground that was asked about, the finest windows: no ground counts twice.
    """
    votes = Votes(asking.ground.extent, shape_of_votes(asking.ground, asking.windows.size, 2))
    seen: list[Seen] = []
    for number, level in enumerate(asking.windows.levels, start=1):
        if number > 1:
            votes.go_finer()
        tiles = votes.promising(asking.tiles(level), 0) if number > 1 else asking.first()
        tiles = asking.affordable(level, tiles)
        found = _ask(asking, tiles, on_window)
        seen = [*_not_within(seen, found), *found]
        counts = Counter(key(each.answer) for each in found)
        for each in found:
            votes.add(each.box, 1 - counts[key(each.answer)] / len(found))
        if asking.stopped:
            break
    return seen


def key(answer: Answer) -> str:
    """What equal answers have in common."""
    return " ".join(answer.text.split()).rstrip(".").casefold()


def _ask(
    asking: Asking, tiles: Sequence[Tile], on_window: Callable[[int, int], None] | None
) -> list[Seen]:
    found = []
    for done, (tile, answer) in enumerate(asking.answers(tiles), start=1):
        if answer is not None:
            found.append(Seen(tile.box, answer))
        if on_window:
            on_window(done, len(tiles))
    return found


def _not_within(coarse: list[Seen], fine: list[Seen]) -> list[Seen]:
    """The coarse windows of which no part was asked about in finer ones."""
    middles = [((box.x_min + box.x_max) / 2, (box.y_min + box.y_max) / 2) for box, _ in fine]
    return [
        each
        for each in coarse
        if not any(
            each.box.x_min <= x <= each.box.x_max and each.box.y_min <= y <= each.box.y_max
            for x, y in middles
        )
    ]

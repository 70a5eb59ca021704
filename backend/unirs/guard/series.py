"""The dates of a series, and the sentences about differences of neighbours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ..sentences import sentence
from .pair import DatedImage, Difference, differences

NAMED = 3
"""How many dates a sentence names."""


def series_sentences(images: Sequence[DatedImage], names: Sequence[str]) -> Iterator[str]:
    """A sentence for each kind of difference, with the interval in which it is largest.

    Args:
        images: Of the dates in order of time, on one grid.
        names: What each date is called.
    """
    found: defaultdict[str, list[tuple[Difference, str]]] = defaultdict(list)
    dated = list(zip(images, names))
    for (before, earlier), (after, later) in zip(dated, dated[1:]):
        for each in differences(before, after):
            found[each.kind].append((each, f"{earlier} – {later}"))
    for kind, among in found.items():
        among.sort(key=lambda each: -each[0].size)
        where = list(dict.fromkeys(interval for _, interval in among))
        yield sentence(f"series_{kind}", where=few(where, 1), **among[0][0].values)


def few(names: Sequence[str], most: int) -> str:
    """The first names, and how many there are beside them."""
    more = f", +{len(names) - most}" if len(names) > most else ""
    return ", ".join(names[:most]) + more

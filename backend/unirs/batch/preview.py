"""What a plan would do, found out without a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from unirs.batch.plan import Plan
from unirs.batch.sources import Failure, Source, survey
from unirs.batch.tiling import parts

PART_BYTES, ROW_BYTES = 9_600, 50
"""Of a part file without rows, and of each row in it, compressed, as measured."""


@dataclass
class Preview:
    """What there is to do.

    Attributes:
        sources: Rasters, or pairs.
        crs: How many of them are in which CRS.
        failed: How many cannot be read, by the code of their failure.
        first_failure: The first of these.
        tiles: That will be read.
        parts: Files that they are written in.
        rows: Answers.
    """

    sources: int = 0
    crs: Counter[str | None] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    first_failure: Failure | None = None
    tiles: int = 0
    parts: int = 0
    rows: int = 0

    @property
    def bytes(self) -> int:
        """Size of the output, as estimated."""
        return self.parts * PART_BYTES + self.rows * ROW_BYTES

    def count(self, source: Source) -> None:
        """Take a source into account."""
        self.sources += 1
        if source.failure:
            self.failed[source.failure.code] += 1
            self.first_failure = self.first_failure or source.failure
        else:
            self.crs[source.crs] += 1


def preview(plan: Plan, on_source: Callable[[int], None] | None = None) -> Preview:
    """Look at the rasters of a plan and count its tiles.

    Args:
        plan: What would be done.
        on_source: Called with the number of rasters or pairs until now.

    Raises:
        UniRSError: As ``survey`` and ``parts``.
    """
    seen = Preview()

    def counted() -> Iterator[Source]:
        for source in survey(plan, on_source):
            seen.count(source)
            yield source

    for part in parts(plan, counted()):
        seen.parts += 1
        seen.tiles += len(part)
    seen.tiles -= seen.failed.total()
    seen.rows = (seen.tiles + seen.failed.total()) * len(plan.ask.questions)
    return seen

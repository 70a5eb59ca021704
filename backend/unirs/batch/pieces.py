"""Parts whose worker was lost are answered in halves, until the tile is found that ends workers."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from unirs.batch.answering import failed_rows, result
from unirs.batch.output import PartResult
from unirs.errors import UniRSError

if TYPE_CHECKING:
    from unirs.batch.plan import Plan
    from unirs.batch.tiling import BatchTile, Part

MOST_LOSSES = 20
"""So often a part may lose its worker until what is left of it counts as what ends workers: enough
to find two such tiles among the 256 of a part."""

_ALONE_MAY_LOSE = 2
"""So often a lone tile may lose its worker: once may be chance, such as a computer that is lost."""


@dataclass(frozen=True)
class Piece:
    """Tiles of a part that follow each other. Small and picklable.

    Attributes:
        part: What they belong to.
        first: Number of the first tile.
        count: How many.
        losses: How often it has lost its worker.
    """

    part: Part
    first: int
    count: int
    losses: int = 0

    @classmethod
    def whole(cls, part: Part) -> Piece:
        """All tiles of a part."""
        return cls(part, 0, len(part))

    @property
    def name(self) -> str:
        """Of the part."""
        return self.part.name

    def tiles(self) -> Iterator[BatchTile]:
        """The tiles, neighbours after each other."""
        return islice(self.part.tiles(), self.first, self.first + self.count)

    def after_loss(self) -> tuple[Piece, ...]:
        """What to try next: the same once more, then its halves; nothing after a lone tile."""
        lost = replace(self, losses=self.losses + 1)
        if lost.losses == 1:
            return (lost,)
        if self.count == 1:
            return (lost,) if lost.losses <= _ALONE_MAY_LOSE else ()
        half = self.count // 2
        return (
            replace(self, count=half, losses=1),
            replace(self, first=self.first + half, count=self.count - half, losses=1),
        )


class Pieces:
    """The parts of a run, given out as pieces and put together again.

    Args:
        plan: What is asked.
        waiting: Parts; taken from as workers have room.
    """

    def __init__(self, plan: Plan, waiting: Iterator[Part]) -> None:
        self._plan, self._waiting = plan, waiting
        self._following = next(waiting, None)
        self._suspects: deque[Piece] = deque()
        self._losses: Counter[str] = Counter()  # by the name of the part, as the next one
        self._answered: defaultdict[str, list[PartResult]] = defaultdict(list)
        self._tiles: Counter[str] = Counter()  # that have results

    @property
    def left(self) -> bool:
        """Whether there is one to give."""
        return bool(self._suspects or self._following)

    def next(self, alone: bool) -> Piece | None:
        """A piece for a worker; ``None`` if there is none for this one.

        Args:
            alone: Whether the worker has nothing else to answer: a piece that has lost a worker is
                given to such a one, so that it takes nothing along.
        """
        if self._suspects and alone:
            return self._suspects.popleft()
        part, self._following = self._following, self._following and next(self._waiting, None)
        return Piece.whole(part) if part else None

    def answered(self, piece: Piece, found: PartResult) -> PartResult | None:
        """The result of a piece is there; that of its part, once all of its pieces have theirs."""
        name = piece.name
        self._answered[name].append(found)
        self._tiles[name] += piece.count
        if self._tiles[name] < len(piece.part):
            return None
        del self._tiles[name]
        self._losses.pop(name, None)
        return PartResult.joined(self._answered.pop(name))

    def lost(self, piece: Piece, reason: str) -> PartResult | None:
        """The worker of a piece was lost; the result of its part, if that was all.

        Args:
            piece: What it was answering.
            reason: Why, as far as that is known.
        """
        self._losses[piece.name] += 1
        following = piece.after_loss() if self._losses[piece.name] < MOST_LOSSES else ()
        self._suspects.extend(following)
        return None if following else self.answered(piece, self._without_answers(piece, reason))

    def _without_answers(self, piece: Piece, reason: str) -> PartResult:
        tiles = "this tile" if piece.count == 1 else f"these {piece.count} tiles"
        error = UniRSError(
            "worker_lost",
            f"Workers ended again and again while they answered {tiles}; the last one for this "
            f"reason: {reason}.",
        )
        rows = failed_rows(self._plan, piece.name, piece.tiles(), error)
        return result(self._plan, piece.name, rows)

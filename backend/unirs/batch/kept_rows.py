"""The rows of a batch in order, each tile and question once, read part by part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

from unirs.batch.contents import Contents, PartFile
from unirs.batch.reviews import Reviews
from unirs.batch.summary import QuestionSummary
from unirs.errors import UniRSError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

IDENTITY = ["tile", "ask"]
"""Columns that identify a row."""


@dataclass(frozen=True)
class KeptRows:
    """Which rows of which parts are kept: of a tile that was answered twice, the better one.

    Attributes:
        parts: The part files, in the order of their tiles.
        keep: For each part, ``[rows]``: the numbers of its rows in the order of their tiles.
        counts: Number of rows of each part.
        questions: Questions that occur, by their number from 0.
        duplicates: Number of rows that are not kept.
        reviews: What a person has decided about answers of an earlier export.
    """

    parts: tuple[PartFile, ...]
    keep: tuple[NDArray[np.int64], ...]
    counts: tuple[int, ...]
    questions: dict[int, QuestionSummary]
    duplicates: int
    reviews: Reviews = field(default_factory=Reviews)

    def __len__(self) -> int:
        return sum(map(len, self.keep))

    @classmethod
    def of(cls, contents: Contents) -> KeptRows:
        """Read what identifies the rows: 25 bytes of memory for each.

        Raises:
            UniRSError: ``output_broken``.
        """
        import numpy as np

        questions: dict[int, QuestionSummary] = {}
        firsts, orders = [], []
        keys, succeeded = [np.empty(0, "S16")], [np.empty(0, bool)]
        for part in contents.parts:
            rows = part.rows([*IDENTITY, "task", "question", "status"])
            for row in rows.group_by(["ask", "task", "question"]).aggregate([]).to_pylist():
                number = row["ask"]
                questions[number] = QuestionSummary(number + 1, row["task"], row["question"])
            names = list(zip(*(rows[name].to_pylist() for name in IDENTITY), strict=True))
            order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
            firsts.append(min(names, default=("", 0)))
            orders.append(order)
            keys.append(np.array([_key(names[index]) for index in order], dtype="S16"))
            succeeded.append(np.array([s == "ok" for s in rows["status"].to_pylist()], bool)[order])
        kept = _last_of_equals(np.concatenate(keys), np.concatenate(succeeded))
        masks = np.split(kept, np.cumsum([len(each) for each in orders])[:-1]) if orders else []
        in_order = sorted(range(len(firsts)), key=firsts.__getitem__)
        return cls(
            parts=tuple(contents.parts[index] for index in in_order),
            keep=tuple(orders[index][masks[index]] for index in in_order),
            counts=tuple(len(orders[index]) for index in in_order),
            questions=dict(sorted(questions.items())),
            duplicates=int((~kept).sum()),
        )

    def tables(self) -> Iterator[pa.Table]:
        """The kept rows of each part in order, with all columns, and those of a review.

        Raises:
            UniRSError: ``output_broken``, or ``output_changed`` if a run has rewritten a part.
        """
        for part, keep, count in zip(self.parts, self.keep, self.counts, strict=True):
            rows = part.rows()
            if len(rows) != count:
                raise UniRSError(
                    "output_changed",
                    f"{part.path} was rewritten by a run while it was read; do this again.",
                )
            yield self.reviews.added_to(rows.take(keep))


def _key(identity: tuple[str, int]) -> bytes:
    return blake2b("\0".join(map(str, identity)).encode(), digest_size=16).digest()


def _last_of_equals(keys: NDArray[np.bytes_], succeeded: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of rows with one key, the last one that succeeded, else the last one: ``[rows]``, a mask."""
    import numpy as np

    order = np.lexsort((np.arange(len(keys)), succeeded, keys))
    is_last = np.ones(len(keys), dtype=bool)
    is_last[:-1] = keys[order][:-1] != keys[order][1:]
    kept = np.zeros(len(keys), dtype=bool)
    kept[order] = is_last
    return kept

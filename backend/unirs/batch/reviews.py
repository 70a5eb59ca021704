"""What a person has decided about answers, in QGIS: kept when a file is exported anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = ("review", "correction")
"""Columns that the review of the QGIS plugin adds."""

ACCEPTED, CORRECTED, SKIPPED = "accepted", "corrected", "skipped"
"""Values of the column ``review``."""

_IDENTITY = ("tile", "task", "question")
_Key = tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """What was decided about an answer.

    Attributes:
        answer: The answer.
        review: ``ACCEPTED``, ``CORRECTED`` or ``SKIPPED``.
        correction: What it should be, if it was corrected.
    """

    answer: str
    review: str
    correction: str | None

    def about(self, answer: str) -> tuple[str | None, str | None]:
        """Cells of ``COLUMNS`` for the answer that a later run gives: what is right stays right."""
        if answer == self.answer:
            return self.review, self.correction
        if self.review == SKIPPED:
            return None, None
        right = self.answer if self.review == ACCEPTED else self.correction
        return (ACCEPTED, None) if answer == right else (CORRECTED, right)


@dataclass(frozen=True)
class Reviews:
    """The decisions of an earlier export, by tile, task and question."""

    decisions: Mapping[_Key, Decision] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.decisions)

    @classmethod
    def read(cls, path: Path) -> Reviews:
        """Those of a file; none if it is missing, or no export."""
        from pyogrio import list_layers
        from pyogrio.errors import DataLayerError, DataSourceError

        if not path.exists():
            return cls()
        try:
            layers = [str(name) for name, _ in list_layers(path)]
            rows = [row for name in layers for row in _reviewed(path, name)]
        except (DataLayerError, DataSourceError):
            return cls()
        return cls(dict(rows))

    def added_to(self, rows: pa.Table) -> pa.Table:
        """Rows with the columns of a review, if there was one."""
        import pyarrow as pa

        if not self.decisions:
            return rows
        names = zip(*(rows[name].to_pylist() for name in _IDENTITY), strict=True)
        cells = [
            found.about(answer) if answer and (found := self.decisions.get(key)) else (None, None)
            for key, answer in zip(names, rows["answer"].to_pylist(), strict=True)
        ]
        for number, name in enumerate(COLUMNS):
            rows = rows.append_column(name, pa.array([cell[number] for cell in cells], pa.string()))
        return rows


def _reviewed(path: Path, layer: str) -> Iterator[tuple[_Key, Decision]]:
    """The rows of a layer that were decided about; none of another kind of layer."""
    from pyogrio import raw, read_info

    wanted = (*_IDENTITY, "answer", *COLUMNS)
    if not set(wanted) <= {str(name) for name in read_info(path, layer=layer)["fields"]}:
        return
    decided = f"review IN ('{ACCEPTED}', '{CORRECTED}', '{SKIPPED}')"
    meta, _, _, values = raw.read(
        path, layer=layer, columns=list(wanted), where=decided, read_geometry=False
    )
    columns: dict[str, Any] = dict(zip(meta["fields"], values, strict=True))
    for cells in zip(*(columns[name] for name in wanted), strict=True):
        *key, answer, review, correction = (cell or "" for cell in cells)
        yield tuple(map(str, key)), Decision(str(answer), str(review), correction or None)

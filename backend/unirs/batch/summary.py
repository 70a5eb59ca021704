"""How often each answer was given, with which confidence, and what failed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

MAX_ANSWERS = 1000
"""Different answers that are counted each; later ones, of free text, are counted as others."""

COUNTED = ["answer", "confidence", "unsure", "changed", "before", "status", "code"]
"""Columns that are read for that."""

OTHER = "(other answers)"
FAILED = "(failed)"


@dataclass
class AnswerCount:
    """How often one answer was given.

    Attributes:
        tiles: Number of tiles.
        unsure: Tiles whose answer was chosen with a low probability.
        scored: Tiles with a confidence.
        confidence_sum: Of these.
    """

    tiles: int = 0
    unsure: int = 0
    scored: int = 0
    confidence_sum: float = 0.0

    @property
    def mean_confidence(self) -> float | None:
        """0 to 1; ``None`` for answers that were generated."""
        return self.confidence_sum / self.scored if self.scored else None


@dataclass
class QuestionSummary:
    """What came out for one question of a batch.

    Attributes:
        ask: Its number in the plan, from 1.
        task: Its task.
        question: Its text; empty for a task's own.
        layer: Layer of the exported file.
        answers: Count of each answer; ``OTHER`` for those beyond ``MAX_ANSWERS``.
        changed: For change captions, how many tiles have changed and how many have not.
        failures: Number of failed tiles by the code of the failure.
        has_pairs: Whether any answer is about two dates.
    """

    ask: int
    task: str
    question: str
    layer: str = ""
    answers: dict[str, AnswerCount] = field(default_factory=dict)
    changed: Counter[bool] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    has_pairs: bool = False

    @property
    def tiles(self) -> int:
        """Rows that were counted, failed ones included."""
        return sum(count.tiles for count in self.answers.values()) + sum(self.failures.values())

    @property
    def has_confidence(self) -> bool:
        """Whether any answer was chosen with a probability."""
        return any(count.scored for count in self.answers.values())

    def by_count(self) -> list[tuple[str, AnswerCount]]:
        """The answers, the most frequent one first."""
        return sorted(self.answers.items(), key=lambda each: (-each[1].tiles, each[0]))

    def add(self, rows: pa.Table) -> None:
        """Count rows of a part file."""
        for row in rows.select(COUNTED).to_pylist():
            self._add(row)

    def _add(self, row: dict[str, Any]) -> None:
        if row["status"] != "ok":
            self.failures[row["code"] or "unknown"] += 1
            return
        text = row["answer"] or ""
        if text not in self.answers and len(self.answers) >= MAX_ANSWERS:
            text = OTHER
        self.has_pairs |= row["before"] is not None
        count = self.answers.setdefault(text, AnswerCount())
        count.tiles += 1
        count.unsure += bool(row["unsure"])
        if row["changed"] is not None:
            self.changed[row["changed"]] += 1
        if row["confidence"] is not None:
            count.scored += 1
            count.confidence_sum += row["confidence"]

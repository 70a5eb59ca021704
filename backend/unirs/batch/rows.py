"""From a tile and its answer, or the failure to get one, to a row of a part file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from unirs.batch.footprint import footprint

if TYPE_CHECKING:
    from unirs.answers import Answer
    from unirs.batch.plan import Asked
    from unirs.batch.tiling import BatchTile

Row = dict[str, Any]


@dataclass(frozen=True)
class TileQuestion:
    """One question about one tile.

    Attributes:
        part: Name of the part.
        tile: One of its tiles.
        ask: Index of the question in the plan.
        asked: The question.
    """

    part: str
    tile: BatchTile
    ask: int
    asked: Asked

    def columns(self) -> Row:
        """The columns that do not depend on the answer."""
        tile, extent = self.tile, self.tile.extent or (None,) * 4
        return {
            "tile": tile.id,
            "part": self.part,
            "ask": self.ask,
            "task": self.asked.task.value,
            "question": self.asked.question,
            "paths": list(tile.paths),
            "before": tile.dates[0] if len(tile.dates) > 1 else None,
            "after": tile.dates[-1] if tile.dates else None,
            **dict(zip(("min_x", "min_y", "max_x", "max_y"), extent, strict=True)),
            "crs": tile.crs,
            "geometry": footprint(tile.extent, tile.crs),
        }


def answered(subject: TileQuestion, answer: Answer) -> Row:
    """The row of an answer."""
    best = answer.options[0].probability if answer.options else None
    scores = {option.text: option.probability for option in answer.options}
    return {
        **subject.columns(),
        "answer": answer.text,
        "probabilities": json.dumps(scores, ensure_ascii=False) if best is not None else None,
        "confidence": answer.confidence,
        "unsure": answer.unsure if answer.confidence is not None else None,
        "changed": answer.changed,
        "warnings": " ".join(answer.warnings) or None,
        "model": answer.model,
        "digest": answer.digest,
        "engine": answer.engine,
        "status": "ok",
    }


def failed(subject: TileQuestion, code: str, message: str) -> Row:
    """The row of a tile without an answer, with the code and sentence of a ``UniRSError``."""
    return {**subject.columns(), "status": "failed", "code": code, "error": message}

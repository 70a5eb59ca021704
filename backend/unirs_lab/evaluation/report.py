"""The benchmark's scores for machines, for a terminal table and for a model card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from unirs_lab.evaluation.mini import MiniScores, WorldScores
from unirs_lab.evaluation.scores.tokenisation import PLAIN

LABELS = {
    "presence": "presence",
    "comparison": "comparison",
    "rural_urban": "rural or urban",
    "change_no_change": "change or no change",
    "video": "video class",
    "change_cider_d": "change captions, CIDEr-D × 100",
    "count": "count",
    "area": "area, to ten percent",
    "change_questions": "questions about changes",
    "caption_cider_d": "captions, CIDEr-D × 100",
}
AIMS = {
    "presence": 0.95,
    "comparison": 0.95,
    "rural_urban": 0.95,
    "change_no_change": 0.97,
    "video": 0.90,
    "change_cider_d": 140.0,
}
TILES_LABELS = {
    "water_presence": "water on held-out real tiles",
    "change_no_change": "water change on held-out real tiles",
    "water_direction": "grown, shrunk or neither, likewise",
}
TILES_AIMS = {"water_presence": 0.90, "water_direction": 0.85}
BODIES_LABEL = "bodies of water in the changed ones"

NO_TILES = {"water_presence": None, "reason": "no folder of dated rasters was given"}
COLUMNS = (
    *("Score", "Aim", "Result", "By vote of views"),
    *("Without clues", "Without change module", "Answers"),
)
PARTS = ("by_vote", "without_clues", "without_change_module")
"""Of a record, behind the result itself."""
NOT_ASKED = "–"


def as_json(scores: MiniScores) -> dict[str, Any]:
    """One object: the scores of the model itself at the top, its ablations and real tiles below."""
    return {
        "model": scores.model,
        "device": scores.device,
        "split": scores.split,
        "tokenisation": PLAIN.description,
        **asdict(scores.world),
        "naip": asdict(scores.naip) if scores.naip else NO_TILES,
        "by_vote": asdict(scores.by_vote) if scores.by_vote else None,
        "without_clues": _ablation(scores.without_clues),
        "without_change_module": _ablation(scores.without_change_module),
    }


def as_markdown(record: dict[str, Any]) -> str:
    """A table for a model card, of what ``as_json`` returned."""
    lines = [COLUMNS, ("---", *["---:"] * (len(COLUMNS) - 1)), *rows(record)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def rows(record: dict[str, Any]) -> list[tuple[str, ...]]:
    """The rows under ``COLUMNS``, as text, of what ``as_json`` returned."""
    table = []
    for key, label in LABELS.items():
        runs = (record, *(record[part] or {} for part in PARTS))
        results = [_number(key, run.get(key)) for run in runs]
        table.append((label, _aim(AIMS, key), *results, str(record["questions"].get(key, 0))))
    naip = record["naip"]
    if naip["water_presence"] is not None:
        for key, label in TILES_LABELS.items():
            voted = (record["by_vote"] or {}).get(f"naip_{key}")
            results = [_number(key, naip[key]), _number(key, voted), NOT_ASKED, NOT_ASKED]
            answers = str(naip["questions"][key])
            table.append((label, _aim(TILES_AIMS, key), *results, answers))
        shown = naip["changed_bodies"]
        if shown:
            found = f"{len(shown)}, one of them in {max(shown) / sum(shown):.0%}"
            table.append((BODIES_LABEL, "", found, *[NOT_ASKED] * 3, str(sum(shown))))
    return table


def _ablation(scores: WorldScores | None) -> dict[str, Any] | None:
    return asdict(scores) if scores else None


def _aim(aims: Mapping[str, float], key: str) -> str:
    return f"≥ {_number(key, aims[key])}" if key in aims else ""


def _number(key: str, value: float | None) -> str:
    if value is None:
        return NOT_ASKED
    return f"{value:.1f}" if key.endswith("cider_d") else f"{value:.1%}"

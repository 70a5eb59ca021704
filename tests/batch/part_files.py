"""Part files as a batch writes them, made by hand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import shapely

from unirs.batch.output import Output, PartFacts, PartResult, schema

ROAD = "Is there a road?"


def row(
    tile: str,
    answer: str | None = "yes",
    confidence: float | None = 0.9,
    *,
    ask: int = 0,
    task: str = "ask",
    question: str = ROAD,
    code: str | None = None,
    changed: bool | None = None,
    box: Sequence[float] = (8.0, 47.0, 8.01, 47.01),
) -> dict[str, Any]:
    """One row; with a code that of a tile that failed."""
    facts: dict[str, Any] = dict.fromkeys(schema().names)
    facts |= {
        "tile": tile,
        "part": "?",
        "ask": ask,
        "task": task,
        "question": question,
        "paths": ["town.tif"],
        "after": "2020-08-31",
        "crs": "EPSG:32632",
        "model": "unirs-tiny",
        "engine": "unirs",
        "status": "failed" if code else "ok",
        "code": code,
        "error": "town.tif cannot be read; mend it." if code else None,
        "geometry": shapely.to_wkb(shapely.box(*box)),
    }
    if code is None:
        scores = {answer: confidence, "other": 1 - confidence} if confidence is not None else None
        facts |= {
            "answer": answer,
            "confidence": confidence,
            "unsure": confidence < 0.6 if confidence is not None else None,
            "probabilities": json.dumps(scores) if scores else None,
            "changed": changed,
        }
    return facts


def write_part(
    folder: Path, name: str, rows: Iterable[dict[str, Any]], *, skipped: int = 0, **facts: Any
) -> Path:
    """Commit a part with these rows."""
    rows = [each | {"part": name} for each in rows]
    failed = {(each["tile"], each["code"]) for each in rows if each["code"]}
    about = PartFacts(
        part=name,
        settings="0" * 64,
        digest=None,
        tiles=len({each["tile"] for each in rows}),
        rows=len(rows),
        skipped=skipped,
        failed=dict(Counter(code for _, code in failed)),
        seconds=2.0,
        **facts,
    )
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    Output(folder).commit(PartResult.of(about, rows))
    return folder / "parts" / f"{name}.parquet"


def write_log(folder: Path, *entries: dict[str, Any]) -> None:
    """Write the log of runs."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))


def grid_rows(
    count: int, answer: Callable[[int], tuple[str, float | None]], first: int = 0
) -> list[dict[str, Any]]:
    """Rows of a grid of tiles, 100 in a row, west of Zurich."""
    rows = []
    for number in range(first, first + count):
        line, column = divmod(number, 100)
        west, north = 8 + column * 0.01, 47.5 - line * 0.01
        box = (west, north - 0.01, west + 0.01, north)
        rows.append(row(f"town/{line:05}/{column:05}", *answer(number), box=box))
    return rows

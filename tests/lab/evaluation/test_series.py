"""When something happened, asked of a model with random weights about one generated series."""

from __future__ import annotations

import json
from pathlib import Path

from unirs.engines.unirs import Pipeline
from unirs_lab.evaluation.asking import Options
from unirs_lab.evaluation.series import Found, _figures, evaluate_series
from unirs_lab.world import seed_for, series


def test_every_question_of_the_series_is_asked_and_reported(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    options = Options(out=tmp_path, clue=False, limit=1)
    evaluation = evaluate_series(lambda: pipeline, options)
    asked = series(seed_for("test", 0), pipeline.image_size).questions
    record = evaluation.record
    assert [each["question"] for each in record["questions"]] == [each.text for each in asked]
    assert [each["truth"] for each in record["questions"]] == [each.first for each in asked]
    assert "Aim for a change that happened" in (tmp_path / "tables.md").read_text()
    assert json.loads((tmp_path / "scores.json").read_text())["benchmark"] == "when"


def test_a_right_answer_is_the_right_interval_or_a_right_never() -> None:
    found = [
        Found(0, "?", "happened", 3, 3, 0.9),
        Found(0, "?", "happened", 3, 4, 0.9),
        Found(1, "?", "nothing", None, None, 0.9),
    ]
    assert dict(_figures(found)) == {
        "happened": {"asked": 2, "right": 50.0},
        "nothing": {"asked": 1, "right": 100.0},
    }

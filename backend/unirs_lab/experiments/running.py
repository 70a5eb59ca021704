"""Runs arms and keeps their scores; what is finished is not done again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from unirs.errors import UniRSError
from unirs.files import alone_in, whole_file
from unirs.inference import load_pipeline
from unirs.inputs import InputKind
from unirs_lab.evaluation.mini import WorldScores, evaluate_mini
from unirs_lab.experiments.ablations import ABLATIONS, Ablation, arms_of
from unirs_lab.experiments.arms import Arm
from unirs_lab.experiments.results import Results
from unirs_lab.experiments.settings import Settings
from unirs_lab.experiments.workshop import Workshop
from unirs_lab.experiments.writing import write_results
from unirs_lab.training.options import Report

COUNTED = {
    InputKind.SINGLE: "scenes",
    InputKind.PAIR: "pairs",
    InputKind.VIDEO: "videos",
}
"""What the benchmark calls its items of each kind."""

QUESTION_TYPES = ("presence", "comparison", "rural_urban")
"""What the average over questions is taken of: the paper leaves counts and areas out."""


def run_experiments(
    settings: Settings,
    ablations: tuple[Ablation, ...] = ABLATIONS,
    report: Report | None = None,
) -> Results:
    """Train and score every arm that some ablations need, and write what comes of it.

    Results are written after each seed, so that a long run can be followed.

    Args:
        settings: What on, and for how long.
        ablations: Which tables.
        report: Where progress is told.

    Returns:
        Scores, tables and verdicts; they lie in the folder, too.

    Raises:
        UniRSError: What ``Settings.checked`` and ``Workshop`` find, and ``folder_in_use`` by
            another process.
    """
    settings.checked()
    with alone_in(settings.folder):
        return _run_all(settings, ablations, report or Report())


def _run_all(settings: Settings, ablations: tuple[Ablation, ...], report: Report) -> Results:
    workshop = Workshop(settings, report)
    results = Results(settings, ablations, {})
    for seed in range(settings.seeds):
        arms = [arm for arm in arms_of(ablations, settings.seeds) if arm.seed == seed]
        found = {arm: kept_scores(settings, arm) for arm in arms}
        if any(arm.change_module for arm, scores in found.items() if scores is None):
            workshop.train_change(seed)
        for arm, scores in found.items():
            results.scores[arm] = scores or _run(workshop, settings, arm, report)
        write_results(results)
    return results


def arm_folder(settings: Settings, arm: Arm) -> Path:
    """Where the run of an arm lies."""
    return settings.folder / "arms" / arm.name / f"seed-{arm.seed}"


def kept_scores(settings: Settings, arm: Arm) -> dict[str, float] | None:
    """The scores of a finished arm; ``None`` if it is not, or was scored on fewer or more items.

    Raises:
        UniRSError: ``results_broken``.
    """
    path = arm_folder(settings, arm) / "scores.json"
    if not path.is_file():
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        scores = {str(key): float(value) for key, value in record["scores"].items()}
        return scores if record["evaluated"] == settings.evaluate else None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UniRSError(
            "results_broken", f"{path} cannot be read; delete it, and its arm is scored again."
        ) from error


def _run(workshop: Workshop, settings: Settings, arm: Arm, report: Report) -> dict[str, float]:
    """Train an arm, score it on the kinds that it has learnt, and keep the scores."""
    folder = arm_folder(settings, arm)
    report.stage(f"arm {arm.name}, seed {arm.seed}")
    workshop.tune(arm, folder)
    report.stage("scoring")
    counts = {COUNTED[kind]: settings.evaluate if kind in arm.kinds else 0 for kind in InputKind}
    pipeline = load_pipeline(folder / "model", settings.device)
    world = evaluate_mini(pipeline, count=counts, on_progress=report.making).world
    scores = percentages(world)
    record = {"evaluated": settings.evaluate, "scores": scores, "answers": dict(world.questions)}
    with whole_file(folder / "scores.json") as temporary:
        temporary.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return scores


def percentages(world: WorldScores) -> dict[str, float]:
    """The scores that were taken, in the paper's units, with the micro average over questions."""
    shares: Mapping[str, Any] = vars(world)
    taken = {
        key: value if key.endswith("cider_d") else 100 * value
        for key, value in shares.items()
        if isinstance(value, float)
    }
    asked = {kind: world.questions.get(kind, 0) for kind in QUESTION_TYPES}
    if total := sum(asked.values()):
        taken["vqa"] = sum(asked[kind] * taken.get(kind, 0.0) for kind in asked) / total
    return taken

"""Runs arms and keeps their scores; what is finished is not done again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from unirs.engines.devices import resolve_device
from unirs.engines.unirs import load_pipeline
from unirs.errors import UniRSError
from unirs.files import alone_in, keep_settings, whole_file
from unirs.inputs import InputKind
from unirs.model import ModelBundle, load_bundle
from unirs.models.store import find_model
from unirs_lab.data.datasets import dataset
from unirs_lab.data.world_samples import write_world_samples
from unirs_lab.evaluation.asking import Observer, Options
from unirs_lab.evaluation.figure_tables import GENERATED
from unirs_lab.evaluation.figures import evaluate_figures
from unirs_lab.evaluation.question_kinds import Sources
from unirs_lab.experiments.ablations import ABLATIONS, Ablation, arms_of
from unirs_lab.experiments.arms import Arm
from unirs_lab.experiments.results import Results
from unirs_lab.experiments.settings import Settings
from unirs_lab.experiments.writing import write_results
from unirs_lab.training.change_stage import train_change
from unirs_lab.training.clues import write_clue_set
from unirs_lab.training.joint_stage import train_joint
from unirs_lab.training.progress import Report

FIRST_SCENE = 1 << 30
"""Number of the first training scene here. No base has seen it: its clues about training scenes are
then as good, or bad, as those about test scenes."""

VALIDATION_PAIRS = 32
"""Generated pairs that choose the best epoch of the change stage."""

FIGURES = {
    InputKind.SINGLE: {
        "generated_presence": "presence",
        "generated_comparison": "comparison",
        "generated_rural_urban": "rural_urban",
    },
    InputKind.PAIR: {
        "generated_change": "change_no_change",
        "generated_change_captions": "change_cider_d",
    },
    InputKind.VIDEO: {"generated_video": "video"},
}
"""The figures of each kind of input, with the keys of their scores here."""

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
        report: Gets the progress.

    Returns:
        Scores, tables and verdicts, which are in the folder, too.

    Raises:
        UniRSError: What ``Settings.checked`` finds, ``settings_differ`` if the folder was begun
            with other settings or with another base, ``folder_in_use`` by another process, and what
            training raises.
    """
    settings.checked()
    report = report or Report()
    with alone_in(settings.folder):
        base = load_bundle(find_model(str(settings.base)), resolve_device(settings.device))
        keep_settings(settings.folder, {"base": base.digest, **settings.as_json()})
        _prepare(settings, base, report)
        results = Results(settings, ablations, {})
        for seed in range(settings.seeds):
            _run_seed(results, seed, report)
            write_results(results)
    return results


def _prepare(settings: Settings, base: ModelBundle, report: Report) -> None:
    """Generate what all arms read, and write its clues; what is there already is kept."""
    size, samples = base.config.image_size, []
    for kind, count in settings.inputs.items():
        report.stage(f"generated {kind.value} inputs")
        root = settings.shared / kind.value
        write_world_samples(root, kind, "train", count, size, FIRST_SCENE, report.making)
        samples += dataset("jsonl").read(root, "train")
    root = settings.shared / InputKind.PAIR.value
    write_world_samples(root, InputKind.PAIR, "val", VALIDATION_PAIRS, size)
    report.stage("clues")
    write_clue_set(samples, base, settings.shared / "clues", on_progress=report.making)


def _run_seed(results: Results, seed: int, report: Report) -> None:
    settings = results.settings
    arms = [arm for arm in arms_of(results.ablations, settings.seeds) if arm.seed == seed]
    found = {arm: kept_scores(settings, arm) for arm in arms}
    change = settings.folder / "change" / f"seed-{seed}"
    if any(arm.change_module for arm, scores in found.items() if scores is None):
        train_change(settings.change(seed), change, report)
    for arm, scores in found.items():
        results.scores[arm] = scores or _run(settings, arm, change / "model", report)


def arm_folder(settings: Settings, arm: Arm) -> Path:
    """Folder of the run of an arm."""
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


def _run(settings: Settings, arm: Arm, start: Path, report: Report) -> dict[str, float]:
    """Train an arm, score it on the kinds that it has learnt, and keep the scores."""
    folder = arm_folder(settings, arm)
    report.stage(f"arm {arm.name}, seed {arm.seed}")
    model = train_joint(settings.joint(arm.overrides, start), folder, report)
    report.stage("scoring")
    pipeline = load_pipeline(model, settings.device)
    evaluation = evaluate_figures(
        GENERATED,
        Sources(size=pipeline.image_size),
        lambda: pipeline,
        Options(folder / "evaluation", limit=settings.evaluate),
        Observer(asking=report.making),
        only=[name for kind in arm.kinds for name in FIGURES[kind]],
    )
    rows = evaluation.record["figures"]
    scores = scores_of(rows)
    answers = {row["name"]: row["items"] for row in rows}
    record = {"evaluated": settings.evaluate, "scores": scores, "answers": answers}
    with whole_file(folder / "scores.json") as temporary:
        temporary.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return scores


def scores_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """The scores that were taken, in the paper's units, with the micro average over questions.

    Args:
        rows: The figures of an evaluation's record.
    """
    keys = {name: key for names in FIGURES.values() for name, key in names.items()}
    taken = {keys[row["name"]]: row["value"] for row in rows if row["value"] is not None}
    asked = {keys[row["name"]]: row["items"] for row in rows}
    if total := sum(asked.get(kind, 0) for kind in QUESTION_TYPES):
        right = sum(asked.get(kind, 0) * taken.get(kind, 0.0) for kind in QUESTION_TYPES)
        taken["vqa"] = right / total
    return taken

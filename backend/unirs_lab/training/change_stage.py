"""The change stage: the change extraction module learns under a caption decoder (paper, IV-A).

The set-up is Chg2Cap's: a frozen encoder, a single-layer Transformer decoder, Adam, a rate that
halves, the epoch with the best BLEU-4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import torch

from unirs.errors import UniRSError
from unirs.files import alone_in, make_folder
from unirs.model import ModelBundle, load_bundle, load_config, save_bundle
from unirs.model.change import Float32BatchNorm
from unirs_lab.data.mixture import SamplePart
from unirs_lab.data.samples import Sample
from unirs_lab.training.change_objective import FIGURE, CaptionObjective
from unirs_lab.training.checks import (
    require_base,
    require_disk,
    require_memory,
    take_only_place,
)
from unirs_lab.training.costs import Sizes, gpu_of, load_from
from unirs_lab.training.distributed import Place
from unirs_lab.training.features import PairFeatures
from unirs_lab.training.loop import LoopOptions, fit
from unirs_lab.training.plan import plan_change, total
from unirs_lab.training.progress import Report
from unirs_lab.training.settings import ChangeSettings
from unirs_lab.training.settings_files import keep
from unirs_lab.training.sources import read_samples, read_source, require_pairs
from unirs_lab.training.stage_card import stage_card
from unirs_lab.training.tuning import DTYPES, unirs_on


def train_change(settings: ChangeSettings, folder: Path, report: Report) -> Path:
    """Train the change module, from a base to the model folder that joint tuning starts from.

    Args:
        settings: Of the run.
        folder: Takes ``settings.yaml``, features, checkpoint, curves and ``model``. A second call
            goes on where the first one ended.
        report: Gets the progress.

    Returns:
        The model folder: UniRS with its change module, and the base's LLM as it was.

    Raises:
        UniRSError: What ``checks`` finds before the start, ``settings_differ``,
            ``folder_in_use`` by another process, and what the loop raises.
    """
    place = take_only_place(settings)
    checked = _checked(settings, folder, place)
    with alone_in(folder):
        keep(settings, folder)
        return _train(settings, folder, report, place, *checked)


def _train(
    settings: ChangeSettings,
    folder: Path,
    report: Report,
    place: Place,
    base_folder: Path,
    sources: list[SamplePart],
    validation: list[Sample],
) -> Path:
    """Train on what was checked."""
    base = load_bundle(base_folder, "cpu", DTYPES[settings.precision])
    bundle = unirs_on(base, folder / "model", settings, change_module=True)
    bundle.model.requires_grad_(False)
    bundle.model.vision_tower.to(place.device)  # the LLM has nothing to do
    pairs = _features(bundle, [s for source in sources for s in source.samples], "train", settings)
    held_back = _features(bundle, validation, "validation", settings)
    for features, name in ((pairs, "training"), (held_back, "validation")):
        report.stage(f"features of the {name} pairs")
        features.keep(report.making)
    objective = CaptionObjective(bundle, settings, sources, pairs, held_back)
    report.stage("change module on captions")
    options = loop_options(settings, objective.rounds, str(place.device))
    curves = fit(objective, options, folder, report.training)
    _round_off(bundle, DTYPES[settings.precision])
    card = stage_card(settings, base_folder, curves, folder / "model")
    save_bundle(bundle, folder / "model", card)
    return folder / "model"


def loop_options(settings: ChangeSettings, rounds: int, device: str) -> LoopOptions:
    """How the loop trains; ``rounds`` are the steps of an epoch."""
    steps = settings.epochs * rounds
    return LoopOptions(
        steps=steps,
        learning_rate=settings.learning_rate,
        warmup=0.0,
        clip=settings.clip or math.inf,
        device=device,
        autocast=settings.precision == "bfloat16",
        validate_every=rounds,
        checkpoint_every=settings.machine.checkpoint_every,
        optimizer="adam",
        betas=(0.9, 0.999),
        schedule="step",
        decay_every=settings.decay_every * rounds,
        decay_factor=settings.decay_factor,
        best=FIGURE,
        report_every=min(10, rounds),
        tensorboard=settings.machine.tensorboard,
    )


def _checked(
    settings: ChangeSettings, folder: Path, place: Place
) -> tuple[Path, list[SamplePart], list[Sample]]:
    """The base's folder, what is learnt from, and what validates; all that fails early fails."""
    base = require_base(settings)
    sources = read_samples(settings)
    name, source = next(iter(settings.data.items()))
    validation = read_source(name, source, settings.validation_split, settings.frame_count)
    for each in sources:
        require_pairs(each.samples, each.name)
    sizes = Sizes.of(load_config(base))
    if sizes.width % settings.decoder.heads:
        raise UniRSError(
            "settings_invalid",
            f"decoder.heads = {settings.decoder.heads} does not divide {sizes.width}, the width of "
            "the vision tower.",
        )
    plan = plan_change(settings, sizes, load_from(sources), gpu_of(place.device))
    make_folder(folder)
    require_disk(folder, total(plan.disk))
    require_memory(place.device, total(plan.memory), "set batch_size lower")
    return base, sources, validation


def _features(
    bundle: ModelBundle, samples: Sequence[Sample], name: str, settings: ChangeSettings
) -> PairFeatures:
    kept = bundle.folder.parent / "features" / name if settings.machine.keep_features else None
    return PairFeatures(bundle, samples, kept, settings.machine.workers)


def _round_off(bundle: ModelBundle, dtype: torch.dtype) -> None:
    """Bring what has learnt to the rest, and into its precision; BatchNorm keeps float32."""
    for module in bundle.model.cpu().modules():
        if not isinstance(module, Float32BatchNorm):
            for weights in module.parameters(recurse=False):
                weights.data = weights.data.to(dtype)

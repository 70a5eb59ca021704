"""Stage 2: the LLM learns the mixture of all tasks; everything else is frozen (paper, IV-A)."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from unirs.errors import UniRSError
from unirs.files import alone_in, make_folder
from unirs.model import load_bundle, load_config, save_bundle
from unirs.models.store import find_model
from unirs_lab.data.mixture import Part
from unirs_lab.training.adapters import LoraOptions, finish, learn
from unirs_lab.training.checks import (
    read_data,
    require_base,
    require_disk,
    require_extras,
    require_memory,
    require_reading,
    require_same_words,
    require_sense,
    take_place,
)
from unirs_lab.training.clue_sets import ClueSet, open_clues
from unirs_lab.training.costs import Sizes
from unirs_lab.training.distributed import Place
from unirs_lab.training.hardware import gpu_of, known_peak
from unirs_lab.training.instruction_objective import InstructionObjective
from unirs_lab.training.loop import LoopOptions, fit
from unirs_lab.training.options import Report
from unirs_lab.training.plan import Plan, advice, plan_joint, total
from unirs_lab.training.settings import JointSettings, keep
from unirs_lab.training.stage_card import stage_card
from unirs_lab.training.start import DTYPES, unirs_on
from unirs_lab.training.workload import load_from


def train_joint(settings: JointSettings, folder: Path, report: Report) -> Path:
    """Tune the LLM, from the model folder of stage 1 to that of UniRS.

    Where several processes were started, they share the work; the first one writes.

    Args:
        settings: Of the run.
        folder: Takes ``settings.yaml``, checkpoint, curves and ``model``. A second call goes on
            where the first one ended. All processes see it.
        report: Where progress is told.

    Returns:
        The model folder.

    Raises:
        UniRSError: Whatever ``checks`` finds before the start, ``settings_differ``,
            ``folder_in_use`` by another run, and what the loop raises.
    """
    require_extras(settings)
    place = take_place(settings)
    checked = _checked(settings, folder, place)
    with alone_in(folder) if place.main else nullcontext():
        if place.main:
            keep(settings, folder)
        return _train(settings, folder, report, place, *checked)


def _train(
    settings: JointSettings,
    folder: Path,
    report: Report,
    place: Place,
    base: Path,
    sources: list[Part],
    clues: ClueSet | None,
) -> Path:
    """Tune on what was checked."""
    start = _start(settings, base, folder, place)
    bundle = load_bundle(start, place.device, DTYPES[settings.precision])
    lora = lora_options(settings)
    learning = learn(bundle, lora, settings.seed)
    objective = InstructionObjective(bundle, learning, settings, sources, clues, place)
    options = loop_options(settings, objective.steps_an_epoch, place)
    report.stage("LLM on the mixture")
    curves = fit(objective, options, folder, report.training)
    if place.main:
        card = stage_card(settings, base, curves, folder / "model")
        dtype, model = DTYPES[settings.precision], folder / "model"
        finish(start, folder, model, lora, card, dtype, clues=settings.with_clues)
    place.wait()
    return folder / "model"


def lora_options(settings: JointSettings) -> LoraOptions | None:
    """The adapter, where one is tuned instead of all weights."""
    if settings.tuning == "full":
        return None
    lora = settings.lora
    return LoraOptions(rank=lora.rank, alpha=lora.alpha, dropout=lora.dropout)


def loop_options(settings: JointSettings, steps_an_epoch: int, place: Place) -> LoopOptions:
    """How the loop trains."""
    machine, steps = settings.machine, settings.steps or settings.epochs * steps_an_epoch
    return LoopOptions(
        steps=steps,
        learning_rate=settings.learning_rate,
        warmup=settings.warmup,
        weight_decay=settings.weight_decay,
        clip=settings.clip or math.inf,
        device=str(place.device),
        autocast=settings.precision == "bfloat16",
        validate_every=steps,
        checkpoint_every=machine.checkpoint_every,
        betas=(0.9, 0.999),
        gradient_checkpointing=machine.gradient_checkpointing,
        report_every=min(10, machine.checkpoint_every),
        peak_flops=known_peak(place.device),
        tensorboard=machine.tensorboard,
    )


def _clues(settings: JointSettings, base: Path, sources: Sequence[Part]) -> ClueSet | None:
    if not settings.with_clues:
        return None
    if settings.clues is None:
        raise UniRSError(
            "clue_missing",
            "No clues were named; write them with 'unirs data clues' and give their folder with "
            "--clues, or train without by --set with_clues=false.",
        )
    datasets = [source.samples for source in sources]
    return open_clues(settings.clues, base, datasets, settings.frame_count, settings.aspect_mode)


def _start(settings: JointSettings, base: Path, folder: Path, place: Place) -> Path:
    """The model folder that tuning starts from; without a change module it is made of the base."""
    if settings.change_module:
        return find_model(str(settings.change))
    start = folder / "start"
    if place.main and not start.is_dir():
        part = folder / "start.part"  # what a kill leaves of it is not taken for a model
        shutil.rmtree(part, ignore_errors=True)
        bundle = load_bundle(base, "cpu", DTYPES[settings.precision])
        save_bundle(unirs_on(bundle, start, settings, change_module=False), part)
        part.rename(start)
    place.wait()
    return start


def _checked(
    settings: JointSettings, folder: Path, place: Place
) -> tuple[Path, list[Part], ClueSet | None]:
    """The base's folder, what is learnt from, and its clues; all that fails early fails here."""
    require_sense(settings, place.count)
    base = require_base(settings)
    if settings.change_module:
        _require_change(settings, base)
    sources = read_data(settings)
    clues = _clues(settings, base, sources)
    sizes, load, gpu = Sizes.of(load_config(base)), load_from(sources), gpu_of(place.device)
    plan = plan_joint(settings, sizes, load, gpu, place.count)
    make_folder(folder)

    def other(changed: JointSettings, gpus: int) -> Plan:
        return plan_joint(changed, sizes, load, gpu, gpus)

    if place.main:
        require_disk(folder, total(plan.disk), "Stage 2")
    require_memory(place.device, total(plan.memory), advice(other, settings, place.count))
    return base, sources, clues


def _require_change(settings: JointSettings, base: Path) -> None:
    if settings.change is None:
        raise UniRSError(
            "change_missing",
            "No model of stage 1 was named; give the folder that 'unirs train change' made with "
            "--change, or read pairs as two images with --set change_module=false.",
        )
    start = find_model(str(settings.change))
    config = load_config(start)
    if config.kind != "unirs" or not config.change_module or config.clue_source != "none":
        raise UniRSError(
            "change_unfit",
            f"{start} is not the folder of a first stage; give that of 'unirs train change'.",
        )
    require_same_words(start, base)
    require_reading(start, settings)

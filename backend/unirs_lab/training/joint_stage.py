"""Joint tuning: the LLM, or an adapter on it, learns the mixture of all tasks (paper, IV-A)."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import torch

from unirs.errors import UniRSError
from unirs.files import alone_in, make_folder
from unirs.model import load_bundle, load_config, save_bundle
from unirs.models.store import find_model
from unirs_lab.data.mixture import Part, SamplePart
from unirs_lab.training.answer_objective import AnswerObjective, fit_answers
from unirs_lab.training.checks import (
    require_base,
    require_disk,
    require_memory,
    require_reading,
    require_same_words,
    require_sense,
    require_tensorboard,
    take_place,
)
from unirs_lab.training.clues import ClueSet, open_clues
from unirs_lab.training.costs import Sizes, gpu_of, load_from
from unirs_lab.training.distributed import Place
from unirs_lab.training.plan import Plan, advice, plan_joint, total
from unirs_lab.training.progress import Report
from unirs_lab.training.settings import JointSettings
from unirs_lab.training.settings_files import keep
from unirs_lab.training.sources import read_parts
from unirs_lab.training.stage_card import stage_card
from unirs_lab.training.tuning import DTYPES, LoraOptions, Tuning, finish, learn, unirs_on


def train_joint(
    settings: JointSettings, folder: Path, report: Report, card: str | None = None
) -> Path:
    """Tune a model, from the folder of an earlier stage to that of UniRS.

    Where several processes were started, they share the work; the first one writes.

    Args:
        settings: Of the run.
        folder: Takes ``settings.yaml``, checkpoint, curves and ``model``. A second call goes on
            where the first one ended. All processes see it.
        report: Gets the progress.
        card: Text of the model card, if not the one about the run.

    Returns:
        The model folder.

    Raises:
        UniRSError: What ``checks`` finds before the start, ``settings_differ``,
            ``folder_in_use`` by another run, and what the loop raises.
    """
    require_tensorboard(settings)
    place = take_place(settings)
    checked = _checked(settings, folder, place)
    with alone_in(folder) if place.main else nullcontext():
        if place.main:
            keep(settings, folder)
        return _train(settings, folder, report, card, place, *checked)


def _train(
    settings: JointSettings,
    folder: Path,
    report: Report,
    card: str | None,
    place: Place,
    parts: Sequence[Part],
    held_back: Sequence[Part],
    clues: ClueSet | None,
) -> Path:
    """Tune on what was checked."""
    start = _start(settings, folder, place)
    bundle = load_bundle(start, place.device, DTYPES[settings.precision])
    bundle.model.to(memory_format=torch.channels_last)  # convolutions are faster so
    tuning, target = tuning_of(settings), folder / "model"
    learning = learn(bundle, tuning)
    objective = AnswerObjective(bundle, learning, settings, parts, held_back, clues, place)
    report.stage("LLM on the mixture")
    curves = fit_answers(objective, place, folder, report.training)
    if place.main:
        card = card or stage_card(settings, settings.base or start, curves, target)
        dtype = DTYPES[settings.precision]
        finish(start, folder, target, tuning, card, dtype, clues=settings.with_clues)
    place.wait()
    return target


def tuning_of(settings: JointSettings) -> Tuning:
    """What learns."""
    lora = settings.lora
    new = LoraOptions(rank=lora.rank, alpha=lora.alpha, dropout=lora.dropout)
    return Tuning(
        parts=tuple(settings.rates),
        lora=new if settings.tuning == "lora" else None,
        own_adapter=settings.tuning == "adapter",
        seed=settings.seed,
    )


def _clues(settings: JointSettings, parts: Sequence[Part]) -> ClueSet | None:
    if not settings.with_clues:
        return None
    if settings.clues is None:
        raise UniRSError(
            "clue_missing",
            "No clues were named; write them with 'unirs data clues' and give their folder with "
            "--clues, or train without by --set with_clues=false.",
        )
    if any(source.shares for source in settings.data.values()):
        raise UniRSError(
            "settings_invalid",
            "Clues are written about images that stay as they are, and data with shares are drawn "
            "anew; set with_clues=false, or leave these data out.",
        )
    datasets = [part.samples for part in parts if isinstance(part, SamplePart)]
    base = find_model(str(settings.base))
    return open_clues(settings.clues, base, datasets, settings.frame_count, settings.aspect_mode)


def _start(settings: JointSettings, folder: Path, place: Place) -> Path:
    """The model folder that tuning starts from; without a change module it is made of the base."""
    if settings.change_module:
        return find_model(str(settings.start))
    start = folder / "start"
    if place.main and not start.is_dir():
        part = folder / "start.part"  # what a kill leaves of it is not taken for a model
        shutil.rmtree(part, ignore_errors=True)
        bundle = load_bundle(find_model(str(settings.base)), "cpu", DTYPES[settings.precision])
        save_bundle(unirs_on(bundle, start, settings, change_module=False), part)
        part.rename(start)
    place.wait()
    return start


def _checked(
    settings: JointSettings, folder: Path, place: Place
) -> tuple[Sequence[Part], Sequence[Part], ClueSet | None]:
    """What is learnt from, what validates, and the clues; all that fails early fails here."""
    require_sense(settings, place.count)
    if settings.tuning == "adapter":
        start = _required_start(settings)
        require_reading(start, settings)
        config = load_config(start)
    else:
        base = require_base(settings)
        config = load_config(base)
        if settings.change_module:
            _require_change(settings, base)
    parts, held_back = read_parts(settings)
    clues = _clues(settings, parts)
    sizes, load, gpu = Sizes.of(config), load_from(parts), gpu_of(place.device)
    plan = plan_joint(settings, sizes, load, gpu, place.count)
    make_folder(folder)

    def other(changed: JointSettings, gpus: int) -> Plan:
        return plan_joint(changed, sizes, load, gpu, gpus)

    if place.main:
        require_disk(folder, total(plan.disk))
    require_memory(place.device, total(plan.memory), advice(other, settings, place.count))
    return parts, held_back, clues


def _required_start(settings: JointSettings) -> Path:
    if settings.start is None:
        raise UniRSError(
            "start_missing",
            "No model to start from was named; give the folder that 'unirs train change' or "
            "'unirs train vision' made with --from, or read pairs as two images with "
            "--set change_module=false.",
        )
    return find_model(str(settings.start))


def _require_change(settings: JointSettings, base: Path) -> None:
    start = _required_start(settings)
    config = load_config(start)
    if config.kind != "unirs" or not config.change_module or config.clue_source != "none":
        raise UniRSError(
            "start_unfit",
            f"{start} is not the folder of a change stage; give that of 'unirs train change'.",
        )
    require_same_words(start, base)
    require_reading(start, settings)

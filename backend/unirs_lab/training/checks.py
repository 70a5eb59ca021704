"""What is refused before a run begins, so that it does not fail after hours."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import psutil
import torch

from unirs.engines.devices import resolve_device
from unirs.errors import UniRSError
from unirs.files import file_size, require_space
from unirs.inputs import InputKind
from unirs.model import UniRSConfig, load_config, load_processor
from unirs.models.store import find_model
from unirs.prompts import CHANGE_INSTRUCTION, unirs_prompt
from unirs_lab.training.curves import tensorboard_missing
from unirs_lab.training.distributed import Place, join
from unirs_lab.training.settings import (
    AnswerSettings,
    ChangeSettings,
    JointSettings,
    StageSettings,
)

LLM_SIZES = ("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers")


def require_tensorboard(settings: StageSettings) -> None:
    """TensorBoard is there, if curves shall be written for it.

    Raises:
        UniRSError: ``tensorboard_missing``.
    """
    if settings.machine.tensorboard and not find_spec("tensorboard"):
        raise tensorboard_missing()


def take_place(settings: StageSettings) -> Place:
    """This process's place among those of the run, on the device that the settings name.

    Raises:
        UniRSError: ``device_missing``.
    """
    return join(resolve_device(settings.machine.device))


def require_base(settings: ChangeSettings | JointSettings) -> Path:
    """The folder of the base, whose tokenizer fits its weights.

    Raises:
        UniRSError: ``base_missing``, ``base_unfit``, and what a broken model folder raises.
    """
    if settings.base is None:
        raise UniRSError(
            "base_missing",
            "No base model was named; give the folder that 'unirs convert' made with --base.",
        )
    folder = find_model(settings.base)
    config = load_config(folder)
    if config.kind != "base":
        raise UniRSError(
            "base_unfit", f"{folder} is no base model but a UniRS model; name its base with --base."
        )
    _require_tokens(folder, config)
    return folder


def require_same_words(folder: Path, base: Path) -> None:
    """The model of the first stage reads text as its base does.

    Raises:
        UniRSError: ``base_unfit``.
    """
    prompt = unirs_prompt(InputKind.PAIR, CHANGE_INSTRUCTION, "a clue: déjà vu, 12 houses", 1)
    ids = [load_processor(each).encode(prompt).tolist() for each in (folder, base)]
    configs = [load_config(each).text_config for each in (folder, base)]
    same_llm = all(getattr(configs[0], name) == getattr(configs[1], name) for name in LLM_SIZES)
    if ids[0] != ids[1] or not same_llm:
        raise UniRSError(
            "base_unfit",
            f"{folder} was not made from the base {base}: their tokenizers or LLMs differ; name "
            "the base that its first stage was trained on.",
        )


def require_reading(folder: Path, settings: StageSettings) -> None:
    """A model reads images and videos as it is set.

    Raises:
        UniRSError: ``settings_differ``.
    """
    config = load_config(folder)
    for name in ("aspect_mode", "frame_count"):
        has, wanted = getattr(config, name), getattr(settings, name)
        if has != wanted:
            raise UniRSError(
                "settings_differ",
                f"{folder} was made with {name} = {has} and not {wanted}; add --set {name}={has}.",
            )


def take_only_place(settings: StageSettings) -> Place:
    """The place of a stage that trains in one process.

    What learns is called in parts, which sharding cannot follow.

    Raises:
        UniRSError: ``tensorboard_missing``, ``device_missing``, ``one_process_only``.
    """
    require_tensorboard(settings)
    place = take_place(settings)
    if place.count > 1:
        raise UniRSError(
            "one_process_only",
            "This stage trains in one process; start it without accelerate or torchrun.",
        )
    return place


def require_rounds(settings: AnswerSettings, processes: int) -> None:
    """A step is made of whole rounds, and a round of equal shares.

    Raises:
        UniRSError: ``settings_invalid``.
    """
    if settings.batch_size % settings.round_size or settings.round_size % processes:
        raise UniRSError(
            "settings_invalid",
            f"batch_size = {settings.batch_size} has to be a multiple of round_size = "
            f"{settings.round_size}, and that one of the number of processes, {processes}.",
        )


def require_sense(settings: JointSettings, processes: int) -> None:
    """Settings of joint tuning that go together.

    Raises:
        UniRSError: ``settings_invalid``.
    """
    require_rounds(settings, processes)
    if settings.tuning == "adapter" and (settings.with_clues or not settings.change_module):
        raise UniRSError(
            "settings_invalid",
            "The adapter of a finished model learns on with its change module and without clues; "
            "set with_clues=false and change_module=true.",
        )
    if settings.tuning == "lora" and not settings.with_clues:
        raise UniRSError(
            "settings_invalid",
            "An adapter is attached to the LLM that writes clues, so that with_clues = false needs "
            "tuning = full.",
        )


def require_disk(folder: Path, needed: float) -> None:
    """Room for what a run will write, beside what it has written already.

    Args:
        folder: Where it writes.
        needed: Bytes.

    Raises:
        UniRSError: ``disk_full``.
    """
    there = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    require_space(folder, needed - there, "This run")


def require_memory(device: torch.device, needed: float, hint: str) -> None:
    """Memory for a run.

    Args:
        device: Where it computes.
        needed: Bytes.
        hint: What to do where they are missing.

    Raises:
        UniRSError: ``memory_short``.
    """
    if device.type == "cpu":
        free = float(psutil.virtual_memory().available)
    elif device.type == "cuda":
        free = float(torch.cuda.mem_get_info(device)[0])
    else:
        return  # no other backend reports its memory
    if needed > free:
        raise UniRSError(
            "memory_short",
            f"This needs about {file_size(needed)} on {device}, where {file_size(free)} are "
            f"free; {hint}, or see --plan.",
        )


def _require_tokens(folder: Path, config: UniRSConfig) -> None:
    processor = load_processor(folder)
    known, weights = len(processor.tokenizer), config.text_config.vocab_size
    if known > weights:
        raise UniRSError(
            "base_unfit",
            f"The tokenizer in {folder} has {known} tokens and its LLM {weights}; convert the "
            "checkpoint again.",
        )

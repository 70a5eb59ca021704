"""What is refused before a run begins, so that nothing fails after hours for want of a look."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import psutil
import torch

from unirs.errors import UniRSError
from unirs.files import file_size
from unirs.inference.devices import resolve_device
from unirs.inputs import InputKind
from unirs.model import UniRSConfig, load_config, load_processor
from unirs.models.store import find_model
from unirs.prompts import CHANGE_INSTRUCTION, unirs_prompt
from unirs_lab.data.archives import exists
from unirs_lab.data.datasets import dataset
from unirs_lab.data.mixture import Part
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import read_visual
from unirs_lab.training.curves import tensorboard_missing
from unirs_lab.training.distributed import Place, join
from unirs_lab.training.options import require_extra
from unirs_lab.training.settings import JointSettings, Source, StageSettings

LLM_SIZES = ("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers")


def require_extras(settings: StageSettings) -> None:
    """The libraries that training needs beside those of answering.

    Raises:
        UniRSError: ``train_extra_missing``, ``tensorboard_missing``.
    """
    require_extra()
    if settings.machine.tensorboard and not find_spec("tensorboard"):
        raise tensorboard_missing()


def take_place(settings: StageSettings) -> Place:
    """This process's place among those of the run, on the device that the settings name.

    Raises:
        UniRSError: ``device_missing``.
    """
    return join(resolve_device(settings.machine.device))


def read_data(settings: StageSettings) -> list[Part]:
    """All samples of a run, none of whose files is missing.

    Raises:
        UniRSError: ``data_missing`` where a dataset has no folder or there is no dataset, and
            what readers and images raise.
    """
    if not settings.data:
        raise UniRSError("data_missing", "There is no dataset to train on; add --data NAME=FOLDER.")
    return [
        Part(name, read_source(name, source, source.split, settings.frame_count), source.repeat)
        for name, source in settings.data.items()
    ]


def read_source(name: str, source: Source, split: str, frame_count: int) -> list[Sample]:
    """The samples of one dataset; its files are there, and the first of them can be read.

    Args:
        name: Of the dataset in the settings.
        source: Where it lies.
        split: Which split.
        frame_count: Frames that are read of a video.

    Raises:
        UniRSError: See ``read_data``.
    """
    if source.root is None:
        raise UniRSError(
            "data_missing",
            f"{name} has no folder; add --data {name}=FOLDER, or leave it out with "
            f"--set data.{name}=null.",
        )
    samples = dataset(source.dataset or name).read(source.root, split)
    for sample in samples:
        for path in sample.images:
            if not exists(path):
                raise UniRSError(
                    "image_broken",
                    f"The sample {sample.id} of {name} needs {path}, which is not there; "
                    f"'unirs data check {source.dataset or name} {source.root}' lists all defects.",
                )
    read_visual(samples[0], frame_count)
    return samples


def require_pairs(samples: Sequence[Sample], name: str) -> None:
    """The first stage reads pairs alone.

    Raises:
        UniRSError: ``data_unfit``.
    """
    other = next((sample for sample in samples if sample.kind is not InputKind.PAIR), None)
    if other is not None:
        raise UniRSError(
            "data_unfit",
            f"The change module learns from pairs, and the sample {other.id} of {name} is a "
            f"{other.kind.value}; leave that dataset out with --set data.{name}=null.",
        )


def require_base(settings: StageSettings) -> Path:
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
    """A model reads images and videos as the settings say.

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


def require_sense(settings: JointSettings, processes: int) -> None:
    """Settings of stage 2 that go together.

    Raises:
        UniRSError: ``settings_invalid``.
    """
    if settings.batch_size % settings.round_size or settings.round_size % processes:
        raise UniRSError(
            "settings_invalid",
            f"batch_size = {settings.batch_size} has to be a multiple of round_size = "
            f"{settings.round_size}, and that one of the number of processes, {processes}.",
        )
    if settings.tuning == "lora" and not settings.with_clues:
        raise UniRSError(
            "settings_invalid",
            "An adapter lies over the LLM that writes clues, so that with_clues = false needs "
            "tuning = full.",
        )


def require_disk(folder: Path, needed: float, doing: str) -> None:
    """Room for what a run will write.

    Args:
        folder: Where it writes.
        needed: Bytes.
        doing: What for, for the sentence.

    Raises:
        UniRSError: ``disk_full``.
    """
    there = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    free = shutil.disk_usage(folder).free
    if free + there < needed:
        raise UniRSError(
            "disk_full",
            f"{doing} writes about {file_size(needed)} to {folder}, where {file_size(free)} are "
            "free; make room, or choose another folder.",
        )


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
        return  # no other backend says how much it has
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

"""The base stage: a small general model from random weights, which describes and answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from transformers import LlamaTokenizer

from unirs import prompts
from unirs.errors import UniRSError
from unirs.files import alone_in, make_folder
from unirs.model import (
    PRESETS,
    ModelBundle,
    new_bundle,
    replace_config,
    save_bundle,
    train_tokenizer,
)
from unirs_lab.data.mixture import Part, SamplePart
from unirs_lab.training.answer_objective import AnswerObjective, fit_answers
from unirs_lab.training.checks import require_rounds, take_only_place
from unirs_lab.training.progress import Report
from unirs_lab.training.settings import BaseSettings
from unirs_lab.training.settings_files import keep
from unirs_lab.training.sources import read_parts
from unirs_lab.training.stage_card import stage_card
from unirs_lab.training.tuning import Tuning, learn


def train_base(settings: BaseSettings, folder: Path, report: Report) -> Path:
    """Train a base on the answers of a mixture.

    Args:
        settings: Of the run.
        folder: Takes ``settings.yaml``, tokenizer, checkpoint, curves and ``model``. A second call
            goes on where the first one ended.
        report: Gets the progress.

    Returns:
        The model folder.

    Raises:
        UniRSError: What ``checks`` finds before the start, ``settings_differ``,
            ``folder_in_use`` by another process, and what the loop raises.
    """
    place = take_only_place(settings)
    require_rounds(settings, place.count)
    parts, held_back = read_parts(settings)
    make_folder(folder)
    with alone_in(folder):
        keep(settings, folder)
        bundle = _new_base(settings, parts, folder)
        bundle.model.to(place.device)
        learning = learn(bundle, Tuning(tuple(settings.rates)))
        objective = AnswerObjective(bundle, learning, settings, parts, held_back, None, place)
        report.stage("base on the mixture")
        curves = fit_answers(objective, place, folder, report.training)
        card = stage_card(settings, None, curves, folder / "model")
        save_bundle(bundle, folder / "model", card)
    return folder / "model"


def _new_base(settings: BaseSettings, parts: Sequence[Part], folder: Path) -> ModelBundle:
    config = replace_config(
        PRESETS[settings.model](),
        **settings.sizes,
        kind="base",
        clue_source="self",
        aspect_mode=settings.aspect_mode,
        frame_count=settings.frame_count,
    )
    tokenizer = _tokenizer(settings, parts, folder)
    return new_bundle(config, tokenizer, folder / "model", settings.seed)


def _tokenizer(settings: BaseSettings, parts: Sequence[Part], folder: Path) -> LlamaTokenizer:
    """The tokenizer of the run, made of the texts of the data at the first call."""
    kept = folder / "tokenizer"
    if (kept / "tokenizer.model").is_file():
        return LlamaTokenizer.from_pretrained(kept, legacy=False, pad_token="<unk>")  # noqa: S106
    return train_tokenizer(_texts(parts), settings.vocabulary, kept)


def _texts(parts: Sequence[Part]) -> Iterable[str]:
    """What the model reads and writes; the words of prompts often enough to become tokens."""
    samples = [sample for part in parts if isinstance(part, SamplePart) for sample in part.samples]
    if not samples:
        raise UniRSError(
            "data_missing",
            "A tokenizer is made of the texts of samples, and the data have none; add a data set "
            "with --data NAME=FOLDER.",
        )
    common = (
        *prompts.TASK_TAGS.values(),
        *prompts.CLUE_INSTRUCTIONS.values(),
        prompts.CAPTION_INSTRUCTION,
        prompts.CHANGE_INSTRUCTION,
        prompts.SHORT_ANSWER_SUFFIX,
    )
    yield from common * 50
    for sample in samples:
        yield sample.instruction
        yield from sample.answers

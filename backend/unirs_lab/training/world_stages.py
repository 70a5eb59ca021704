"""What is trained on frozen features: the base's LLM, the change module, the LLM on all kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from unirs.inputs import InputKind
from unirs.model import ModelBundle, new_bundle, replace_config, save_bundle
from unirs_lab.training.bank import Bank, real_and_generated, training_count
from unirs_lab.training.caption_decoder import CaptionDecoder
from unirs_lab.training.colour_objective import ColourObjective, ProbeObjective
from unirs_lab.training.heads import ChangeHeads, LandCoverHead
from unirs_lab.training.loop import LoopOptions, fit
from unirs_lab.training.objectives import ChangeObjective, JointObjective
from unirs_lab.training.options import Report
from unirs_lab.training.prepared import visual_tokens
from unirs_lab.training.rows import Row
from unirs_lab.training.world_rows import FEW_REVERSED, HALF_REVERSED, base_rows, unirs_row
from unirs_lab.world import CLASSES

CELLS_PER_PATCH = 4

BASE_SHARES = {InputKind.SINGLE: 8, InputKind.PAIR: 1, InputKind.VIDEO: 1}
"""Visual inputs of each kind in a batch of the general base."""


@dataclass(frozen=True)
class Material:
    """What is known of the items of one kind, and what the frozen parts made of them.

    Attributes:
        truths: One dictionary for each item.
        visual: Their tokens as UniRS reads them, ``[items, markers, visual_tokens, width]``.
        clues: What the frozen base says of each.
    """

    truths: Sequence[dict[str, Any]]
    visual: Tensor
    clues: Sequence[str]

    @cached_property
    def training(self) -> range:
        """Indices of the items that train."""
        return range(training_count(len(self)))

    @cached_property
    def real(self) -> list[int]:
        """Those of them that are tiles of real rasters."""
        return real_and_generated(self.truths, self.training)[0]

    @cached_property
    def generated(self) -> list[int]:
        """The others."""
        return real_and_generated(self.truths, self.training)[1]

    def __len__(self) -> int:
        """Number of items, those held back for validation among them."""
        return len(self.visual)

    def row(
        self,
        rng: np.random.Generator,
        kind: InputKind,
        item: int,
        clue: bool,
        reversed_share: float = HALF_REVERSED,
    ) -> Row:
        """A row about an item."""
        told = self.clues[item] if clue else None
        return unirs_row(rng, kind, item, self.truths[item], told or None, reversed_share)


Materials = Mapping[InputKind, Material]

Shares = Mapping[InputKind, tuple[int, int]]
"""Visual inputs of each kind in a batch, and rows about each of them."""


@dataclass(frozen=True)
class WorldMixture:
    """What a batch of the joint stage is made of.

    Attributes:
        shares: What is drawn among generated inputs. A kind that is left out is not trained.
        clue_share: Share of the rows that come with their clue, 0 to 1. At 0 the model becomes
            one that asks for no clues.
        real_shares: What is drawn besides among real tiles, where there are any.
        one_way_steps: Steps at the start in which few comparisons are reversed.
    """

    shares: Shares
    clue_share: float
    real_shares: Shares = field(default_factory=dict)
    one_way_steps: int = 0

    def draw(self, rng: np.random.Generator, step: int, materials: Materials) -> list[Row]:
        """The rows of a batch.

        Each kind has random numbers of its own, and a clue that is left out is drawn all the same:
        mixtures that differ in nothing else put the same questions about the same inputs.
        """
        reversed_share = FEW_REVERSED if step < self.one_way_steps else HALF_REVERSED
        rows = []
        for kind, own in zip(InputKind, rng.spawn(len(InputKind)), strict=True):
            if kind not in self.shares:
                continue
            material = materials[kind]
            for item in self._items(own, kind, material):
                clue = bool(own.random() < self.clue_share)
                rows.append(material.row(own, kind, item, clue, reversed_share))
        return rows

    def _items(
        self, rng: np.random.Generator, kind: InputKind, material: Material
    ) -> Iterator[int]:
        """The items of a kind, each as often as it gets rows; drawn as they are asked for."""
        for pool, shares in ((material.generated, self.shares), (material.real, self.real_shares)):
            items, rows_each = shares.get(kind, (0, 0))
            for _ in range(items if pool else 0):
                yield from [pool[int(rng.integers(len(pool)))]] * rows_each

    def validation(self, materials: Materials) -> list[Row]:
        """One row about each item that never trains."""
        return [
            materials[kind].row(np.random.default_rng(number), kind, item, self.clue_share > 0)
            for kind in self.shares
            for number, item in enumerate(
                range(training_count(len(materials[kind])), len(materials[kind]))
            )
        ]


def land_cover_head(width: int) -> LandCoverHead:
    """A dense head for features of this width: bank cells in patches, classes of the world."""
    return LandCoverHead(width, CELLS_PER_PATCH, len(CLASSES))


def as_unirs(base: ModelBundle, folder: Path, seed: int, change_module: bool = True) -> ModelBundle:
    """A UniRS model that starts as its base, with a fresh change extraction module or none.

    Args:
        base: The general base.
        folder: The model folder that it is going to be.
        seed: Of the module's weights.
        change_module: ``False`` makes a model that reads a pair as two images, one behind the
            other (the control group of the paper's Table IX).
    """
    config = replace_config(
        base.config, kind="unirs", clue_source="none", change_module=change_module
    )
    bundle = new_bundle(config, base.processor.tokenizer, folder, seed)
    bundle.model.to(base.model.device)
    missing, unexpected = bundle.model.load_state_dict(base.model.state_dict(), strict=False)
    strangers = [name for name in missing if not name.startswith("change.")] + unexpected
    if strangers:
        raise ValueError(f"base and UniRS differ in {strangers[0]}")
    return bundle


def tune_base(
    bundle: ModelBundle,
    banks: Mapping[InputKind, Bank],
    features: Mapping[InputKind, Tensor],
    loop: LoopOptions,
    folder: Path,
    seed: int,
    report: Report,
) -> None:
    """The LLM of the general base reads on alone, over features that are made once.

    Steps over frozen features cost a third of those through the encoder, and comparing areas is
    learnt by their number. Pairs are two unrelated scenes. Behind some questions about a scene
    stands its description or another one's: the base learns to keep to the image.

    Args:
        bundle: Its LLM is tuned, in place.
        banks: What is looked at, by kind.
        features: Their features, ``[items, frames, patches, width]``; pairs need none.
        loop: How long and how.
        folder: Takes checkpoint and curves.
        seed: Of the batches.
        report: Where progress is told.
    """
    truths = {kind: [[truth] for truth in bank.truths] for kind, bank in banks.items()}
    visual = {kind: visual_tokens(bundle, kind, part)[0] for kind, part in features.items()}
    scenes, whole = InputKind.SINGLE, len(visual[InputKind.SINGLE]) // 2 * 2
    visual[InputKind.PAIR] = visual[scenes][:whole].flatten(0, 1).unflatten(0, (-1, 2))
    one_by_one = banks[scenes].truths
    truths[InputKind.PAIR] = [one_by_one[i : i + 2] for i in range(0, whole, 2)]

    described = [truth["description"] for truth in one_by_one if truth.get("description")]

    def rows_of(rng: np.random.Generator, kind: InputKind, item: int) -> list[Row]:
        known = truths[kind][item]
        contexts = [described[int(rng.integers(len(described)))]]
        contexts += [known[0]["description"]] if known[0].get("description") else []
        return [replace(row, item=item) for row in base_rows(rng, kind, known, contexts)]

    def draw(rng: np.random.Generator, _step: int) -> list[Row]:
        rows = []
        for kind, count in BASE_SHARES.items():
            for item in rng.integers(0, training_count(len(visual[kind])), count).tolist():
                rows += rows_of(rng, kind, item)
        return rows

    held_back = range(training_count(len(visual[scenes])), len(visual[scenes]))
    validation = [row for i in held_back for row in rows_of(np.random.default_rng(i), scenes, i)]
    report.stage("LLM of the base alone")
    fit(JointObjective(bundle, visual, draw, validation, seed), loop, folder, report.training)


def train_change_module(
    bundle: ModelBundle,
    features: Tensor,
    bank: Bank,
    loop: LoopOptions,
    folder: Path,
    seed: int,
    report: Report,
) -> None:
    """Stage 1 (paper, section IV-A): the change module learns through a caption decoder.

    Args:
        bundle: Its change module is trained; ``folder / "model"`` takes it.
        features: Frozen features of the pairs, ``[pairs, 2, patches, width]``.
        bank: The pairs.
        loop: How long and how.
        folder: Takes checkpoint, curves and model.
        seed: Of the heads, the decoder and the batches.
        report: Where progress is told.
    """
    torch.manual_seed(seed)
    encode = bundle.processor.encode_answer
    captions = [[encode(caption) for caption in truth["captions"]] for truth in bank.truths]
    width, text = bundle.config.vision_config.hidden_size, bundle.config.text_config
    heads = ChangeHeads(width, CELLS_PER_PATCH, len(CLASSES))
    decoder = CaptionDecoder(text.hidden_size, text.vocab_size)
    report.stage("change module on captions")
    objective = ChangeObjective(bundle, features, bank, captions, heads, decoder, seed=seed)
    fit(objective, loop, folder, report.training)
    save_bundle(bundle, folder / "model")


def teach_colours(
    bundle: ModelBundle,
    features: Tensor,
    bank: Bank,
    loops: Mapping[str, LoopOptions],
    folder: Path,
    seed: int,
    report: Report,
) -> None:
    """The vision tower learns water of any colour from the real pairs of a bank.

    Args:
        bundle: Its tower is trained, in place; ``folder / "model"`` takes it.
        features: Features of all pairs before, ``[pairs, 2, patches, width]``.
        bank: The pairs, generated and real.
        loops: How long and how the ``probe`` learns, and then the tower the ``colours``.
        folder: Takes checkpoints, curves and model.
        seed: Of the probe and the batches.
        report: Where progress is told.
    """
    torch.manual_seed(seed)
    probe = land_cover_head(bundle.config.vision_config.hidden_size)
    report.stage("probe of land cover")
    reading = ProbeObjective(bundle, features, bank, probe, seed=seed)
    fit(reading, loops["probe"], folder / "probe", report.training)
    report.stage("vision tower on water of any colour")
    colours = ColourObjective(bundle, features, bank, probe, seed)
    fit(colours, loops["colours"], folder, report.training)
    save_bundle(bundle, folder / "model")


def tune_llm(
    bundle: ModelBundle,
    base: ModelBundle,
    materials: Materials,
    mixture: WorldMixture,
    loop: LoopOptions,
    folder: Path,
    seed: int,
    report: Report,
) -> None:
    """Stage 2 (paper, section IV-A): the LLM alone learns a mixture; all else is frozen.

    Args:
        bundle: Its LLM is tuned; ``folder / "model"`` takes it.
        base: Goes with the model and writes its clues, where the mixture has clues.
        materials: What is learnt from, at least for the kinds of the mixture.
        mixture: What a batch is made of.
        loop: How long and how.
        folder: Takes checkpoint, curves and model.
        seed: Of the batches.
        report: Where progress is told.
    """
    visual = {kind: materials[kind].visual for kind in mixture.shares}
    draw = partial(mixture.draw, materials=materials)
    objective = JointObjective(bundle, visual, draw, mixture.validation(materials), seed)
    report.stage("LLM on the mixture")
    fit(objective, loop, folder, report.training)
    if mixture.clue_share:
        bundle.config.clue_source = "second"
        bundle.clue_language_model = base.model.language_model
    save_bundle(bundle, folder / "model")

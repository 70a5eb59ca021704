"""What each stage of the small model trains, on what, and with which loss."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from unirs.inputs import InputKind
from unirs.model import ModelBundle, UniRSForConditionalGeneration
from unirs_lab.training.bank import Bank, training_count
from unirs_lab.training.caption_decoder import CaptionDecoder
from unirs_lab.training.heads import ChangeHeads, EventHead, LandCoverHead, flip, to_pixels
from unirs_lab.training.loop import MicroBatch
from unirs_lab.training.rows import EncodedRow, Row, TokenBatch, collate, encode_row

Parts = Sequence[tuple[TokenBatch, Tensor]]
"""Rows of equal kind, and the visual tokens of their markers; lengths differ between parts."""


def step_rng(seed: int, step: int) -> np.random.Generator:
    """Random numbers that depend on seed and step alone, so that a run can resume."""
    return np.random.default_rng([seed, step])


def mean_loss(model: UniRSForConditionalGeneration, parts: Parts) -> Tensor:
    """Mean loss over all answer tokens of the parts of a batch."""
    total = torch.zeros((), device=model.device)
    count = 0
    for tokens, visual in parts:
        answered = int((tokens.labels >= 0).sum())
        total = total + model(visual=visual, **tokens.inputs()).loss * answered
        count += answered
    return total / count


def answer_loss(model: UniRSForConditionalGeneration, tokens: TokenBatch, visual: Tensor) -> Tensor:
    """Loss summed over the answer tokens of a batch: 0 where it has none."""
    return model(visual=visual, num_items_in_batch=1, **tokens.inputs()).loss


class WholeBatches(ABC):
    """An objective that computes each step's batch at once, with mean losses."""

    @abstractmethod
    def batch(self, step: int) -> Any:
        """The batch of a step."""

    def micro_batches(self, step: int) -> list[MicroBatch]:
        """The batch of a step, whole."""
        return [MicroBatch(self.batch(step))]


@dataclass(frozen=True)
class VisionBatch:
    """Images of one kind.

    Attributes:
        images: ``[images, size, size, 3]`` uint8.
        cells: Their land cover.
        events: What each shows happening; empty unless they are frames of videos.
    """

    images: Tensor
    cells: Tensor
    events: list[str]


class VisionObjective(WholeBatches):
    """The encoder alone learns the land cover of every cell, and what videos show happening.

    Args:
        bundle: Its vision tower is trained.
        head: Dense head, trained along.
        event_head: Head of the frames of videos, trained along.
        banks: Bank by kind; each batch draws from one, by their number of images.
        batch_size: Images a step.
        seed: Of the batches.
    """

    def __init__(
        self,
        bundle: ModelBundle,
        head: LandCoverHead,
        event_head: EventHead,
        banks: dict[InputKind, Bank],
        batch_size: int = 48,
        seed: int = 0,
    ) -> None:
        self.model = bundle.model.requires_grad_(False)
        self.head, self.event_head = head, event_head
        self.banks, self.batch_size, self.seed = banks, batch_size, seed

    def trainable(self) -> nn.ModuleDict:
        """Vision tower and heads."""
        return nn.ModuleDict(
            {
                "vision_tower": self.model.vision_tower,
                "head": self.head,
                "event_head": self.event_head,
            }
        ).requires_grad_(True)

    def batch(self, step: int) -> VisionBatch:
        """Turned and mirrored images of one bank, with what is known of them."""
        rng = step_rng(self.seed, step)
        sizes = np.array(
            [bank.images.shape[0] * bank.images.shape[1] for bank in self.banks.values()]
        )
        kind = list(self.banks)[rng.choice(len(sizes), p=sizes / sizes.sum())]
        bank = self.banks[kind]
        items = np.sort(rng.choice(training_count(len(bank)), self.batch_size))
        frame = int(rng.integers(bank.images.shape[1]))
        images, cells = flip(*_images(bank, items, frame), torch.Generator().manual_seed(step))
        events = [bank.truths[i]["event"] for i in items] if kind is InputKind.VIDEO else []
        return VisionBatch(images.to(self.model.device), cells.to(self.model.device), events)

    def loss(self, batch: VisionBatch) -> dict[str, Tensor]:
        """Cross-entropy of events for frames of videos, of cells for everything else."""
        features = self.model.encode_images(to_pixels(batch.images))
        if batch.events:
            return {"event": self.event_head.loss(features, batch.events)}
        return {"land_cover": self.head.loss(features, batch.cells)}

    def validate(self) -> dict[str, float]:
        """Accuracy by cell on the single scenes held back."""
        bank = self.banks[InputKind.SINGLE]
        images, cells = _images(bank, np.arange(training_count(len(bank)), len(bank)), 0)
        features = self.model.encode_images(to_pixels(images.to(self.model.device)))
        return {"cell_accuracy": self.head.accuracy(features, cells.to(self.model.device))}


@dataclass(frozen=True)
class LanguageBatch:
    """Images of several kinds and the rows that read them.

    Attributes:
        images: ``[images, size, size, 3]`` uint8.
        cells: Land cover of the images.
        parts: For each kind, the rows grouped by visual input, and for each of their visual
            markers the index of its image.
    """

    images: Tensor
    cells: Tensor
    parts: list[tuple[TokenBatch, Tensor]]


class BaseObjective(WholeBatches):
    """Encoder, projector and LLM learn to read: captions, questions, several images at once.

    The dense loss stays on beside the words, so that the features keep what they know.

    Args:
        bundle: Everything but its change module is trained.
        head: Dense head of the vision stage.
        banks: Bank by kind; pairs are read as two unrelated images of the single bank.
        rows: Function from bank item to base rows.
        shares: Visual inputs of each kind in a batch.
        seed: Of the batches.
    """

    def __init__(
        self,
        bundle: ModelBundle,
        head: LandCoverHead,
        banks: dict[InputKind, Bank],
        rows: Any,
        shares: dict[InputKind, int],
        seed: int = 0,
    ) -> None:
        self.bundle, self.head = bundle, head
        self.model = bundle.model.requires_grad_(False)
        self.banks, self.rows, self.shares = banks, rows, shares
        self.seed = seed

    def trainable(self) -> nn.ModuleDict:
        """Vision tower, projector, LLM and dense head."""
        return nn.ModuleDict(
            {
                "vision_tower": self.model.vision_tower,
                "projector": self.model.projector,
                "language_model": self.model.language_model,
                "head": self.head,
            }
        ).requires_grad_(True)

    def batch(self, step: int) -> LanguageBatch:
        """Single images with several rows each, unrelated twos, and videos."""
        rng = step_rng(self.seed, step)
        return self._draw(rng, self.shares, held_back=False)

    def loss(self, batch: LanguageBatch) -> dict[str, Tensor]:
        """Words, and a little land cover."""
        features = self.model.encode_images(to_pixels(batch.images))
        visual = self.model.project(features)
        parts = [(tokens, visual[order]) for tokens, order in batch.parts]
        dense = 0.3 * self.head.loss(features, batch.cells)
        return {"words": mean_loss(self.model, parts), "land_cover": dense}

    def validate(self) -> dict[str, float]:
        """Loss of words on held-back items."""
        shares = {InputKind.SINGLE: 48}
        batch = self._draw(np.random.default_rng(0), shares, held_back=True)
        losses = self.loss(batch)
        return {"validation_words": float(losses["words"])}

    def _draw(
        self, rng: np.random.Generator, shares: dict[InputKind, int], held_back: bool
    ) -> LanguageBatch:
        device = self.model.device
        images: list[Tensor] = []
        cells: list[Tensor] = []
        parts = []
        for kind, count in shares.items():
            bank = self.banks[InputKind.VIDEO if kind is InputKind.VIDEO else InputKind.SINGLE]
            order: list[int] = []
            groups: list[list[EncodedRow]] = []
            for _ in range(count):
                items = self._items(rng, bank, 2 if kind is InputKind.PAIR else 1, held_back)
                start = sum(map(len, images))
                images.append(torch.from_numpy(bank.images[items]).flatten(0, 1))
                cells.append(torch.from_numpy(bank.cells[items]).flatten(0, 1))
                markers = range(start, start + len(images[-1]))
                rows = self.rows(rng, kind, [bank.truths[i] for i in items])
                groups.append([encode_row(self.bundle.processor, r, len(markers)) for r in rows])
                order += markers
            tokens = collate(groups, self.model.config.visual_tokens)
            parts.append((tokens.to(device), torch.tensor(order, device=device)))
        return LanguageBatch(torch.cat(images).to(device), torch.cat(cells).to(device), parts)

    def _items(
        self, rng: np.random.Generator, bank: Bank, count: int, held_back: bool
    ) -> list[int]:
        last = training_count(len(bank))
        low, high = (last, len(bank)) if held_back else (0, last)
        return sorted(int(i) for i in rng.integers(low, high, count))


class ChangeObjective(WholeBatches):
    """Stage 1: the change module learns through a caption decoder, over a frozen encoder.

    The decoder reads the tokens behind the frozen projector, for that is where the LLM will read
    them. Dense truth of both dates, and where they differ, is learnt beside the captions.

    Args:
        bundle: Its change module is trained.
        features: Frozen features of all pairs, ``[pairs, 2, patches, width]``.
        bank: The pairs.
        captions: For each pair the token ids of its captions.
        heads: Dense heads.
        decoder: The caption decoder.
    """

    def __init__(
        self,
        bundle: ModelBundle,
        features: Tensor,
        bank: Bank,
        captions: Sequence[Sequence[Sequence[int]]],
        heads: ChangeHeads,
        decoder: CaptionDecoder,
        batch_size: int = 64,
        seed: int = 0,
    ) -> None:
        self.bundle, self.model = bundle, bundle.model.requires_grad_(False)
        self.features, self.bank, self.captions = features, bank, captions
        if bundle.model.change is None:
            raise ValueError("the model has no change extraction module to train")
        self.change, self.heads, self.decoder = bundle.model.change, heads, decoder
        self.batch_size, self.seed = batch_size, seed

    def trainable(self) -> nn.ModuleDict:
        """Change module, caption decoder, dense heads."""
        learning = {"change": self.change, "decoder": self.decoder, "heads": self.heads}
        return nn.ModuleDict(learning).requires_grad_(True)

    def batch(self, step: int) -> tuple[Tensor, Tensor, list[Sequence[int]]]:
        """Features, cells and one caption of each pair."""
        rng = step_rng(self.seed, step)
        drawn = rng.integers(0, training_count(len(self.bank)), self.batch_size)
        items = sorted(drawn.tolist())
        captions = [self.captions[i][int(rng.integers(len(self.captions[i])))] for i in items]
        device = self.model.device
        features = self.features[items].to(device, torch.float32)
        return features, torch.from_numpy(self.bank.cells[items]).to(device), captions

    def loss(self, batch: tuple[Tensor, Tensor, list[Sequence[int]]]) -> dict[str, Tensor]:
        """Captions, and the land cover of both dates and its change from the fused features."""
        features, cells, captions = batch
        fused = self.change(features[:, 0], features[:, 1])
        start = self.bundle.processor.tokenizer.bos_token_id
        words = self.decoder.loss(self.model.projector(fused), captions, start)
        return {"words": words, "dense": self.heads.loss(fused, cells)}

    def validate(self) -> dict[str, float]:
        """BLEU-4 of greedy captions against all references."""
        from pycocoevalcap.bleu.bleu import Bleu

        items = list(range(training_count(len(self.bank)), len(self.bank)))
        features = self.features[items].to(self.model.device, torch.float32)
        tokenizer = self.bundle.processor.tokenizer
        visual = self.model.project_pair(features[:, 0], features[:, 1])
        said = self.decoder.generate(visual, tokenizer.bos_token_id, tokenizer.eos_token_id)
        candidates = {
            i: [self.bundle.processor.decode(ids)] for i, ids in zip(items, said, strict=True)
        }
        references = {i: self.bank.truths[i]["captions"] for i in items}
        scores, _ = Bleu(4).compute_score(references, candidates, verbose=0)
        return {"validation_bleu4": float(scores[3])}


class JointObjective(WholeBatches):
    """The LLM alone learns from cached visual tokens: in stage 2 all tasks, with the base's clues.

    Args:
        bundle: Its LLM is trained.
        visual: Projected tokens by kind, ``[items, markers, visual_tokens, width]``.
        draw: Rows of a batch by random generator and step, so that questions and clues vary.
        validation: Rows that never train.
    """

    def __init__(
        self,
        bundle: ModelBundle,
        visual: dict[InputKind, Tensor],
        draw: Callable[[np.random.Generator, int], Sequence[Row]],
        validation: Sequence[Row],
        seed: int = 0,
    ) -> None:
        self.bundle, self.model = bundle, bundle.model.requires_grad_(False)
        self.visual = visual
        self.draw, self.validation, self.seed = draw, validation, seed

    def trainable(self) -> nn.ModuleDict:
        """The LLM."""
        learning = nn.ModuleDict({"language_model": self.model.language_model})
        return learning.requires_grad_(True)

    def batch(self, step: int) -> list[tuple[TokenBatch, Tensor]]:
        """Rows of every kind; one part for each length of visual input."""
        return self._parts(self.draw(step_rng(self.seed, step), step))

    def loss(self, batch: list[tuple[TokenBatch, Tensor]]) -> dict[str, Tensor]:
        """Mean loss over all answer tokens of the batch."""
        return {"words": mean_loss(self.model, batch)}

    def validate(self) -> dict[str, float]:
        """Loss on rows that never train."""
        parts = self._parts(list(self.validation))
        return {"validation_words": float(self.loss(parts)["words"])}

    def _parts(self, rows: Sequence[Row]) -> list[tuple[TokenBatch, Tensor]]:
        """Rows about one item share a sequence; sequences of as many rows, and of a kind, a batch.

        A batch is as long as its longest sequence: few rows would pay for many.
        """
        parts = []
        for kind, visual in self.visual.items():
            groups: dict[int, list[EncodedRow]] = {}
            for row in rows:
                if row.kind is kind:
                    encoded = encode_row(self.bundle.processor, row, visual.shape[1])
                    groups.setdefault(row.item, []).append(encoded)
            for count in sorted({len(group) for group in groups.values()}):
                alike = {item: group for item, group in groups.items() if len(group) == count}
                tokens = collate(list(alike.values()), visual.shape[2]).to(self.model.device)
                chosen = visual[list(alike)].flatten(0, 1)
                parts.append((tokens, chosen.to(self.model.device, torch.float32)))
        return parts


def _images(bank: Bank, items: np.ndarray, frame: int) -> tuple[Tensor, Tensor]:
    return (
        torch.from_numpy(bank.images[items, frame]),
        torch.from_numpy(bank.cells[items, frame]),
    )

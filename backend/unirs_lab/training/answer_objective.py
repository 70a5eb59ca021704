"""The answers of a mixture: what the base stage and joint tuning minimise."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from unirs.inputs import InputKind
from unirs.model import ModelBundle, UniRSForConditionalGeneration
from unirs_lab.data.mixture import Mixture, Part
from unirs_lab.training.costs import (
    Sizes,
    image_operations,
    known_peak,
    language_operations,
    passes,
)
from unirs_lab.training.curves import Curves
from unirs_lab.training.distributed import Place
from unirs_lab.training.loading import InstructionBatch, Reading, batches
from unirs_lab.training.loop import LoopOptions, MicroBatch, Progress, fit
from unirs_lab.training.rows import NO_LOSS, TokenBatch
from unirs_lab.training.settings import AnswerSettings


class AnswerObjective:
    """Cross-entropy of the answers of a mixture and, where pairs have masks, of the change map.

    Args:
        bundle: The model.
        learning: What of it learns, as ``learn`` gives it.
        settings: Of the run.
        parts: The data sets of the mixture.
        held_back: Those that validate; none for a run without validation.
        clues: Clue by digest of the visual input; ``None`` trains without.
        place: This process.
    """

    def __init__(
        self,
        bundle: ModelBundle,
        learning: nn.ModuleDict,
        settings: AnswerSettings,
        parts: Sequence[Part],
        held_back: Sequence[Part],
        clues: Mapping[str, str] | None,
        place: Place,
    ) -> None:
        self.bundle, self.model, self.settings = bundle, bundle.model, settings
        self.clues, self._learning, self.rates = clues, learning, settings.rates
        self.mixture = Mixture(parts, settings.seed)
        self.held_back = Mixture(held_back, settings.seed) if held_back else None
        self.accumulation = settings.batch_size // settings.round_size
        self.reading = Reading(
            settings.round_size,
            place.rank,
            place.count,
            settings.machine.workers,
            weights=settings.loss_weights,
            length_power=settings.length_power,
        )
        self._sizes = Sizes.of(bundle.config)
        self._batches: Iterator[InstructionBatch] = iter(())
        self._next_step = -1

    @property
    def steps_an_epoch(self) -> int:
        """Steps after which every group has come as often as it shall; the last may begin anew."""
        return math.ceil(self.mixture.round_count(self.reading.size) / self.accumulation)

    def trainable(self) -> nn.ModuleDict:
        """What of the model learns."""
        return self._learning

    def micro_batches(self, step: int) -> list[MicroBatch]:
        """This process's rounds of a step; where steps follow each other, reading goes on."""
        if step != self._next_step:
            position = step * self.accumulation
            self._batches = batches(self.mixture, self.bundle, self.reading, self.clues, position)
        self._next_step = step + 1
        return [self._micro_batch(batch) for batch in islice(self._batches, self.accumulation)]

    def loss(self, content: InstructionBatch) -> dict[str, Tensor]:
        """The weighed losses of the answers' tokens and of the change map, summed over weights."""
        batch = content.to(self._device)
        visual, fused = self._see(batch)
        losses, _ = answer_losses(self.model, batch.tokens, visual)
        named = {"words": (losses * batch.weights).sum()}
        if self.settings.change_weight:
            scale = self.settings.change_weight * batch.weights.sum()
            named["change"] = scale * self._change_loss(batch, fused)
        return named

    def validate(self) -> dict[str, float]:
        """By kind of row: the share of answers of which each token is the likeliest, or the loss.

        Of captions, of which many would be right, it is the mean loss of a token.
        """
        if self.held_back is None:
            return {}
        found: dict[str, list[float]] = defaultdict(list)
        whole = replace(self.reading, rank=0, ranks=1)  # equal figures in all processes
        read_again = batches(self.held_back, self.bundle, whole, self.clues)
        for read in islice(read_again, self.held_back.round_count(whole.size)):
            batch = read.to(self._device)
            losses, right = answer_losses(self.model, batch.tokens, self._see(batch)[0])
            start = 0
            for row in (row for rows in batch.rows for row in rows):
                end = start + len(self.bundle.processor.encode_answer(row.answer))
                is_text = "caption" in row.kind
                value = losses[start:end].mean() if is_text else right[start:end].all()
                found[row.kind or "answers"].append(float(value))
                start = end
        return {kind: sum(values) / len(values) for kind, values in sorted(found.items())}

    @property
    def _device(self) -> torch.device:
        return next(self.model.vision_tower.parameters()).device

    def _see(self, batch: InstructionBatch) -> tuple[Tensor, Tensor | None]:
        """Visual tokens of the markers, and the change features of pairs that are fused."""
        model, names = self.model, set(self._learning) - {"language_model"}
        with torch.set_grad_enabled("vision_tower" in names and torch.is_grad_enabled()):
            pixels = batch.pixels.flatten(0, 1).to(next(model.vision_tower.parameters()).dtype)
            features = model.encode_images(pixels)
        with torch.set_grad_enabled(bool(names) and torch.is_grad_enabled()):
            if batch.kind is InputKind.PAIR and model.change is not None:
                fused = model.change(features[::2], features[1::2])
                return model.project(fused), fused
            return model.project(features), None

    def _change_loss(self, batch: InstructionBatch, fused: Tensor | None) -> Tensor:
        """Mean over the pairs of which is known where they have changed."""
        known = [n for n, change in enumerate(batch.changes) if change is not None]
        if fused is None or self.model.change_head is None or not known:
            return torch.zeros((), device=self._device)
        targets = [change for change in batch.changes if change is not None]
        logits = self.model.change_head(fused[known])
        losses = [map_loss(one[None], t[None]) for one, t in zip(logits, targets, strict=True)]
        return torch.stack(losses).mean()

    def _micro_batch(self, batch: InstructionBatch) -> MicroBatch:
        lengths = (batch.tokens.position_ids.amax(1) + 1).tolist()
        forward = sum(language_operations(self._sizes, length) for length in lengths)
        images = batch.pixels.shape[0] * batch.pixels.shape[1]
        return MicroBatch(
            batch,
            weight=float(batch.weights.sum()),
            tokens=sum(lengths),
            flops=passes(self.settings) * forward + images * image_operations(self._sizes),
        )


def fit_answers(
    objective: AnswerObjective,
    place: Place,
    folder: Path,
    on_progress: Callable[[Progress], None],
) -> Curves:
    """Train to the end, resuming from the checkpoint in the folder if there is one.

    Raises:
        UniRSError: What the loop raises.
    """
    options = loop_options(objective.settings, objective.steps_an_epoch, place)
    return fit(objective, options, folder, on_progress)


def loop_options(settings: AnswerSettings, steps_an_epoch: int, place: Place) -> LoopOptions:
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
        validate_every=settings.validation.every if settings.validation else steps,
        checkpoint_every=machine.checkpoint_every,
        betas=settings.betas,
        gradient_checkpointing=machine.gradient_checkpointing,
        report_every=min(10, machine.checkpoint_every),
        peak_flops=known_peak(place.device),
        tensorboard=machine.tensorboard,
    )


def answer_losses(
    model: UniRSForConditionalGeneration, tokens: TokenBatch, visual: Tensor
) -> tuple[Tensor, Tensor]:
    """Loss of each answer token, and whether it is the likeliest, in the order of the batch."""
    logits = model.answer_logits(visual=visual, **tokens.inputs()).float()
    labels = tokens.labels[:, 1:]
    wanted = labels[labels != NO_LOSS]
    return F.cross_entropy(logits, wanted, reduction="none"), logits.argmax(1) == wanted


def map_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy and overlap (Dice), which keeps its slope where little has changed.

    Args:
        logits: ``[maps, side, side]``.
        target: Where something has changed, ``[maps, height, width]``, 0 to 1; it is averaged to
            the cells of the maps.
    """
    target = in_cells(target, logits)
    found = torch.sigmoid(logits)
    overlap = 2 * (found * target).sum() / ((found + target).sum() + 10)
    return 2 * F.binary_cross_entropy_with_logits(logits, target) + 0.5 * (1 - overlap)


def in_cells(mask: Tensor, maps: Tensor) -> Tensor:
    """A mask ``[maps, height, width]`` averaged to the cells of maps ``[maps, side, side]``."""
    return F.adaptive_avg_pool2d(mask, (maps.shape[-2], maps.shape[-1]))

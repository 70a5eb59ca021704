"""The LLM, or an adapter on it, on the answers of a mixture of datasets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import torch
from torch import Tensor, nn

from unirs.inputs import InputKind
from unirs.model import ModelBundle
from unirs_lab.data.mixture import Mixture, Part
from unirs_lab.training.costs import Sizes, image_operations, language_operations, passes
from unirs_lab.training.distributed import Place
from unirs_lab.training.loading import InstructionBatch, Reading, batches
from unirs_lab.training.loop import MicroBatch
from unirs_lab.training.objectives import answer_loss
from unirs_lab.training.settings import JointSettings


class InstructionObjective:
    """The LLM, or an adapter on it, on the answers of a mixture.

    Args:
        bundle: UniRS, in which only the LLM learns.
        learning: What ``learn`` gave.
        settings: Of the run.
        sources: The datasets of the mixture.
        clues: Clue by digest of the visual input; ``None`` trains without.
        place: This process.
    """

    def __init__(
        self,
        bundle: ModelBundle,
        learning: nn.ModuleDict,
        settings: JointSettings,
        sources: Sequence[Part],
        clues: Mapping[str, str] | None,
        place: Place,
    ) -> None:
        self.bundle, self.model, self.settings = bundle, bundle.model, settings
        self.clues, self._learning = clues, learning
        self.mixture = Mixture(sources, settings.seed)
        self.accumulation = settings.batch_size // settings.round_size
        self.reading = Reading(
            settings.round_size, place.rank, place.count, settings.machine.workers
        )
        self._sizes = Sizes.of(bundle.config)
        self._batches: Iterator[InstructionBatch] = iter(())
        self._next_step = -1

    @property
    def steps_an_epoch(self) -> int:
        """Steps after which every row has come as often as it shall; the last may begin anew."""
        return math.ceil(self.mixture.round_count(self.reading.size) / self.accumulation)

    def trainable(self) -> nn.ModuleDict:
        """The LLM."""
        return self._learning

    def micro_batches(self, step: int) -> list[MicroBatch]:
        """This process's rounds of a step; where steps follow each other, reading goes on."""
        if step != self._next_step:
            position = step * self.accumulation
            self._batches = batches(self.mixture, self.bundle, self.reading, self.clues, position)
        self._next_step = step + 1
        return [self._micro_batch(batch) for batch in islice(self._batches, self.accumulation)]

    def loss(self, content: InstructionBatch) -> dict[str, Tensor]:
        """Cross-entropy summed over the answers' tokens."""
        batch = content.to(self.model.vision_tower.device)
        return {"words": answer_loss(self.model, batch.tokens, self._look(batch))}

    def validate(self) -> dict[str, float]:
        """Nothing: the paper holds no rows back, and benchmarks score what comes out."""
        return {}

    @torch.no_grad()
    def _look(self, batch: InstructionBatch) -> Tensor:
        """Visual tokens of the markers, from the frozen parts."""
        tower = self.model.vision_tower
        features = self.model.encode_images(batch.pixels.flatten(0, 1).to(tower.dtype))
        if batch.kind is InputKind.PAIR and self.model.change is not None:
            before, after = features.unflatten(0, (-1, 2)).unbind(1)
            return self.model.project_pair(before, after)
        return self.model.project(features)

    def _micro_batch(self, batch: InstructionBatch) -> MicroBatch:
        lengths = (batch.tokens.position_ids.amax(1) + 1).tolist()
        forward = sum(language_operations(self._sizes, length) for length in lengths)
        images = batch.pixels.shape[0] * batch.pixels.shape[1]
        return MicroBatch(
            batch,
            weight=float(batch.answer_tokens),
            tokens=sum(lengths),
            flops=passes(self.settings) * forward + images * image_operations(self._sizes),
        )

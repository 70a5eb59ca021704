"""Stage 2, language: projector, change module and SmolLM2's adapter learn to answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from recipes.small.pixels import pixel_values
from recipes.small.questions import Asked
from recipes.small.samples import MIXTURE, Drawn, Samples
from recipes.small.vision import change_loss
from unirs.inputs import InputKind
from unirs.model import UniRSForConditionalGeneration, UniRSProcessor
from unirs.model.modeling import fill_visual
from unirs_lab.training.loop import MicroBatch
from unirs_lab.training.rows import NO_LOSS, EncodedRow, Row, TokenBatch, collate, encode_row

IMAGES = 8
"""Visual inputs of a step, about each of which some questions are asked."""

WEIGHTS = {"caption": 2.0, "change": 1.5, "scene": 1.2}
"""What the loss of an answer is multiplied with, by its kind, if not with 1."""

LENGTH_POWER = 0.25
"""An answer of n tokens weighs as n to this power: a "yes" is not drowned by captions."""

CHANGE_WEIGHT = 0.3
"""What the loss of the change map is multiplied with."""

VALIDATED = 60
"""Visual inputs that a validation asks about."""

UNVALIDATED = ("mixed", "epfl-roads", "flight", "naip", "naip-pair", "other-place")


@dataclass(frozen=True)
class Part:
    """Visual inputs of similar length with their questions, as the model reads them.

    Attributes:
        drawn: The inputs.
        tokens: Prompts and answers.
        weights: ``[answer tokens]``, of the losses, in the order of the batch.
    """

    drawn: Sequence[Drawn]
    tokens: TokenBatch
    weights: Tensor


class LanguageObjective:
    """The answers of a mixture of samples, and where pairs have changed.

    Args:
        model: With the tower of the vision stage, frozen, and an adapter for answers.
        processor: Its prompts.
        train: What is learnt from.
        val: What is validated with.
    """

    def __init__(
        self,
        model: UniRSForConditionalGeneration,
        processor: UniRSProcessor,
        train: Samples,
        val: Samples,
    ) -> None:
        self.model, self.processor, self.train, self.val = model, processor, train, val
        if model.change is None or model.change_head is None:
            raise ValueError("the model has no change module with a change head")
        self.change = nn.ModuleList([model.change, model.change_head])
        model.requires_grad_(False)
        for learning in (model.projector, self.change):
            learning.requires_grad_(True)
        for name, weights in model.language_model.named_parameters():
            weights.requires_grad_(".lora_" in name)
        self.rates = {"adapter": 0.5, "change": 0.2}

    def trainable(self) -> nn.ModuleDict:
        """The adapter learns at half the projector's rate, the change module at a fifth."""
        adapter = [m for name, m in self.model.language_model.named_modules() if _is_lora(name)]
        return nn.ModuleDict(
            {
                "projector": self.model.projector,
                "adapter": nn.ModuleList(adapter),
                "change": self.change,
            }
        )

    def micro_batches(self, step: int) -> list[MicroBatch]:
        """The shorter half, the longer half, and each video by itself: little is padded."""
        rng = np.random.default_rng((11, step))
        drawn = [self.train.draw(rng) for _ in range(IMAGES)]
        parts = [self.encode(group) for group in _by_length(drawn)]
        return [
            MicroBatch(part, float(part.weights.sum()), int(part.tokens.input_ids.numel()))
            for part in parts
        ]

    def loss(self, content: Part) -> dict[str, Tensor]:
        """Weighed cross-entropy of the answers, and the loss of the change maps."""
        self.model.vision_tower.eval()
        losses, _, change = self.answers(content)
        total = content.weights.sum()
        return {
            "words": (losses * content.weights).sum(),
            "change": CHANGE_WEIGHT * change * total,
        }

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Share of answers of which each token is the likeliest; of captions the loss; by kind."""
        mixture = {name: share for name, share in MIXTURE.items() if name not in UNVALIDATED}
        rng = np.random.default_rng(99)
        found: dict[str, list[float]] = defaultdict(list)
        for _ in range(VALIDATED // IMAGES):
            part = self.encode([self.val.draw(rng, mixture) for _ in range(IMAGES)])
            losses, right, _ = self.answers(part)
            start = 0
            for asked in (asked for one in part.drawn for asked in one.asked):
                end = start + len(self.processor.encode_answer(asked.answer))
                is_text = "caption" in asked.kind
                value = losses[start:end].mean() if is_text else right[start:end].all()
                found[asked.kind].append(float(value))
                start = end
        return {kind: float(np.mean(values)) for kind, values in sorted(found.items())}

    def answers(self, part: Part) -> tuple[Tensor, Tensor, Tensor]:
        """Loss of each answer token, whether it is the likeliest, and the change maps' loss."""
        visual, change = self._look(part.drawn)
        tokens, language_model = part.tokens, self.model.language_model
        hidden = language_model.model(
            inputs_embeds=fill_visual(language_model, tokens.input_ids, visual),
            attention_mask=tokens.attention_mask,
            position_ids=tokens.position_ids,
            use_cache=False,
        ).last_hidden_state
        labels = tokens.labels[:, 1:]
        is_answer = labels != NO_LOSS
        logits = language_model.lm_head(hidden[:, :-1][is_answer])
        losses = F.cross_entropy(logits, labels[is_answer], reduction="none")
        return losses, logits.argmax(1) == labels[is_answer], change

    def encode(self, drawn: Sequence[Drawn]) -> Part:
        """Inputs and questions as tokens."""
        groups, weights = [], []
        for one in drawn:
            rows = [self._row(one, asked) for asked in one.asked]
            groups.append(rows)
            weights += [
                _weight(asked, len(answer))
                for asked, (_, answer) in zip(one.asked, rows, strict=True)
            ]
        tokens = collate(groups, self.model.config.visual_tokens)
        return Part(drawn, tokens, torch.cat(weights))

    def _row(self, one: Drawn, asked: Asked) -> EncodedRow:
        markers = len(one.images) if one.kind is InputKind.VIDEO else 1
        row = Row(one.kind, 0, asked.question, asked.answer)
        return encode_row(self.processor, row, markers)

    def _look(self, drawn: Sequence[Drawn]) -> tuple[Tensor, Tensor]:
        """Visual tokens of all inputs in order, and the loss of the change maps."""
        with torch.no_grad():
            images = pixel_values(torch.cat([one.images for one in drawn]))
            features = self.model.encode_images(images)
        tokens, changes, start = [], [], 0
        for one in drawn:
            end = start + len(one.images)
            seen = features[start:end]
            if one.kind is InputKind.PAIR:
                tokens.append(self.model.project_pair(seen[:1], seen[1:]))
                if one.change is not None:
                    logits = self.model.change_logits(seen[:1], seen[1:])
                    changes.append(change_loss(logits, one.change[None]))
            else:
                tokens.append(self.model.project(seen))
            start = end
        change = torch.stack(changes).mean() if changes else torch.zeros(())
        return torch.cat(tokens), change


def _weight(asked: Asked, tokens: int) -> Tensor:
    each = WEIGHTS.get(asked.kind, 1.0) * tokens ** (LENGTH_POWER - 1)
    return torch.full((tokens,), each)


def _by_length(drawn: Sequence[Drawn]) -> list[list[Drawn]]:
    videos = [[one] for one in drawn if one.kind is InputKind.VIDEO]
    others = sorted((one for one in drawn if one.kind is not InputKind.VIDEO), key=_length)
    middle = len(others) // 2
    return [part for part in (others[:middle], others[middle:]) if part] + videos


def _length(one: Drawn) -> int:
    return sum(len(asked.question) + len(asked.answer) for asked in one.asked)


def _is_lora(name: str) -> bool:
    return name.rsplit(".", 1)[-1] in {"lora_A", "lora_B"}

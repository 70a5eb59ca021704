"""The change module under a caption decoder, which reads its features and is thrown away.

As in Chg2Cap, the decoder is a single Transformer layer that reads the features of all patches. Its
words are the LLM's tokens, and not those of a vocabulary of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from unirs.model import ModelBundle
from unirs_lab.data.mixture import Mixture, Part, Rows
from unirs_lab.training.caption_decoder import CaptionDecoder
from unirs_lab.training.features import PairFeatures
from unirs_lab.training.loop import MicroBatch
from unirs_lab.training.settings import ChangeSettings

FIGURE = "validation_bleu4"
"""The figure whose best epoch is kept."""


@dataclass(frozen=True)
class CaptionBatch:
    """Some pairs with a caption each.

    Attributes:
        features: ``[pairs, 2, patches, width]``.
        captions: Token ids, each ending with the end token.
    """

    features: Tensor
    captions: list[list[int]]


class CaptionObjective:
    """The change module and a caption decoder, on pairs with one of their captions each.

    Args:
        bundle: UniRS on a frozen base.
        settings: Of the run.
        sources: The datasets.
        pairs: Features of all their samples, in order.
        held_back: Those of the validation pairs.
    """

    def __init__(
        self,
        bundle: ModelBundle,
        settings: ChangeSettings,
        sources: Sequence[Part],
        pairs: PairFeatures,
        held_back: PairFeatures,
    ) -> None:
        self.bundle, self.model, self.settings = bundle, bundle.model, settings
        self.pairs, self.held_back = pairs, held_back
        if bundle.model.change is None:
            raise ValueError("the model has no change extraction module to train")
        self.change = bundle.model.change.requires_grad_(True)
        self.mixture = Mixture(sources, settings.seed)
        self.rounds = self.mixture.round_count(settings.batch_size)
        names = ((source.name, sample.id) for source in sources for sample in source.samples)
        self._places = {name: place for place, name in enumerate(names)}
        said = [answer for source in sources for each in source.samples for answer in each.answers]
        self.longest = max(len(self._ids(caption)) for caption in said)
        self.decoder = self._new_decoder()
        self._batches: Iterator[Rows] = iter(())
        self._next_step = -1

    def trainable(self) -> nn.ModuleDict:
        """Change module and decoder."""
        return nn.ModuleDict({"change": self.change, "decoder": self.decoder})

    def micro_batches(self, step: int) -> list[MicroBatch]:
        """The pairs of a step; each epoch has every caption as often as its dataset repeats."""
        if step != self._next_step:
            self._batches = self.mixture.rounds_from(step, self.settings.batch_size)
        self._next_step = step + 1
        rows = [self.mixture.row(int(number)) for number in next(self._batches)]
        captions = [self._ids(row.answer) for row in rows]
        features = self.pairs.of([self._places[row.part, row.sample.id] for row in rows])
        return [MicroBatch(CaptionBatch(features, captions), float(sum(map(len, captions))))]

    def loss(self, content: CaptionBatch) -> dict[str, Tensor]:
        """Cross-entropy of the captions, summed over their tokens."""
        fused = self._fuse(content.features)
        start = self.bundle.processor.tokenizer.bos_token_id
        mean = self.decoder.loss(fused, content.captions, start)
        return {"words": mean * sum(map(len, content.captions))}

    def validate(self) -> dict[str, float]:
        """BLEU-4 of greedy captions against all references."""
        from pycocoevalcap.bleu.bleu import Bleu

        samples, size = self.held_back.samples, self.settings.batch_size
        said = [
            caption
            for start in range(0, len(samples), size)
            for caption in self._write(range(start, min(start + size, len(samples))))
        ]
        references = {place: list(sample.answers) for place, sample in enumerate(samples)}
        candidates = {place: [caption] for place, caption in enumerate(said)}
        scores, _ = Bleu(4).compute_score(references, candidates, verbose=0)
        return {FIGURE: float(scores[3])}

    def _write(self, places: Sequence[int]) -> list[str]:
        tokenizer = self.bundle.processor.tokenizer
        fused = self._fuse(self.held_back.of(places))
        ids = self.decoder.generate(
            fused, tokenizer.bos_token_id, tokenizer.eos_token_id, self.longest
        )
        return [self.bundle.processor.decode(each) for each in ids]

    def _fuse(self, features: Tensor) -> Tensor:
        """Change features ``[pairs, patches, width]`` of both dates' features."""
        before, after = features.float().unbind(1)
        return self.change(before, after)

    def _ids(self, caption: str) -> list[int]:
        return self.bundle.processor.encode_answer(caption)

    def _new_decoder(self) -> CaptionDecoder:
        with torch.random.fork_rng():
            torch.manual_seed(self.settings.seed)
            return CaptionDecoder(
                self.bundle.config.vision_config.hidden_size,
                self.bundle.config.text_config.vocab_size,
                self.longest,
                self.settings.decoder.heads,
                self.settings.decoder.dropout,
            )

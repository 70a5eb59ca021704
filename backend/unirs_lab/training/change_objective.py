"""The change module under a caption decoder, which reads its features and is thrown away.

As in Chg2Cap, the decoder is a single Transformer layer that reads the features of all patches. Its
words are the LLM's tokens, and not those of a vocabulary of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from unirs.model import ModelBundle
from unirs_lab.data.mixture import Groups, Mixture, SamplePart
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
        sources: Sequence[SamplePart],
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
        samples = [sample for source in sources for sample in source.samples]
        self._rows = [  # by the number of their group in the mixture
            (place, answer) for place, sample in enumerate(samples) for answer in sample.answers
        ]
        self.longest = max(len(self._ids(caption)) for _, caption in self._rows)
        self.decoder = self._new_decoder()
        self._batches: Iterator[Groups] = iter(())
        self._next_step = -1

    def trainable(self) -> nn.ModuleDict:
        """Change module and decoder."""
        return nn.ModuleDict({"change": self.change, "decoder": self.decoder})

    def micro_batches(self, step: int) -> list[MicroBatch]:
        """The pairs of a step; each epoch has every caption as often as its dataset repeats."""
        if step != self._next_step:
            self._batches = self.mixture.rounds_from(step, self.settings.batch_size)
        self._next_step = step + 1
        rows = [self._rows[int(number)] for number in next(self._batches)]
        captions = [self._ids(caption) for _, caption in rows]
        features = self.pairs.of([place for place, _ in rows])
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
        captions = [
            caption
            for start in range(0, len(samples), size)
            for caption in self._write(range(start, min(start + size, len(samples))))
        ]
        references = {place: list(sample.answers) for place, sample in enumerate(samples)}
        candidates = {place: [caption] for place, caption in enumerate(captions)}
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


class CaptionDecoder(nn.Module):
    """A single-layer Transformer decoder over visual tokens (paper, section IV-A; Chg2Cap).

    Args:
        width: Width of the visual tokens.
        vocabulary: Number of tokens.
        length: Longest caption, in tokens.
        heads: Attention heads.
        dropout: Share of the layer's activations that are dropped in training, 0 to 1.
    """

    def __init__(
        self,
        width: int,
        vocabulary: int,
        length: int = 64,
        heads: int = 8,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.position = nn.Embedding(length, width)
        self.layer = nn.TransformerDecoderLayer(
            width, heads, 4 * width, dropout=dropout, batch_first=True, norm_first=True
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, visual: Tensor, tokens: Tensor) -> Tensor:
        """Logits of the next token, ``[batch, length, vocabulary]``.

        Args:
            visual: ``[batch, visual_tokens, width]``.
            tokens: ``[batch, length]``, beginning with the start token.
        """
        length = tokens.shape[1]
        positions = torch.arange(length, device=tokens.device)
        hidden = self.embedding(tokens) + self.position(positions)
        mask = nn.Transformer.generate_square_subsequent_mask(length, device=tokens.device)
        hidden = self.layer(hidden, visual, tgt_mask=mask.to(hidden.dtype), tgt_is_causal=True)
        return self.head(self.norm(hidden))

    def loss(self, visual: Tensor, captions: Sequence[Sequence[int]], start: int) -> Tensor:
        """Cross-entropy of captions (each ending with the end token) under teacher forcing."""
        wanted = nn.utils.rnn.pad_sequence(
            [torch.tensor(caption) for caption in captions], batch_first=True, padding_value=-100
        ).to(visual.device)
        begin = torch.full_like(wanted[:, :1], start)
        given = torch.cat([begin, wanted[:, :-1].clamp(min=0)], dim=1)
        logits = self(visual, given).float()
        return F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=-100)

    def generate(self, visual: Tensor, start: int, end: int, length: int = 40) -> list[list[int]]:
        """Greedy captions without start and end tokens, one for each row of ``visual``."""
        tokens = torch.full((len(visual), 1), start, device=visual.device)
        for _ in range(length):
            following = self(visual, tokens)[:, -1].argmax(-1, keepdim=True)
            tokens = torch.cat([tokens, following], dim=1)
            if bool((tokens[:, 1:] == end).any(1).all()):
                break
        rows = [row[1:].tolist() for row in tokens]
        return [row[: row.index(end)] if end in row else row for row in rows]

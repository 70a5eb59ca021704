"""Batches of a mixture, read, encoded and masked by several processes.

Which rows make a batch is the mixture's (:mod:`unirs_lab.data.mixture`); here rows become tensors.
Nothing depends on the number of workers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from unirs.engines.unirs.prompting import is_base
from unirs.errors import UniRSError
from unirs.inputs import InputKind, VisualInput
from unirs.model import IMAGE_TOKEN, ModelBundle, UniRSConfig, UniRSProcessor
from unirs_lab.data.mixture import Groups, Mixture, SamplePart, share_of
from unirs_lab.data.samples import Row, RowGroup
from unirs_lab.training.rows import EncodedRow, TokenBatch, collate, encode_row

Item = TypeVar("Item")


@dataclass(frozen=True)
class InstructionBatch:
    """Groups of rows about one kind of visual input, ready for the model.

    Attributes:
        kind: What the rows are about.
        pixels: ``[groups, images, 3, image_size, image_size]`` float32, -1 … 1.
        tokens: Prompts and answers. The markers stand for the visual tokens of the groups in order:
            one set a group where the change module reads pairs, else one an image.
        weights: ``[answer tokens]`` float32: of the losses, in the order of the batch; 0 where a
            process only keeps the others company.
        changes: For each group where its pair has changed, ``[side, side]``; ``None`` if unknown.
        rows: The rows of each group.
        names: Where each group is from, ``"part/id"``, for messages.
    """

    kind: InputKind
    pixels: Tensor
    tokens: TokenBatch
    weights: Tensor
    changes: tuple[Tensor | None, ...]
    rows: tuple[tuple[Row, ...], ...]
    names: tuple[str, ...]

    def to(self, device: torch.device) -> InstructionBatch:
        """The batch on a device."""
        return replace(
            self,
            pixels=self.pixels.to(device),
            tokens=self.tokens.to(device),
            weights=self.weights.to(device),
            changes=tuple(None if one is None else one.to(device) for one in self.changes),
        )


@dataclass(frozen=True)
class Reading:
    """How rows are read.

    Attributes:
        size: Groups of a round: those of all processes together.
        rank: Which process this is.
        ranks: Number of processes that train together.
        workers: Processes that read for this one; 0 reads within it.
        weights: What the loss of an answer is multiplied with, by the kind of its row, if not
            with 1.
        length_power: An answer of n tokens weighs as n to this power: with 1 all tokens are alike,
            with less a "yes" is not drowned by captions.
    """

    size: int
    rank: int = 0
    ranks: int = 1
    workers: int = 0
    weights: Mapping[str, float] = field(default_factory=dict)
    length_power: float = 1.0


def batches(
    mixture: Mixture,
    bundle: ModelBundle,
    reading: Reading,
    clues: Mapping[str, str] | None = None,
    position: int = 0,
) -> Iterator[InstructionBatch]:
    """This process's batch of every round from a position on, endlessly, epoch after epoch.

    Args:
        mixture: What is read.
        bundle: The model that will be trained; only its processor and configuration are used.
        reading: How.
        clues: Clues by digest of the visual input; ``None`` trains without.
        position: Rounds that went before, over all epochs.

    Raises:
        UniRSError: What reading an image raises; ``clue_missing`` for an input that has no clue;
            ``row_too_long`` for an instruction that the model's context cannot hold, at once
            wherever in the mixture it is; ``reader_killed`` if the system killed a worker.
    """
    reader = GroupReader(mixture, bundle.processor, bundle.config, reading, clues)
    reader.require_room()
    rounds = enumerate(mixture.rounds_from(position, reading.size), start=position)
    yield from read_in_order(reader, rounds, reading.workers)


def read_in_order(
    dataset: Dataset[Item | UniRSError], keys: Iterable[Any], workers: int
) -> Iterator[Item]:
    """What a dataset gives for each key, in order, for any number of workers.

    Args:
        dataset: Gives an item, or an error as a value: on its way out of a worker, one that is
            raised would lose its code.
        keys: What the dataset is asked for; may be endless.
        workers: Processes that read; 0 reads within this one.

    Raises:
        UniRSError: The first error that the dataset gives, ``reader_killed`` if the system killed
            a worker.
    """
    loader = DataLoader(
        dataset,
        batch_size=None,
        sampler=keys,
        num_workers=workers,
        generator=torch.Generator(),  # the loader seeds its workers: not from the training's stream
    )
    read = iter(loader)
    try:
        while (item := next(read, None)) is not None:
            if isinstance(item, UniRSError):
                raise item
            yield item
    except RuntimeError as error:
        if not str(error).startswith("DataLoader worker"):
            raise
        raise UniRSError(
            "reader_killed",
            "A process that reads images was killed, most often for want of (shared) memory; use "
            "fewer workers or smaller batches.",
            reason=str(error),
        ) from error


class GroupReader(Dataset["InstructionBatch | UniRSError"]):
    """Groups of rows by the round that they come in."""

    def __init__(
        self,
        mixture: Mixture,
        processor: UniRSProcessor,
        config: UniRSConfig,
        reading: Reading,
        clues: Mapping[str, str] | None,
    ) -> None:
        self.mixture, self.processor, self.config = mixture, processor, config
        self.reading, self.clues = reading, clues
        self._markers = {
            InputKind.SINGLE: 1,
            InputKind.PAIR: 1 if config.change_module else 2,
            InputKind.VIDEO: config.frame_count,
        }
        self._context = int(config.text_config.max_position_embeddings)

    def __getitem__(self, round_: tuple[int, Groups]) -> InstructionBatch | UniRSError:
        """This process's share of a round, given with its position."""
        position, groups = round_
        places = np.arange(len(groups))
        own = share_of(places, self.reading.rank, self.reading.ranks)
        try:
            if len(own):
                return self._batch(position, groups, own)
            # The other processes wait for this one in every layer: it computes along, at no weight.
            return _weightless(self._batch(position, groups, places[:1]))
        except UniRSError as error:
            return error

    def require_room(self) -> None:
        """Refuse at once an instruction that would stop a training when its turn comes.

        Raises:
            UniRSError: ``row_too_long``.
        """
        clue = max((self.clues or {}).values(), key=len, default=None)
        room = {
            kind: self._context - self._length(self._ids(kind, Row("", ""), clue)[0])
            for kind in InputKind
        }
        for part in self.mixture.parts:
            for sample in part.samples if isinstance(part, SamplePart) else ():
                # A token is a byte or more, so that most need no tokenizer to see that they fit.
                if len(sample.instruction.encode()) >= room[sample.kind]:
                    row = Row(sample.instruction, "")
                    self._encode(sample.kind, row, clue, f"{part.name}/{sample.id}")

    def _batch(self, position: int, groups: Groups, places: Groups) -> InstructionBatch:
        read = [self._read(position, place, int(groups[place])) for place in places.tolist()]
        encoded = [self._encoded_rows(group) for group in read]
        return InstructionBatch(
            kind=read[0].visual.kind,
            pixels=torch.stack([self._pixels(group.visual) for group in read]),
            tokens=collate(encoded, self.config.visual_tokens),
            weights=torch.cat(
                [
                    self._weights(row, len(answer))
                    for group, own in zip(read, encoded, strict=True)
                    for row, (_, answer) in zip(group.rows, own, strict=True)
                ]
            ),
            changes=tuple(
                None if group.change is None else torch.from_numpy(group.change) for group in read
            ),
            rows=tuple(tuple(group.rows) for group in read),
            names=tuple(group.name for group in read),
        )

    def _read(self, position: int, place: int, group: int) -> RowGroup:
        part, index = self.mixture.place(group)
        rng = np.random.default_rng([self.mixture.seed, position, place])
        return part.read(index, rng, self.config.frame_count)

    def _pixels(self, visual: VisualInput) -> Tensor:
        return self.processor.images([crop.pixels for crop in visual.crops])

    def _weights(self, row: Row, tokens: int) -> Tensor:
        """The weights of an answer's tokens."""
        each = self.reading.weights.get(row.kind, 1.0) * tokens ** (self.reading.length_power - 1)
        return torch.full((tokens,), each)

    def _encoded_rows(self, group: RowGroup) -> list[EncodedRow]:
        clue = self._clue(group)
        return [self._encode(group.visual.kind, row, clue, group.name) for row in group.rows]

    def _clue(self, group: RowGroup) -> str | None:
        if self.clues is None:
            return None
        clue = self.clues.get(group.visual.digest)
        if clue is None:
            raise UniRSError(
                "clue_missing",
                f"The sample {group.name} has no clue; write the clues of its data set first, with "
                "the same base model.",
            )
        return clue

    def _encode(self, kind: InputKind, row: Row, clue: str | None, name: str) -> EncodedRow:
        """Token ids of a row; its answer ends where the context does, as in VILA's training."""
        prompt, answer = self._ids(kind, row, clue)
        room = self._context - self._length(prompt)
        if room < 1:
            raise UniRSError(
                "row_too_long",
                f"The instruction of the sample {name} fills the {self._context} tokens that the "
                "model can read, with its images and clue; shorten it or leave the sample out.",
            )
        return prompt, answer[:room]

    def _ids(self, kind: InputKind, row: Row, clue: str | None) -> EncodedRow:
        base = is_base(self.config)
        return encode_row(self.processor, kind, row, self._markers[kind], clue, base)

    def _length(self, prompt: Tensor) -> int:
        """Tokens of a prompt when its markers stand for all visual tokens."""
        markers = int((prompt == IMAGE_TOKEN).sum())
        return len(prompt) + markers * (self.config.visual_tokens - 1)


def _weightless(batch: InstructionBatch) -> InstructionBatch:
    return replace(batch, weights=torch.zeros_like(batch.weights), changes=(None,), names=())

"""Batches of a mixture, read, encoded and masked by several processes.

Which rows make a batch is the mixture's (:mod:`unirs_lab.data.mixture`); here rows become tensors.
Nothing depends on the number of workers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from unirs.errors import UniRSError
from unirs.inference.prompting import is_base
from unirs.inputs import InputKind, VisualInput
from unirs.model import IMAGE_TOKEN, ModelBundle, UniRSConfig, UniRSProcessor
from unirs_lab.data.mixture import Mixture, MixtureRow, Rows, share_of
from unirs_lab.data.visuals import read_visual
from unirs_lab.training.rows import NO_LOSS, EncodedRow, Row, TokenBatch, collate, encode_row

Item = TypeVar("Item")


@dataclass(frozen=True)
class InstructionBatch:
    """Rows of one kind of visual input, ready for the model.

    Attributes:
        kind: What is looked at.
        pixels: ``[rows, images, 3, image_size, image_size]`` float32, -1 … 1.
        tokens: Prompts and answers. The markers stand for the visual tokens of the rows in order:
            one set a row where the change module reads pairs, else one an image.
        samples: Where each row is from, ``"part/id"``, for messages.
    """

    kind: InputKind
    pixels: Tensor
    tokens: TokenBatch
    samples: tuple[str, ...]

    @property
    def answer_tokens(self) -> int:
        """Tokens that the loss is taken of; 0 where a process only keeps the others company."""
        return int((self.tokens.labels != NO_LOSS).sum())

    def to(self, device: torch.device) -> InstructionBatch:
        """The batch on a device."""
        return replace(self, pixels=self.pixels.to(device), tokens=self.tokens.to(device))


@dataclass(frozen=True)
class Reading:
    """How rows are read.

    Attributes:
        size: Rows of a round: those of all processes together.
        rank: Which process this is.
        ranks: Number of processes that train together.
        workers: Processes that read for this one; 0 reads within it.
    """

    size: int
    rank: int = 0
    ranks: int = 1
    workers: int = 0


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
    rows = RowReader(mixture, bundle.processor, bundle.config, reading, clues)
    rows.require_room()
    yield from read_in_order(rows, mixture.rounds_from(position, reading.size), reading.workers)


def read_in_order(
    dataset: Dataset[Item | UniRSError], keys: Iterable[Any], workers: int
) -> Iterator[Item]:
    """What a dataset gives for each key, in order, whoever reads it.

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


class RowReader(Dataset["InstructionBatch | UniRSError"]):
    """Rows by the round that they come in."""

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

    def __getitem__(self, round_: Rows) -> InstructionBatch | UniRSError:
        """This process's share of a round."""
        own = share_of(round_, self.reading.rank, self.reading.ranks)
        try:
            if len(own):
                return self._batch(own)
            # The other processes wait for this one in every layer, so it runs along, unheard.
            return _without_loss(self._batch(round_[:1]))
        except UniRSError as error:
            return error

    def _batch(self, rows: Rows) -> InstructionBatch:
        read = [self._read(int(index)) for index in rows]
        pixels = [pixels for pixels, _ in read]
        first = self.mixture.row(int(rows[0]))
        return InstructionBatch(
            kind=first.sample.kind,
            pixels=torch.stack(pixels),
            tokens=collate([[encoded] for _, encoded in read], self.config.visual_tokens),
            samples=tuple(_name(self.mixture.row(int(index))) for index in rows),
        )

    def require_room(self) -> None:
        """Refuse at once an instruction that would stop a training when its turn comes.

        Raises:
            UniRSError: ``row_too_long``.
        """
        clue = max((self.clues or {}).values(), key=len, default=None)
        room = {
            kind: self._context - self._length(self._ids(kind, "", "", clue)[0])
            for kind in InputKind
        }
        for part in self.mixture.parts:
            for sample in part.samples:
                # A token is a byte or more, so that most need no tokenizer to see that they fit.
                if len(sample.instruction.encode()) >= room[sample.kind]:
                    self._encode(MixtureRow(part.name, sample, ""), clue)

    def _read(self, index: int) -> tuple[Tensor, EncodedRow]:
        """Pixels ``[images, 3, image_size, image_size]`` and token ids of a row."""
        row = self.mixture.row(index)
        visual = read_visual(row.sample, self.config.frame_count)
        pixels = self.processor.images([crop.pixels for crop in visual.crops])
        return pixels, self._encode(row, self._clue(row, visual))

    def _clue(self, row: MixtureRow, visual: VisualInput) -> str | None:
        if self.clues is None:
            return None
        clue = self.clues.get(visual.digest)
        if clue is None:
            raise UniRSError(
                "clue_missing",
                f"The sample {_name(row)} has no clue; write the clues of {row.part} first, with "
                "the same base model.",
            )
        return clue

    def _encode(self, row: MixtureRow, clue: str | None) -> EncodedRow:
        """Token ids of a row; its answer ends where the context does, as in VILA's training."""
        sample = row.sample
        prompt, answer = self._ids(sample.kind, sample.instruction, row.answer, clue)
        room = self._context - self._length(prompt)
        if room < 1:
            raise UniRSError(
                "row_too_long",
                f"The instruction of the sample {_name(row)} fills the {self._context} tokens that "
                "the model can read, with its images and clue; shorten it or leave the sample out.",
            )
        return prompt, answer[:room]

    def _ids(self, kind: InputKind, instruction: str, answer: str, clue: str | None) -> EncodedRow:
        row = Row(kind, 0, instruction, answer, clue, base=is_base(self.config))  # without a bank
        return encode_row(self.processor, row, self._markers[kind])

    def _length(self, prompt: Tensor) -> int:
        """Tokens of a prompt when its markers stand for all visual tokens."""
        markers = int((prompt == IMAGE_TOKEN).sum())
        return len(prompt) + markers * (self.config.visual_tokens - 1)


def _without_loss(batch: InstructionBatch) -> InstructionBatch:
    labels = torch.full_like(batch.tokens.labels, NO_LOSS)
    return replace(batch, tokens=replace(batch.tokens, labels=labels), samples=())


def _name(row: MixtureRow) -> str:
    return f"{row.part}/{row.sample.id}"

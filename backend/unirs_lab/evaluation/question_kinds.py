"""A kind of question about a collection of images, and where the collections are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from unirs_lab.data.samples import Sample
from unirs_lab.evaluation.asking import Options, QuestionSet, choose, fingerprint, question_for

Split = Literal["val", "test"]
"""``"val"`` to choose a model, ``"test"`` to report it."""

SHORT_TOKENS, CAPTION_TOKENS = 24, 64
"""Longest answers, in tokens; the longest references take about half as many."""


@dataclass(frozen=True)
class Sources:
    """Where the images come from; what is ``None`` is not asked about.

    Attributes:
        real: Folder of the collections of :mod:`unirs_lab.data.real`.
        rsvqa_hr: Folder of a copy of RSVQA-HR.
        rsvqa_lr: Folder of a copy of RSVQA-LR.
        naip: Folder of NAIP rasters of one footprint at several dates.
        landsat: Folder of Landsat rasters in false colours, likewise.
        size: Side in pixels of generated images and of raster tiles.
    """

    real: Path | None = None
    rsvqa_hr: Path | None = None
    rsvqa_lr: Path | None = None
    naip: Path | None = None
    landsat: Path | None = None
    size: int = 128


@dataclass(frozen=True, kw_only=True)
class EvaluationQuestions(ABC):
    """One kind of question about one collection.

    Attributes:
        name: Name of the folder of its answers.
        options: Closed set of answers, which are scored; without them, answers are generated.
        max_new_tokens: Longest answer.
        in_gallery: Whether galleries show some of its answers.
    """

    name: str
    options: tuple[str, ...] = ()
    max_new_tokens: int = SHORT_TOKENS
    in_gallery: bool = True

    def prepare(self, sources: Sources, split: Split, options: Options) -> QuestionSet:
        """What is asked with the given options; no samples where the images are not given.

        Raises:
            UniRSError: Of the readers.
        """
        identity, samples = self._samples(sources, split, options.limit)
        ask = partial(
            question_for,
            clue=options.clue,
            max_new_tokens=self.max_new_tokens,
            options=self.options,
        )
        settings = {
            "benchmark": self.name,
            "split": split,
            "clues": options.clue,
            "options": list(self.options),
            "max_new_tokens": self.max_new_tokens,
            "dataset_sha256": fingerprint(identity),
        }
        folder = options.out / f"{self.name}-{split}"
        return QuestionSet(f"{self.name}, {split}", folder, self.name, samples, ask, settings)

    @abstractmethod
    def _samples(
        self, sources: Sources, split: Split, limit: int | None
    ) -> tuple[list[Sample], list[Sample]]:
        """Samples that identify the data whatever the limit, and those that are asked."""


@dataclass(frozen=True, kw_only=True)
class CollectionQuestions(EvaluationQuestions):
    """Questions about a collection that lies on the disk.

    Attributes:
        read: Reads all samples of a split; none where the images are not given.
        together: Number of neighbouring samples that count as one question.
    """

    read: Callable[[Sources, Split], list[Sample]]
    together: int = 1

    def _samples(
        self, sources: Sources, split: Split, limit: int | None
    ) -> tuple[list[Sample], list[Sample]]:
        every = self.read(sources, split)
        return every, choose(every, limit, self.together)


@dataclass(frozen=True, kw_only=True)
class DrawnQuestions(EvaluationQuestions):
    """Questions about images from an endless series; a limit takes its first images.

    Attributes:
        draw: Makes the samples of the first images of a split; none where there is no source.
        count: Number of images without a limit.
    """

    draw: Callable[[Sources, Split, int], list[Sample]]
    count: int
    max_new_tokens: int = CAPTION_TOKENS

    def _samples(
        self, sources: Sources, split: Split, limit: int | None
    ) -> tuple[list[Sample], list[Sample]]:
        samples = self.draw(sources, split, limit or self.count)
        return samples[:1], samples

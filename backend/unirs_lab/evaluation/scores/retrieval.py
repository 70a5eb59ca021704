"""Recall of images found by sentences, and of sentences found by images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIRST = (1, 5, 10)
"""So many of the first ones are looked at."""


@dataclass(frozen=True)
class RetrievalScores:
    """How often what is looked for is among the first 1, 5 and 10, in percent.

    Attributes:
        by_text: Of the sentences, whose image is looked for.
        by_image: Of the images, one of whose sentences is looked for.
        images: Images that were searched.
        sentences: Sentences that were searched.
    """

    by_text: tuple[float, ...]
    by_image: tuple[float, ...]
    images: int
    sentences: int

    @property
    def figures(self) -> Mapping[str, float]:
        """Scores by key: ``by_image_1`` …, ``by_text_1`` …, ``by_text`` (mean) and ``mean``."""
        found = {f"by_image_{k}": each for k, each in zip(FIRST, self.by_image, strict=True)}
        found |= {f"by_text_{k}": each for k, each in zip(FIRST, self.by_text, strict=True)}
        return {
            **found,
            "mean": float(np.mean([*self.by_image, *self.by_text])),
            "by_text": float(np.mean(self.by_text)),
        }

    @property
    def note(self) -> str:
        """Protocol and denominators."""
        return (
            f"{self.images:,} images and {self.sentences:,} sentences; an image is found by a "
            "sentence, a sentence by its image, if it is among the first 1, 5 or 10 of all; equals "
            "count at the middle of their ranks."
        )


def score_retrieval(
    similarities: NDArray[np.float32], own: Sequence[int], asked: Sequence[int] | None = None
) -> RetrievalScores:
    """Score a search in both directions.

    Args:
        similarities: ``[images, sentences]``, the nearest the highest.
        own: The image of each sentence.
        asked: The sentences and images that are looked for; all by default.
    """
    places = np.asarray(own)
    chosen = range(len(places)) if asked is None else asked
    by_text = [image_rank(similarities[:, each], int(places[each])) for each in chosen]
    images = dict.fromkeys(int(places[each]) for each in chosen)
    by_image = [_sentence_rank(similarities[each], places == each) for each in images]
    return RetrievalScores(recalls(by_text), recalls(by_image), *similarities.shape)


def recalls(ranks: Sequence[float]) -> tuple[float, ...]:
    """Shares of ranks, from 1, that are among the first, in percent."""
    return tuple(100 * float(np.mean(np.asarray(ranks) <= k)) for k in FIRST)


def image_rank(similarities: NDArray[np.float32], own: int) -> float:
    """The rank of a sentence's image, from 1; among equals their middle."""
    wanted = similarities[own]
    return 1 + (similarities > wanted).sum() + ((similarities == wanted).sum() - 1) / 2


def _sentence_rank(similarities: NDArray[np.float32], own: NDArray[np.bool_]) -> float:
    """The rank of the best of an image's sentences among those of others."""
    wanted, others = similarities[own].max(), similarities[~own]
    return 1 + (others > wanted).sum() + (others == wanted).sum() / 2

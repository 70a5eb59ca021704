"""Scores of captions against references: BLEU, METEOR, ROUGE-L, CIDEr-D and their mean S*m."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unirs.errors import UniRSError
from unirs_lab.evaluation.scores.java import meteor
from unirs_lab.evaluation.scores.tokenisation import Tokenisation

PROTOCOL = (
    "pycocoevalcap: BLEU with the closest reference length, METEOR 1.5, ROUGE-L with beta 1.2, "
    "CIDEr-D with n = 4, sigma = 6 and document frequencies from these references"
)


@dataclass(frozen=True)
class CaptionScores:
    """Scores over all captions, each × 100.

    Attributes:
        bleu: BLEU-1 to BLEU-4, 0 to 100 (Papineni et al. 2002, over the corpus).
        meteor: METEOR, 0 to 100.
        rouge_l: ROUGE-L, 0 to 100 (mean over images).
        cider_d: CIDEr-D, 0 to 1000 (mean over images).
        s_m: S*m, the mean of BLEU-4, METEOR, ROUGE-L and CIDEr-D.
        images: Number of images.
        references: Number of reference captions.
        tokenisation: Name of the tokenisation.
        description: The tokenisation in a few words.
        each: CIDEr-D of each image, × 100.
    """

    bleu: tuple[float, float, float, float]
    meteor: float
    rouge_l: float
    cider_d: float
    s_m: float
    images: int
    references: int
    tokenisation: str
    description: str
    each: tuple[float, ...]

    def as_json(self) -> dict[str, Any]:
        """JSON values, with protocol, tokenisation and denominators."""
        return {
            "protocol": PROTOCOL,
            "tokenisation": self.tokenisation,
            "tokenisation_description": self.description,
            "images": self.images,
            "references": self.references,
            "scale": 100,
            **self.figures,
        }

    @property
    def figures(self) -> dict[str, float]:
        """All scores by name, × 100, as in papers."""
        return {
            **{f"bleu_{n}": score for n, score in enumerate(self.bleu, 1)},
            "meteor": self.meteor,
            "rouge_l": self.rouge_l,
            "cider_d": self.cider_d,
            "s_m": self.s_m,
        }

    @property
    def note(self) -> str:
        """Protocol, tokenisation and denominators, as a note below a table."""
        return (
            f"Captions: {PROTOCOL}; all × 100. Tokenisation {self.tokenisation}: "
            f"{self.description}. {self.images} images, {self.references} references."
        )


def score_captions(
    captions: Sequence[str], references: Sequence[Sequence[str]], tokenisation: Tokenisation
) -> CaptionScores:
    """Compare captions with references.

    S*m is the mean of BLEU-4, METEOR, ROUGE-L and CIDEr-D (survey of spatio-temporal
    vision-language models, V-A). Figures over different images do not compare: CIDEr-D
    takes its document frequencies from the references given here, and of a single image it is 0.
    References without words are left out.

    Args:
        captions: One caption for each image; an empty one scores 0.
        references: The reference captions of each image.
        tokenisation: How captions and references become words.

    Raises:
        UniRSError: ``captions_missing`` where there are none, ``references_missing`` for an image
            without a reference, ``java_missing``, ``java_failed``, ``java_timeout``.
    """
    from pycocoevalcap.bleu.bleu import Bleu
    from pycocoevalcap.rouge.rouge import Rouge

    if not captions:
        raise UniRSError("captions_missing", "There are no captions to score.")
    candidates, true_words = _words(captions, references, tokenisation)
    each = _cider_d(candidates, true_words)
    cider_d = float(each.mean())
    by_image = (
        dict(enumerate(true_words)),
        {image: [caption] for image, caption in enumerate(candidates)},
    )
    bleu, _ = Bleu(4).compute_score(*by_image, verbose=0)
    rouge_l = 100 * float(Rouge().compute_score(*by_image)[0])
    meteor_ = 100 * meteor(candidates, true_words)
    return CaptionScores(
        bleu=(100 * bleu[0], 100 * bleu[1], 100 * bleu[2], 100 * bleu[3]),
        meteor=meteor_,
        rouge_l=rouge_l,
        cider_d=cider_d,
        s_m=(100 * bleu[3] + meteor_ + rouge_l + cider_d) / 4,
        images=len(candidates),
        references=sum(len(expected) for expected in true_words),
        tokenisation=tokenisation.name,
        description=tokenisation.description,
        each=tuple(each.tolist()),
    )


def cider_d(
    captions: Sequence[str], references: Sequence[Sequence[str]], tokenisation: Tokenisation
) -> float | None:
    """CIDEr-D alone, × 100 (Vedantam et al. 2015: n = 1 to 4, clipped counts, sigma = 6).

    Takes no Java unless the tokenisation does; else as ``score_captions``.

    Returns:
        The mean over the images; ``None`` where there are none.

    Raises:
        UniRSError: ``references_missing``; those of the tokenisation.
    """
    each = cider_d_of_each(captions, references, tokenisation)
    return float(np.mean(each)) if each else None


def cider_d_of_each(
    captions: Sequence[str], references: Sequence[Sequence[str]], tokenisation: Tokenisation
) -> list[float]:
    """CIDEr-D of each image, × 100; otherwise as ``cider_d``."""
    if not captions:
        return []
    return _cider_d(*_words(captions, references, tokenisation)).tolist()


def _cider_d(captions: list[str], references: list[list[str]]) -> NDArray[np.float64]:
    """CIDEr-D of each image, × 100."""
    from pycocoevalcap.cider.cider_scorer import CiderScorer

    scorer = CiderScorer(n=4, sigma=6.0)
    for caption, expected in zip(captions, references, strict=True):
        scorer += (caption, expected)
    _, each = scorer.compute_score()
    return 100 * np.asarray(each, dtype=np.float64)


def _words(
    captions: Sequence[str], references: Sequence[Sequence[str]], tokenisation: Tokenisation
) -> tuple[list[str], list[list[str]]]:
    """Tokenised captions and references, in one call: the PTB tokeniser takes long to start."""
    texts = tokenisation([*captions, *(text for expected in references for text in expected)])
    rest = iter(texts[len(captions) :])
    true_words = [[words for _ in expected if (words := next(rest))] for expected in references]
    for number, expected in enumerate(true_words, 1):
        if not expected:
            raise UniRSError(
                "references_missing",
                f"Image {number} of {len(true_words)} has no reference caption with words; check "
                "the captions of the data set.",
            )
    return texts[: len(captions)], true_words

"""Scores of answers and captions, as the benchmarks of remote sensing define them."""

from __future__ import annotations

import string
from collections.abc import Sequence

from unirs.errors import UniRSError

TOKENISATION = "lower-case, no punctuation"
"""How captions become words here: lower case, ASCII punctuation left out, split at white space."""

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(text: str) -> str:
    """Lower case, no punctuation, single spaces: the form in which answers are compared."""
    return " ".join(text.lower().translate(_NO_PUNCTUATION).split())


def is_right(answer: str, expected: str) -> bool:
    """Exact match of the normalised texts (RSVQA in GeoChat's protocol)."""
    return normalise(answer) == normalise(expected)


def accuracy(verdicts: Sequence[bool]) -> float | None:
    """Share of right answers, 0 to 1; ``None`` where nothing was asked."""
    return sum(verdicts) / len(verdicts) if verdicts else None


def cider_d(captions: Sequence[str], references: Sequence[Sequence[str]]) -> float | None:
    """CIDEr-D of captions × 100 (Vedantam et al. 2015: n = 1 to 4, clipped counts, sigma = 6).

    Document frequencies come from the references given here, so figures over few or over other
    images do not compare. Captions are tokenised as ``TOKENISATION`` says.

    Args:
        captions: One caption for each image.
        references: The reference captions of each image.

    Returns:
        The mean over the images; ``None`` where there are none.

    Raises:
        UniRSError: ``eval_extra_missing`` without pycocoevalcap.
    """
    require_scorer()
    from pycocoevalcap.cider.cider_scorer import CiderScorer

    if not captions:
        return None
    scorer = CiderScorer(n=4, sigma=6.0)
    for caption, expected in zip(captions, references, strict=True):
        scorer += (normalise(caption), [normalise(text) for text in expected])
    mean, _ = scorer.compute_score()
    return 100 * float(mean)


def require_scorer() -> None:
    """Refuse at once what would fail at the end of a long run.

    Raises:
        UniRSError: ``eval_extra_missing`` without pycocoevalcap.
    """
    try:
        import pycocoevalcap.cider.cider_scorer  # noqa: F401
    except ImportError as error:
        raise UniRSError(
            "eval_extra_missing",
            "Scoring captions needs the package pycocoevalcap; install it with "
            "'pip install unirs[eval]'.",
        ) from error

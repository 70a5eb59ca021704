"""A question with its answer, and whether the answer is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unirs.engines.verdict import has_changed
from unirs.prompts import CAPTION_INSTRUCTION, CHANGE_INSTRUCTION
from unirs_lab.data.samples import Sample
from unirs_lab.evaluation.predictions import Prediction
from unirs_lab.evaluation.scores.captions import cider_d_of_each
from unirs_lab.evaluation.scores.counts import is_close
from unirs_lab.evaluation.scores.tokenisation import PLAIN
from unirs_lab.evaluation.scores.vqa import is_right

NO_CHANGE_GROUP = "no change"
"""Group of the pairs in which nothing has changed; every other pair has changed."""


@dataclass(frozen=True)
class Case:
    """A question with its answer.

    Attributes:
        sample: What was asked, about which images.
        prediction: The model's answer.
        right: Whether the answer is right; ``None`` where it only has a score, as captions do.
        note: The answer's own score in words, such as ``"CIDEr-D 120"``.
    """

    sample: Sample
    prediction: Prediction
    right: bool | None
    note: str = ""


def is_verdict_right(sample: Sample, prediction: Prediction) -> bool:
    """Whether a change caption states rightly that something, or nothing, has changed."""
    found = has_changed(prediction.answer, prediction.changed)
    return found is not (sample.group == NO_CHANGE_GROUP)


def is_answer_right(sample: Sample, prediction: Prediction) -> bool:
    """Exact match of the normalised texts; a count may be off by one or by a fifth."""
    answer, expected = prediction.answer, sample.answers[0]
    return is_right(answer, expected) or (sample.group == "count" and is_close(answer, expected))


def judge(samples: Sequence[Sample], predictions: Sequence[Prediction]) -> list[Case]:
    """Compare answers with their references.

    Captions have a CIDEr-D (document frequencies from the references of the captions given here);
    captions of changes are right by their verdict; everything else is right by its answer.
    """
    answered = list(zip(samples, predictions, strict=True))
    captions = [
        (sample, prediction)
        for sample, prediction in answered
        if sample.instruction in {CAPTION_INSTRUCTION, CHANGE_INSTRUCTION}
    ]
    scores = iter(
        cider_d_of_each(
            [prediction.answer for _, prediction in captions],
            [sample.answers for sample, _ in captions],
            PLAIN,
        )
    )
    cases = []
    for sample, prediction in answered:
        if sample.instruction == CAPTION_INSTRUCTION:
            cases.append(Case(sample, prediction, None, f"CIDEr-D {next(scores):.0f}"))
        elif sample.instruction == CHANGE_INSTRUCTION:
            right = is_verdict_right(sample, prediction)
            cases.append(Case(sample, prediction, right, f"CIDEr-D {next(scores):.0f}"))
        else:
            cases.append(Case(sample, prediction, is_answer_right(sample, prediction)))
    return cases

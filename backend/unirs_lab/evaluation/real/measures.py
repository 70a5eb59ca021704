"""From answers to figures, in percent or × 100."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from unirs_lab.data.number_words import count_in
from unirs_lab.data.visuals import read_mask
from unirs_lab.evaluation.gallery import Case
from unirs_lab.evaluation.real.exams import YES_NO
from unirs_lab.evaluation.scores.captions import cider_d
from unirs_lab.evaluation.scores.change_maps import score_change_maps
from unirs_lab.evaluation.scores.tokenisation import PLAIN
from unirs_lab.evaluation.scores.vqa import Accuracy, normalise
from unirs_lab.evaluation.scores.yes_no import (
    balanced_accuracy,
    calibration_error,
    fitted_temperature,
    tempered,
)

Cases = Sequence[Case]


@dataclass(frozen=True)
class Result:
    """What a figure came to.

    Attributes:
        value: The figure; ``None`` where it cannot be computed.
        items: How many answers it is computed from.
        details: What else there is to know, as JSON values.
    """

    value: float | None
    items: int
    details: dict[str, Any] = field(default_factory=dict)


def caption_score(cases: Cases) -> Result:
    """CIDEr-D × 100."""
    said = [case.prediction.answer for case in cases]
    return Result(cider_d(said, [case.sample.answers for case in cases], PLAIN), len(cases))


def share_right(cases: Cases) -> Result:
    """Share of right answers; in the details, of each group."""
    groups: defaultdict[str, list[bool]] = defaultdict(list)
    for case in cases:
        groups[case.sample.group].append(bool(case.verdict.right))
    shares = {name: Accuracy.of(rights).percent for name, rights in groups.items() if name}
    whole = Accuracy.of([bool(case.verdict.right) for case in cases])
    return Result(whole.percent, whole.asked, shares)


def share_right_of(group: str) -> Callable[[Cases], Result]:
    """Share of right answers in one group."""
    return lambda cases: share_right([case for case in cases if case.sample.group == group])


def balanced(*groups: str) -> Callable[[Cases], Result]:
    """Balanced accuracy over the true answers, of the cases of some groups."""

    def compute(cases: Cases) -> Result:
        counted = [case for case in cases if case.sample.group in groups]
        truths = [case.sample.answers[0] for case in counted]
        rights = [bool(case.verdict.right) for case in counted]
        said = Counter(normalise(case.prediction.answer) for case in counted)
        details = {"truths": dict(Counter(truths)), "answers": dict(said.most_common(4))}
        return Result(_percent(balanced_accuracy(truths, rights)), len(counted), details)

    return compute


def change_map_f1(cases: Cases) -> Result:
    """F1 of changed pixels, over the pairs with a change map."""
    maps, masks = [], []
    for case in cases:
        if case.prediction.change_map is not None and case.sample.mask is not None:
            maps.append(np.array(case.prediction.change_map))
            masks.append(read_mask(case.sample.mask, case.sample.edit))
    if not maps:
        return Result(None, 0)
    scores = score_change_maps(maps, masks)
    shares = {"precision": _percent(scores.precision), "recall": _percent(scores.recall)}
    return Result(_percent(scores.f1), len(maps), shares)


def agreement(cases: Cases) -> Result:
    """Share of the answers that are the commonest one to their question, in all its wordings."""
    by_question: defaultdict[str, list[str]] = defaultdict(list)
    for case in cases:
        question, _, _ = case.sample.id.rpartition("/")
        by_question[question].append(_gist(case))
    agreeing = sum(Counter(gists).most_common(1)[0][1] for gists in by_question.values())
    unanimous = [len(set(gists)) == 1 for gists in by_question.values()]
    details = {"questions": len(unanimous), "all_the_same": Accuracy.of(unanimous).percent}
    return Result(Accuracy(agreeing, len(cases)).percent, len(cases), details)


def _gist(case: Case) -> str:
    """What an answer comes to: its yes or no, its number, or else its words."""
    words = normalise(case.prediction.answer)
    if case.sample.group == "count":
        number = count_in(words)
        return words if number is None else str(number)
    first = words.partition(" ")[0]
    return first if first in YES_NO else words


def calibration(*answers: Cases) -> Result:
    """Calibration error of the first half of the exams; the others, of validation, are tuned on."""
    half = len(answers) // 2
    confidences, rights = _confidences(answers[:half])
    tuning = _confidences(answers[half:])
    temperature = fitted_temperature(*tuning)
    details: dict[str, Any] = {"temperature": temperature, "tuned_on": len(tuning[0])}
    if temperature is not None:
        after = calibration_error(tempered(confidences, temperature), rights)
        details["after_temperature"] = _percent(after)
    return Result(_percent(calibration_error(confidences, rights)), len(rights), details)


def _confidences(answers: Iterable[Cases]) -> tuple[list[float], list[bool]]:
    """Probabilities of yes/no answers, and whether these are right; unclear tiles are left out."""
    known = [
        (case.prediction.probability, bool(case.verdict.right))
        for cases in answers
        for case in cases
        if case.prediction.probability is not None and case.sample.group != "unclear"
    ]
    return [confidence for confidence, _ in known], [right for _, right in known]


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share

"""Figures from answers: shares in percent, CIDEr-D × 100."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from unirs.engines.confidence import ConfidenceKind
from unirs_lab.data.number_words import count_in
from unirs_lab.data.visuals import read_mask
from unirs_lab.evaluation.cases import Case
from unirs_lab.evaluation.scores.calibration import (
    calibration_error,
    expected_calibration_error,
    fit_temperature,
    reliability,
    unsure_threshold,
)
from unirs_lab.evaluation.scores.captions import cider_d
from unirs_lab.evaluation.scores.change_maps import score_change_maps
from unirs_lab.evaluation.scores.tokenisation import PLAIN
from unirs_lab.evaluation.scores.vqa import Accuracy, balanced_accuracy, normalise

Cases = Sequence[Case]


@dataclass(frozen=True)
class Result:
    """The value of a figure.

    Attributes:
        value: In the figure's unit; ``None`` where it cannot be computed.
        items: Number of answers that it is computed from.
        details: Further JSON values, such as the share of each group.
    """

    value: float | None
    items: int
    details: dict[str, Any] = field(default_factory=dict)


Compute = Callable[..., Result]
"""From the cases of one or several kinds of questions."""


def caption_score(*groups: str) -> Compute:
    """CIDEr-D × 100 of the captions of some groups; of all cases without groups."""

    def compute(cases: Cases) -> Result:
        counted = _of(cases, groups)
        captions = [case.prediction.answer for case in counted]
        references = [case.sample.answers for case in counted]
        return Result(cider_d(captions, references, PLAIN), len(counted))

    return compute


def share_right(*groups: str) -> Compute:
    """Share of right answers of some groups; of all cases without groups."""

    def compute(cases: Cases) -> Result:
        by_group: defaultdict[str, list[bool]] = defaultdict(list)
        for case in _of(cases, groups):
            by_group[case.sample.group].append(bool(case.right))
        shares = {name: Accuracy.of(rights).percent for name, rights in by_group.items() if name}
        whole = Accuracy.of([right for rights in by_group.values() for right in rights])
        return Result(whole.percent, whole.asked, shares)

    return compute


def balanced(*groups: str) -> Compute:
    """Balanced accuracy over the true answers, of the cases of some groups."""

    def compute(cases: Cases) -> Result:
        counted = _of(cases, groups)
        truths = [case.sample.answers[0] for case in counted]
        rights = [bool(case.right) for case in counted]
        answers = Counter(normalise(case.prediction.answer) for case in counted)
        details = {"truths": dict(Counter(truths)), "answers": dict(answers.most_common(4))}
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
    """Share of the answers that are the most frequent one to their question, in all wordings."""
    by_question: defaultdict[str, list[str]] = defaultdict(list)
    for case in cases:
        question, _, _ = case.sample.id.rpartition("/")
        by_question[question].append(_meaning(case))
    agreeing = sum(Counter(answers).most_common(1)[0][1] for answers in by_question.values())
    unanimous = [len(set(answers)) == 1 for answers in by_question.values()]
    details = {"questions": len(unanimous), "all_the_same": Accuracy.of(unanimous).percent}
    return Result(Accuracy(agreeing, len(cases)).percent, len(cases), details)


def _meaning(case: Case) -> str:
    """An answer's yes or no, its number, or else its words."""
    words = normalise(case.prediction.answer)
    if case.sample.group == "count":
        number = count_in(words)
        return words if number is None else str(number)
    first = words.partition(" ")[0]
    return first if first in {"yes", "no"} else words


def confidence_of(kind: ConfidenceKind) -> Compute:
    """Expected calibration error of the confidence of a kind of answers.

    Of the cases, the first half is measured; the second half, of the validation split, gives the
    confidence below which an answer is not sure.
    """

    def compute(*answers: Cases) -> Result:
        half = len(answers) // 2
        found, rights = confidences(answers[:half])
        threshold = unsure_threshold(*confidences(answers[half:]))
        bins = reliability(found, rights)
        details: dict[str, Any] = {"kind": kind, "unsure_below": threshold}
        details["bins"] = [each._asdict() for each in bins]
        if threshold is not None:
            unsure = [each < threshold for each in found]
            for name, wanted in (("right_if_sure", False), ("right_if_unsure", True)):
                chosen = [
                    right for right, is_so in zip(rights, unsure, strict=True) if is_so is wanted
                ]
                details[name] = Accuracy.of(chosen).percent
            details["unsure"] = Accuracy.of(unsure).percent
        return Result(_percent(calibration_error(bins)), len(rights), details)

    return compute


def confidences(answers: Iterable[Cases]) -> tuple[list[float], list[bool]]:
    """Confidence of each answer that is right or wrong, and whether it is right."""
    found = [
        (case.prediction.confidence, case.right)
        for cases in answers
        for case in cases
        if case.prediction.confidence is not None
        and case.right is not None
        and case.sample.group != "unclear"
    ]
    return [confidence for confidence, _ in found], [right for _, right in found]


def calibration(*answers: Cases) -> Result:
    """Expected calibration error of scored answers.

    Args:
        answers: The first half is measured; the second half, of the validation split, gives the
            temperature in the details.
    """
    half = len(answers) // 2
    measured, tuning = _scored(answers[:half]), _scored(answers[half:])
    temperature = fit_temperature(*tuning)
    details: dict[str, Any] = {"temperature": temperature, "tuned_on": len(tuning[1])}
    if temperature is not None:
        after = expected_calibration_error(*measured, temperature)
        details["after_temperature"] = _percent(after)
    return Result(_percent(expected_calibration_error(*measured)), len(measured[1]), details)


def _scored(answers: Iterable[Cases]) -> tuple[list[list[float]], list[int]]:
    """Log-probabilities and reference of scored answers; unclear tiles have no reference."""
    log_probabilities, references = [], []
    for case in (case for cases in answers for case in cases if case.sample.group != "unclear"):
        chances = dict(case.prediction.options)
        if case.sample.answers[0] in chances:
            log_probabilities.append([math.log(max(p, 1e-12)) for p in chances.values()])
            references.append(list(chances).index(case.sample.answers[0]))
    return log_probabilities, references


def _of(cases: Cases, groups: tuple[str, ...]) -> Cases:
    return [case for case in cases if not groups or case.sample.group in groups]


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share

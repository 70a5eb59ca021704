"""Known images and their true answers: does the model at hand work as it should?

``unirs doctor`` and the worker's ``self_test`` run it. The images come from :mod:`unirs_lab.world`,
which knows the truth of every pixel; the same seeds give the same images everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from unirs.inputs import Crop, InputKind, Question, Task, VisualInput
from unirs_lab.world import EVENTS, pair, scene, seed_for, video

if TYPE_CHECKING:
    from unirs.inference import Pipeline

FIRST_INDEX = 2**30
"""Items of the world's test split from here on are those of the self-test: no scores use them."""

SIZE = 128
"""Side of the images in pixels: every model is shown the same ones."""


@dataclass(frozen=True)
class Case:
    """A known image and what is asked about it.

    Attributes:
        name: Identifier of the case.
        kind: What is shown.
        index: Which item, counted from ``FIRST_INDEX``.
        options: The closed set that the answer is scored from.
        type: The world's type of the question; videos have but one.
    """

    name: str
    kind: InputKind
    index: int
    options: tuple[str, ...]
    type: str = ""


CASES = (
    Case("presence", InputKind.SINGLE, 1, ("yes", "no"), "presence"),
    Case("rural_urban", InputKind.SINGLE, 2, ("rural", "urban"), "rural_urban"),
    Case("change", InputKind.PAIR, 4, ("yes", "no"), "change"),
    Case("event", InputKind.VIDEO, 1, EVENTS),
)
"""Cases that a default model answers rightly on every device and in every precision."""


@dataclass(frozen=True)
class CaseResult:
    """What was asked, what is true, what the model says."""

    name: str
    question: str
    expected: str
    answer: str
    passed: bool


@dataclass(frozen=True)
class SelfTestReport:
    """The result of all cases, or of those that were done before a stop.

    Attributes:
        model: Name of the model.
        device: Where it ran.
        stopped: Whether it was stopped.
        cases: In the order of ``CASES``.
    """

    model: str
    device: str
    stopped: bool
    cases: tuple[CaseResult, ...]

    @property
    def passed(self) -> bool:
        """Whether all cases were done and answered rightly."""
        return not self.stopped and all(case.passed for case in self.cases)

    def to_json(self) -> dict[str, Any]:
        """Plain types for ``--json`` and the worker."""
        facts = asdict(self)
        return {**facts, "cases": list(facts["cases"]), "passed": self.passed}


def run_self_test(
    pipeline: Pipeline,
    *,
    on_case: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> SelfTestReport:
    """Ask a model about known images.

    Args:
        pipeline: The model.
        on_case: Told how many cases are done, of how many.
        stop: Asked at every case and token.
    """
    results: list[CaseResult] = []
    for done, case in enumerate(CASES):
        if on_case:
            on_case(done, len(CASES))
        visual, question, expected = build_case(case)
        answer = pipeline.answer(visual, question, stop=stop)
        if answer.stopped:
            return SelfTestReport(pipeline.name, pipeline.device, True, tuple(results))
        passed = answer.text == expected
        results.append(CaseResult(case.name, question.text, expected, answer.text, passed))
    return SelfTestReport(pipeline.name, pipeline.device, False, tuple(results))


def build_case(case: Case) -> tuple[VisualInput, Question, str]:
    """The image of a case, its question and the true answer."""
    seed = seed_for("test", FIRST_INDEX + case.index)
    if case.kind is InputKind.VIDEO:
        clip = video(seed, SIZE)
        visual = VisualInput.video([Crop(frame) for frame in clip.frames])
        return visual, Question(Task.CLASSIFY, options=case.options), clip.event
    if case.kind is InputKind.PAIR:
        two = pair(seed, SIZE)
        visual, questions = VisualInput.pair(Crop(two.before), Crop(two.after)), two.questions
    else:
        one = scene(seed, SIZE)
        visual, questions = VisualInput.single(Crop(one.image)), one.questions
    asked = next(question for question in questions if question.type == case.type)
    return visual, Question(Task.ASK, asked.question, case.options), asked.answer

"""Sample images with known answers: does the model answer as it should on this machine?

``unirs doctor`` and the worker's ``self_test`` run it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unirs.imagery import CropOptions
from unirs.inputs import Task
from unirs.request import TaskRequest
from unirs.samples import AFTER, BEFORE, BLOCKS, CITY, FLIGHT, HILLS, RESERVOIR
from unirs.tasks import read_visual

if TYPE_CHECKING:
    from unirs.engines.engine import Engine

YES_NO = ("yes", "no")


@dataclass(frozen=True)
class Case:
    """A question about a sample image with a closed set of answers.

    Attributes:
        name: Identifier of the case.
        request: What is read and asked.
        expected: The true answer, as a person sees it in the image.
    """

    name: str
    request: TaskRequest
    expected: str


def _ask(
    text: str, *paths: Path, options: tuple[str, ...] = YES_NO, crop: CropOptions | None = None
) -> TaskRequest:
    return TaskRequest(Task.ASK, paths, text, options, crop=crop or CropOptions())


CASES = (
    Case(
        "water",
        _ask("Is there water in the image?", CITY.path, crop=CropOptions(RESERVOIR)),
        "yes",
    ),
    Case("buildings", _ask("Are there buildings?", CITY.path, crop=CropOptions(BLOCKS)), "yes"),
    Case("absence", _ask("Are there airplanes?", HILLS.path), "no"),
    Case(
        "rural_urban",
        _ask("Is it a rural or an urban area?", HILLS.path, options=("rural", "urban")),
        "rural",
    ),
    Case("pair", _ask("Has anything changed?", BEFORE.path, AFTER.path), "yes"),
    Case("video", _ask("Is there water in the video?", FLIGHT.path), "yes"),
)
"""True in the images, and answered rightly by the default model on every device and in every
precision with a probability far from one half."""


@dataclass(frozen=True)
class CaseResult:
    """The question, the true answer and the model's answer."""

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
        """Whether all cases were done and answered correctly."""
        return not self.stopped and all(case.passed for case in self.cases)

    def to_json(self) -> dict[str, Any]:
        """Plain types for ``--json`` and the worker."""
        facts = asdict(self)
        return {**facts, "cases": list(facts["cases"]), "passed": self.passed}


def run_self_test(
    engine: Engine,
    *,
    on_case: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> SelfTestReport:
    """Ask a model about the sample images.

    Args:
        engine: Answers with the model.
        on_case: Called before each case with the number of cases done and of all cases.
        stop: Checked at every case and token.
    """
    results: list[CaseResult] = []
    for done, case in enumerate(CASES):
        if on_case:
            on_case(done, len(CASES))
        visual = read_visual(case.request, engine.image_size, engine.frame_count)
        answer = engine.answer(visual, case.request.question, stop=stop)
        if answer.stopped:
            return SelfTestReport(engine.name, engine.device, True, tuple(results))
        passed = answer.text == case.expected
        results.append(CaseResult(case.name, case.request.text, case.expected, answer.text, passed))
    return SelfTestReport(engine.name, engine.device, False, tuple(results))

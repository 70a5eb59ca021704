"""Asks a model about pictures whose truth is known, and keeps the verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from unirs import prompts
from unirs.answers import Answer
from unirs.inference import Pipeline
from unirs.inference.verdict import has_changed
from unirs.inputs import Question, Task, VisualInput
from unirs_lab.evaluation.scores.captions import cider_d
from unirs_lab.evaluation.scores.tokenisation import PLAIN
from unirs_lab.evaluation.scores.vqa import Accuracy, is_right, normalise

ANSWER_TOKENS, CAPTION_TOKENS = 12, 64

WATER_WORDS = {
    "grown": ("grown", "larger", "more water", "replaced by water"),
    "shrunk": ("shrunk", "smaller", "less water", "water is replaced"),
}
"""What a caption of changed water says, by direction."""


@dataclass
class Examiner:
    """Asks a model and keeps the verdicts.

    Attributes:
        pipeline: The model.
        clue: Whether clues are used.
        views: Augmented views over which the verdict on a change is averaged.
        verdicts: Right or wrong, by key.
        captions: What was said and what would have been right, by key.
    """

    pipeline: Pipeline
    clue: bool = True
    views: int = 1
    verdicts: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    captions: dict[str, list[tuple[str, Sequence[str]]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def ask(self, key: str, visual: VisualInput, question: str, expected: str) -> None:
        """Put a question for a short answer."""
        text = prompts.short_answer(question)
        asked = Question(Task.ASK, text, clue=self.clue, max_new_tokens=ANSWER_TOKENS)
        answer = self.pipeline.answer(visual, asked)
        self.verdicts[key].append(is_right(answer.text, expected))

    def caption(
        self, key: str, visual: VisualInput, task: Task, references: Sequence[str]
    ) -> Answer:
        """Let an image or a pair be described."""
        asked = Question(task, clue=self.clue, max_new_tokens=CAPTION_TOKENS, views=self.views)
        answer = self.pipeline.answer(visual, asked)
        self.captions[key].append((answer.text, references))
        return answer

    def judge_change(self, visual: VisualInput, changed: bool, references: Sequence[str]) -> Answer:
        """Let a change be described, and see whether the model finds that there is one."""
        answer = self.caption("change_cider_d", visual, Task.CHANGE, references)
        found = has_changed(answer.text, answer.changed)
        self.verdicts["change_no_change"].append(found is changed)
        return answer

    def judge_water(self, visual: VisualInput, way: str, references: Sequence[str]) -> None:
        """Let a change of water be described, and read from it which way it went."""
        answer = self.judge_change(visual, way != "unchanged", references)
        found = water_direction(answer.text, answer.changed)
        self.verdicts["water_direction"].append(found == way)

    def classify(self, key: str, visual: VisualInput, classes: Sequence[str], event: str) -> None:
        """Let a video be assigned to one of the classes."""
        asked = Question(Task.CLASSIFY, options=tuple(classes), clue=self.clue)
        answer = self.pipeline.answer(visual, asked)
        self.verdicts[key].append(answer.text == event)

    def share(self, key: str) -> float | None:
        """Share of right answers."""
        return Accuracy.of(self.verdicts[key]).share

    def cider_d(self, key: str) -> float | None:
        """CIDEr-D of the captions, × 100."""
        said = [caption for caption, _ in self.captions[key]]
        return cider_d(said, [references for _, references in self.captions[key]], PLAIN)

    def questions(self) -> dict[str, int]:
        """How many answers were given, by key."""
        judged = {key: len(verdicts) for key, verdicts in self.verdicts.items()}
        return judged | {key: len(said) for key, said in self.captions.items()}


def water_direction(caption: str, changed: bool | None = None) -> str:
    """``"grown"``, ``"shrunk"`` or ``"unchanged"``, as a change caption says; else ``""``.

    Args:
        caption: The caption.
        changed: ``Answer.changed`` of the model that wrote it.
    """
    if not has_changed(caption, changed):
        return "unchanged"
    words = f" {normalise(caption)} "
    said = [way for way, signs in WATER_WORDS.items() if any(f" {s} " in words for s in signs)]
    return said[0] if len(said) == 1 else ""

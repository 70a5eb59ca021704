"""Every prompt string, tag and template. A model folder stores the version it was trained with.

The four parts of a UniRS prompt (visual markers, task tag, instruction, clue) and their order are
from the paper, section III-C; the frame around them is VILA-1.5's ``vicuna_v1`` conversation. The
white space between the parts is this project's choice, hence the version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unirs.inputs import InputKind

TEMPLATE_VERSION = "unirs-1"

SYSTEM = (
    "A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions."
)

TASK_TAGS = {
    InputKind.SINGLE: "Single image understanding:",
    InputKind.PAIR: "Remote sensing change captioning:",
    InputKind.VIDEO: "Video scene classification:",
}

CLUE_INSTRUCTIONS = {
    InputKind.SINGLE: "Describe this remote sensing image in detail.",
    InputKind.PAIR: "Please identify whether there are obvious remote sensing image changes.",
    InputKind.VIDEO: "Please classify the scene in this video captured by the UAV.",
}

ERA_CLASSES = (
    "post-earthquake",
    "flood",
    "fire",
    "landslide",
    "mudslide",
    "traffic collision",
    "traffic congestion",
    "harvesting",
    "ploughing",
    "constructing",
    "police chase",
    "conflict",
    "baseball",
    "basketball",
    "boating",
    "cycling",
    "running",
    "soccer",
    "swimming",
    "car racing",
    "party",
    "concert",
    "parade/protest",
    "religious activity",
    "non-event",
)
"""The event classes of the ERA data set, the default of video scene classification."""

CAPTION_INSTRUCTION = "Describe this remote sensing image."
CHANGE_INSTRUCTION = CLUE_INSTRUCTIONS[InputKind.PAIR]
"""The paper asks UniRS of two dates what it asks the base for their clue (Tables I and II)."""
SHORT_ANSWER_SUFFIX = "Answer the question using a single word or phrase."


@dataclass(frozen=True)
class Prompt:
    """A prompt whose image markers are structure and not text.

    User text that happens to contain ``<image>`` therefore stays text.

    Attributes:
        chunks: The texts around the markers: one more than there are markers.
    """

    chunks: tuple[str, ...]

    @property
    def marker_count(self) -> int:
        """Number of visual markers."""
        return len(self.chunks) - 1

    @classmethod
    def from_text(cls, text: str, markers: int) -> Prompt:
        """One user turn: a line with a marker for each image, then the text."""
        first = f"{SYSTEM} USER: "
        return cls((first, *["\n"] * (markers - 1), f"\n{text} ASSISTANT:"))


def classify_instruction(classes: Sequence[str]) -> str:
    """The instruction for video scene classification (paper, Table I)."""
    return (
        f"Classify the given video in one of the following classes. Classes: {', '.join(classes)}."
    )


def short_answer(question: str) -> str:
    """A question with GeoChat's request for a short answer (RSVQA protocol)."""
    return f"{question} {SHORT_ANSWER_SUFFIX}"


def base_prompt(instruction: str, markers: int) -> Prompt:
    """What the base model reads: markers and instruction, with no tag and no clue."""
    return Prompt.from_text(instruction, markers)


def clue_prompt(kind: InputKind, markers: int) -> Prompt:
    """What the frozen base is asked first (paper, Table II)."""
    return base_prompt(CLUE_INSTRUCTIONS[kind], markers)


def unirs_prompt(kind: InputKind, instruction: str, clue: str | None, markers: int) -> Prompt:
    """Markers, task tag, instruction and clue, in the paper's order."""
    told = with_clue(instruction, clue) if clue else instruction
    return Prompt.from_text(f"{TASK_TAGS[kind]}\n{told}", markers)


def with_clue(instruction: str, clue: str) -> str:
    """An instruction with a clue on the line below it."""
    return f"{instruction}\nClue: {clue}"

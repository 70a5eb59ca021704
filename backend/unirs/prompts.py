"""Every prompt string, tag and template. A model folder stores the version it was trained with.

The four parts of a UniRS prompt (visual markers, task tag, instruction, clue) and their order are
from the paper, section III-C; the white space between them is this project's choice, hence the
version. The conversation around them is that of the language model: a model folder names it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

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


class Mark(Enum):
    """What stands in a prompt as structure and not as text; no text can contain it."""

    IMAGE = auto()  # the visual tokens of an image, or of a pair
    BEGIN = auto()  # the tokenizer's beginning-of-sequence token
    END = auto()  # its end-of-sequence token


Piece = str | Mark


@dataclass(frozen=True)
class Prompt:
    """One user turn: a line with a marker for each image, then the text.

    User text that happens to contain ``<image>`` or a special token stays text.

    Attributes:
        text: What is asked.
        markers: Number of visual markers.
    """

    text: str
    markers: int

    def pieces(self, conversation: str) -> list[Piece]:
        """The prompt up to the answer, in a conversation of ``CONVERSATIONS``."""
        images: list[Piece] = [Mark.IMAGE, "\n"] * self.markers
        return CONVERSATIONS[conversation](images[:-1], f"\n{self.text}")


def _vicuna(images: list[Piece], text: str) -> list[Piece]:
    return [Mark.BEGIN, f"{SYSTEM} USER: ", *images, f"{text} ASSISTANT:"]


def _smollm2(images: list[Piece], text: str) -> list[Piece]:
    user = [Mark.BEGIN, "user\n", *images, text, Mark.END, "\n"]
    return [*user, Mark.BEGIN, "assistant\n"]


CONVERSATIONS: dict[str, Callable[[list[Piece], str], list[Piece]]] = {
    "vicuna_v1": _vicuna,
    "smollm2": _smollm2,
}
"""How a turn is put to a language model: VILA-1.5's way, and SmolLM2's, whose tokens for begin and
end are ``<|im_start|>`` and ``<|im_end|>``. An answer follows, and ``Mark.END``."""


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
    return Prompt(instruction, markers)


def clue_prompt(kind: InputKind, markers: int) -> Prompt:
    """What the frozen base is asked first (paper, Table II)."""
    return base_prompt(CLUE_INSTRUCTIONS[kind], markers)


def unirs_prompt(kind: InputKind, instruction: str, clue: str | None, markers: int) -> Prompt:
    """Markers, task tag, instruction and clue, in the paper's order."""
    told = with_clue(instruction, clue) if clue else instruction
    return Prompt(f"{TASK_TAGS[kind]}\n{told}", markers)


def with_clue(instruction: str, clue: str) -> str:
    """An instruction with a clue on the line below it."""
    return f"{instruction}\nClue: {clue}"

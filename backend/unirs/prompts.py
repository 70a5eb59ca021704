"""Every prompt, instruction, tag, template and list of classes.

A model folder stores the version of the template that it was trained with.

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

SCENE_CLASSES = (
    "airport",
    "bare land",
    "baseball field",
    "beach",
    "bridge",
    "center",
    "church",
    "commercial area",
    "dense residential area",
    "desert",
    "farmland",
    "forest",
    "industrial area",
    "meadow",
    "medium residential area",
    "mountain",
    "park",
    "parking lot",
    "playground",
    "pond",
    "port",
    "railway station",
    "resort",
    "river",
    "school",
    "sparse residential area",
    "square",
    "stadium",
    "storage tanks",
    "viaduct",
)
"""The scene classes of the RSICD data set."""

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
"""The event classes of the ERA data set (paper, section IV)."""

DEFAULT_CLASSES = {InputKind.SINGLE: SCENE_CLASSES, InputKind.VIDEO: ERA_CLASSES}
"""The classes of a classification where the user names none."""

CAPTION_INSTRUCTION = "Describe this remote sensing image."
CHANGE_INSTRUCTION = CLUE_INSTRUCTIONS[InputKind.PAIR]
"""For two dates, the paper's instruction is that of the clue (Tables I and II)."""
SHORT_ANSWER_SUFFIX = "Answer the question using a single word or phrase."

CHAT_OPTIONS = "Answer with exactly one of the following, and nothing else:"
CHAT_CHANGE = (
    "Describe what has changed from the first image to the second in one or two sentences. "
    "If nothing has changed, answer that nothing has changed."
)
CHAT_CLASSIFY = {
    InputKind.SINGLE: "Which class describes this remote sensing image?",
    InputKind.PAIR: "Which class describes the second remote sensing image?",
    InputKind.VIDEO: "Which class describes what is seen in these frames?",
}
CHAT_CLUES = {
    InputKind.SINGLE: "Describe this remote sensing image in detail.",
    InputKind.PAIR: "Describe both remote sensing images, and every difference between them.",
    InputKind.VIDEO: "Describe what these frames show, and what changes from one to the next.",
}
"""Instructions for models that were not trained with those above: they describe what is wanted."""


class Mark(Enum):
    """A part of a prompt that is structure and not text; no text can contain it."""

    IMAGE = auto()  # the visual tokens of an image, or of a pair
    BEGIN = auto()  # the tokenizer's beginning-of-sequence token
    END = auto()  # its end-of-sequence token


Piece = str | Mark


@dataclass(frozen=True)
class Prompt:
    """One user turn: a line with a marker for each image, then the text.

    User text that happens to contain ``<image>`` or a special token stays text.

    Attributes:
        text: Tag, instruction and clue.
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
"""The turn of a user in the form of each language model: VILA-1.5, and SmolLM2, whose tokens for
begin and end are ``<|im_start|>`` and ``<|im_end|>``. An answer follows, and ``Mark.END``."""


def classify_instruction(classes: Sequence[str], kind: InputKind = InputKind.VIDEO) -> str:
    """The instruction for scene classification, of a video as in the paper (Table I)."""
    noun = "image" if kind is InputKind.SINGLE else "video"
    return (
        f"Classify the given {noun} in one of the following classes. Classes: {', '.join(classes)}."
    )


def short_answer(question: str) -> str:
    """A question with GeoChat's request for a short answer (RSVQA protocol)."""
    return f"{question} {SHORT_ANSWER_SUFFIX}"


def base_prompt(instruction: str, markers: int) -> Prompt:
    """The prompt of a base model: markers and instruction, without tag and clue."""
    return Prompt(instruction, markers)


def clue_prompt(kind: InputKind, markers: int) -> Prompt:
    """The prompt of the frozen base for a clue (paper, Table II)."""
    return base_prompt(CLUE_INSTRUCTIONS[kind], markers)


def unirs_prompt(kind: InputKind, instruction: str, clue: str | None, markers: int) -> Prompt:
    """Markers, task tag, instruction and clue, in the paper's order."""
    text = with_clue(instruction, clue) if clue else instruction
    return Prompt(f"{TASK_TAGS[kind]}\n{text}", markers)


def with_clue(instruction: str, clue: str) -> str:
    """An instruction with a clue on the line below it."""
    return f"{instruction}\nClue: {clue}"

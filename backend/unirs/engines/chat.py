"""Questions as messages of a chat, for the engines whose models are spoken to in one.

Text and images in order, and nothing of any model's template: an engine gives the messages its own
form. A pair is two images named with their dates, a video or series numbered frames with theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from unirs import prompts
from unirs.answers import acquisition_dates
from unirs.inputs import Crop, InputKind, Question, Task, Turn, VisualInput

Part = str | Crop
"""A part of a message: text, or an image."""

CHANGE_QUESTION = Question(
    Task.ASK, "Has anything changed between the two images?", options=("yes", "no")
)
"""What decides whether anything has changed, by the scores of its options."""

CLUE_MAX_NEW_TOKENS = 96

FRAME_COUNT = 8
"""Frames of a video; these models read any number, and each takes some hundred tokens."""


@dataclass(frozen=True)
class Message:
    """One message of a chat.

    Attributes:
        role: Who writes it.
        content: Text and images in order.
    """

    role: Literal["user", "assistant"]
    content: tuple[Part, ...]


def chat_messages(
    visual: VisualInput,
    question: Question,
    *,
    clue: str | None = None,
    turns: Sequence[Turn] = (),
) -> list[Message]:
    """A question as a chat that ends with it.

    Args:
        visual: What is asked about. Its images are in the first message, before its text, so that
            all questions about it begin with the same messages up to there.
        question: What is asked.
        clue: A description of the images, which goes below the question.
        turns: Earlier turns, oldest first; text alone.
    """
    instruction = chat_instruction(question, visual.kind)
    asked = [turn.question.strip() for turn in turns]
    asked.append(prompts.with_clue(instruction, clue) if clue else instruction)
    messages = [Message("user", (*_named_images(visual), asked[0]))]
    for turn, following in zip(turns, asked[1:], strict=True):
        messages += [Message("assistant", (turn.answer.strip(),)), Message("user", (following,))]
    return messages


def clue_question(kind: InputKind) -> Question:
    """The question whose answer is the clue."""
    text = prompts.CHAT_CLUES[kind]
    return Question(Task.ASK, text, clue=False, max_new_tokens=CLUE_MAX_NEW_TOKENS)


def chat_instruction(question: Question, kind: InputKind) -> str:
    """What the user writes: the question, or the task's own words; then the options, if any."""
    text = question.text.strip() or _own_words(question.task, kind)
    if not question.options:
        return text
    return "\n".join([text, prompts.CHAT_OPTIONS, *question.options])


def fitted(turns: Sequence[Turn], fits: Callable[[Sequence[Turn]], bool]) -> tuple[Turn, ...]:
    """Earlier turns without the oldest ones, as many as fit; maybe none.

    Args:
        turns: Oldest first.
        fits: Whether there is room for some turns.
    """
    kept = tuple(turns)
    while kept and not fits(kept):
        kept = kept[1:]
    return kept


def _own_words(task: Task, kind: InputKind) -> str:
    if task is Task.CHANGE:
        return prompts.CHAT_CHANGE
    if task is Task.CLASSIFY:
        return prompts.CHAT_CLASSIFY[kind]
    return prompts.CAPTION_INSTRUCTION


def _named_images(visual: VisualInput) -> list[Part]:
    """The images, each behind its name and date where there is more than one."""
    if visual.kind is InputKind.SINGLE:
        return list(visual.crops)
    if visual.kind is InputKind.PAIR:
        names = ["First image", "Second image"]
    else:
        names = [f"Frame {number}" for number in range(1, len(visual.crops) + 1)]
    parts: list[Part] = []
    for name, date, crop in zip(names, acquisition_dates(visual), visual.crops, strict=True):
        parts += [f"{name} ({date}):" if date else f"{name}:", crop]
    return parts

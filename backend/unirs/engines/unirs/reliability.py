"""Kinds of questions, by which a model card states what can be relied on."""

from __future__ import annotations

from typing import Literal

from unirs.inputs import InputKind, Task

AnswerKind = Literal["caption", "yes_no", "choice", "change", "video", "open"]
"""``reliable`` of a card's metadata lists some of them. ``choice`` is any closed set but yes/no."""

YES_NO = {"yes", "no"}


def answer_kind(inputs: InputKind, task: Task, options: tuple[str, ...], answer: str) -> AnswerKind:
    """The kind of a question that was answered.

    A question in free words is a yes/no question if it was answered as one: its own words are not
    interpreted.

    Args:
        inputs: What was asked about.
        task: Of the question.
        options: Its closed set of answers; empty where the answer was generated.
        answer: What was answered.
    """
    if inputs is InputKind.VIDEO:
        return "video"
    if inputs is InputKind.PAIR:
        return "change"
    if task is Task.CAPTION:
        return "caption"
    if set(options) == YES_NO or answer.strip(" .").lower() in YES_NO:
        return "yes_no"
    return "choice" if options else "open"


def is_demonstration(tagged: bool, reliable: tuple[str, ...], kind: AnswerKind) -> bool:
    """Whether an answer of this kind is not to be relied on.

    Args:
        tagged: Whether the model's card has the tag ``demonstration``.
        reliable: Kinds that the card excepts.
        kind: Of the question.
    """
    return tagged and kind not in reliable

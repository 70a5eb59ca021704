"""From a question to a prompt: instruction, clue, and how the images are read."""

from __future__ import annotations

from unirs import prompts
from unirs.inputs import InputKind, Question, Task, VisualInput
from unirs.model import UniRSConfig


def is_base(config: UniRSConfig) -> bool:
    """Whether the model is a base alone, which answers zero-shot."""
    return bool(config.kind == "base")


def writes_clue(config: UniRSConfig) -> bool:
    """Whether there is a frozen base that writes a clue for the answer."""
    return not is_base(config) and config.clue_source != "none"


def fuses(config: UniRSConfig, visual: VisualInput) -> bool:
    """Whether the change extraction module makes one set of visual tokens of the images."""
    return visual.kind is InputKind.PAIR and bool(config.change_module)


def answer_prompt(
    config: UniRSConfig, visual: VisualInput, instruction: str, clue: str | None
) -> prompts.Prompt:
    """The prompt of the answer; a base model gets no tag and no clue."""
    markers = 1 if fuses(config, visual) else len(visual.crops)
    if is_base(config):
        return prompts.base_prompt(instruction, markers)
    return prompts.unirs_prompt(visual.kind, instruction, clue, markers)


def instruction_for(question: Question, kind: InputKind) -> str:
    """The instruction of a question about a kind of input.

    A question is used as the user wrote it; with options it asks for a short answer, as in
    training. The other tasks have an instruction of their own, unless the user gives another one.
    That of a classification lists its classes, which are the options.
    """
    text = question.text.strip()
    if question.task is Task.ASK:
        return prompts.short_answer(text) if question.options else text
    if question.task is Task.CLASSIFY:
        return text or prompts.classify_instruction(question.options, kind)
    if question.task is Task.CHANGE:
        return text or prompts.CHANGE_INSTRUCTION
    return text or prompts.CAPTION_INSTRUCTION

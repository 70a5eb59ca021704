"""What a question becomes for a model: instruction, prompt, and how its images are read."""

from __future__ import annotations

from unirs import prompts
from unirs.errors import UniRSError
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


def instruction_for(question: Question) -> str:
    """The instruction that a question puts into the prompt.

    A question goes in as the user wrote it; with options it asks for a short answer, as in
    training. Captions and change captions have an instruction of their own, unless the user gives
    another. A classification lists its classes, which are the options.

    Raises:
        UniRSError: ``question_empty``, ``options_invalid`` or ``text_invalid``.
    """
    _check_texts(question)
    text = question.text.strip()
    if question.task is Task.ASK:
        if not text:
            raise UniRSError("question_empty", "The question is empty; say what you want to know.")
        return prompts.short_answer(text) if question.options else text
    if question.task is Task.CLASSIFY:
        return prompts.classify_instruction(question.options)
    if question.task is Task.CHANGE:
        return text or prompts.CHANGE_INSTRUCTION
    return text or prompts.CAPTION_INSTRUCTION


def _check_texts(question: Question) -> None:
    options = question.options
    if any(not option.strip() for option in options) or len(set(options)) < len(options):
        raise UniRSError("options_invalid", "The options must be different and none may be empty.")
    if question.task is Task.CLASSIFY and not options:
        raise UniRSError("options_invalid", "A classification needs the classes to choose from.")
    try:
        "".join([question.text, *options]).encode()
    except UnicodeEncodeError:
        raise UniRSError(
            "text_invalid", "The question or an option holds characters that are not valid Unicode."
        ) from None

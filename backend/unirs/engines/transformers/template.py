"""Chat templates, which come with a model and are programs: checked, and run within bounds.

``transformers`` runs them in Jinja's sandbox, which keeps them from files and attributes but not
from looping or from filling the memory.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, TypeVar

import jinja2
import psutil

from unirs.errors import UniRSError, short_reason
from unirs.model.limits import MIB

RENDER_SECONDS = 5.0
"""Longest time that a template may take; those of published models take some milliseconds."""

_RENDER_BYTES = 512 * MIB
_PROMPT_CHARACTERS = 4_000_000
_LARGEST_NUMBER_DIGITS = 6
_CHECK_SECONDS = 0.005

Result = TypeVar("Result")
Chat = Sequence[dict[str, Any]]
"""Messages as ``transformers`` takes them: role, and content as a list of parts with a type."""


class _TooMuch(Exception):  # noqa: N818 - ends the rendering
    """A template that takes too long, or too much memory."""


class ChatTemplate:
    """The chat template of a model.

    Args:
        source: In Jinja; see ``check_template``.
        tokenizer: Of the model; its special tokens are variables of the template.
        name: Of the model, for messages.
    """

    def __init__(self, source: str, tokenizer: Any, name: str) -> None:
        self._source, self._tokenizer, self._name = source, tokenizer, name
        self._variables = {"enable_thinking": False} if "enable_thinking" in source else {}

    def render(self, chat: Chat) -> str:
        """The text of a chat, up to where the model answers.

        Raises:
            UniRSError: ``template_invalid``.
        """
        return self._render(chat, add_generation_prompt=True)

    def render_whole(self, chat: Chat) -> str:
        """The text of a chat that ends with an answer.

        Raises:
            UniRSError: ``template_invalid``.
        """
        return self._render(chat, add_generation_prompt=False)

    def _render(self, chat: Chat, *, add_generation_prompt: bool) -> str:
        def work() -> str:
            return str(
                self._tokenizer.apply_chat_template(
                    list(chat),
                    chat_template=self._source,
                    add_generation_prompt=add_generation_prompt,
                    tokenize=False,
                    **self._variables,
                )
            )

        try:
            text = _bounded(work)
        except _TooMuch as error:
            raise self._invalid(str(error)) from None
        except (jinja2.TemplateError, ValueError, TypeError, LookupError, AttributeError) as error:
            raise self._invalid(short_reason(error)) from error
        except (MemoryError, RecursionError, OverflowError) as error:
            raise self._invalid("it takes too much memory") from error
        if len(text) > _PROMPT_CHARACTERS:
            raise self._invalid("its text is too long")
        return text

    def _invalid(self, reason: str) -> UniRSError:
        return _invalid(self._name, reason)


def check_template(source: str, name: str) -> None:
    """Refuse a template that could not be run within bounds.

    Raises:
        UniRSError: ``template_invalid``.
    """
    try:
        tokens = list(jinja2.Environment().lex(source))  # noqa: S701 - nothing is rendered here
    except jinja2.TemplateError as error:
        raise _invalid(name, short_reason(error)) from error
    for _, kind, text in tokens:  # a power of constants would hang before the first line runs
        if text == "**" or (kind == "integer" and len(text) > _LARGEST_NUMBER_DIGITS):
            raise _invalid(name, f"it computes with {text}, as no chat has to")


def _invalid(name: str, reason: str) -> UniRSError:
    return UniRSError(
        "template_invalid",
        f"The chat template of the model {name} is not usable: {reason}; "
        "get the model's own template, or choose another model.",
    )


def _bounded(work: Callable[[], Result]) -> Result:
    """Run a template: Python code, of which each line is an occasion to end it.

    Raises:
        _TooMuch: It takes too long, or too much memory.
    """
    process = psutil.Process()
    started, limit = time.monotonic(), process.memory_info().rss + _RENDER_BYTES
    checked = started

    def trace(_frame: FrameType, _event: str, _value: Any) -> Any:
        nonlocal checked
        now = time.monotonic()
        if now - started > RENDER_SECONDS:
            raise _TooMuch("it does not end")
        if now - checked > _CHECK_SECONDS:
            checked = now
            if process.memory_info().rss > limit:
                raise _TooMuch("it takes too much memory")
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        return work()
    finally:
        sys.settrace(before)

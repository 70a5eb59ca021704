"""What a user can cause, said in one sentence, with a code that programs can rely on."""

from __future__ import annotations

from typing import Any

SENTENCE_CHARACTERS = 2000
"""Longest sentence about a failure, whatever the file or the library said that it quotes."""


def shorten(text: str, most: int = SENTENCE_CHARACTERS) -> str:
    """Text of at most so many characters: what is too long is cut in its middle.

    What is wrong stands at the beginning of a sentence, and what to do at its end.
    """
    if len(text) <= most:
        return text
    half = (most - 3) // 2
    return f"{text[:half]} … {text[-half:]}"


def short_reason(error: BaseException) -> str:
    """What a library's exception says, in one line without its full stop; its class if nothing."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return " ".join(lines[:2]).rstrip(".")


class UniRSError(Exception):
    """A failure that a user can understand and act on.

    The message is one sentence: what is wrong, with which file or layer, and what to do.
    The command line prints it and exits with 2; the worker sends it as an error object.

    Attributes:
        code: Stable, lower-case identifier such as ``"raster_missing"``. Never reworded.
        details: Further facts for programs (JSON values only).
    """

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(shorten(message))
        self.code = code
        self.details = details

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel whole between processes."""
        return _rebuild, (self.code, self.message, self.details)

    @property
    def message(self) -> str:
        """The sentence for the user."""
        return str(self.args[0])


def _rebuild(code: str, message: str, details: dict[str, Any]) -> UniRSError:
    return UniRSError(code, message, **details)

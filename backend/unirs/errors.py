"""Failures that a user can cause: one sentence for people, and a stable code for programs."""

from __future__ import annotations

from typing import Any

SENTENCE_CHARACTERS = 2000
"""Longest sentence about a failure, however long the quoted file name or library message is."""


def shorten(text: str, most: int = SENTENCE_CHARACTERS) -> str:
    """Limit the length of a text by cutting its middle.

    A sentence begins with what is wrong and ends with what to do.
    """
    if len(text) <= most:
        return text
    half = (most - 3) // 2
    return f"{text[:half]} … {text[-half:]}"


def short_reason(error: BaseException) -> str:
    """Message of a library's exception, on one line without its full stop; else its class."""
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
        """Keep code and details when pickled between processes."""
        return _rebuild, (self.code, self.message, self.details)

    @property
    def message(self) -> str:
        """The sentence for the user."""
        return str(self.args[0])


def _rebuild(code: str, message: str, details: dict[str, Any]) -> UniRSError:
    return UniRSError(code, message, **details)

"""Failures that the user can act on. Nothing here imports QGIS."""

from __future__ import annotations


class UserError(Exception):
    """A failure that the user can act on.

    Attributes:
        code: Stable, lower-case identifier such as ``"network"``.
        message: One or two sentences: what is wrong, and what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

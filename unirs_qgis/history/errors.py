"""Errors of the history; the message is one sentence for the user."""

from __future__ import annotations


class HistoryError(Exception):
    """The history could not be read or written."""


class DamagedHistoryError(HistoryError):
    """The file is damaged, or holds something else than a history."""

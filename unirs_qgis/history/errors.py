"""What can go wrong with a history, as one sentence for the user."""

from __future__ import annotations


class HistoryError(Exception):
    """The history could not be read or written; the message is one sentence for the user."""


class DamagedHistoryError(HistoryError):
    """The file is no GeoPackage with answers in it, or is damaged: waiting will not mend it."""

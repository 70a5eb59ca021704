"""Sizes and times as text."""

from __future__ import annotations

from qtpy.QtCore import QCoreApplication, QLocale

_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def size_text(size: float) -> str:
    """A number of bytes, such as ``6.1 GB``, in the user's language."""
    for unit, name in _UNITS:
        if size >= unit:
            digits = 1 if size < 10 * unit or name == "GB" else 0
            return f"{QLocale().toString(size / unit, 'f', digits)} {name}"
    return f"{int(size)} B"


def time_text(seconds: float) -> str:
    """A time that is left, in whole minutes or seconds."""
    if seconds >= 90:
        text = QCoreApplication.translate("Options", "{count} min left")
        return text.format(count=round(seconds / 60))
    return QCoreApplication.translate("Options", "{count} s left").format(count=round(seconds))

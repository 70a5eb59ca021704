"""Sentences of the worker about images, in the user's language."""

from __future__ import annotations

from collections.abc import Iterable

from qtpy.QtCore import QCoreApplication

from unirs_qgis.shared.sentences import taken_apart


def translated(sentence: str) -> str:
    """A sentence in the user's language; one without a template stays in English."""
    found = taken_apart(sentence)
    if found is None:
        return sentence
    template, values = found
    return QCoreApplication.translate("Sentences", template).format(**values)


def translated_together(sentences: Iterable[str]) -> str:
    """Several sentences in one line."""
    return " ".join(map(translated, sentences))

"""Suggested questions for each kind of input."""

from __future__ import annotations

from dataclasses import dataclass

from qtpy.QtCore import QCoreApplication

translate = QCoreApplication.translate


@dataclass(frozen=True)
class Suggestion:
    """A suggested question.

    Attributes:
        label: Short label in the user's language.
        question: Question in English, the language that the models were trained on.
        options: Closed set of answers that fits; empty for a free answer.
    """

    label: str
    question: str
    options: str = ""


def suggestions(kind: str) -> tuple[Suggestion, ...]:
    """The suggestions for a kind of input.

    Args:
        kind: "single", "pair" or "video".
    """
    return {"single": _single, "pair": _pair, "video": _video}[kind]()


def _single() -> tuple[Suggestion, ...]:
    return (
        Suggestion(
            translate("Suggestions", "Water?"), "Is there a water area in the image?", "yes, no"
        ),
        Suggestion(
            translate("Suggestions", "Buildings?"), "How many buildings are there in the image?"
        ),
        Suggestion(
            translate("Suggestions", "Rural or urban?"),
            "Is this a rural or an urban area?",
            "rural, urban",
        ),
        Suggestion(
            translate("Suggestions", "Roads?"), "Are there any roads in the image?", "yes, no"
        ),
    )


def _pair() -> tuple[Suggestion, ...]:
    return (
        Suggestion(translate("Suggestions", "Any change?"), "Has anything changed?", "yes, no"),
        Suggestion(
            translate("Suggestions", "New buildings?"), "Have new buildings been built?", "yes, no"
        ),
        Suggestion(translate("Suggestions", "Trees lost?"), "Have trees been removed?", "yes, no"),
        Suggestion(translate("Suggestions", "Lake smaller?"), "Has the lake shrunk?", "yes, no"),
    )


def _video() -> tuple[Suggestion, ...]:
    return (
        Suggestion(translate("Suggestions", "What happens?"), "What is happening in this video?"),
        Suggestion(translate("Suggestions", "Flood?"), "Does the video show a flood?", "yes, no"),
        Suggestion(translate("Suggestions", "Fire?"), "Does the video show a fire?", "yes, no"),
        Suggestion(
            translate("Suggestions", "Building work?"), "Is something being constructed?", "yes, no"
        ),
    )

"""The stages of the worker, as the user reads of them."""

from __future__ import annotations

from qtpy.QtCore import QCoreApplication

translate = QCoreApplication.translate


def stage_label(stage: str) -> str:
    """A stage, by its name in the worker protocol; an unknown one is "Working…"."""
    labels = {
        "load": translate("AnswerView", "Loading the model…"),
        "read": translate("AnswerView", "Reading the images…"),
        "vision": translate("AnswerView", "Encoding the images…"),
        "clue": translate("AnswerView", "Generating the clue…"),
        "prefill": translate("AnswerView", "Reading the question…"),
        "decode": translate("AnswerView", "Answering…"),
        "score": translate("AnswerView", "Scoring the answers…"),
        "view": translate("AnswerView", "Averaging over several views…"),
        "window": translate("AnswerView", "Asking about windows:"),
        "place": translate("AnswerView", "Classifying the places before and after…"),
        "date": translate("AnswerView", "Asking about dates:"),
    }
    return labels.get(stage, translate("AnswerView", "Working…"))

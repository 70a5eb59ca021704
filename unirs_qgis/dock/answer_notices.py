"""What limits the trust in an answer, below its text: one notice for each reason."""

from __future__ import annotations

from qtpy.QtCore import QCoreApplication
from qtpy.QtWidgets import QVBoxLayout, QWidget

from unirs_qgis.answer import Answer
from unirs_qgis.dock.parts.notice import Notice
from unirs_qgis.dock.parts.option_bars import percent
from unirs_qgis.dock.parts.sentences import translated_together
from unirs_qgis.dock.theme import Tone

translate = QCoreApplication.translate


class AnswerNotices(QWidget):
    """The notices of a finished answer; hidden where there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._unsure = self._notice("unsureMark", "warning", Tone.WARNING)
        self._warnings = self._notice("warningsMark", "warning", Tone.WARNING)
        self._demonstration = self._notice("demonstrationMark", "demonstration", Tone.BUSY)
        self._stopped = self._notice("stoppedMark", "stop", Tone.WARNING)
        self._all = (self._unsure, self._warnings, self._demonstration, self._stopped)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for notice in self._all:
            layout.addWidget(notice)
        self.clear()

    def clear(self) -> None:
        """Shows none."""
        for notice in self._all:
            notice.show_text("")
        self.hide()

    def show_answer(self, answer: Answer) -> None:
        """Shows those of an answer."""
        self._unsure.show_text(_unsure_sentence(answer) if answer.unsure else "")
        self._warnings.show_text(translated_together(answer.warnings))
        self._demonstration.show_text(
            translate("AnswerView", "Experimental model: check this answer.")
            if answer.demonstration
            else ""
        )
        self._stopped.show_text(
            translate("AnswerView", "Stopped: this answer is not finished.")
            if answer.stopped
            else ""
        )
        self.setVisible(any(notice.text for notice in self._all))

    def _notice(self, name: str, icon: str, tone: Tone) -> Notice:
        notice = Notice(icon, tone)
        notice.setObjectName(name)
        return notice


def _unsure_sentence(answer: Answer) -> str:
    if answer.options:
        sentence = translate(
            "AnswerView", "Not sure: the model gives this answer a probability of {percent}."
        )
    else:
        sentence = translate(
            "AnswerView", "Not sure: answers with a confidence of {percent} are often wrong."
        )
    return sentence.format(percent=percent(answer.confidence or 0.0))

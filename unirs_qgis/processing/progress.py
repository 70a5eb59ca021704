"""How far a run has come: rate and time left, said often enough and not too often."""

from __future__ import annotations

import time

from qgis.core import QgsProcessingFeedback
from qtpy.QtCore import QCoreApplication

translate = QCoreApplication.translate

SECONDS_BETWEEN = 5.0
"""Each saying becomes a line of the log, in the dialog and on a terminal."""


class Progress:
    """Tells a feedback how many places are done.

    Args:
        total: How many there are.
        feedback: Told a percentage at every place, and a sentence now and then.
    """

    def __init__(self, total: int, feedback: QgsProcessingFeedback) -> None:
        self._total = total
        self._feedback = feedback
        self._done = 0
        self._begun = self._said = time.monotonic()
        feedback.setProgressText(translate("Processing", "0 of {total}").format(total=total))

    def tick(self) -> None:
        """One place more is done."""
        self._done += 1
        self._feedback.setProgress(100 * self._done / self._total)
        now = time.monotonic()
        if now - self._said >= SECONDS_BETWEEN or self._done == self._total:
            self._said = now
            self._feedback.setProgressText(self._sentence(now - self._begun))

    def _sentence(self, seconds: float) -> str:
        rate = self._done / max(seconds, 1e-3)
        return translate(
            "Processing", "{done} of {total}, {rate:.2f} a second, {left} left"
        ).format(
            done=self._done,
            total=self._total,
            rate=rate,
            left=duration((self._total - self._done) / rate),
        )


def duration(seconds: float) -> str:
    """A duration in the two units that matter, such as ``2 h 5 min``."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return translate("Processing", "{hours} h {minutes} min").format(
            hours=hours, minutes=minutes
        )
    if minutes:
        return translate("Processing", "{minutes} min {seconds} s").format(
            minutes=minutes, seconds=rest
        )
    return translate("Processing", "{seconds} s").format(seconds=rest)

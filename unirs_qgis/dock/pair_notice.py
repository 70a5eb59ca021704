"""What differs between the two dates of a pair without being a change."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtWidgets import QWidget

from unirs_qgis.dock.corrections import Corrections
from unirs_qgis.dock.parts.notice import Notice
from unirs_qgis.dock.parts.sentences import translated_together
from unirs_qgis.dock.theme import Tone


class PairNotice(Notice):
    """The sentences of the guard in one notice, but for what will be corrected.

    Args:
        corrections: What will be.
        parent: Parent widget.
    """

    def __init__(self, corrections: Corrections, parent: QWidget | None = None) -> None:
        super().__init__("warning", Tone.WARNING, parent)
        self.setObjectName("pairWarningLabel")
        self._corrections = corrections
        self._differences: tuple[tuple[str, str], ...] = ()
        corrections.changed.connect(self._show)

    def show_differences(self, differences: Sequence[tuple[str, str]]) -> None:
        """Shows differences; hides without any.

        Args:
            differences: Sentences of the guard, each with the name of what corrects it or "".
        """
        self._differences = tuple(differences)
        self._show()

    def _show(self) -> None:
        corrected = self._corrections.names()
        left = (sentence for sentence, by in self._differences if by not in corrected)
        self.show_text(translated_together(left))

"""What a change caption says of the direction of a change: more, less, or the same.

The words are those of LEVIR-CC and of everyday English. A caption that says both, or neither, has a
mixed trend: it tells of a change, but not which way.
"""

from __future__ import annotations

import re
from enum import Enum

from unirs.inference.verdict import has_changed


class Trend(Enum):
    """The direction of a change; ``reversed`` in time, more becomes less."""

    MORE = "more"
    LESS = "less"
    SAME = "same"
    MIXED = "mixed"

    @property
    def reversed(self) -> Trend:
        """The trend of the same two dates in the other order."""
        return {Trend.MORE: Trend.LESS, Trend.LESS: Trend.MORE}.get(self, self)


_MORE = re.compile(
    r"\b(appear(s|ed)?|buil[dt]|construct(ed|ion)|new|added|planted|gr[eo]wn?|grows|larger|bigger"
    r"|more|formed|expand(s|ed)|extend(s|ed)|increase[sd]?|risen|rises|widened|emerged?|developed"
    r"|(?<!less )water covers)\b"
)
_LESS = re.compile(
    r"\b(disappear(s|ed)?|removed?|demolish(ed)?|destroyed|shr[aiu]nk|shrinks|smaller|less|fewer"
    r"|dried|cleared|cut|felled|gone|decrease[sd]?|reduced|receded?|recedes|vanish(ed|es)?|lost)\b"
)
_OPEN = re.compile(r"\b(land|grass|ground|soil|farmland|fields?)\b")
"""What lies open once something has gone from it."""


def trend_of(caption: str, changed: bool | None = None) -> Trend:
    """Which way a change caption says that things went.

    Args:
        caption: The caption.
        changed: ``Answer.changed`` of the model that wrote it.
    """
    if not has_changed(caption, changed):
        return Trend.SAME
    text = _plain(caption)
    more, less = bool(_MORE.search(text)), bool(_LESS.search(text))
    gone, replaced, come = text.partition(" replaced by ")
    if replaced:
        more |= bool(_OPEN.search(gone)) and not _OPEN.search(come)
        less |= bool(_OPEN.search(come)) and not _OPEN.search(gone)
    if more == less:
        return Trend.MIXED
    return Trend.MORE if more else Trend.LESS


def _plain(text: str) -> str:
    """Lower case, words with one space between them."""
    return " ".join(re.findall(r"[\w'-]+", text.lower()))

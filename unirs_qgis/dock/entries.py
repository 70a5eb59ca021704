"""Entries of the history: a question with its answer, and what it is about.

Nothing here knows QGIS or files: an entry is plain values, so that the dock can show it and the
history can store it without either knowing the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from uuid import uuid4

from qtpy.QtCore import QCoreApplication

from unirs_qgis.answer import Answer

translate = QCoreApplication.translate

KINDS = ("single", "pair", "video")
TASKS = ("ask", "where", "when", "caption", "change", "classify")

_LONGEST_THREAD = 1000  # entries: the file could hold any links, also in a circle


@dataclass(frozen=True)
class LayerRecord:
    """A layer, or a video file, as it was when the question was asked.

    Attributes:
        name: Name in the layer tree.
        source: Data source, without credentials.
        date: ISO 8601 time, day, month or year of acquisition; empty if it is not known.
    """

    name: str
    source: str
    date: str = ""


@dataclass(frozen=True)
class Entry:
    """A question and its answer.

    Attributes:
        id: 32 hexadecimal digits, unique: two QGIS windows may share a history.
        created: ISO 8601 time in UTC, to the millisecond (see `now`).
        kind: "single", "pair" or "video".
        task: "ask", "where", "when", "caption", "change" or "classify".
        question: Text of the question; empty for a task without one.
        answer: The answer.
        footprint: WKT of the polygon that was asked about, in `crs`; empty for a video file.
        crs: "EPSG:32611" or the like, else WKT; empty for a layer without CRS.
        layers: What was asked about, the earliest first.
        follows: Id of the entry before it in its conversation; empty if it begins one.
        review: What a person has decided: "accepted", "corrected" or "skipped"; empty before.
        correction: What the answer should be, if it was corrected.
    """

    id: str
    created: str
    kind: str
    task: str
    question: str
    answer: Answer
    footprint: str
    crs: str
    layers: tuple[LayerRecord, ...]
    follows: str = ""
    review: str = ""
    correction: str = ""

    @property
    def title(self) -> str:
        """One line with the question."""
        return title_of(self.task, self.question)

    @property
    def time(self) -> datetime:
        """When it was asked, in the time zone of this computer.

        Raises:
            ValueError: `created` is no ISO 8601 time.
        """
        return datetime.fromisoformat(self.created).astimezone()

    @property
    def layers_label(self) -> str:
        """One line with the layers and their dates."""
        return layers_label(self.layers)

    @property
    def marks(self) -> list[str]:
        """A word for each caveat of the answer, and for its place in a conversation."""
        marks = []
        if self.follows:
            marks.append(translate("Entry", "follow-up"))
        if self.answer.stopped:
            marks.append(translate("Entry", "stopped"))
        if self.answer.unsure:
            marks.append(translate("Entry", "not sure"))
        if self.answer.demonstration:
            marks.append(translate("Entry", "experimental"))
        if self.review == "accepted":
            marks.append(translate("Entry", "checked"))
        if self.review == "corrected":
            marks.append(translate("Entry", "corrected"))
        return marks


def thread_before(entry: Entry, find: Callable[[str], Entry | None]) -> list[Entry]:
    """The earlier entries of a conversation, the oldest first.

    It begins after an entry that was deleted.

    Args:
        entry: The one that follows them.
        find: From an id to the entry; ``None`` if there is none.
    """
    thread: list[Entry] = []
    seen = {entry.id}
    earlier = find(entry.follows) if entry.follows else None
    while earlier is not None and earlier.id not in seen and len(thread) < _LONGEST_THREAD:
        seen.add(earlier.id)
        thread.append(earlier)
        earlier = find(earlier.follows) if earlier.follows else None
    return thread[::-1]


def title_of(task: str, question: str) -> str:
    """One line for a question, also before it has an answer.

    Args:
        task: "ask", "where", "when", "caption", "change" or "classify".
        question: Text of the question; may be empty for all but "ask", "where" and "when".
    """
    line = " ".join(question.split())
    if task == "ask":
        return line
    return task_label(task) + (f": {line}" if line else "")


def task_label(task: str) -> str:
    """The task in the user's language."""
    return {
        "ask": translate("Entry", "Question"),
        "where": translate("Entry", "Where"),
        "when": translate("Entry", "When"),
        "caption": translate("Entry", "Caption"),
        "change": translate("Entry", "Description of change"),
        "classify": translate("Entry", "Classification"),
    }[task]


def layer_label(layer: LayerRecord) -> str:
    """Name of a layer with its date, unless the name has it already."""
    date = layer.date[:10]
    if not date or date in layer.name or date.replace("-", "") in layer.name:
        return layer.name
    return translate("Entry", "{layer} ({date})").format(layer=layer.name, date=date)


def layers_label(layers: Sequence[LayerRecord]) -> str:
    """Layers with their dates, the earliest first."""
    return " → ".join(map(layer_label, layers))


def new_id() -> str:
    """A unique id of an entry."""
    return uuid4().hex


def now() -> str:
    """The present time as in `Entry.created`: in UTC, to the millisecond."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")

"""The conversation: the questions and answers about one place that a follow-up goes with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qtpy.QtCore import QCoreApplication, QObject, QTimer

from unirs_qgis.dock import UniRSDock
from unirs_qgis.dock.entries import Entry
from unirs_qgis.inputs.selection import InputSelection, crs_name

translate = QCoreApplication.translate

MOST_TURNS = 64
"""Turns that go with a question. What the model's context cannot hold, the engine leaves out."""

_TOLERANCE = 0.01
"""Share of its size by which an extent may move: a panel that opens changes the map view."""

_INSTRUCTIONS = {
    "ask": "",
    "caption": "Describe the image.",
    "change": "Describe what has changed.",
    "classify": "Classify the images.",
}
"""What a task without a text asks for, in English: the language of the models."""


@dataclass(frozen=True)
class Place:
    """What a conversation is about.

    Attributes:
        inputs: Kind of input, and the ids of the layers or the path of a video file.
        dates: Acquisition dates of the layers.
        box: Minimum x and y, maximum x and y.
        crs: CRS of the box.
    """

    inputs: tuple[str, ...]
    dates: tuple[str, ...]
    box: tuple[float, float, float, float]
    crs: str

    @classmethod
    def of(cls, selection: InputSelection) -> Place:
        """The place of a selection."""
        extent = selection.extent
        return cls(
            inputs=(selection.kind, *selection.identifiers, selection.video),
            dates=tuple(record.date for record in selection.records),
            box=(extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()),
            crs=crs_name(selection.crs),
        )

    def difference(self, other: Place) -> str:
        """What distinguishes another place, in the user's language; empty for the same place."""
        if self.inputs != other.inputs:
            return translate("Conversation", "Other layers")
        if self.dates != other.dates:
            return translate("Conversation", "Other dates")
        if self.crs != other.crs or not self._has_box_of(other):
            return translate("Conversation", "Another extent")
        return ""

    def _has_box_of(self, other: Place) -> bool:
        if self.box == other.box:  # also the null box of a video, which has no size
            return True
        x_min, y_min, x_max, y_max = self.box
        allowed = _TOLERANCE * max(x_max - x_min, y_max - y_min)
        return all(abs(a - b) <= allowed for a, b in zip(self.box, other.box))


@dataclass(frozen=True)
class FollowUp:
    """What a question goes with.

    Attributes:
        earlier: Earlier entries of its conversation, the oldest first; none if it begins one.
        note: Why it does not continue the conversation before, in one sentence; empty if it does.
    """

    earlier: tuple[Entry, ...] = ()
    note: str = ""

    def for_model(self, loaded: Mapping[str, Any]) -> FollowUp:
        """What is left of it with a model that has been loaded.

        Args:
            loaded: The result of ``load``.
        """
        if not loaded["capabilities"]["conversation"]:
            return FollowUp()
        if not self.earlier:
            return self
        last = self.earlier[-1].answer
        model = loaded["engine"], loaded["model"], loaded["digest"] or ""
        if model != (last.engine, last.model, last.model_digest):
            return FollowUp(note=_new(translate("Conversation", "Another model")))
        return self

    def turns(self) -> list[dict[str, str]]:
        """The turns as a request has them."""
        return [
            {
                "question": entry.question or _INSTRUCTIONS[entry.task],
                "answer": entry.answer.text,
            }
            for entry in self.earlier[-MOST_TURNS:]
        ]


class Conversations(QObject):
    """Keeps the conversation, and shows in the dock whether the next question continues it.

    It lasts until the user begins a new one, or until a question about another place, or to another
    model, has been answered. What was stopped or failed is no part of it.

    Args:
        dock: Shows it.
        selection: Gives what the next question would be about; ``None`` if it cannot be asked.
        parent: Owner.
    """

    def __init__(
        self,
        dock: UniRSDock,
        selection: Callable[[], InputSelection | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._dock, self._selection = dock, selection
        self._entries: tuple[Entry, ...] = ()
        self._place: Place | None = None
        self._goes_on = False  # with the answer to the question that was asked last
        self._model_without = ""  # name of the loaded model, if it has no conversations
        # Once the project has settled: a layer that is removed leaves it in several steps.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.show)
        dock.conversation_ended.connect(self.end)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The conversation so far, the oldest entry first."""
        return self._entries

    def begin(self, selection: InputSelection) -> FollowUp:
        """What the question that is asked now goes with."""
        self._goes_on = True
        return self.follow_up(selection)

    def follow_up(self, selection: InputSelection) -> FollowUp:
        """What a question about a selection would go with."""
        if not self._entries:
            return FollowUp()
        difference = self._place.difference(Place.of(selection))
        return FollowUp(note=_new(difference)) if difference else FollowUp(self._entries)

    def set_model(self, loaded: Mapping[str, Any]) -> None:
        """Set the model that was loaded, by the result of ``load``."""
        can_converse = loaded["capabilities"]["conversation"]
        self._model_without = "" if can_converse else loaded["model"]
        self.show()

    def forget_model(self) -> None:
        """Another model may be loaded next."""
        self._model_without = ""
        self.show()

    def add(self, selection: InputSelection, earlier: Sequence[Entry], entry: Entry) -> None:
        """Go on with an answer, unless the user has chosen another conversation since.

        Args:
            selection: What it is about.
            earlier: What its question went with; none if it begins a conversation.
            entry: The answer. One that was stopped changes nothing.
        """
        if not self._goes_on or entry.answer.stopped:
            return
        kept = [one for one in earlier if one in self._entries]  # not deleted meanwhile
        self.resume(selection, [*kept, entry] if entry.answer.can_be_followed else [])

    def resume(self, selection: InputSelection, entries: Sequence[Entry]) -> None:
        """Continue with entries about a selection, the oldest first; without any, begin anew."""
        self._entries, self._place, self._goes_on = tuple(entries), Place.of(selection), False
        self.show()

    def forget(self, entry_id: str) -> None:
        """Leave out an entry that was deleted."""
        self._entries = tuple(entry for entry in self._entries if entry.id != entry_id)
        self.show()

    def end(self) -> None:
        """Begin a new conversation with the next question."""
        self._entries, self._place, self._goes_on = (), None, False
        self.show()

    def show_soon(self, *_signal: object) -> None:
        """Show it anew after a change of the selection."""
        self._soon.start()

    def show(self) -> None:
        """Show whether the next question continues the conversation."""
        if self._model_without:
            sentence = self.tr("{model} answers each question on its own.")
            self._dock.show_conversation(sentence.format(model=self._model_without))
            return
        selection = self._selection() if self._entries else None
        follow_up = self.follow_up(selection) if selection else FollowUp()
        sentence = follow_up.note or self._sentence(follow_up.earlier)
        self._dock.show_conversation(sentence, can_end=bool(follow_up.earlier))

    def _sentence(self, earlier: Sequence[Entry]) -> str:
        if not earlier:
            return ""
        if len(earlier) == 1:
            return self.tr("Follow-up to the question before")
        return self.tr("Follow-up to the {count} questions before").format(count=len(earlier))


def _new(difference: str) -> str:
    return translate("Conversation", "{difference}: a new conversation.").format(
        difference=difference
    )

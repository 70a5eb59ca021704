"""The worker's answer as the plugin keeps it: one definition for dock, history and batch tables.

A field of the answer is added here: an attribute, where it comes from in the worker's result, and
its column. Nothing here imports QGIS, so that the dock can use it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from qtpy.QtCore import QCoreApplication

translate = QCoreApplication.translate


class DatedScore(NamedTuple):
    """A date of a series, with how probable the answer yes is at it.

    Attributes:
        name: The date, else the name of its layer.
        probability: By all answers together, 0 to 1; ``None`` for a date that was not asked about.
        asked: Of the date asked alone, likewise.
    """

    name: str
    probability: float | None
    asked: float | None


@dataclass(frozen=True)
class Answer:
    """An answer of the model.

    Attributes:
        text: The answer; incomplete if it was stopped.
        clue: The clue that was generated before the answer; empty if there was none.
        options: The closed set of answers with their probabilities (0 to 1, or ``None`` where the
            engine gives none); empty for a free answer.
        engine: "unirs", "transformers" or "server"; empty for an answer of an earlier version.
        model: Name of the model.
        model_digest: Digest of the model's weights; empty if it is not known.
        host: Host that the images were sent to; empty if they stayed on this computer.
        conversation_turns: How many earlier turns of its conversation the model read.
        frames_left_out: Frames of a series that the model's context had no room for.
        demonstration: Whether the model is for demonstration only.
        zero_shot: Whether a base model answered that was never trained on remote sensing.
        device: "cpu", "cuda" and the like.
        seconds: Time that the answer took, in seconds.
        stopped: Whether the user stopped it.
        views: Number of augmented views that were averaged.
        confidence: How sure the answer is (0 to 1): the probability of the option that was chosen,
            of a verdict, or of the content words of a text; ``None`` where that is not known.
        agreement: How far the views agree (0 to 1); ``None`` for a single view.
        unsure: Whether the confidence is low for the model that answered.
        acquired: Acquisition dates of the images, ISO 8601 to the day, month or year; an empty
            text for an unknown date, none at all if no date is known.
        changed: Whether anything has changed between two dates; ``None`` where that was not asked.
        warnings: Sentences about the images that make the answer less reliable.
        timeline: The dates of a series in order of time, where it was asked when; else none.
    """

    text: str
    model: str
    device: str
    seconds: float
    clue: str = ""
    options: tuple[tuple[str, float | None], ...] = ()
    engine: str = ""
    model_digest: str = ""
    host: str = ""
    conversation_turns: int = 0
    frames_left_out: int = 0
    demonstration: bool = False
    zero_shot: bool = False
    stopped: bool = False
    views: int = 1
    confidence: float | None = None
    agreement: float | None = None
    unsure: bool = False
    acquired: tuple[str, ...] = ()
    changed: bool | None = None
    warnings: tuple[str, ...] = ()
    timeline: tuple[DatedScore, ...] = ()

    @classmethod
    def of_result(
        cls,
        result: Mapping[str, Any],
        *,
        views: int = 1,
        dates: Sequence[str] = (),
    ) -> Answer:
        """The answer in a result of the worker protocol.

        Args:
            result: The JSON object.
            views: Number of augmented views that were asked for.
            dates: Acquisition dates of the layers, which their crops do not carry; none for a
                video file.
        """
        acquired = tuple(dates or (date or "" for date in result["acquired"]))
        return cls(
            text=result["answer"],
            clue=result["clue"] or "",
            options=tuple((each["text"], each["probability"]) for each in result["options"]),
            **_origin(result),
            conversation_turns=result["conversation_turns"],
            frames_left_out=result["frames_left_out"],
            zero_shot=result["zero_shot"],
            seconds=result["seconds"]["total"],
            views=views,
            confidence=result["confidence"],
            agreement=result["agreement"],
            unsure=result["unsure"],
            acquired=acquired if any(acquired) else (),
            changed=result["changed"],
        )

    @classmethod
    def of_summary(
        cls, result: Mapping[str, Any], *, views: int = 1, dates: Sequence[str] = ()
    ) -> Answer:
        """The answer in a result that sums up many answers, about windows or dates.

        The arguments are those of ``of_result``.
        """
        return cls(
            text=result["answer"],
            **_origin(result),
            seconds=result["seconds"],
            views=views,
            confidence=result.get("confidence"),
            unsure=result.get("unsure", False),
            acquired=tuple(dates) if any(dates) else (),
            timeline=tuple(
                DatedScore(row["name"], row["probability"], row["asked"])
                for row in result.get("rows", ())
            ),
        )

    @property
    def probability(self) -> float | None:
        """Probability of the answer (0 to 1); ``None`` if there is none."""
        return dict(self.options).get(self.text)

    @property
    def lacks_probabilities(self) -> bool:
        """Whether it was chosen from options that have no probabilities."""
        return any(share is None for _, share in self.options)

    @property
    def can_be_followed(self) -> bool:
        """Whether a conversation can continue from it.

        Not if it was stopped, nor with a UniRS model, which answers each question on its own.
        """
        return self.engine not in ("", "unirs") and not self.stopped


def _origin(result: Mapping[str, Any]) -> dict[str, Any]:
    """What every result of the worker has: what answered, whether to the end, and warnings."""
    return {
        "engine": result["engine"],
        "model": result["model"],
        "model_digest": result["digest"] or "",
        "host": result["host"] or "",
        "demonstration": result["demonstration"],
        "device": result["device"],
        "stopped": result["stopped"],
        "warnings": tuple(result["warnings"]),
    }


class Kind(Enum):
    """What the cells of a column hold."""

    TEXT = "text"
    REAL = "real number"
    INTEGER = "integer"
    FLAG = "true or false"
    TIME = "time in UTC"
    LIST = "texts, as a JSON list"
    OPTIONS = "texts with probabilities, which may be null, as a JSON list of objects"
    TIMELINE = "dates with probabilities, which may be null, as a JSON list of objects"


@dataclass(frozen=True)
class Column:
    """A column of an attribute table.

    Attributes:
        name: Name of the column.
        kind: Type of its cells.
        alias: Gives its name in the user's language.
        attribute: Name of the attribute that it holds; empty if it is the name of the column.
        is_new: Whether tables of earlier versions may lack it; the attribute has a default then.
        in_batches: Whether the tables of batches have it, too.
    """

    name: str
    kind: Kind
    alias: Callable[[], str]
    attribute: str = ""
    is_new: bool = False
    in_batches: bool = False

    @property
    def key(self) -> str:
        """Name of the attribute that it holds."""
        return self.attribute or self.name

    def cell(self, value: Any) -> Any:
        """A value as a cell holds it: lists are JSON."""
        if self.kind is Kind.OPTIONS:
            value = [{"text": text, "probability": share} for text, share in value]
        if self.kind is Kind.TIMELINE:
            value = [each._asdict() for each in value]
        if self.kind in (Kind.LIST, Kind.OPTIONS, Kind.TIMELINE):
            return json.dumps(value, ensure_ascii=False)
        return value


ANSWER_COLUMNS = (
    Column("answer", Kind.TEXT, lambda: translate("History", "Answer"), "text"),
    Column("clue", Kind.TEXT, lambda: translate("History", "Clue"), in_batches=True),
    Column("options", Kind.OPTIONS, lambda: translate("History", "Options")),
    Column(
        "engine",
        Kind.TEXT,
        lambda: translate("History", "Engine"),
        is_new=True,
        in_batches=True,
    ),
    Column("model", Kind.TEXT, lambda: translate("History", "Model")),
    Column(
        "model_digest",
        Kind.TEXT,
        lambda: translate("History", "Digest of the model"),
        in_batches=True,
    ),
    Column(
        "host",
        Kind.TEXT,
        lambda: translate("History", "Images were sent to"),
        is_new=True,
        in_batches=True,
    ),
    Column(
        "conversation_turns",
        Kind.INTEGER,
        lambda: translate("History", "Earlier turns that the model read"),
        is_new=True,
    ),
    Column(
        "frames_left_out",
        Kind.INTEGER,
        lambda: translate("History", "Frames left out"),
        is_new=True,
    ),
    Column(
        "demonstration",
        Kind.FLAG,
        lambda: translate("History", "Demonstration model"),
        in_batches=True,
    ),
    Column("zero_shot", Kind.FLAG, lambda: translate("History", "Answered by the base model")),
    Column("device", Kind.TEXT, lambda: translate("History", "Device")),
    Column("seconds", Kind.REAL, lambda: translate("History", "Seconds")),
    Column("stopped", Kind.FLAG, lambda: translate("History", "Stopped")),
    Column("views", Kind.INTEGER, lambda: translate("History", "Views"), is_new=True),
    Column(
        "confidence",
        Kind.REAL,
        lambda: translate("History", "Confidence"),
        is_new=True,
        in_batches=True,
    ),
    Column(
        "agreement",
        Kind.REAL,
        lambda: translate("History", "Agreement of the views"),
        is_new=True,
    ),
    Column(
        "unsure",
        Kind.FLAG,
        lambda: translate("History", "Not sure"),
        is_new=True,
        in_batches=True,
    ),
    Column(
        "acquired",
        Kind.LIST,
        lambda: translate("History", "Acquisition dates"),
        is_new=True,
        in_batches=True,
    ),
    Column(
        "warnings",
        Kind.LIST,
        lambda: translate("History", "Warnings about the images"),
        is_new=True,
        in_batches=True,
    ),
    Column(
        "timeline",
        Kind.TIMELINE,
        lambda: translate("History", "Probability of yes at each date"),
        is_new=True,
    ),
)
"""Columns of an answer in the history, in the order of the attribute table."""

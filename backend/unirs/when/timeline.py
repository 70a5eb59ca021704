"""The result of asking when: a row a date, and the sentence about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, computed_field

from unirs.answers import RESULT_CONFIG, UNSURE_BELOW, Summary, to_json


@dataclass(frozen=True)
class DateScore:
    """What is known about one date."""

    __pydantic_config__ = RESULT_CONFIG

    name: Annotated[str, Field(description="The date, else the name of the file.")]
    date: Annotated[str | None, Field(description="YYYY-MM-DD, YYYY-MM or YYYY, by its precision.")]
    source: Annotated[str, Field(description="The file of the date.")]
    asked: Annotated[
        float | None,
        Field(
            description="Probability of yes at this date alone (of a change: since the first "
            "date); null where that was not asked."
        ),
    ]
    between: Annotated[
        float | None,
        Field(description="Probability that anything has changed since the date before, likewise."),
    ]
    ground: Annotated[
        float | None,
        Field(
            description="How far the ground from this date on differs from the ground before it, "
            "against how far it differs otherwise (F statistic of the vision encoder's patches, "
            "the largest one): about 1 where nothing lasting has happened, above 4 where "
            "something has. Null where that was not measured, and for the first date."
        ),
    ]
    probability: Annotated[
        float | None,
        Field(description="Probability that it is true at this date, by all answers together."),
    ]


@dataclass(frozen=True)
class Turn:
    """An interval within which it became true, or false."""

    __pydantic_config__ = RESULT_CONFIG

    after: Annotated[int, Field(description="Row of the last date before, from 0.")]
    before: Annotated[int, Field(description="Row of the first date after.")]
    to: Annotated[bool, Field(description="What it became.")]
    probability: Annotated[float, Field(description="Of just this interval, 0 to 1.")]


@dataclass(frozen=True, kw_only=True)
class SeriesSummary(Summary):
    """What the answers about a series come to."""

    __pydantic_config__ = RESULT_CONFIG

    questions: Annotated[int, Field(description="How many questions were answered.")]


@dataclass(frozen=True)
class Timeline(SeriesSummary):
    """When the answer to a question is yes."""

    __pydantic_config__ = RESULT_CONFIG

    question: Annotated[str, Field(description="What was asked about each date.")]
    of_change: Annotated[
        bool, Field(description="Whether that is about what has happened since the first date.")
    ]
    by_template: Annotated[
        bool, Field(description="Whether the question was made of the name of a thing.")
    ]
    rows: Annotated[tuple[DateScore, ...], Field(description="The dates in order of time.")]
    first: Annotated[
        int | None,
        Field(description="Row of the first date at which it is true; null if it never is."),
    ]
    probability: Annotated[float, Field(description="Of just that, 0 to 1.")]
    turns: Annotated[
        tuple[Turn, ...], Field(description="All intervals within which it turned, in order.")
    ]
    table: Annotated[Path | None, Field(description="The CSV file that was written.")] = None

    @computed_field(  # type: ignore[prop-decorator]
        description="The lower one of the probability and of the highest yes of a date by itself."
    )
    @property
    def confidence(self) -> float:
        """How far to rely on it, 0 to 1."""
        highest = max((row.asked for row in self.rows if row.asked is not None), default=0.0)
        return self.probability if self.first is None else min(self.probability, highest)

    @computed_field(description="Whether the confidence is low.")  # type: ignore[prop-decorator]
    @property
    def unsure(self) -> bool:
        """Whether another interval is nearly as probable, or no date by itself is a yes."""
        return self.confidence < UNSURE_BELOW

    @computed_field(  # type: ignore[prop-decorator]
        alias="answer", description="The answer as a sentence without a full stop."
    )
    @property
    def text(self) -> str:
        """The answer as a sentence without a full stop."""
        sentences = [f"{self._first_text()} ({_share(self.probability)})"]
        for turn in self.turns:
            if turn.before == self.first:
                continue
            again = "true again" if turn.to else "no longer true"
            sentences.append(f"{again} between {self._interval(turn)} ({_share(turn.probability)})")
        so_far = "so far " if self.stopped else ""
        return so_far + "; ".join(sentences)

    def to_json(self) -> dict[str, Any]:
        """The object of ``--json`` and of the worker."""
        return to_json(self)

    def _first_text(self) -> str:
        if self.first is None:
            return "never true"
        known = [row for row in self.rows if row.probability is not None]
        if self.rows[self.first] is known[0]:
            if not self.turns:
                return "true at every date"
            return f"true from the first date on, {known[0].name}"
        before = next(turn for turn in self.turns if turn.before == self.first)
        return f"first true between {self._interval(before)}"

    def _interval(self, turn: Turn) -> str:
        return f"{self.rows[turn.after].name} and {self.rows[turn.before].name}"


@dataclass(frozen=True)
class Interval:
    """What has changed from one date to the next."""

    __pydantic_config__ = RESULT_CONFIG

    after: Annotated[str, Field(description="The earlier date, else the name of its file.")]
    before: Annotated[str, Field(description="The later one, likewise.")]
    sources: Annotated[tuple[str, str], Field(description="The files of both.")]
    text: Annotated[str, Field(description="The change caption.")]
    changed: Annotated[
        bool | None,
        Field(description="Whether anything has changed; null where the answer was stopped."),
    ]


@dataclass(frozen=True)
class Story(SeriesSummary):
    """What has changed from each date to the next."""

    __pydantic_config__ = RESULT_CONFIG

    intervals: Annotated[tuple[Interval, ...], Field(description="In order of time.")]
    overall: Annotated[
        Interval | None,
        Field(
            description="From the first date to the last one, where nothing has changed from any "
            "date to the next: what goes slowly is seen there alone. Null where it was not asked."
        ),
    ] = None
    table: Annotated[Path | None, Field(description="The CSV file that was written.")] = None

    @computed_field(  # type: ignore[prop-decorator]
        alias="answer",
        description="The intervals in which something has changed, a line each, then how many have "
        "no change.",
    )
    @property
    def text(self) -> str:
        """The intervals in which something has changed, a line each."""
        shown = [each for each in self.intervals if each.changed is not False]
        lines = [f"{each.after} to {each.before}: {_one_line(each.text)}" for each in shown]
        left_out = len(self.intervals) - len(shown)
        if not shown:
            return "\n".join(
                [*self._overall_lines(), f"Nothing has changed in {_intervals(left_out)}"]
            )
        if left_out:
            lines.append(f"Nothing has changed in {_intervals(left_out, other=True)}")
        return "\n".join(lines)

    def _overall_lines(self) -> list[str]:
        whole = self.overall
        if whole is None or whole.changed is False:
            return []
        return [f"{whole.after} to {whole.before}, slowly: {_one_line(whole.text)}"]

    def to_json(self) -> dict[str, Any]:
        """The object of ``--json`` and of the worker."""
        return to_json(self)


def _share(probability: float) -> str:
    """A probability; no answer is certain."""
    return f"{min(probability, 0.99):.2f}"


def _intervals(count: int, *, other: bool = False) -> str:
    return f"{count:,} {'other ' * other}interval{'s' * (count != 1)}"


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")

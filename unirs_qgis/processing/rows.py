"""What is known about one tile or feature after it was asked about, and its columns in a table."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qgis.core import QgsField, QgsFields

from unirs_qgis.fields import FLAG, REAL, TEXT, WHOLE

ANSWERED, NODATA, FAILED = "answered", "nodata", "failed"
"""Values of the column ``status``."""


@dataclass(frozen=True)
class Row:
    """One row's worth of answer.

    Attributes:
        status: ``ANSWERED``, ``NODATA`` (was not asked about) or ``FAILED``.
        text: The answer; empty where there is none.
        clue: What the frozen base said first; empty where it said nothing.
        options: Probability from 0 to 1 of each option, if the answer was chosen from some.
        changed: Of two dates, whether the model finds that anything has changed.
        nodata_share: Share of the crop without data, from 0 to 1; of a pair or series, the largest.
        agreement: Share of the views that agree with the text, from 0 to 1, if there were several.
        seconds: What the answer took the worker; 0 where it was not asked.
        error: One sentence that says why there is no answer.
    """

    status: str
    text: str = ""
    clue: str = ""
    options: Mapping[str, float] = field(default_factory=dict)
    changed: bool | None = None
    nodata_share: float = 0.0
    agreement: float | None = None
    seconds: float = 0.0
    error: str = ""

    @classmethod
    def of_result(cls, result: Mapping[str, Any], nodata_share: float) -> Row:
        """The row of a ``TaskResult`` of the worker protocol."""
        vote = result["vote"]
        return cls(
            status=ANSWERED,
            text=result["answer"],
            clue=result["clue"] or "",
            options={option["text"]: option["probability"] for option in result["options"]},
            changed=result["changed"],
            nodata_share=nodata_share,
            agreement=vote["agreeing"] / vote["views"] if vote else None,
            seconds=result["seconds"]["total"],
        )


@dataclass(frozen=True)
class RunFacts:
    """What all rows of a run have in common.

    Attributes:
        question: What was asked; empty for captions.
        layers: Names of the layers that were looked at.
        model: Name of the model.
        demonstration: Whether that model is a demonstration, not to be relied on.
    """

    question: str
    layers: str
    model: str
    demonstration: bool


@dataclass(frozen=True)
class Columns:
    """The columns of the answers.

    Attributes:
        asks: Whether there is a question to keep beside its answer.
        is_pair: Whether the answers are change captions, with ``changed`` yes or no.
        options: The closed set of answers; empty if they are free.
        prefix: Put before every name, so that columns of others are not touched.
    """

    asks: bool = False
    is_pair: bool = False
    options: tuple[str, ...] = ()
    prefix: str = ""

    def fields(self) -> QgsFields:
        """The columns as fields of a layer."""
        fields = QgsFields()
        for name, kind in self._types().items():
            fields.append(QgsField(self.prefix + name, kind))
        return fields

    def key(self) -> tuple[str, ...]:
        """Names of the columns that tell this run's rows from those of others in one table."""
        names = ("question", "layers", "model") if self.asks else ("layers", "model")
        return tuple(self.prefix + name for name in names)

    @property
    def status(self) -> str:
        """Name of the column ``status``."""
        return f"{self.prefix}status"

    def values(self, row: Row, run: RunFacts) -> dict[str, Any]:
        """A row's value for each of ``fields``; ``None`` where there is nothing to say."""
        answered = row.status == ANSWERED
        values: dict[str, Any] = {
            "text": row.text if answered else None,
            "clue": row.clue or None,
            "nodata_share": row.nodata_share,
            "layers": run.layers,
            "model": run.model,
            "demonstration": run.demonstration,
            "seconds": round(row.seconds, 3),
            "status": row.status,
            "error": row.error or None,
        }
        if self.asks:
            values["question"] = run.question
        if self.is_pair:
            values["changed"] = {True: "yes", False: "no", None: None}[row.changed]
            values["agreement"] = row.agreement
        if self.options:
            values["probability"] = row.options.get(row.text) if answered else None
            values["options"] = (
                json.dumps(dict(row.options), ensure_ascii=False) if answered else None
            )
            for option, name in option_columns(self.options).items():
                values[name] = row.options.get(option)
        return {self.prefix + name: value for name, value in values.items()}

    def _types(self) -> dict[str, Any]:
        types = {"question": TEXT} if self.asks else {}
        types.update(text=TEXT)
        if self.is_pair:
            types.update(changed=TEXT, agreement=REAL)
        if self.options:
            types.update(probability=REAL)
            types.update(dict.fromkeys(option_columns(self.options).values(), REAL))
            types.update(options=TEXT)
        types.update(clue=TEXT, nodata_share=REAL, layers=TEXT, model=TEXT)
        types.update(demonstration=FLAG, seconds=REAL, status=TEXT, error=TEXT)
        return types


def whole_number_fields(*names: str) -> QgsFields:
    """Fields of whole numbers, which tell one place from another."""
    fields = QgsFields()
    for name in names:
        fields.append(QgsField(name, WHOLE))
    return fields


def option_columns(options: tuple[str, ...]) -> dict[str, str]:
    """A column name of its own for each option: ``p_`` and its letters and digits."""
    names: dict[str, str] = {}
    for option in options:
        plain = "p_" + (re.sub(r"\W+", "_", option.lower()).strip("_") or "option")
        name, number = plain, 2
        while name in names.values():
            name, number = f"{plain}_{number}", number + 1
        names[option] = name
    return names

"""``unirs:findwhen`` and ``unirs:describeseries``: the dates of a series, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterString,
    QgsRasterLayer,
    QgsWkbTypes,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.answer import Answer
from unirs_qgis.fields import REAL, TEXT
from unirs_qgis.processing.algorithm import Texts
from unirs_qgis.processing.answer_algorithm import AnswerAlgorithm, origin_of
from unirs_qgis.processing.imagery_algorithm import extent_parameter, views_parameter
from unirs_qgis.processing.run import BatchRequest
from unirs_qgis.when import STORY, WHEN

translate = QCoreApplication.translate

TABLE = "TABLE"
Columns = Mapping[str, Any]
"""Name and type of each column of the table."""


class SeriesAlgorithm(AnswerAlgorithm):
    """Asks about all dates of a series, and writes a table without geometries.

    Attributes:
        COLUMNS: Of the table.
    """

    MOST_NODATA = 1.0  # a date without data is a gap
    COLUMNS: Columns

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """The layers and the extent."""
        layers = QgsProcessingParameterMultipleLayers(
            "INPUT",
            translate("Processing", "Layers of the series"),
            QgsProcessing.SourceType.TypeRaster,
        )
        layers.setMinimumNumberInputs(2)
        return [layers, extent_parameter()]

    def add_outputs(self) -> None:
        """Declare the table and values."""
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                TABLE, self.texts().output, QgsProcessing.SourceType.TypeVector
            )
        )
        self.add_values(
            QgsProcessingOutputString,
            ANSWER=translate("Processing", "Answer"),
            **self.origin_labels(),
        )

    def rasters(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> list[QgsRasterLayer]:
        """Two layers or more, in order of time."""
        layers = self.series(parameters, context)
        if len(layers) < 2:
            raise QgsProcessingException(
                translate("Processing", "A series needs two layers or more; choose others as well.")
            )
        return layers

    def show(self, notification: Mapping[str, Any], feedback: QgsProcessingFeedback) -> None:
        """How many answers there are."""
        if notification.get("total"):
            feedback.setProgress(100 * notification["done"] / notification["total"])

    def values(self, result: Mapping[str, Any], request: BatchRequest) -> dict[str, Any]:
        """The sentence, and what answered."""
        answer = Answer.of_summary(result, dates=request.dates)
        return {"ANSWER": answer.text, **origin_of(answer)}

    def written(
        self,
        result: Mapping[str, Any],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> dict[str, Any]:
        """The table."""
        fields = QgsFields()
        for name, kind in self.COLUMNS.items():
            fields.append(QgsField(name, kind))
        none = QgsWkbTypes.Type.NoGeometry, QgsCoordinateReferenceSystem()
        sink, table = self.parameterAsSink(parameters, TABLE, context, fields, *none)
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, TABLE))
        for row in self.rows(result):
            feature = QgsFeature(fields)
            feature.setAttributes(list(row))
            sink.addFeature(feature)
        return {TABLE: table}

    def rows(self, result: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
        """Rows of the table, by the worker's result."""
        raise NotImplementedError

    def _names(self) -> list[str]:
        return [layer.name for layer in self.snapshots]


class FindWhen(SeriesAlgorithm):
    """Finds between which dates the answer to a question becomes yes."""

    NAME, METHOD = "findwhen", WHEN
    WRITES_TEXT = False
    READS = "single"
    COLUMNS = {  # noqa: RUF012 - read only
        "date": TEXT,
        "probability": REAL,
        "asked": REAL,
        "between": REAL,
        "question": TEXT,
        "model": TEXT,
    }

    def texts(self) -> Texts:
        """What the toolbox shows."""
        how = translate(
            "Processing",
            "The question has the answer yes or no, or is the name of a thing. What is there "
            "(“Is there a lake?”) is asked about each date alone, what has happened (“Have "
            "houses been built?”) about each date together with the first one. Neighbouring "
            "dates are compared for any change, and all answers are combined.",
        )
        outputs = translate(
            "Processing",
            "The table has a row for each date: the probability of yes from all answers "
            "combined, that of the date asked alone, and that of a change since the date before. "
            "A date without data is a gap. AFTER and BEFORE are the dates between which the "
            "answer became yes; they are empty if it never or always was.",
        )
        return Texts(
            title=translate("Processing", "Find when"),
            summary=translate(
                "Processing", "Finds between which dates of a series the answer becomes yes."
            ),
            tags=translate(
                "Processing", "when,series,time,dates,since,change,timeline,probability,yes,no,AI"
            ),
            output=translate("Processing", "Dates"),
            help=(how, outputs),
        )

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """Layers, extent, question and views."""
        question = QgsProcessingParameterString(
            "QUESTION", translate("Processing", "Yes-or-no question, or a thing")
        )
        return [*super().inputs(), question, views_parameter()]

    def add_outputs(self) -> None:
        """Declare the table and values."""
        super().add_outputs()
        self.add_values(
            QgsProcessingOutputString,
            AFTER=translate("Processing", "Last date before"),
            BEFORE=translate("Processing", "First date after"),
        )
        self.add_values(
            QgsProcessingOutputNumber, CONFIDENCE=translate("Processing", "Confidence (0 to 1)")
        )

    def question(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[str, dict[str, Any]]:
        """``QUESTION`` and ``VIEWS``."""
        text = self.question_text(parameters, context)
        views = self.parameterAsInt(parameters, "VIEWS", context)
        return text, {"question": text, "views": views, "names": self._names()}

    def values(self, result: Mapping[str, Any], request: BatchRequest) -> dict[str, Any]:
        """Also the interval."""
        turns = [turn for turn in result["turns"] if turn["before"] == result["first"]]
        rows = result["rows"]
        return {
            **super().values(result, request),
            "AFTER": rows[turns[0]["after"]]["name"] if turns else "",
            "BEFORE": rows[turns[0]["before"]]["name"] if turns else "",
            "CONFIDENCE": result["confidence"],
        }

    def rows(self, result: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
        """A row a date."""
        for row in result["rows"]:
            scores = (row[name] for name in ("probability", "asked", "between"))
            yield row["name"], *scores, result["question"], result["model"]


class DescribeSeries(SeriesAlgorithm):
    """Describes what has changed from each date to the next."""

    NAME, METHOD = "describeseries", STORY
    READS = "pair"
    COLUMNS = {  # noqa: RUF012 - read only
        "after": TEXT,
        "before": TEXT,
        "changed": TEXT,
        "description": TEXT,
        "model": TEXT,
    }

    def texts(self) -> Texts:
        """What the toolbox shows."""
        outputs = translate(
            "Processing",
            "The table has a row for each interval; ANSWER has a line for each in which something "
            "has changed, and how many are without change. A date without data is left out.",
        )
        return Texts(
            title=translate("Processing", "Describe changes of a series"),
            summary=translate(
                "Processing", "Describes in words what changed from each date to the next."
            ),
            tags=translate(
                "Processing", "change,series,time,dates,story,history,timeline,caption,AI"
            ),
            output=translate("Processing", "Intervals"),
            help=(outputs,),
        )

    def question(
        self,
        parameters: dict[str, Any],  # noqa: ARG002
        context: QgsProcessingContext,  # noqa: ARG002
    ) -> tuple[str, dict[str, Any]]:
        """No text."""
        return "", {"names": self._names()}

    def rows(self, result: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
        """A row an interval."""
        for each in result["intervals"]:
            changed = {True: "yes", False: "no", None: ""}[each["changed"]]
            yield each["after"], each["before"], changed, each["text"], result["model"]

"""Algorithms that ask about many areas and write a row about each."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSink,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.processing.imagery_algorithm import ImageryAlgorithm
from unirs_qgis.processing.outputs import FileOutput, SinkTable
from unirs_qgis.processing.rows import Columns, Style
from unirs_qgis.processing.run import Area, Run, Table
from unirs_qgis.processing.session import fail_if_interrupted, load_model
from unirs_qgis.processing.stopped_output import StoppedOutput
from unirs_qgis.processing.styles import style_output
from unirs_qgis.processing.tables import Schema

translate = QCoreApplication.translate


class TableAlgorithm(ImageryAlgorithm):
    """Sends one request about many areas, and writes a row about each.

    Attributes:
        load: Loads the model in the worker and gives the result, once; ``None`` after a cancel.
    """

    def add_outputs(self) -> None:
        """Declare the table, and whether its rows are kept."""
        resume = translate("Processing", "Resume: keep the rows that the output has already")
        self.add_advanced([QgsProcessingParameterBoolean("RESUME", resume, True)])
        self.addParameter(self.output())

    def output(self) -> QgsProcessingParameterDefinition:
        """The parameter ``OUTPUT``: a polygon for each area."""
        return QgsProcessingParameterFeatureSink(
            "OUTPUT", self.texts().output, QgsProcessing.SourceType.TypeVectorPolygon
        )

    def prepareAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Also get ready to show the output of a run that is cancelled."""
        self._stopped = StoppedOutput()
        return super().prepareAlgorithm(parameters, context, feedback)

    def processAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Ask about every area."""
        areas = self.areas(parameters, context, feedback)
        request = self.request(parameters, context)
        with self.workplace(feedback) as (worker, renderer, folder):
            self.load = cache(lambda: load_model(worker, request.model, feedback))
            columns = self.columns(parameters, context)
            schema = self.schema(parameters, context, columns)
            with self.opened_table(parameters, context, schema) as (table, name):
                style = Style(columns)
                style_output(name, style, context)
                run = Run(worker, request, columns, table, renderer.crops, folder, feedback)
                run.ask_about(areas, self.load)
        kept = translate(
            "Processing",
            "Finished rows are kept; with a GeoPackage as output the same run continues from "
            "there.",
        )
        fail_if_interrupted(feedback, kept)
        if feedback.isCanceled():
            feedback.pushInfo(kept)
            self._stopped.show(name, style, context)
        return {"OUTPUT": name} if name else {}

    @abstractmethod
    def areas(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Sequence[Area]:
        """What to ask about; extents in ``crs``.

        Raises:
            QgsProcessingException: There is nothing to ask about.
        """

    @abstractmethod
    def schema(
        self, parameters: dict[str, Any], context: QgsProcessingContext, columns: Columns
    ) -> Schema:
        """The form of the table."""

    def columns(
        self,
        parameters: dict[str, Any],  # noqa: ARG002
        context: QgsProcessingContext,  # noqa: ARG002
    ) -> Columns:
        """The columns of the answers."""
        return Columns()

    @contextmanager
    def opened_table(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        schema: Schema,
    ) -> Iterator[tuple[Table, str]]:
        """Where the rows go until the run ends, and how Processing names it.

        Raises:
            QgsProcessingException: There can be no output there, or another run writes to it.
        """
        file = FileOutput.of_destination(_destination(parameters.get("OUTPUT"), context))
        if file is not None:
            resume = self.parameterAsBool(parameters, "RESUME", context)
            with file.opened(schema, resume) as table:
                parameters = _with_destination(parameters, file.uri)
                yield table, self.parameterAsOutputLayer(parameters, "OUTPUT", context)
            return
        sink, name = self.parameterAsSink(
            parameters, "OUTPUT", context, schema.fields, schema.geometry, schema.crs
        )
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, "OUTPUT"))
        with closing(SinkTable(sink, schema)) as table:
            yield table, name


def _destination(value: Any, context: QgsProcessingContext) -> str:
    """The destination that a value of ``OUTPUT`` names."""
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        return value.sink.valueAsString(context.expressionContext(), "")[0]
    return value if isinstance(value, str) else ""


def _with_destination(parameters: dict[str, Any], destination: str) -> dict[str, Any]:
    value = parameters["OUTPUT"]
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = QgsProcessingOutputLayerDefinition(value)
        value.sink.setStaticValue(destination)
    else:
        value = destination
    return {**parameters, "OUTPUT": value}

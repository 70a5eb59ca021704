"""What all algorithms have in common: parameters, layers, the worker, the table."""

from __future__ import annotations

import tempfile
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSink,
    QgsRasterLayer,
)
from qtpy.QtCore import QCoreApplication
from qtpy.QtGui import QIcon

from unirs_qgis.crops.grid import CropError
from unirs_qgis.crops.snapshot import LayerSnapshot
from unirs_qgis.inputs.layers import acquisition_date, date_warning
from unirs_qgis.paths import resource
from unirs_qgis.processing.model_parameters import model_access, model_parameters
from unirs_qgis.processing.outputs import FileOutput, SinkTable
from unirs_qgis.processing.rows import Columns, style_output
from unirs_qgis.processing.run import Area, BatchRequest, Run, Table
from unirs_qgis.processing.session import (
    LayerRenderer,
    fail_if_interrupted,
    load_model,
    worker_session,
)
from unirs_qgis.processing.tables import Schema
from unirs_qgis.runtime.environment import (
    PYTHON_VARIABLE,
    Runtime,
    describe_runtime,
    worker_command,
)
from unirs_qgis.settings import read_settings

translate = QCoreApplication.translate


class Texts(NamedTuple):
    """What the toolbox shows of an algorithm, in the user's language.

    Attributes:
        title: Its name.
        summary: What it does, in one sentence.
        tags: Search terms, comma-separated.
        output: Name of the output, also as a layer of the project.
        help: Paragraphs that say what it takes and gives.
    """

    title: str
    summary: str
    tags: str
    output: str
    help: tuple[str, ...]


class UniRSAlgorithm(QgsProcessingAlgorithm):
    """Sends one request about many areas, and writes a row about each.

    A subclass defines its parameters, layers, areas and request. An object lives for one run.

    Attributes:
        NAME: Id within the provider.
        METHOD: Method of the worker protocol.
        snapshots: The layers as they were when the run began, in order of time.
        pixel: Width and height of the first one's pixels in map units; ``None`` if it has none.
        load: Loads the model in the worker and gives the result, once; ``None`` after a cancel.
    """

    NAME: str
    METHOD: str

    @abstractmethod
    def texts(self) -> Texts:
        """What the toolbox shows of it."""

    def createInstance(self) -> UniRSAlgorithm:  # noqa: N802
        """Another one, for another run."""
        return type(self)()

    def name(self) -> str:
        """Id within the provider."""
        return self.NAME

    def displayName(self) -> str:  # noqa: N802
        """Name in the toolbox."""
        return self.texts().title

    def shortDescription(self) -> str:  # noqa: N802
        """One sentence."""
        return self.texts().summary

    def tags(self) -> list[str]:
        """Search terms."""
        return self.texts().tags.split(",")

    def shortHelpString(self) -> str:  # noqa: N802
        """What it takes and gives; ``qgis_process help`` puts the short description before it."""
        return "\n\n".join(self.texts().help)

    def group(self) -> str:
        """Heading in the toolbox."""
        return translate("Processing", "Ask the imagery")

    def groupId(self) -> str:  # noqa: N802
        """Name of the group for programs."""
        return "ask"

    def icon(self) -> QIcon:
        """Icon in the toolbox."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:  # noqa: N802
        """File of the icon."""
        return str(resource("icons", f"{self.NAME}.svg"))

    def canExecute(self) -> tuple[bool, str]:  # noqa: N802
        """Whether the runtime is set up, and what to do if it is not."""
        runtime = describe_runtime(read_settings())
        return runtime.python is not None, _readiness(runtime)

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: N802, ARG002
        """Declare the parameters."""
        for parameter in self.inputs():
            self.addParameter(parameter)
        for parameter in model_parameters(read_settings()):
            parameter.setFlags(
                parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced
            )
            self.addParameter(parameter)
        self.addParameter(self.output())

    def prepareAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """On the main thread: find the runtime, and take the layers as they are now."""
        runtime = describe_runtime(read_settings())
        if runtime.python is None:
            raise QgsProcessingException(_readiness(runtime))
        self._command = worker_command(runtime.python)
        self._access = model_access(self.parameterAsString(parameters, "MODEL", context))
        rasters = self.rasters(parameters, context)
        try:
            self.snapshots = [LayerSnapshot.of(layer) for layer in rasters]
        except CropError as error:
            raise QgsProcessingException(str(error)) from error
        self.pixel = _pixel(rasters[0])
        dates = [acquisition_date(layer)[0] for layer in rasters]
        self._dates = tuple(date.isoformat() if date else "" for date in dates)
        warning = date_warning(dates)
        if warning:
            feedback.pushWarning(warning)
        return True

    def processAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Ask about every area."""
        areas = self.areas(parameters, context, feedback)
        request = self._request(parameters, context)
        renderer = LayerRenderer(self.snapshots, self.crs, feedback)
        with (
            closing(renderer),
            _temporary_folder() as folder,
            worker_session(self._command, feedback, self._access) as session,
        ):
            self.load = cache(lambda: load_model(session, request.model, feedback))
            columns = self.columns(parameters, context)
            schema = self.schema(parameters, context, columns)
            with self.opened_table(parameters, context, schema) as (table, name):
                style_output(name, columns, context)
                run = Run(session, request, columns, table, renderer.crops, folder, feedback)
                run.ask_about(areas, self.load)
        fail_if_interrupted(feedback)
        return {"OUTPUT": name} if name else {}

    @abstractmethod
    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """Parameters of this algorithm only."""

    @abstractmethod
    def output(self) -> QgsProcessingParameterDefinition:
        """The parameter ``OUTPUT``."""

    @abstractmethod
    def rasters(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> list[QgsRasterLayer]:
        """The layers, in order of time.

        Raises:
            QgsProcessingException: One is missing or cannot be drawn.
        """

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

    def question(
        self,
        parameters: dict[str, Any],  # noqa: ARG002
        context: QgsProcessingContext,  # noqa: ARG002
    ) -> tuple[str, dict[str, Any]]:
        """The question as the table keeps it, and the parameters of the request for it."""
        return "", {}

    @property
    def crs(self) -> QgsCoordinateReferenceSystem:
        """CRS of the areas: that of the first layer."""
        return self.snapshots[0].crs

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

    def _clue(self, parameters: dict[str, Any], context: QgsProcessingContext) -> bool | None:
        """Whether to describe the images first; ``None``: where the model was trained with it."""
        wanted = self.parameterAsBool(parameters, "CLUE", context)
        return None if wanted and read_settings().clue is None else wanted

    def _request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> BatchRequest:
        question, params = self.question(parameters, context)
        model = {
            name.lower(): self.parameterAsString(parameters, name, context).strip()
            for name in ("MODEL", "DEVICE", "PRECISION")
        }
        common = {
            "clue": self._clue(parameters, context),
            "max_new_tokens": self.parameterAsInt(parameters, "MAX_TOKENS", context),
        }
        return BatchRequest(
            method=self.METHOD,
            params={**model, **common, **params},
            model=model,
            question=question,
            layers=" → ".join(layer.name for layer in self.snapshots),
            dates=self._dates,
        )


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """A private folder for the crops of a run."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="unirs-")
    except OSError as error:
        raise QgsProcessingException(
            translate(
                "Processing",
                "No temporary folder can be made for the crops ({reason}); free some space on "
                "its disk.",
            ).format(reason=error.strerror)
        ) from error
    with folder as path:
        yield Path(path)


def _readiness(runtime: Runtime) -> str:
    """State of the runtime and what to do about it, also where there is no dock."""
    if runtime.python is not None or not runtime.own:  # the message of a chosen Python is enough
        return runtime.message
    return translate(
        "Processing",
        "{reason} Set up the runtime in QGIS under Settings ▸ Options ▸ UniRS, or let the "
        "environment variable {variable} name the Python of an environment that has unirs.",
    ).format(reason=runtime.message, variable=PYTHON_VARIABLE)


def _pixel(layer: QgsRasterLayer) -> tuple[float, float] | None:
    """Width and height of a layer's pixels in map units; ``None`` for services without pixels."""
    if layer.width() <= 0 or layer.height() <= 0:
        return None
    return layer.rasterUnitsPerPixelX(), layer.rasterUnitsPerPixelY()


def polygons_output(label: str) -> QgsProcessingParameterFeatureSink:
    """The parameter ``OUTPUT`` of a polygon layer."""
    return QgsProcessingParameterFeatureSink(
        "OUTPUT", label, QgsProcessing.SourceType.TypeVectorPolygon
    )


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

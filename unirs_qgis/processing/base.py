"""What all algorithms have in common: parameters, layers, the worker, the table."""

from __future__ import annotations

import tempfile
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsRasterLayer,
)
from qtpy.QtCore import QCoreApplication
from qtpy.QtGui import QIcon

from unirs_qgis.crops.grid import CropError
from unirs_qgis.crops.snapshot import LayerSnapshot
from unirs_qgis.inputs.layers import acquisition_date, date_warning
from unirs_qgis.paths import resource
from unirs_qgis.processing.outputs import FileOutput
from unirs_qgis.processing.painter import Painter
from unirs_qgis.processing.rows import Columns
from unirs_qgis.processing.run import Inquiry, Place, Run, Table
from unirs_qgis.processing.session import fail_if_interrupted, worker_session
from unirs_qgis.processing.styles import style_output
from unirs_qgis.processing.tables import Schema, SinkTable
from unirs_qgis.runtime.environment import (
    PYTHON_VARIABLE,
    Runtime,
    describe_runtime,
    worker_command,
)
from unirs_qgis.settings import TOKENS, Settings, read_settings

translate = QCoreApplication.translate


class UniRSAlgorithm(QgsProcessingAlgorithm):
    """Asks one thing about many places, and writes a row about each.

    A subclass says what its parameters are, which layers are looked at, which places there are and
    what is asked. It lives for one run.

    Attributes:
        snapshots: The layers as they were when the run began, in order of time.
        pixel: Width and height of the first one's pixels in map units; ``None`` if it has none.
    """

    def createInstance(self) -> UniRSAlgorithm:  # noqa: N802
        """Another one, for another run."""
        return type(self)()

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
        return str(resource("icons", f"{self.name()}.svg"))

    def canExecute(self) -> tuple[bool, str]:  # noqa: N802
        """Whether the runtime is set up, and what to do if it is not."""
        runtime = describe_runtime(read_settings())
        return runtime.python is not None, _readiness(runtime)

    def shortHelpString(self) -> str:  # noqa: N802
        """What it takes and gives; ``qgis_process help`` puts the short description before it."""
        return "\n\n".join(self.help_paragraphs())

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: N802, ARG002
        """Declare the parameters."""
        for parameter in self.inputs():
            self.addParameter(parameter)
        for parameter in _model_parameters(read_settings()):
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
        rasters = self.rasters(parameters, context)
        try:
            self.snapshots = [LayerSnapshot.of(layer) for layer in rasters]
        except CropError as error:
            raise QgsProcessingException(str(error)) from error
        self.pixel = _pixel(rasters[0])
        warning = date_warning([acquisition_date(layer)[0] for layer in rasters])
        if warning:
            feedback.pushWarning(warning)
        return True

    def processAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Ask about every place."""
        columns = self.columns(parameters, context)
        places = self.places(parameters, context, feedback)
        inquiry = self._inquiry(parameters, context)
        schema = self.schema(parameters, context, columns)
        painter = Painter(self.snapshots, self.crs, feedback)
        try:
            with (
                _temporary_folder() as folder,
                self.opened_table(parameters, context, schema) as (table, name),
                worker_session(self._command, feedback) as session,
            ):
                style_output(name, columns, context)
                Run(session, inquiry, columns, table, painter.crops, folder, feedback).over(places)
        finally:
            painter.close()
        fail_if_interrupted(feedback)
        return {"OUTPUT": name} if name else {}

    @abstractmethod
    def help_paragraphs(self) -> Sequence[str]:
        """What the algorithm takes and gives; what it does is its short description."""

    @property
    @abstractmethod
    def method(self) -> str:
        """The method of the worker protocol."""

    @abstractmethod
    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """Parameters of this algorithm alone."""

    @abstractmethod
    def output(self) -> QgsProcessingParameterDefinition:
        """The parameter ``OUTPUT``."""

    @abstractmethod
    def rasters(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> list[QgsRasterLayer]:
        """The layers to look at, in order of time.

        Raises:
            QgsProcessingException: One is missing or cannot be drawn.
        """

    @abstractmethod
    def places(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Sequence[Place]:
        """What to ask about; extents in ``crs``.

        Raises:
            QgsProcessingException: There is nothing to ask about.
        """

    @abstractmethod
    def schema(
        self, parameters: dict[str, Any], context: QgsProcessingContext, columns: Columns
    ) -> Schema:
        """What the table looks like."""

    def columns(
        self,
        parameters: dict[str, Any],  # noqa: ARG002
        context: QgsProcessingContext,  # noqa: ARG002
    ) -> Columns:
        """Which answers there are."""
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
        """Of the places: that of the first layer."""
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

    def _inquiry(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Inquiry:
        question, asked = self.question(parameters, context)
        model = {
            name.lower(): self.parameterAsString(parameters, name, context).strip()
            for name in ("MODEL", "DEVICE", "PRECISION")
        }
        params = {
            "clue": self.parameterAsBool(parameters, "CLUE", context),
            "max_new_tokens": self.parameterAsInt(parameters, "MAX_TOKENS", context),
        }
        return Inquiry(
            method=self.method,
            params={**model, **params, **asked},
            model=model,
            question=question,
            layers=" → ".join(layer.name for layer in self.snapshots),
        )


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """A private folder for the pictures of a run."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="unirs-")
    except OSError as error:
        raise QgsProcessingException(
            translate(
                "Processing",
                "There is no temporary folder to draw in ({reason}); free some space on its disk.",
            ).format(reason=error.strerror)
        ) from error
    with folder as path:
        yield Path(path)


def _readiness(runtime: Runtime) -> str:
    """What is to be told of the runtime before a run, also where there is no dock."""
    if runtime.python is not None or not runtime.own:  # a chosen Python's sentence says what to do
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


def _model_parameters(settings: Settings) -> list[QgsProcessingParameterDefinition]:
    """How questions are answered: as the options page has it, unless said otherwise."""
    return [
        QgsProcessingParameterString(
            "MODEL", translate("Processing", "Model (name or folder)"), settings.model
        ),
        QgsProcessingParameterString(
            "DEVICE", translate("Processing", "Device (auto, cpu, cuda…)"), settings.device
        ),
        QgsProcessingParameterString(
            "PRECISION",
            translate("Processing", "Precision (auto, float32, bfloat16)"),
            settings.precision,
        ),
        QgsProcessingParameterBoolean(
            "CLUE", translate("Processing", "Let the model describe first (clue)"), settings.clue
        ),
        QgsProcessingParameterNumber(
            "MAX_TOKENS",
            translate("Processing", "Longest answer, in tokens"),
            defaultValue=settings.max_new_tokens,
            minValue=TOKENS.start,
            maxValue=TOKENS.stop - 1,
        ),
        QgsProcessingParameterBoolean(
            "RESUME",
            translate("Processing", "Resume: keep the rows that the output has already"),
            True,
        ),
    ]


def polygons_output(label: str) -> QgsProcessingParameterFeatureSink:
    """The parameter ``OUTPUT`` of a polygon layer."""
    return QgsProcessingParameterFeatureSink(
        "OUTPUT", label, QgsProcessing.SourceType.TypeVectorPolygon
    )


def _destination(value: Any, context: QgsProcessingContext) -> str:
    """What a value of ``OUTPUT`` says, without making anything of it yet."""
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

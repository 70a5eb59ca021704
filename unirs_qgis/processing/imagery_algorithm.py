"""What all algorithms about rasters have in common: layers, extents, the model, the worker."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterExtent,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsRasterLayer,
    QgsRectangle,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.columns import BETWEEN_LAYERS
from unirs_qgis.crops.grid import CropError
from unirs_qgis.crops.snapshot import LayerSnapshot
from unirs_qgis.inputs.layers import acquisition_date, date_warning, dates_for_model, ordered
from unirs_qgis.processing.algorithm import UniRSAlgorithm, readiness
from unirs_qgis.processing.extents import across_180, boxes_within, names_its_crs
from unirs_qgis.processing.model_parameters import (
    CORRECTIONS,
    clue_parameter,
    correction_parameters,
    model_access,
    model_parameters,
    tokens_parameter,
)
from unirs_qgis.processing.run import BatchRequest
from unirs_qgis.processing.session import LayerRenderer, temporary_folder, worker_session
from unirs_qgis.runtime.environment import describe_runtime, worker_command
from unirs_qgis.settings import VIEWS, read_settings
from unirs_qgis.shared.client import WorkerClient

translate = QCoreApplication.translate


class Workplace(NamedTuple):
    """What a run holds open.

    Attributes:
        worker: It answers.
        renderer: It draws the layers.
        folder: For their crops.
    """

    worker: WorkerClient
    renderer: LayerRenderer
    folder: Path


class ImageryAlgorithm(UniRSAlgorithm):
    """Asks a model about rasters. A subclass defines its parameters, layers and request.

    Attributes:
        METHOD: Method of the worker protocol, where it is always the same.
        LAYERS: Names of the parameters that hold a raster layer each, in order of time.
        TAKES_DATES: Whether it takes several dates, which can be corrected.
        WRITES_TEXT: Whether its answers are text, whose length is bounded.
        snapshots: The layers as they were when the run began, in order of time.
        pixel: Width and height of the first one's pixels in map units; ``None`` if it has none.
    """

    METHOD: str
    LAYERS: tuple[str, ...] = ("INPUT",)
    TAKES_DATES = True
    WRITES_TEXT = True

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: N802, ARG002
        """Declare the parameters."""
        for parameter in self.inputs():
            self.addParameter(parameter)
        settings = read_settings()
        self.add_advanced([*model_parameters(settings), clue_parameter(settings)])
        if self.WRITES_TEXT:
            self.add_advanced([tokens_parameter(settings)])
        if self.TAKES_DATES:
            self.add_advanced(correction_parameters())
        self.add_outputs()

    @abstractmethod
    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """Parameters of this algorithm only."""

    @abstractmethod
    def add_outputs(self) -> None:
        """Declare what it gives."""

    def prepareAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """On the main thread: find the runtime, and take the layers as they are now."""
        runtime = describe_runtime(read_settings())
        if runtime.python is None:
            raise QgsProcessingException(readiness(runtime))
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

    def layer_parameters(self) -> list[QgsProcessingParameterDefinition]:
        """The parameters that hold the layers."""
        labels = {
            "INPUT": translate("Processing", "Raster layer"),
            "BEFORE": translate("Processing", "Raster layer before"),
            "AFTER": translate("Processing", "Raster layer after"),
        }
        return [QgsProcessingParameterRasterLayer(name, labels[name]) for name in self.LAYERS]

    def rasters(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> list[QgsRasterLayer]:
        """The layers of ``LAYERS``, in order of time.

        Raises:
            QgsProcessingException: One is missing or cannot be drawn.
        """
        layers = []
        for name in self.LAYERS:
            layer = self.parameterAsRasterLayer(parameters, name, context)
            if layer is None:
                raise QgsProcessingException(self.invalidRasterError(parameters, name))
            layers.append(layer)
        return layers

    def method(
        self,
        parameters: dict[str, Any],  # noqa: ARG002
        context: QgsProcessingContext,  # noqa: ARG002
    ) -> str:
        """Method of the worker protocol."""
        return self.METHOD

    def question(
        self,
        parameters: dict[str, Any],  # noqa: ARG002
        context: QgsProcessingContext,  # noqa: ARG002
    ) -> tuple[str, dict[str, Any]]:
        """The question as a table keeps it, and the parameters of the request for it."""
        return "", {}

    def series(
        self, parameters: dict[str, Any], context: QgsProcessingContext, name: str = "INPUT"
    ) -> list[QgsRasterLayer]:
        """The layers of a parameter that takes several, in order of time.

        Raises:
            QgsProcessingException: There is none, or one is missing.
        """
        layers = self.parameterAsLayerList(parameters, name, context)
        rasters = [layer for layer in layers if isinstance(layer, QgsRasterLayer)]
        if not rasters or len(rasters) < len(layers):
            raise QgsProcessingException(self.invalidRasterError(parameters, name))
        return ordered(rasters)

    def options(self, parameters: dict[str, Any], context: QgsProcessingContext) -> tuple[str, ...]:
        """The closed set of answers in ``OPTIONS``; none if it is empty.

        Raises:
            QgsProcessingException: There is only one option, or one occurs twice.
        """
        return parse_options(self.parameterAsString(parameters, "OPTIONS", context))

    def question_text(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """``QUESTION``.

        Raises:
            QgsProcessingException: It is empty.
        """
        text = self.parameterAsString(parameters, "QUESTION", context).strip()
        if not text:
            raise QgsProcessingException(
                translate("Processing", "The question is empty; enter one.")
            )
        return text

    def free_or_scored(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[str, dict[str, Any]]:
        """``QUESTION``, and with it ``OPTIONS`` and, where these are scored, ``VIEWS``.

        Raises:
            QgsProcessingException: The question is empty, or the options leave no choice.
        """
        text = self.question_text(parameters, context)
        params: dict[str, Any] = {"text": text, "options": self.options(parameters, context)}
        if params["options"]:
            params["views"] = self.parameterAsInt(parameters, "VIEWS", context)
        return text, params

    @property
    def crs(self) -> QgsCoordinateReferenceSystem:
        """CRS of the areas: that of the first layer."""
        return self.snapshots[0].crs

    def request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> BatchRequest:
        """What the worker is asked about each area."""
        question, params = self.question(parameters, context)
        model = self.model(parameters, context)
        common: dict[str, Any] = {"clue": self._clue(parameters, context)}
        if self.WRITES_TEXT:
            common["max_new_tokens"] = self.parameterAsInt(parameters, "MAX_TOKENS", context)
        if len(self.snapshots) > 1:
            common["crop"] = {
                name: self.parameterAsBool(parameters, name.upper(), context)
                for name in CORRECTIONS
            }
        return BatchRequest(
            method=self.method(parameters, context),
            params={**model, **common, **params},
            model=model,
            question=question,
            layers=BETWEEN_LAYERS.join(layer.name for layer in self.snapshots),
            dates=self._dates,
        )

    @contextmanager
    def workplace(self, feedback: QgsProcessingFeedback) -> Iterator[Workplace]:
        """A worker, the layers to draw, and a folder; all gone at the end.

        Raises:
            QgsProcessingException: The worker cannot be started, or fails; in one sentence.
        """
        dates = dates_for_model(self._dates)
        with (
            closing(LayerRenderer(self.snapshots, self.crs, feedback, dates)) as renderer,
            temporary_folder() as folder,
            worker_session(self._command, feedback, self._access) as worker,
        ):
            yield Workplace(worker, renderer, folder)

    def boxes(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> list[QgsRectangle]:
        """``EXTENT``, as far as every layer reaches, in the CRS of the first layer.

        Returns:
            One box, or two where the extent lies across 180 degrees.

        Raises:
            QgsProcessingException: Layers and extent do not overlap, or cannot be compared.
        """
        first, *others = self.snapshots
        areas = [(layer.extent, layer.crs, layer.name) for layer in others]
        if parameters.get("EXTENT"):
            areas.append(self._extent(parameters, context))
        boxes = [first.extent]
        for extent, crs, name in areas:
            boxes = self._within(boxes, extent, crs, name, context)
        boxes = [box for box in boxes if not box.isEmpty()]
        if not boxes:
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "The extent and the layers ({layers}) do not overlap; choose another extent.",
                ).format(layers=", ".join(layer.name for layer in self.snapshots))
            )
        return boxes

    def _clue(self, parameters: dict[str, Any], context: QgsProcessingContext) -> bool | None:
        """Whether to describe the images first; ``None``: where the model was trained with it."""
        wanted = self.parameterAsBool(parameters, "CLUE", context)
        return None if wanted and read_settings().clue is None else wanted

    def _extent(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[QgsRectangle, QgsCoordinateReferenceSystem, str]:
        """``EXTENT`` with its CRS and its name in messages."""
        value = parameters["EXTENT"]
        crs = self.parameterAsExtentCrs(parameters, "EXTENT", context)
        text = value if isinstance(value, str) else ""
        if type(value) is QgsRectangle or not names_its_crs(text) or not crs.isValid():
            crs = self.crs
        extent = across_180(text, crs) or self.parameterAsExtent(parameters, "EXTENT", context)
        return extent, crs, translate("Processing", "Extent")

    def _within(
        self,
        boxes: Iterable[QgsRectangle],
        extent: QgsRectangle,
        crs: QgsCoordinateReferenceSystem,
        name: str,
        context: QgsProcessingContext,
    ) -> list[QgsRectangle]:
        """The parts of boxes that lie in an extent."""
        first = self.snapshots[0]
        if crs.isValid() != first.crs.isValid():
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "One of the layers {first} and {second} has no CRS, so that their extents "
                    "cannot be compared; set it in the layer's properties.",
                ).format(first=first.name, second=name)
            )
        try:
            return [
                part
                for box in boxes
                for part in boxes_within(box, first.crs, extent, crs, context.transformContext())
            ]
        except QgsCsException as error:
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "The layer {layer} cannot be transformed to the CRS {crs}; choose another "
                    "layer.",
                ).format(layer=name, crs=first.crs.userFriendlyIdentifier())
            ) from error


def extent_parameter() -> QgsProcessingParameterDefinition:
    """The parameter ``EXTENT``."""
    return QgsProcessingParameterExtent(
        "EXTENT", translate("Processing", "Extent (all of the layer if empty)"), optional=True
    )


def question_parameters() -> list[QgsProcessingParameterDefinition]:
    """The parameters ``QUESTION``, ``OPTIONS`` and ``VIEWS``; see ``free_or_scored``."""
    return [
        QgsProcessingParameterString("QUESTION", translate("Processing", "Question")),
        QgsProcessingParameterString(
            "OPTIONS",
            translate("Processing", "Options, comma-separated (free answer if empty)"),
            optional=True,
        ),
        views_parameter(),
    ]


def parse_options(line: str) -> tuple[str, ...]:
    """The options in a comma-separated list; none if it is empty.

    Raises:
        QgsProcessingException: There is only one option, or one occurs twice.
    """
    options = tuple(option.strip() for option in line.split(",") if option.strip())
    if len(options) == 1 or len(set(options)) < len(options):
        raise QgsProcessingException(
            translate(
                "Processing", "The options {options} leave no choice; name at least two, each once."
            ).format(options=", ".join(options))
        )
    return options


def views_parameter() -> QgsProcessingParameterDefinition:
    """The parameter ``VIEWS``."""
    return QgsProcessingParameterNumber(
        "VIEWS",
        translate("Processing", "Number of views of each image"),
        defaultValue=read_settings().views,
        minValue=VIEWS.start,
        maxValue=VIEWS.stop - 1,
    )


def _pixel(layer: QgsRasterLayer) -> tuple[float, float] | None:
    """Width and height of a layer's pixels in map units; ``None`` for services without pixels."""
    if layer.width() <= 0 or layer.height() <= 0:
        return None
    return layer.rasterUnitsPerPixelX(), layer.rasterUnitsPerPixelY()

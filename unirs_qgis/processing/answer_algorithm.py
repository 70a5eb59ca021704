"""Algorithms that ask about one extent and give the answer as values, for scripts and models."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputBoolean,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsRectangle,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.answer import Answer
from unirs_qgis.crops.draw import CropCancelled
from unirs_qgis.crops.grid import CropError
from unirs_qgis.crops.renderer import Crop
from unirs_qgis.processing.imagery_algorithm import ImageryAlgorithm, Workplace
from unirs_qgis.processing.run import NODATA_SHARE, BatchRequest
from unirs_qgis.processing.session import fail_if_interrupted, is_done, load_model
from unirs_qgis.processing.styles import StyleFile, style_output
from unirs_qgis.runtime.capabilities import Capabilities

translate = QCoreApplication.translate


class AnswerAlgorithm(ImageryAlgorithm):
    """Sends one request about one extent; whatever is wrong ends it with a sentence.

    Attributes:
        MOST_NODATA: With a larger share of nodata there is nothing to ask about.
        READS: Kind of input that the model must read; empty for that of the layers.
        FILES: For each output that is a file, its parameter of the request, and its style.
    """

    MOST_NODATA = NODATA_SHARE
    READS = ""
    FILES: Mapping[str, tuple[str, str]] = MappingProxyType({})

    def add_outputs(self) -> None:
        """Declare the values of an answer; see ``values``."""
        self.add_values(
            QgsProcessingOutputString,
            ANSWER=translate("Processing", "Answer"),
            PROBABILITIES=translate("Processing", "Probability of each option (JSON)"),
            **self.origin_labels(),
        )
        self.add_values(
            QgsProcessingOutputNumber, CONFIDENCE=translate("Processing", "Confidence (0 to 1)")
        )
        self.add_values(
            QgsProcessingOutputBoolean,
            CHANGED=translate("Processing", "Whether anything has changed"),
            UNSURE=translate("Processing", "Whether the model is not sure"),
        )

    @staticmethod
    def origin_labels() -> dict[str, str]:
        """Texts that every answer has: what answered, and about what."""
        return {
            "MODEL_NAME": translate("Processing", "Model that answered"),
            "DIGEST": translate("Processing", "Digest of the model"),
            "ENGINE": translate("Processing", "Engine"),
            "HOST": translate("Processing", "Host that the images were sent to"),
            "FOOTPRINT": translate("Processing", "Footprint (WKT, in the layer's CRS)"),
            "DATES": translate("Processing", "Acquisition dates (JSON)"),
            "WARNINGS": translate("Processing", "Warnings about the images (JSON)"),
        }

    @staticmethod
    def help_on_values() -> tuple[str, ...]:
        """Paragraphs of the help that these algorithms share."""
        return (
            translate(
                "Processing",
                "The model gets one image of each layer: what the map shows of the extent, with "
                "the bands, stretch and transparency of the layer, made smaller to the size that "
                "the model reads. Use the algorithms on tiles for small things in a large extent.",
            ),
            translate(
                "Processing",
                "Nothing is written and no layer is added, except a change map that you ask for. "
                "Outputs are ANSWER, CONFIDENCE (0 to 1, of the option, the verdict or the text), "
                "PROBABILITIES (JSON, by option), UNSURE, CHANGED, MODEL_NAME, DIGEST, ENGINE, "
                "HOST (empty if the images stayed on this computer), FOOTPRINT, DATES and "
                "WARNINGS. A value that the model does not give is empty. A failure ends the run "
                "with its reason.",
            ),
        )

    def prepareAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Also take the names of the files, and refuse one that is a layer to read."""
        if not super().prepareAlgorithm(parameters, context, feedback):
            return False
        self._files = {
            name: self.parameterAsOutputLayer(parameters, name, context)
            for name in self.FILES
            if parameters.get(name)
        }
        layers = self.rasters(parameters, context)
        sources = {os.path.realpath(layer.source()) for layer in layers}
        for file in self._files.values():
            if os.path.realpath(file) in sources:
                raise QgsProcessingException(
                    translate(
                        "Processing",
                        "The output {file} would overwrite a layer that is asked about; choose "
                        "another file.",
                    ).format(file=file)
                )
        return True

    def processAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Ask, and give the answer; nothing after a cancel."""
        extent = self.one_box(parameters, context)
        request = self.request(parameters, context)
        with self.workplace(feedback) as workplace:
            asked = self._asked(workplace, request, extent, feedback)
        fail_if_interrupted(feedback)
        if asked is None:
            return {}
        result, crop = asked
        feedback.pushInfo(result["answer"])
        for name, file in self._files.items():
            style_output(file, StyleFile(self.FILES[name][1]), context)
        values = {**self.values(result, request), "FOOTPRINT": crop.footprint}
        return {**values, **self._files, **self.written(result, parameters, context)}

    def values(self, result: Mapping[str, Any], request: BatchRequest) -> dict[str, Any]:
        """The worker's result as values of outputs."""
        views = request.params.get("views", 1)
        return values_of(Answer.of_result(result, views=views, dates=request.dates))

    def written(
        self,
        result: Mapping[str, Any],  # noqa: ARG002
        parameters: dict[str, Any],  # noqa: ARG002
        context: QgsProcessingContext,  # noqa: ARG002
    ) -> dict[str, Any]:
        """Outputs that are written here, of the worker's result; none by default."""
        return {}

    def side(self, extent: QgsRectangle, image_size: int) -> int:  # noqa: ARG002
        """Pixels on the longer side of the crops: those of the model's image."""
        return image_size

    def show(self, notification: Mapping[str, Any], feedback: QgsProcessingFeedback) -> None:
        """Show the last notification of the worker about the request; nothing by default."""

    def one_box(self, parameters: dict[str, Any], context: QgsProcessingContext) -> QgsRectangle:
        """What is asked about, in the CRS of the first layer.

        Raises:
            QgsProcessingException: It lies across 180 degrees, or does not overlap the layers.
        """
        boxes = self.boxes(parameters, context)
        if len(boxes) > 1:
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "On the map of {layer} the extent lies at both ends, across 180 degrees; ask "
                    "about one side at a time.",
                ).format(layer=self.snapshots[0].name)
            )
        return boxes[0]

    def _asked(
        self,
        workplace: Workplace,
        request: BatchRequest,
        extent: QgsRectangle,
        feedback: QgsProcessingFeedback,
    ) -> tuple[Mapping[str, Any], Crop] | None:
        """The worker's result and the first crop; ``None`` after a cancel."""
        worker, renderer, folder = workplace
        loaded = load_model(worker, request.model, feedback)
        if loaded is None:
            return None
        kind = self.READS or {1: "single", 2: "pair"}.get(len(self.snapshots), "video")
        refusal = Capabilities.of_load(loaded).refusal(kind)
        if refusal:
            raise QgsProcessingException(refusal)
        try:
            side = self.side(extent, loaded["image_size"])
            crops = renderer.crops(extent, side, folder)
        except CropCancelled:
            return None
        except CropError as error:
            raise QgsProcessingException(str(error)) from error
        _check_data(crops, self.MOST_NODATA)
        feedback.setProgressText(translate("Processing", "Asking {model}…").format(**loaded))
        last: dict[str, Any] = {}
        files = {self.FILES[name][0]: file for name, file in self._files.items()}
        pending = worker.submit(
            request.method,
            {**request.params, **files, "paths": [str(crop.path) for crop in crops]},
            lambda _kind, notification: last.update(notification),  # on the reading thread
        )
        if not is_done(pending.future, feedback, lambda: self.show(last, feedback)):
            pending.cancel()
            return None
        return pending.future.result(), crops[0]


def values_of(answer: Answer) -> dict[str, Any]:
    """An answer as values of outputs; ``None`` for what the model does not give."""
    chances = None if answer.lacks_probabilities or not answer.options else dict(answer.options)
    return {
        "ANSWER": answer.text,
        "CONFIDENCE": answer.confidence,
        "PROBABILITIES": json.dumps(chances, ensure_ascii=False) if chances else "",
        "UNSURE": answer.unsure,
        "CHANGED": answer.changed,
        **origin_of(answer),
    }


def origin_of(answer: Answer) -> dict[str, Any]:
    """What answered, and when the images were taken; see ``AnswerAlgorithm.origin_labels``."""
    return {
        "MODEL_NAME": answer.model,
        "DIGEST": answer.model_digest,
        "ENGINE": answer.engine,
        "HOST": answer.host,
        "DATES": json.dumps(answer.acquired),
        "WARNINGS": json.dumps(answer.warnings, ensure_ascii=False),
    }


def _check_data(crops: list[Crop], most: float) -> None:
    """Refuse an extent without data.

    Raises:
        QgsProcessingException: The sentence names the layer.
    """
    for crop in crops:
        if crop.nodata_share > most:
            raise QgsProcessingException(
                translate(
                    "Processing",
                    "The layer {layer} has no data in this extent; choose another extent.",
                ).format(layer=crop.layer_name)
            )

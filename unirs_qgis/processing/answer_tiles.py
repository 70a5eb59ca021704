"""``unirs:answertiles``: one question to every tile of a raster layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterString,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.processing.on_tiles import TilesAlgorithm
from unirs_qgis.processing.options import parse_options
from unirs_qgis.processing.rows import Columns

translate = QCoreApplication.translate


class AnswerTiles(TilesAlgorithm):
    """Asks every tile the same question."""

    method = "ask"

    def name(self) -> str:
        """Id within the provider."""
        return "answertiles"

    def displayName(self) -> str:  # noqa: N802
        """Name in the toolbox."""
        return translate("Processing", "Answer tiles")

    def output_name(self) -> str:
        """Name of the output."""
        return translate("Processing", "Answered tiles")

    def tags(self) -> list[str]:
        """Words to find it by."""
        return translate(
            "Processing", "question,ask,answer,VQA,yes,no,probability,options,tiles,grid,raster,AI"
        ).split(",")

    def shortDescription(self) -> str:  # noqa: N802
        """One sentence."""
        return translate("Processing", "Puts one question to every tile of a raster layer.")

    def help_paragraphs(self) -> Sequence[str]:
        """What it takes and gives."""
        options = translate(
            "Processing",
            "Without options the model answers freely. With options, such as yes,no, it rates each "
            "of them: the text is the likeliest, the column probability says how likely, and there "
            "is a column for each option (p_yes, p_no).",
        )
        return (options, *self.help_on_tiles())

    def question_parameters(self) -> list[QgsProcessingParameterDefinition]:
        """The question and its closed set of answers."""
        return [
            QgsProcessingParameterString("QUESTION", translate("Processing", "Question")),
            QgsProcessingParameterString(
                "OPTIONS",
                translate("Processing", "Options, with commas between (free answer if empty)"),
                optional=True,
            ),
        ]

    def columns(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Columns:
        """The question, the answer, and the probability of each option."""
        return Columns(asks=True, options=self._options(parameters, context))

    def question(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[str, dict[str, Any]]:
        """``QUESTION`` and ``OPTIONS``."""
        text = self.parameterAsString(parameters, "QUESTION", context).strip()
        if not text:
            raise QgsProcessingException(
                translate("Processing", "The question is empty; say what you want to know.")
            )
        return text, {"text": text, "options": list(self._options(parameters, context))}

    def _options(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[str, ...]:
        return parse_options(self.parameterAsString(parameters, "OPTIONS", context))

"""The parameters of every run about model and images, and what its server has to be sent."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingException,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.errors import UserError
from unirs_qgis.runtime.access import access_params
from unirs_qgis.settings import TOKENS, Settings, read_settings

translate = QCoreApplication.translate

CORRECTIONS = ("align", "match_colours")
"""What the worker can correct, by its names; those of the parameters in capitals."""


def model_parameters(settings: Settings) -> list[QgsProcessingParameterDefinition]:
    """Which model runs where; the options page gives their defaults."""
    return [
        QgsProcessingParameterString(
            "MODEL",
            translate("Processing", "Model (name, folder, hf:OWNER/NAME or server:URL#MODEL)"),
            settings.model,
        ),
        QgsProcessingParameterString(
            "DEVICE", translate("Processing", "Device (auto, cpu, cuda…)"), settings.device
        ),
        QgsProcessingParameterString(
            "PRECISION",
            translate("Processing", "Precision (auto, float32, bfloat16, float16, int8, int4)"),
            settings.precision,
        ),
    ]


def clue_parameter(settings: Settings) -> QgsProcessingParameterDefinition:
    """Whether the images are described first; the options page gives the default."""
    return QgsProcessingParameterBoolean(
        "CLUE", translate("Processing", "Generate a clue first"), settings.clue is not False
    )


def tokens_parameter(settings: Settings) -> QgsProcessingParameterDefinition:
    """How long an answer may be; the options page gives the default."""
    return QgsProcessingParameterNumber(
        "MAX_TOKENS",
        translate("Processing", "Maximum length of an answer, in tokens"),
        defaultValue=settings.max_new_tokens,
        minValue=TOKENS.start,
        maxValue=TOKENS.stop - 1,
    )


def correction_parameters() -> list[QgsProcessingParameterDefinition]:
    """What is corrected in the later of several dates."""
    labels = (
        translate("Processing", "Align the later dates with the first one"),
        translate("Processing", "Give the later dates the colours of the first one"),
    )
    return [
        QgsProcessingParameterBoolean(name.upper(), label, False)
        for name, label in zip(CORRECTIONS, labels)
    ]


def model_access(model: str) -> dict[str, Any]:
    """Key and permission for the server of a model; see ``access.access_params``.

    Call it on the main thread, where QGIS may ask for its master password.

    Raises:
        QgsProcessingException: Its host is not confirmed, or its key cannot be read.
    """
    try:
        return access_params(read_settings(), model.strip())
    except UserError as error:
        raise QgsProcessingException(error.message) from error

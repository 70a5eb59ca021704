"""What all algorithms have in common: their names, texts and icons, and whether they can run."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, NamedTuple

from qgis.core import QgsProcessingAlgorithm, QgsProcessingParameterDefinition
from qtpy.QtCore import QCoreApplication
from qtpy.QtGui import QIcon

from unirs_qgis.paths import resource
from unirs_qgis.runtime.environment import PYTHON_VARIABLE, Runtime, describe_runtime
from unirs_qgis.settings import read_settings

translate = QCoreApplication.translate


class Texts(NamedTuple):
    """What the toolbox shows of an algorithm, in the user's language.

    Attributes:
        title: Its name.
        summary: What it does, in one sentence.
        tags: Search terms, comma-separated.
        help: Paragraphs that say what it takes and gives.
        output: Name of the output, also as a layer of the project; empty if it gives values.
    """

    title: str
    summary: str
    tags: str
    help: tuple[str, ...]
    output: str = ""


class UniRSAlgorithm(QgsProcessingAlgorithm):
    """An algorithm of the provider. An object lives for one run.

    Attributes:
        NAME: Id within the provider.
    """

    NAME: str

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
        return runtime.python is not None, readiness(runtime)

    def add_advanced(self, parameters: Iterable[QgsProcessingParameterDefinition]) -> None:
        """Declare parameters that the dialog shows below the others."""
        for parameter in parameters:
            flag = QgsProcessingParameterDefinition.Flag.FlagAdvanced
            parameter.setFlags(parameter.flags() | flag)
            self.addParameter(parameter)

    def add_values(self, kind: type, **labels: str) -> None:
        """Declare outputs that are values, by their names."""
        for name, label in labels.items():
            self.addOutput(kind(name, label))

    def model(self, parameters: dict[str, Any], context: Any) -> dict[str, str]:
        """The parameters of the worker's ``load``: model, device and precision."""
        return {
            name.lower(): self.parameterAsString(parameters, name, context).strip()
            for name in ("MODEL", "DEVICE", "PRECISION")
        }


def readiness(runtime: Runtime) -> str:
    """State of the runtime and what to do about it, also where there is no dock."""
    if runtime.python is not None or not runtime.own:  # the message of a chosen Python is enough
        return runtime.message
    return translate(
        "Processing",
        "{reason} Set up the runtime in QGIS under Settings ▸ Options ▸ UniRS, or let the "
        "environment variable {variable} name the Python of an environment that has unirs.",
    ).format(reason=runtime.message, variable=PYTHON_VARIABLE)

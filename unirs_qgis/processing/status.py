"""``unirs:status``: whether the runtime is set up, and which model answers where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputBoolean,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.processing.algorithm import Texts, UniRSAlgorithm, readiness
from unirs_qgis.processing.model_parameters import model_access, model_parameters
from unirs_qgis.processing.session import fail_if_interrupted, is_done, load_model, worker_session
from unirs_qgis.runtime.environment import Runtime, describe_runtime, worker_command
from unirs_qgis.settings import read_settings

translate = QCoreApplication.translate


class Status(UniRSAlgorithm):
    """Whether questions can be answered; what is wrong is a value, not a failure."""

    NAME = "status"

    def texts(self) -> Texts:
        """What the toolbox shows."""
        return Texts(
            title=translate("Processing", "Status"),
            summary=translate(
                "Processing", "Whether UniRS is set up, and which model answers on which device."
            ),
            tags=translate(
                "Processing", "status,ready,set-up,version,model,engine,device,memory,agent,AI"
            ),
            help=(
                translate(
                    "Processing",
                    "READY is true if questions can be answered, and MESSAGE states why not if it "
                    "is false: this run does not fail. SET_UP is whether there is a runtime.",
                ),
                translate(
                    "Processing",
                    "The model is loaded (or its server asked), because only that shows that it "
                    "works: ENGINE, DEVICE_USED, PRECISION_USED, MEMORY_BYTES (of its weights), "
                    "DIGEST, HOST (empty if images stay on this computer) and CHANGE_MAPS come "
                    "from it. Without that, the runtime alone is tried.",
                ),
            ),
        )

    def canExecute(self) -> tuple[bool, str]:  # noqa: N802
        """Always: that there is no runtime is an answer, too."""
        return True, ""

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: N802, ARG002
        """Declare the parameters and the values."""
        for parameter in model_parameters(read_settings()):
            self.addParameter(parameter)
        self.addParameter(
            QgsProcessingParameterBoolean("LOAD", translate("Processing", "Load the model"), True)
        )
        self.add_values(
            QgsProcessingOutputBoolean,
            READY=translate("Processing", "Whether questions can be answered"),
            SET_UP=translate("Processing", "Whether the runtime is set up"),
            CHANGE_MAPS=translate("Processing", "Whether the model makes change maps"),
        )
        self.add_values(
            QgsProcessingOutputString,
            MESSAGE=translate("Processing", "State, in a sentence"),
            VERSION=translate("Processing", "Version of the runtime"),
            PYTHON=translate("Processing", "Python of the runtime"),
            MODEL_NAME=translate("Processing", "Model"),
            DIGEST=translate("Processing", "Digest of the model"),
            ENGINE=translate("Processing", "Engine"),
            DEVICE_USED=translate("Processing", "Device"),
            PRECISION_USED=translate("Processing", "Precision"),
            HOST=translate("Processing", "Host that images are sent to"),
        )
        self.add_values(
            QgsProcessingOutputNumber,
            MEMORY_BYTES=translate("Processing", "Memory of the weights, in bytes"),
        )

    def prepareAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,  # noqa: ARG002
    ) -> bool:
        """On the main thread: find the runtime, and the key of the model's server."""
        self._runtime: Runtime = describe_runtime(read_settings())
        self._access: dict[str, Any] = {}
        self._refusal = "" if self._runtime.python else readiness(self._runtime)
        try:
            self._access = model_access(self.parameterAsString(parameters, "MODEL", context))
        except QgsProcessingException as error:
            self._refusal = self._refusal or str(error)
        return True

    def processAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Start a worker, and load the model in it."""
        model = self.model(parameters, context)
        found: dict[str, Any] = {
            "READY": False,
            "SET_UP": self._runtime.python is not None,
            "MESSAGE": self._refusal,
            "MODEL_NAME": model["model"],
        }
        if not self._refusal:
            wanted = model if self.parameterAsBool(parameters, "LOAD", context) else None
            try:
                for facts in self._tried(wanted, feedback):
                    found.update(facts)
            except QgsProcessingException as error:
                found["MESSAGE"] = str(error)
        fail_if_interrupted(feedback)
        feedback.pushInfo(found["MESSAGE"])
        return found

    def _tried(
        self, model: dict[str, str] | None, feedback: QgsProcessingFeedback
    ) -> Iterator[dict[str, Any]]:
        """What the worker shows, as it comes.

        Args:
            model: The model to load; ``None`` for none.
            feedback: Cancels.

        Raises:
            QgsProcessingException: The worker or the model does not work.
        """
        assert self._runtime.python is not None  # noqa: S101 - else it was refused
        command = worker_command(self._runtime.python)
        with worker_session(command, feedback, self._access) as worker:
            hello = worker.process.hello
            if not is_done(hello.future, feedback):
                return
            runtime = hello.result()
            yield {"VERSION": runtime["version"], "PYTHON": runtime["python"]}
            if model is None:
                yield {"READY": True, "MESSAGE": self._runtime.message}
                return
            loaded = load_model(worker, model, feedback)
            if loaded is not None:
                yield _facts(loaded)


def _facts(loaded: Mapping[str, Any]) -> dict[str, Any]:
    """What the result of ``load`` shows."""
    message = translate("Processing", "Ready: {model} answers on {device}.").format(**loaded)
    return {
        "READY": True,
        "MESSAGE": message,
        "MODEL_NAME": loaded["model"],
        "DIGEST": loaded["digest"] or "",
        "ENGINE": loaded["engine"],
        "DEVICE_USED": loaded["device"],
        "PRECISION_USED": loaded["precision"],
        "HOST": loaded["host"] or "",
        "MEMORY_BYTES": loaded["memory_bytes"],
        "CHANGE_MAPS": loaded["capabilities"]["change_maps"],
    }

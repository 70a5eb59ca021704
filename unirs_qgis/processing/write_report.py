"""``unirs:report``: answers of the history with their maps, as a PDF or an HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsProject,
    QgsRasterLayer,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.dock.entries import Entry, LayerRecord
from unirs_qgis.history import HistoryError
from unirs_qgis.history.answer_file import AnswerFile
from unirs_qgis.history.places import history_path, map_folder
from unirs_qgis.processing.algorithm import Texts, UniRSAlgorithm
from unirs_qgis.report.report import FORMATS, Report, ReportError
from unirs_qgis.review.answers import ReviewError
from unirs_qgis.review.imagery import Imagery
from unirs_qgis.settings import read_settings

translate = QCoreApplication.translate

_LATEST = 10


class WriteReport(UniRSAlgorithm):
    """The latest answers, as the panel's report has them. Layouts need the main thread."""

    NAME = "report"

    def texts(self) -> Texts:
        """What the toolbox shows."""
        return Texts(
            title=translate("Processing", "Report on answers"),
            summary=translate(
                "Processing", "Writes answers of the history with their maps as a PDF or HTML file."
            ),
            tags=translate("Processing", "report,PDF,HTML,history,answers,layout,print,AI"),
            output=translate("Processing", "Report"),
            help=(
                translate(
                    "Processing",
                    "The latest answers of the history, of all questions or of those that contain "
                    "a text. The history is that of the panel UniRS, unless another file is given.",
                ),
                translate(
                    "Processing",
                    "Layers are drawn as the project shows them; image files that are not in the "
                    "project are opened. QGIS waits until the report is written.",
                ),
            ),
        )

    def canExecute(self) -> tuple[bool, str]:  # noqa: N802
        """Always: no model is needed."""
        return True, ""

    def flags(self) -> QgsProcessingAlgorithm.Flag:
        """On the main thread."""
        return super().flags() | QgsProcessingAlgorithm.Flag.FlagNoThreading

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: N802, ARG002
        """Declare the parameters and the output."""
        self.addParameter(
            QgsProcessingParameterNumber(
                "LATEST",
                translate("Processing", "Number of answers, the latest ones"),
                defaultValue=_LATEST,
                minValue=1,
            )
        )
        self.addParameter(
            QgsProcessingParameterString(
                "QUESTION",
                translate("Processing", "Only questions that contain this"),
                optional=True,
            )
        )
        history = QgsProcessingParameterFile(
            "HISTORY",
            translate("Processing", "History (that of the panel if empty)"),
            extension="gpkg",
            optional=True,
        )
        self.add_advanced([history])
        formats = ";;".join(f"{each[1:].upper()} (*{each})" for each in FORMATS)
        self.addParameter(
            QgsProcessingParameterFileDestination("OUTPUT", self.texts().output, formats)
        )
        self.add_values(
            QgsProcessingOutputNumber, COUNT=translate("Processing", "Number of answers")
        )

    def processAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Write the report."""
        project = context.project() or QgsProject.instance()
        given = self.parameterAsFile(parameters, "HISTORY", context)
        history = Path(given) if given else history_path(read_settings(), project)
        text = self.parameterAsString(parameters, "QUESTION", context)
        count = self.parameterAsInt(parameters, "LATEST", context)
        path = Path(self.parameterAsFileOutput(parameters, "OUTPUT", context))
        if path.suffix.lower() not in FORMATS:
            path = path.with_name(f"{path.name}{FORMATS[0]}")
        entries = _latest(history, text, count)
        layers = [each for each in project.mapLayers().values() if isinstance(each, QgsRasterLayer)]
        imagery = Imagery()

        def find(name: str, source: str) -> QgsRasterLayer | None:
            try:
                return imagery.of([LayerRecord(name, source)], layers)[0]
            except ReviewError:
                return None

        def map_of(entry: str) -> Path | None:
            kept = map_folder(history) / f"{entry}.tif"
            return kept if kept.is_file() else None

        try:
            Report(entries, path, find, map_of).write(feedback.isCanceled)
        except ReportError as error:
            raise QgsProcessingException(str(error)) from error
        return {"OUTPUT": str(path), "COUNT": len(entries)}


def _latest(history: Path, text: str, count: int) -> list[Entry]:
    """The latest entries of a history whose questions contain a text.

    Raises:
        QgsProcessingException: There is none, or the history cannot be read.
    """
    try:
        entries = AnswerFile(history).read().entries
    except HistoryError as error:
        raise QgsProcessingException(str(error)) from error
    fitting = [entry for entry in entries if text.casefold() in entry.title.casefold()]
    if not fitting:
        raise QgsProcessingException(
            translate(
                "Processing",
                "The history {file} has no such answers; ask a question first, or choose others.",
            ).format(file=history)
        )
    return sorted(fitting, key=lambda entry: entry.time)[-count:]

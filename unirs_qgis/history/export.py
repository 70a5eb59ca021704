"""Export of the history: GeoPackage, GeoJSON or CSV."""

from __future__ import annotations

import tempfile
from pathlib import Path

from qgis.core import QgsTask, QgsVectorLayer
from qtpy.QtCore import QCoreApplication, Signal

from unirs_qgis.dock.entries import Entry
from unirs_qgis.history.answer_file import TABLE, AnswerFile, HistoryError
from unirs_qgis.history.written_copy import CopyError, write_copy

DRIVERS = {
    "GPKG": [],
    "GeoJSON": ["RFC7946=YES"],
    "CSV": ["GEOMETRY=AS_WKT"],
}
"""GDAL's name of every export format, with its layer creation options."""


class ExportTask(QgsTask):
    """Writes entries to a new file, which replaces an existing one when it is complete.

    Args:
        entries: The entries.
        path: The file.
        driver: "GPKG", "GeoJSON" or "CSV".

    Raises:
        ValueError: There is no such driver.
    """

    written = Signal(str)
    """Path of the file that was written."""
    refused = Signal(str)
    """Error message, one sentence; nothing was written."""

    def __init__(self, entries: list[Entry], path: Path, driver: str) -> None:
        super().__init__(QCoreApplication.translate("History", "Export the history of UniRS"))
        if driver not in DRIVERS:
            raise ValueError(driver)
        self._entries = entries
        self._path = path
        self._driver = driver
        self._reason = ""

    def run(self) -> bool:
        """Writes the file, in a thread of the task manager."""
        try:
            self._write()
        except HistoryError as error:
            self._reason = str(error)
        except CopyError as error:
            self._reason = self._message(str(error))
        except OSError as error:
            self._reason = self._message(error.strerror or str(error))
        return not self._reason

    def finished(self, result: bool) -> None:
        """Reports the result, on the GUI thread."""
        if result:
            self.written.emit(str(self._path))
        elif self._reason:
            self.refused.emit(self._reason)

    def _write(self) -> None:
        # Beside the target, so that the rename stays on one disk.
        with tempfile.TemporaryDirectory(dir=self._path.parent, prefix=".unirs-") as folder:
            collected = AnswerFile(Path(folder) / "collected.gpkg")
            collected.append(self._entries)
            layer = QgsVectorLayer(f"{collected.path}|layername={TABLE}", TABLE, "ogr")
            write_copy(layer, self._path, self._driver, TABLE, DRIVERS[self._driver])
            del layer  # closes the file: Windows cannot remove an open one

    def _message(self, reason: str) -> str:
        return QCoreApplication.translate(
            "History",
            "The history cannot be exported to {file}: {reason}. Choose another file or folder.",
        ).format(file=self._path, reason=reason.rstrip("."))

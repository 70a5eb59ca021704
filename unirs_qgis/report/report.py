"""A report is made: layers are drawn in the background, then pages are laid out one by one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from qgis.core import QgsApplication, QgsLayoutExporter, QgsRasterLayer
from qtpy.QtCore import (
    QCoreApplication,
    QFile,
    QIODevice,
    QMarginsF,
    QObject,
    QSizeF,
    QTimer,
    Signal,
)
from qtpy.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter

from unirs_qgis.background import BackgroundTask
from unirs_qgis.crops.grid import CropError
from unirs_qgis.crops.snapshot import LayerSnapshot
from unirs_qgis.dock.entries import Entry
from unirs_qgis.errors import UserError
from unirs_qgis.paths import private_folder
from unirs_qgis.report import html_file
from unirs_qgis.report.contents import Contents
from unirs_qgis.report.page import PAGE, EntryPages
from unirs_qgis.report.pictures import Drawing, Pictures, draw_all

translate = QCoreApplication.translate

FORMATS = (".pdf", ".html")
_DPI = 300


class ReportError(UserError):
    """A report cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        text = translate(
            "Report", "The report {file} cannot be written ({reason}); choose another file."
        )
        super().__init__("report", text.format(file=path, reason=reason.rstrip(".")))


class Report(QObject):
    """Writes entries of the history as pages of a PDF, or as one HTML file.

    One of its signals is emitted, once; the object deletes itself afterwards.

    Args:
        entries: At least one; they are written in the order of their time.
        path: A file that ends with one of `FORMATS`; it is replaced when the new one is complete.
        find: From name and source to the layer of the project, or `None`.
        change_maps: Files of change maps and maps of places, by the id of the entry.
        parent: Owner.
    """

    written = Signal(str)
    """Path of the file."""
    failed = Signal(str)
    """One sentence; nothing was written."""
    cancelled = Signal()

    def __init__(
        self,
        entries: Sequence[Entry],
        path: Path,
        find: Callable[[str, str], QgsRasterLayer | None],
        change_maps: Callable[[str], Path | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._entries = sorted(entries, key=lambda entry: entry.time)
        self._contents = [Contents.of(entry) for entry in self._entries]
        self._path, self._find, self._change_maps = path, find, change_maps
        self._folder = private_folder()
        self._steps: Iterator[None] = iter(())
        self._task: BackgroundTask | None = None

    def start(self) -> None:
        """Draw the layers as they are now, and what follows."""
        drawings = list(map(self._drawing, self._entries, self._contents))
        title = translate("Report", "UniRS: pictures of a report")
        self._task = BackgroundTask(title, partial(draw_all, drawings, self._folder))
        self._task.succeeded.connect(self._on_drawn)
        self._task.failed.connect(lambda _code, message: self._end(self.failed, message))
        self._task.cancelled.connect(lambda: self._end(self.cancelled))
        QgsApplication.taskManager().addTask(self._task)

    def write(self, is_cancelled: Callable[[], bool]) -> None:
        """Write it at once and without a signal, for a script: QGIS waits meanwhile.

        Args:
            is_cancelled: Asked between two pages; then nothing is written.

        Raises:
            ReportError: The file cannot be written.
        """
        try:
            pictures = draw_all(
                list(map(self._drawing, self._entries, self._contents)), self._folder
            )
            for _ in self._pages(pictures):
                if is_cancelled():
                    return
        except OSError as error:
            raise ReportError(self._path, error.strerror or str(error)) from error
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def cancel(self) -> None:
        """Stop without a signal."""
        self.blockSignals(True)
        if self._task is not None:
            self._task.drop()
        self._steps = iter(())
        shutil.rmtree(self._folder, ignore_errors=True)

    def _drawing(self, entry: Entry, contents: Contents) -> Drawing:
        layers, problems = {}, {}
        for number, label in contents.maps:
            record = entry.layers[number]
            layer = self._find(record.name, record.source)
            try:
                if layer is not None:
                    layers[number] = LayerSnapshot.of(layer)
                else:
                    problems[number] = _missing(label)
            except CropError as error:
                problems[number] = str(error)
        change_map = self._change_maps(entry.id)
        return Drawing(entry.footprint, entry.crs, layers, problems, change_map)

    def _on_drawn(self, pictures: list[Pictures]) -> None:
        self._task = None
        self._steps = self._pages(pictures)
        QTimer.singleShot(0, self._step)

    def _step(self) -> None:
        """Lay out the next page, and let QGIS go on before the one after it."""
        try:
            next(self._steps)
        except StopIteration:
            if not self.signalsBlocked():
                self._end(self.written, str(self._path))
        except OSError as error:
            self._end(self.failed, ReportError(self._path, error.strerror or str(error)).message)
        else:
            QTimer.singleShot(0, self._step)

    def _end(self, signal: Signal, *values: str) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        signal.emit(*values)
        self.deleteLater()

    # -- the formats, page by page

    def _pages(self, pictures: list[Pictures]) -> Iterator[None]:
        make = self._pdf if self._path.suffix.lower() == ".pdf" else self._html
        return make(pictures)

    def _pdf(self, pictures: list[Pictures]) -> Iterator[None]:
        """Write the pages.

        Raises:
            OSError: The file cannot be written.
        """
        with tempfile.TemporaryDirectory(dir=self._path.parent, prefix=".unirs-") as folder:
            whole = Path(folder) / self._path.name
            file = QFile(str(whole))
            if not file.open(QIODevice.OpenModeFlag.WriteOnly):
                raise OSError(file.errorString())
            writer = QPdfWriter(file)
            writer.setResolution(_DPI)
            size = QPageSize(QSizeF(*PAGE), QPageSize.Unit.Millimeter)
            writer.setPageLayout(
                QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))
            )
            writer.setTitle(self._title)
            painter = QPainter(writer)
            written = 0
            try:
                for each in zip(self._entries, self._contents, pictures):
                    pages = EntryPages(*each, first_page=written + 1)
                    exporter = QgsLayoutExporter(pages.layout)
                    for number in range(pages.pages):
                        if written:
                            writer.newPage()
                        exporter.renderPage(painter, number)
                        written += 1
                        yield
            finally:
                painter.end()
                file.flush()
                problem = file.errorString() if file.error() else ""
                file.close()
            if problem:
                raise OSError(problem)
            if b"%%EOF" not in whole.read_bytes()[-32:]:
                raise OSError(translate("Report", "the disk has no room left"))
            whole.replace(self._path)

    def _html(self, pictures: list[Pictures]) -> Iterator[None]:
        """Write the file.

        Raises:
            OSError: It cannot be written.
        """
        articles = []
        for entry, contents, drawn in zip(self._entries, self._contents, pictures):
            pages = EntryPages(entry, contents, drawn)
            problems = [*drawn.problems.values(), drawn.polygon_problem]
            maps = html_file.figures(pages)
            articles.append(html_file.article(contents, maps, pages.legend, problems))
            yield
        with tempfile.TemporaryDirectory(dir=self._path.parent, prefix=".unirs-") as folder:
            whole = Path(folder) / self._path.name
            whole.write_text(html_file.page(articles, self._title), encoding="utf-8")
            whole.replace(self._path)

    @property
    def _title(self) -> str:
        return (
            self._contents[0].title
            if len(self._contents) == 1
            else translate("Report", "Answers of UniRS")
        )


def _missing(label: str) -> str:
    return translate(
        "Report", "The layer “{layer}” is not in this project; add it to have its map here."
    ).format(layer=label)

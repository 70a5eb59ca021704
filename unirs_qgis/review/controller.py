"""The review of a table: which answer is shown, and what is decided about it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.gui import QgisInterface
from qtpy.QtCore import QObject, Qt, Signal

from unirs_qgis.columns import ACCEPTED, CORRECTED, SKIPPED
from unirs_qgis.history import HistoryError
from unirs_qgis.message_bar import show_warning
from unirs_qgis.processing.extents import FeatureBoxes
from unirs_qgis.review.answers import AnswerTable, ReviewError
from unirs_qgis.review.forms import AnswerRow
from unirs_qgis.review.imagery import Imagery
from unirs_qgis.review.panel import ReviewPanel


class ReviewController(QObject):
    """Opens the panel, and goes through a table with it.

    Args:
        iface: QGIS's window.
        history: The history as a layer of its own; raises a ``HistoryError`` if it is empty.
        parent: Owner in Qt's tree of objects.
    """

    decided = Signal()
    """A decision was written into a table, which may be that of the history."""

    def __init__(
        self,
        iface: QgisInterface,
        history: Callable[[], QgsVectorLayer],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._iface = iface
        self._history = history
        self._panel: ReviewPanel | None = None
        self._table: AnswerTable | None = None
        self._imagery = Imagery()
        self._rows: list[AnswerRow] = []
        self._place = 0

    def open(self, layer: QgsMapLayer | None = None) -> None:
        """Show the panel, and begin with a layer.

        Args:
            layer: By default the active one, else the first one with answers, else the history.
        """
        panel = self.panel
        self._offer_tables()
        panel.show()
        panel.raise_()
        first = [layer, self._iface.activeLayer(), *QgsProject.instance().mapLayers().values()]
        tables = [each for each in first if isinstance(each, QgsVectorLayer)]
        table = next((each for each in tables if AnswerTable.of(each)), None)
        if layer is not None and table is not layer:
            show_warning(
                self._iface,
                self.tr(
                    "The layer {layer} has no answers to review; ask about tiles or polygons in "
                    "the Processing toolbox first."
                ).format(layer=layer.name()),
            )
        if table is None and layer is None:
            self.begin_history()
        else:
            self.begin(table)

    def begin_history(self) -> None:
        """Go through the answers of the history."""
        try:
            self.begin(self._history())
        except HistoryError as error:
            self.begin(None)
            self.panel.show_end(str(error), False)

    def begin(self, layer: QgsVectorLayer | None) -> None:
        """Go through the answers of a layer."""
        self._forget_table()
        self._table = AnswerTable.of(layer) if layer is not None else None
        if self._table is not None:
            self._table.layer.willBeDeleted.connect(self._forget_table)
            self._rows = self._table.rows(self.panel.in_turn)
        self._choose_table()
        decided = [row.is_done for row in self._rows]
        self._place = decided.index(False) if False in decided else len(decided)
        self._show()

    def close(self) -> None:
        """Remove the panel."""
        self._forget_table()
        if self._panel is not None:
            QgsProject.instance().layersAdded.disconnect(self._offer_tables)
            self._panel.views.remove()
            self._iface.removeDockWidget(self._panel)
            self._panel.deleteLater()
            self._panel = None

    @property
    def panel(self) -> ReviewPanel:
        """The panel, made when it is first needed."""
        if self._panel is None:
            self._panel = panel = ReviewPanel(self._iface.mainWindow())
            panel.table_chosen.connect(self.begin)
            panel.history_chosen.connect(self.begin_history)
            panel.order_chosen.connect(self._begin_again)
            panel.accepted.connect(lambda: self._decide(ACCEPTED))
            panel.corrected.connect(lambda text: self._decide(CORRECTED, text))
            panel.skipped.connect(lambda: self._decide(SKIPPED))
            panel.back.connect(self._go_back)
            panel.export_requested.connect(self._export)
            QgsProject.instance().layersAdded.connect(self._offer_tables)
            self._iface.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, panel)
        return self._panel

    # ------------------------------------------------------------ decisions

    def _decide(self, decision: str, correction: str = "") -> None:
        if self._table is None or self._place >= len(self._rows):
            return
        row = self._rows[self._place]
        try:
            self._table.decide(row, decision, correction)
        except ReviewError as error:
            self.panel.show_problem(str(error))
            return
        self._rows[self._place] = replace(row, decision=decision, correction=correction)
        self._place += 1
        self._show()
        self.decided.emit()

    def _begin_again(self) -> None:
        self.begin(self._table.layer if self._table else None)

    def _go_back(self) -> None:
        self._place = max(0, self._place - 1)
        self._show()

    def _export(self) -> None:
        from processing import execAlgorithmDialog

        if self._table is not None:
            layer = self._table.layer
            table = layer.source() if self._is_history(layer) else layer.id()
            execAlgorithmDialog("unirs:exportreview", {"INPUT": table})

    # ------------------------------------------------------------ what is shown

    def _show(self) -> None:
        panel = self.panel
        panel.show_problem("")
        panel.show_progress(sum(row.is_done for row in self._rows), len(self._rows))
        if self._place < len(self._rows):
            row = self._rows[self._place]
            panel.show_row(row, self._texts(row))
            self._show_images(row)
        elif not self._rows:
            panel.show_end(
                self.tr(
                    "Choose the history, or a layer with answers, as the algorithms of UniRS and "
                    "unirs batch write it."
                ),
                False,
            )
        else:
            panel.show_end(self.tr("This was the last answer."), True)

    def _show_images(self, row: AnswerRow) -> None:
        assert self._table is not None  # noqa: S101 - there are rows
        rasters = QgsProject.instance().mapLayers().values()
        try:
            layers = self._imagery.of(
                row.rasters, (each for each in rasters if isinstance(each, QgsRasterLayer))
            )
        except ReviewError as error:
            self.panel.views.clear()
            self.panel.show_problem(str(error))
            return
        polygon, crs = self._table.place(row)
        context = QgsProject.instance().transformContext()
        boxes = FeatureBoxes(layers[0].extent(), layers[0].crs(), crs, context)
        seen = boxes(polygon, row.margin)
        if seen is None:
            self.panel.views.clear()
            self.panel.show_problem(
                self.tr("The place of this answer is not known, so it cannot be shown.")
            )
        else:
            self.panel.views.show(layers, seen, polygon, crs)

    def _texts(self, row: AnswerRow) -> list[str]:
        """What a correction of a row is completed by: options, or answers of the table."""
        return list(row.options) or [
            text for each in self._rows for text in (each.text, each.correction) if text
        ]

    def _offer_tables(self, *_added: object) -> None:
        self.panel.offer_tables()
        self._choose_table()

    def _choose_table(self) -> None:
        layer = self._table.layer if self._table else None
        self.panel.choose_table(layer, is_history=self._is_history(layer))

    @staticmethod
    def _is_history(layer: QgsVectorLayer | None) -> bool:
        """Whether it is that of the history, which need not be in the project."""
        return layer is not None and QgsProject.instance().mapLayer(layer.id()) is not layer

    def _forget_table(self) -> None:
        table, self._table, self._rows, self._place = self._table, None, [], 0
        self._imagery.close()
        if table is not None:
            with suppress(RuntimeError, TypeError):  # the layer may be gone
                table.layer.willBeDeleted.disconnect(self._forget_table)
            if self._panel is not None:
                self._show()

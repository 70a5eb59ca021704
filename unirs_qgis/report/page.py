"""The pages of an entry, laid out by QGIS: question, maps, answer, facts."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFields,
    QgsFillSymbol,
    QgsLayoutItem,
    QgsLayoutItemMap,
    QgsLayoutItemPage,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsMapLayer,
    QgsMemoryProviderUtils,
    QgsPrintLayout,
    QgsProject,
    QgsRasterLayer,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)
from qtpy.QtCore import QCoreApplication
from qtpy.QtGui import QColor

from unirs_qgis.dock.entries import Entry
from unirs_qgis.map.change_map import THRESHOLD
from unirs_qgis.map.footprints import PAST, parse_footprint
from unirs_qgis.paths import resource
from unirs_qgis.report.contents import Contents
from unirs_qgis.report.pictures import Pictures
from unirs_qgis.report.text import Style, label

translate = QCoreApplication.translate

PAGE = 210.0, 297.0
"""Width and height of A4, in millimetres, as all lengths here."""

_EDGE = 15.0
_WIDTH = PAGE[0] - 2 * _EDGE
_BOTTOM = PAGE[1] - 20
_NAMES = 45.0
"""Width of the names of facts."""

_BOXES = {1: (_WIDTH, 105.0), 2: (88.0, 88.0), 3: (88.0, 66.0), 4: (88.0, 66.0)}
"""Room for each map, by their number."""

_TITLE = Style(15, bold=True)
_PLAIN = Style(11)
_SMALL = Style(8)
_GREY = Style(8, colour="#666666")
_CAVEAT = Style(9, colour="#9a3412")


class EntryPages:
    """The layout of one entry.

    Args:
        entry: The entry.
        contents: Its texts.
        pictures: What was drawn for it.
        first_page: Number of its first page in the report.

    Attributes:
        layout: As many pages as it takes.
        maps: The maps with their labels.
        legend: What the colours on the maps mean; empty without maps.
    """

    def __init__(
        self, entry: Entry, contents: Contents, pictures: Pictures, first_page: int = 1
    ) -> None:
        self._project = QgsProject()
        # Of maps of layers without a CRS: QGIS 3.22 may crash on a map that has none.
        self._project.setCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
        self.layout = QgsPrintLayout(self._project)
        self.layout.setName("report")
        self._project.layoutManager().addLayout(self.layout)  # it must not outlive the project
        self.maps: list[tuple[QgsLayoutItemMap, str]] = []
        self.legend = ""
        self._entry, self._contents, self._pictures = entry, contents, pictures
        self._page, self._y, self._first_page = -1, 0.0, first_page
        self._new_page()
        self._write()

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return self._page + 1

    def _write(self) -> None:
        contents = self._contents
        self._text(contents.title, _TITLE)
        self._text(contents.about, _GREY)
        self._y += 2
        if contents.maps:
            self._draw_maps()
        self._y += 3
        self._text(contents.answer, _PLAIN)
        self._text(contents.options, _SMALL)
        self._text(contents.confidence, _SMALL)
        for caveat in (*contents.caveats, self._pictures.polygon_problem):
            self._text(caveat, _CAVEAT)
        self._y += 4
        for name, value in contents.facts:
            self._fact(name, value)

    # -- from top to bottom

    def _new_page(self) -> None:
        page = QgsLayoutItemPage(self.layout)
        page.setPageSize(QgsLayoutSize(*PAGE))
        self.layout.pageCollection().addPage(page)
        self._page += 1
        self._y = _EDGE
        number = self._first_page + self._page
        footer = translate("Report", "UniRS · page {number}").format(number=number)
        item = label(self.layout, [footer], _GREY)
        self._place(item, _EDGE, PAGE[1] - 12, _WIDTH, 5)

    def _text(self, text: str, style: Style) -> None:
        """A text over the whole width, on several pages if it is long."""
        lines = style.lines(text, _WIDTH) if text else []
        while lines:
            fitting = max(0, int((_BOTTOM - self._y) / style.line))
            if fitting == 0:
                self._new_page()
                continue
            self._lines(lines[:fitting], style, _EDGE, self._y, _WIDTH)
            self._y += style.line * len(lines[:fitting]) + 1
            lines = lines[fitting:]

    def _fact(self, name: str, value: str) -> None:
        names = _GREY.lines(name, _NAMES - 3)
        values = _SMALL.lines(value, _WIDTH - _NAMES)
        while names or values:
            fitting = max(0, int((_BOTTOM - self._y) / _SMALL.line))
            if fitting == 0:
                self._new_page()
                continue
            self._lines(names[:fitting], _GREY, _EDGE, self._y, _NAMES - 3)
            self._lines(values[:fitting], _SMALL, _EDGE + _NAMES, self._y, _WIDTH - _NAMES)
            self._y += _SMALL.line * max(len(names[:fitting]), len(values[:fitting])) + 0.6
            names, values = names[fitting:], values[fitting:]

    def _lines(self, lines: list[str], style: Style, x: float, y: float, width: float) -> None:
        if lines:
            item = label(self.layout, lines, style)
            self._place(item, x, y, width, style.line * len(lines) + 1)

    def _place(self, item: QgsLayoutItem, x: float, y: float, width: float, height: float) -> None:
        item.attemptResize(QgsLayoutSize(width, height))
        item.attemptMove(QgsLayoutPoint(x, y), page=self._page)

    # -- maps

    def _draw_maps(self) -> None:
        shown = self._contents.maps
        width, height = _BOXES[len(shown)]
        footprint = self._footprint()
        for first in range(0, len(shown), 2):
            row = shown[first : first + 2]
            if self._y + height + 5 > _BOTTOM:
                self._new_page()
            lowest = self._y
            for column, (number, text) in enumerate(row):
                x = _EDGE + column * (_WIDTH - width)
                lines = _SMALL.lines(text, width)[:2]
                self._lines(lines, _SMALL, x, self._y, width)
                top = self._y + 2 * _SMALL.line
                last = first + column == len(shown) - 1
                bottom = self._draw_map(number, text, footprint, last, (x, top, width, height))
                lowest = max(lowest, bottom)
            self._y = lowest + 3
        if self.maps:
            self.legend = self._legend()
            self._text(self.legend, _GREY)

    def _draw_map(
        self,
        number: int,
        text: str,
        footprint: QgsVectorLayer | None,
        last: bool,
        box: tuple[float, float, float, float],
    ) -> float:
        """One map, or why there is none; its lower end."""
        x, y, width, height = box
        file = self._pictures.files.get(number)
        raster = self._raster(file) if file else None
        if raster is None:
            lines = _CAVEAT.lines(self._pictures.problems.get(number, ""), width)
            self._lines(lines, _CAVEAT, x, y, width)
            return y + len(lines) * _CAVEAT.line
        extent = raster.extent()
        scale = min(width / extent.width(), height / extent.height())
        item = QgsLayoutItemMap(self.layout)
        item.setCrs(raster.crs())
        self.layout.addLayoutItem(item)
        self._place(item, x, y, scale * extent.width(), scale * extent.height())
        item.setExtent(extent)
        layers: list[QgsMapLayer | None] = [footprint, self._polygons() if last else None, raster]
        item.setLayers([layer for layer in layers if layer is not None])
        item.setFrameEnabled(True)
        if raster.crs().isValid():
            self._add_scale_bar(item, x, y + scale * extent.height())
        self.maps.append((item, text))
        return y + scale * extent.height()

    def _add_scale_bar(self, item: QgsLayoutItemMap, x: float, bottom: float) -> None:
        bar = QgsLayoutItemScaleBar(self.layout)
        bar.setStyle("Line Ticks Up")
        bar.setLinkedMap(item)
        bar.applyDefaultSize()
        bar.setNumberOfSegments(1)
        bar.setHeight(1.5)
        letters = bar.textFormat()
        letters.setSize(_SMALL.points)
        bar.setTextFormat(letters)
        bar.setBackgroundEnabled(True)
        bar.setBackgroundColor(QColor(255, 255, 255, 170))
        bar.setBoxContentSpace(0.8)
        self.layout.addLayoutItem(bar)
        bar.update()
        bar.attemptMove(QgsLayoutPoint(x + 1, bottom - bar.rect().height() - 1), page=self._page)

    def _raster(self, path: Path) -> QgsRasterLayer | None:
        options = QgsRasterLayer.LayerOptions(False)
        options.skipCrsValidation = True
        layer = QgsRasterLayer(str(path), path.stem, "gdal", options)
        return self._kept(layer) if layer.isValid() else None

    def _polygons(self) -> QgsVectorLayer | None:
        path = self._pictures.polygons
        if path is None:
            return None
        layer = QgsVectorLayer(str(path), path.stem, "ogr")
        layer.loadNamedStyle(str(resource("styles", "change-polygons.qml")))
        layer.setLabelsEnabled(False)
        return self._kept(layer) if layer.isValid() else None

    def _footprint(self) -> QgsVectorLayer | None:
        """The outline of what was asked about; ``None`` if it cannot be read."""
        try:
            geometry, crs = parse_footprint(self._entry.footprint, self._entry.crs)
        except ValueError:  # then there are no pictures either, which states why
            return None
        layer = QgsMemoryProviderUtils.createMemoryLayer(
            "footprint", QgsFields(), geometry.wkbType(), crs
        )
        feature = QgsFeature()
        feature.setGeometry(geometry)
        layer.dataProvider().addFeatures([feature])
        symbol = QgsFillSymbol.createSimple(
            {"style": "no", "outline_color": PAST.name(), "outline_width": "0.6"}
        )
        layer.setRenderer(QgsSingleSymbolRenderer(symbol))
        return self._kept(layer)

    def _kept(self, layer: QgsMapLayer) -> QgsMapLayer:
        self._project.addMapLayer(layer, False)
        return layer

    def _legend(self) -> str:
        legend = translate("Report", "Blue: what was asked about.")
        if not self._pictures.is_mapped:
            return legend
        if self._pictures.polygons is None:
            found = translate("Report", "No place on the map has {percent} % or more.")
        elif self._entry.task == "where":
            found = translate("Report", "Outlined on the map: yes with {percent} % or more.")
        else:
            found = translate("Report", "Outlined on the last map: changed by {percent} % or more.")
        return f"{legend} {found.format(percent=THRESHOLD)}"

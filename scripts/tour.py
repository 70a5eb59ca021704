"""The pictures of ``docs/tour.md``: the real QGIS window, driven by mouse and keyboard.

``python -m scripts.tour NAIP docs/images/tour`` needs a folder with dates of one place, such as the
free tile m_4709963_se of the USDA's NAIP. Each step is a picture, and the next one goes on from it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from scripts import package
from scripts.qgis_session import ANSWER, Session, make_profile

PLACE = (489200.0, 5208247.0, 490000.0, 5209047.0)
"""Fields that a lake covers from 2014 on, in EPSG:26914."""

WIDE = (486800.0, 5205900.0, 489100.0, 5208200.0)
"""Lakes and fields beside it."""

BEFORE, AFTER, LATEST = "2010", "2014", "2020"
"""Years of the two dates that are compared, and of the latest one."""

ASKED = "Is there water in the image?"

TILES = Path(__file__).parents[1] / "resources" / "styles" / "tiles.qml"
"""The style that *Index tiles* gives its layer."""

ZOOM = """
from qgis.core import QgsProject, QgsRectangle
from qgis.utils import iface
iface.mapCanvas().setExtent(QgsRectangle({}, {}, {}, {}))
iface.mapCanvas().refresh()
iface.layerTreeView().collapseAll()
for group in QgsProject.instance().layerTreeRoot().findGroups():
    group.setItemVisibilityChecked(False)
"""
SHOW_ONE = """
from qgis.core import QgsProject
for node in QgsProject.instance().layerTreeRoot().findLayers():
    node.setItemVisibilityChecked({!r} in ("", node.name()))
"""
ADD_INDEX = """
from qgis.core import QgsProject, QgsVectorLayer
layer = QgsVectorLayer({!r}, "tiles", "ogr")
layer.loadNamedStyle({!r})
QgsProject.instance().addMapLayer(layer)
"""
DOCK_TABLES = """
from qgis.PyQt.QtCore import QSettings
QSettings().setValue("qgis/dockAttributeTable", True)
"""
HIDE_BELOW = """
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QDockWidget
from qgis.utils import iface
window = iface.mainWindow()
for dock in window.findChildren(QDockWidget):
    if window.dockWidgetArea(dock) == Qt.DockWidgetArea.BottomDockWidgetArea:
        dock.hide()
"""
FIRST_PAGE = """
from osgeo import gdal
gdal.SetConfigOption("GDAL_PDF_DPI", "80")
gdal.Translate({!r}, {!r}, format="PNG")
"""


class Tour:
    """A window on the dates of a place, and its pictures.

    Args:
        qgis: The window.
        rasters: The dates, the earliest first.
        pictures: Folder to write to.
        private: Folder for everything else.
    """

    def __init__(self, qgis: Session, rasters: list[Path], pictures: Path, private: Path) -> None:
        self._qgis, self._pictures, self._private = qgis, pictures, private
        self._rasters, self._answers = rasters, 0
        self._names = [qgis.add_raster(path, path.stem[-8:]) for path in rasters]
        qgis.click_button("unirsDockAction")

    def ask(self) -> None:
        """One question about the latest date."""
        self._zoom(PLACE)
        self._question(ASKED)
        self._qgis.press("Return")
        self._answer()
        self._picture("ask")

    def change(self) -> None:
        """What changed between two dates, and where."""
        self._zoom(PLACE)
        self._select(self._year(BEFORE), self._year(AFTER))
        self._qgis.choose("UniRS", "Describe change between layers")
        self._answer()
        count = len(self._qgis.layers())
        self._qgis.click("mapButton")
        self._wait_for_layers(count + 2)
        self._picture("change")

    def review(self) -> None:
        """The answers so far, the most doubtful first, until that about the two dates."""
        described = self._qgis.history()[-1].answer
        self._menu("Review answers")
        while described not in self._qgis.text("reviewAnswer"):
            self._qgis.click("reviewSkip")
        self._picture("review")
        self._qgis.click("reviewAccept")
        self._run(HIDE_BELOW)

    def where(self) -> None:
        """Where there is farmland."""
        self._zoom(WIDE)
        self._run(SHOW_ONE.format(self._year(LATEST)))
        self._select(self._year(LATEST))
        self._qgis.choose("UniRS", "Ask about this layer")
        count = len(self._qgis.layers())
        self._question("farmland")
        self._qgis.click("whereButton")
        self._answer()
        self._wait_for_layers(count + 2)
        self._picture("where")

    def polygons(self) -> None:
        """A question about each of the places."""
        self._question(ASKED)
        self._menu("Ask about polygons")
        before = {layer["id"] for layer in self._qgis.layers()}
        self._qgis.click_text("Run")
        layers = self._wait_for_layers(len(before) + 1)
        self._qgis.click_text("Close")
        self._run(DOCK_TABLES)
        self._select(next(layer["name"] for layer in layers if layer["id"] not in before))
        self._qgis.choose("Open Attribute Table")
        self._picture("polygons")
        self._run(HIDE_BELOW)
        self._run(SHOW_ONE.format(""))

    def when(self) -> None:
        """In which of all dates something holds."""
        self._zoom(PLACE)
        self._select(*self._names)
        self._qgis.choose("UniRS", "Ask about these layers as a series")
        self._question(ASKED)
        self._qgis.click("whenButton")
        self._answer()
        self._picture("when")

    def bands(self) -> None:
        """What the bands of the latest date can show, and an answer about that."""
        self._zoom(PLACE)
        self._select(self._names[-1])
        self._qgis.choose("UniRS", "Show as")
        self._picture("show-as")
        self._qgis.choose("False colours")
        self._select(self._names[-1])
        self._qgis.choose("UniRS", "Ask about this layer")
        self._question(ASKED)
        self._qgis.press("Return")
        self._answer()
        self._picture("false-colours")

    def find(self) -> None:
        """Tiles of an index that fit some words."""
        index = self._private / "tiles.gpkg"
        if not index.exists():
            unirs = str(Path(sys.executable).with_name("unirs"))
            subprocess.run([unirs, "index", self._rasters[-1], "--output", index], check=True)
        self._run(ADD_INDEX.format(str(index), str(TILES)))
        self._zoom(WIDE)
        self._qgis.click("historySearch")
        self._qgis.type("a lake between fields")
        self._qgis.press("Return")
        self._qgis.wait(lambda: self._qgis.ask("rows", name="foundList"), "the tiles", ANSWER)
        self._picture("find")
        self._qgis.press("ctrl+a", "Delete")

    def report(self) -> None:
        """The page of a report about the two dates."""
        path = self._private / "report.pdf"
        self._menu("Report")
        self._qgis.click("reportSearch")
        self._qgis.type("change")
        self._qgis.click("reportAll")
        self._qgis.click("reportWrite")
        self._qgis.wait(lambda: len(self._qgis.ask("dialogs")), "the dialog for the file")
        time.sleep(1)
        self._qgis.press("ctrl+a")
        self._qgis.type(str(path))
        self._qgis.press("Return")
        self._qgis.wait(path.exists, "the report", ANSWER)
        page = self._pictures / "report.png"
        self._run(FIRST_PAGE.format(str(page), str(path)))
        page.with_name(f"{page.name}.aux.xml").unlink(missing_ok=True)
        _make_small(page)

    # -- steps

    def _zoom(self, extent: tuple[float, float, float, float]) -> None:
        """Show an extent, without the maps of earlier steps."""
        self._run(ZOOM.format(*extent))
        time.sleep(2)

    def _run(self, code: str) -> None:
        script = self._private / "step.py"
        script.write_text(code, encoding="utf-8")
        self._qgis.run(script)

    def _menu(self, entry: str) -> None:
        """Choose from the menu of the panel."""
        self._qgis.click("menuButton")
        self._qgis.choose(entry)

    def _question(self, text: str) -> None:
        self._qgis.click("questionEdit")
        self._qgis.press("ctrl+a")
        self._qgis.type(text)

    def _select(self, first: str, *others: str) -> None:
        """Select layers and open the context menu of the last one."""
        self._qgis.click_layer(first)
        for name in others:
            self._qgis.click_layer(name, also=True)
        self._qgis.click_layer([first, *others][-1], button=3)

    def _year(self, year: str) -> str:
        return next(name for name in self._names if name.startswith(year))

    def _wait_for_layers(self, count: int) -> list[dict[str, str]]:
        def found() -> list[dict[str, str]]:
            layers = self._qgis.layers()
            return layers if len(layers) >= count else []

        return self._qgis.wait(found, "the layer", ANSWER)

    def _answer(self) -> None:
        """Wait for the answer to the next question."""
        self._answers += 1
        self._qgis.answer(self._answers)

    def _picture(self, name: str) -> None:
        time.sleep(4)  # until the map is drawn
        _make_small(self._qgis.picture(self._pictures / f"{name}.png"))


def _make_small(path: Path) -> None:
    """Write a picture with a palette, in which the even colours of panels stay as they are."""
    with Image.open(path) as picture:
        full = picture.convert("RGB")
    small = full.quantize(192, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.FLOYDSTEINBERG)
    palette, cells = small.getpalette()[: 3 * 192], np.array(small)
    counted = sorted(full.getcolors(full.width * full.height), reverse=True)
    for entry, (_, colour) in enumerate(counted[:32], start=192):
        cells[(np.asarray(full) == colour).all(axis=-1)] = entry
        palette += colour
    exact = Image.fromarray(cells, "P")
    exact.putpalette(palette)
    exact.save(path, optimize=True)


STEPS = ("ask", "change", "review", "where", "polygons", "find", "when", "bands", "report")
"""In their order. A review needs a change before it, polygons need places, a report a change."""


def main(rasters: Path, pictures: Path, steps: Sequence[str] = STEPS) -> None:
    """Take pictures.

    Args:
        rasters: Folder with dates of one place; their names end with the date.
        pictures: Folder to write to.
        steps: Some of ``STEPS``, in their order.
    """
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as private:
        folder = Path(private)
        profiles = make_profile(folder / "profiles", package.main(folder / "package"))
        log = folder / "qgis.log"
        with Session(profiles, Path(sys.executable), log, patience=10) as qgis:
            tour = Tour(qgis, sorted(rasters.glob("*.tif")), pictures, folder)
            for step in steps:
                getattr(tour, step)()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rasters", type=Path)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--only", action="append", choices=STEPS, help="Take this picture alone.")
    chosen = parser.parse_args()
    main(chosen.rasters, chosen.pictures, chosen.only or STEPS)

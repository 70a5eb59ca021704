"""The pictures of ``docs/tour.md``: the real QGIS window, driven by mouse and keyboard.

``python -m scripts.tour NAIP docs/images/tour`` needs a folder with dates of one place, such as the
free tile m_4709963_se of the USDA's NAIP. Each step is a picture, and the next one goes on from it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from scripts import package
from scripts.qgis_session import ANSWER, Session, make_profile

PLACE = (489200.0, 5208247.0, 490000.0, 5209047.0)
"""Fields that a lake covers from 2014 on, in EPSG:26914."""

BEFORE, AFTER = "2010", "2014"
"""Years of the two dates that are compared."""

ZOOM = """
from qgis.core import QgsRectangle
from qgis.utils import iface
iface.mapCanvas().setExtent(QgsRectangle({}, {}, {}, {}))
iface.mapCanvas().refresh()
iface.layerTreeView().collapseAll()
"""


class Tour:
    """A window on the dates of a place, and its pictures.

    Args:
        qgis: The window.
        rasters: The dates, the earliest first.
        pictures: Folder to write to.
    """

    def __init__(self, qgis: Session, rasters: list[Path], pictures: Path) -> None:
        self._qgis, self._pictures = qgis, pictures
        self._names = [qgis.add_raster(path, path.stem[-8:]) for path in rasters]
        qgis.click_button("unirsDockAction")

    def ask(self) -> None:
        """One question about the latest date."""
        self._zoom(PLACE)
        self._question("Is there water in the image?")
        self._qgis.press("Return")
        self._after(1, "ask")

    def change(self) -> None:
        """What changed between two dates, and where."""
        self._zoom(PLACE)
        self._select(self._year(BEFORE), self._year(AFTER))
        self._qgis.choose("UniRS", "Describe change between layers")
        self._qgis.answer(2)
        count = len(self._qgis.layers())
        self._qgis.click("mapButton")
        self._after(2, "change", layers=count + 1)

    def when(self) -> None:
        """In which of all dates something holds."""
        self._zoom(PLACE)  # which also collapses the layers of the change map
        self._select(*self._names)
        self._qgis.choose("UniRS", "Ask about these layers as a series")
        self._question("Is there water in the image?")
        self._qgis.click("whenButton")
        self._after(3, "when")

    def bands(self) -> None:
        """What the bands of the latest date can show."""
        self._zoom(PLACE)
        self._select(self._names[-1])
        self._qgis.choose("UniRS", "Show as")
        self._picture("show-as")

    def _zoom(self, extent: tuple[float, float, float, float]) -> None:
        script = self._pictures / "zoom.py"
        script.write_text(ZOOM.format(*extent), encoding="utf-8")
        self._qgis.run(script)
        script.unlink()
        time.sleep(2)

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

    def _after(self, answers: int, name: str, layers: int = 0) -> None:
        """Wait for an answer, and for a layer that comes with it; then take the picture."""
        self._qgis.answer(answers)
        self._qgis.wait(lambda: len(self._qgis.layers()) >= layers, "the layer", ANSWER)
        self._picture(name)

    def _picture(self, name: str) -> None:
        time.sleep(4)  # until the map is drawn
        path = self._qgis.picture(self._pictures / f"{name}.png")
        with Image.open(path) as picture:
            small = picture.convert("RGB").quantize(
                192, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.FLOYDSTEINBERG
            )
        small.save(path, optimize=True)


def main(rasters: Path, pictures: Path) -> None:
    """Take all pictures.

    Args:
        rasters: Folder with dates of one place; their names end with the date.
        pictures: Folder to write to.
    """
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as private:
        folder = Path(private)
        profiles = make_profile(folder / "profiles", package.main(folder / "package"))
        log = folder / "qgis.log"
        with Session(profiles, Path(sys.executable), log, patience=10) as qgis:
            tour = Tour(qgis, sorted(rasters.glob("*.tif")), pictures)
            tour.ask()
            tour.change()
            tour.when()
            tour.bands()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rasters", type=Path)
    parser.add_argument("pictures", type=Path)
    chosen = parser.parse_args()
    main(chosen.rasters, chosen.pictures)

"""One round of review on EuroSAT in QGIS, its reviewer played by the classes of the images.

QGIS's Python runs it (``.venv-qgis/bin/python``); ``recipes/review/make.sh`` has the steps.
"""

from __future__ import annotations

import hashlib
import random
import sys
from pathlib import Path

from osgeo import gdal, osr
from qgis.core import (
    QgsContrastEnhancement,
    QgsFeature,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

from scripts.headless_qgis import HeadlessQgis
from unirs_qgis.review.answers import AnswerTable, Form

QUESTION = "Are crops grown here?"
YES = {"AnnualCrop", "PermanentCrop"}
TEST_SHARE = 0.15
"""Of the images, by the hash of their names; see ``unirs_lab.data.real.splits``."""
EACH = 200
"""Images to ask and correct, and as many to score."""
COLUMNS, SIDE = 20, 64
CORRECTIONS = 50


def images(root: Path, name: str) -> list[Path]:
    """Images that ``unirs-small`` was never trained on: the ``pool``, or those ``held-out``."""
    test = sorted(path for path in root.glob("*/*.jpg") if _is_test(path.relative_to(root)))
    random.Random(7).shuffle(test)
    return test[:EACH] if name == "pool" else test[EACH : 2 * EACH]


def mosaic(paths: list[Path], path: Path) -> QgsRasterLayer:
    """The images side by side, as a layer of the project that shows their bytes."""
    size = COLUMNS * SIDE, EACH // COLUMNS * SIDE
    raster = gdal.GetDriverByName("GTiff").Create(str(path), *size, 3, gdal.GDT_Byte)
    raster.SetGeoTransform((500_000, 10, 0, 5_400_000, 0, -10))
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(32632)
    raster.SetProjection(crs.ExportToWkt())
    for number, image in enumerate(paths):
        corner = number % COLUMNS * SIDE, number // COLUMNS * SIDE
        pixels = gdal.Open(str(image)).ReadRaster()
        raster.WriteRaster(*corner, SIDE, SIDE, pixels, SIDE, SIDE, band_list=[1, 2, 3])
    raster.FlushCache()
    layer = QgsRasterLayer(str(path), path.stem)
    layer.setContrastEnhancement(QgsContrastEnhancement.NoEnhancement)
    QgsProject.instance().addMapLayer(layer)
    return layer


def ask(layer: QgsRasterLayer, model: str, table: Path) -> QgsVectorLayer:
    """The question about every image of a mosaic, by *Answer tiles*."""
    asked = {"QUESTION": QUESTION, "OPTIONS": "yes,no", "MODEL": model}
    _run("answertiles", INPUT=[layer.id()], TILE_SIZE=SIDE, OUTPUT=str(table), **asked)
    return QgsVectorLayer(str(table), table.stem)


def review(table: QgsVectorLayer, truth: list[str]) -> None:
    """Accept and correct answers, doubtful and sure ones in turn, until so many are corrected."""
    answers = AnswerTable(table, Form.of(table.fields()))
    right = {row.id(): truth[_number(row)] for row in table.getFeatures()}
    corrected = 0
    for row in answers.rows(in_turn=True):
        is_right = row.text == right[row.id]
        answers.decide(row, *(["accepted"] if is_right else ["corrected", right[row.id]]))
        corrected += not is_right
        if corrected == CORRECTIONS:
            return


def score(table: QgsVectorLayer, truth: list[str]) -> str:
    """How many answers are right: of all, and of either kind."""
    rows = [(row["text"], truth[_number(row)]) for row in table.getFeatures()]
    counts = {}
    for kind in ("yes", "no"):
        of_kind = [answer == right for answer, right in rows if right == kind]
        counts[kind] = f"{kind}: {sum(of_kind)} of {len(of_kind)}"
    right = sum(answer == right for answer, right in rows)
    return f"right: {right} of {len(rows)}; {counts['yes']}; {counts['no']}"


def main(eurosat: Path, folder: Path, model: str) -> None:
    """With ``unirs-small`` the whole round; with another model its score on the held-out images."""
    truths = {
        name: ["yes" if path.parent.name in YES else "no" for path in images(eurosat, name)]
        for name in ("pool", "held-out")
    }
    layers = {name: mosaic(images(eurosat, name), folder / f"{name}.tif") for name in truths}
    if model == "unirs-small":
        pool = ask(layers["pool"], model, folder / "pool.gpkg")
        print("pool", score(pool, truths["pool"]))
        review(pool, truths["pool"])
        _run("exportreview", INPUT=str(folder / "pool.gpkg"), OUTPUT=str(folder / "review.jsonl"))
    asked = ask(layers["held-out"], model, folder / f"held-out-{Path(model).name}.gpkg")
    print("held-out", score(asked, truths["held-out"]))


def _run(name: str, **parameters: object) -> None:
    import processing

    processing.run(f"unirs:{name}", parameters, feedback=QgsProcessingFeedback())


def _is_test(name: Path) -> bool:
    digest = hashlib.sha256(f"eurosat/{name.as_posix()}".encode()).hexdigest()
    return int(digest[:8], 16) / 2**32 < TEST_SHARE


def _number(row: QgsFeature) -> int:
    return row["row"] * COLUMNS + row["col"]


if __name__ == "__main__":
    qgis = HeadlessQgis()
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])

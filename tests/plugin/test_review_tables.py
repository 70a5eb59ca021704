"""Answers of ``unirs batch`` and of the history in the review: its panel, columns and export."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from osgeo import ogr
from qgis.core import QgsProject, QgsRasterLayer, QgsRectangle, QgsVectorLayer
from qgis.gui import QgsMapCanvas
from qtpy.QtCore import Qt
from qtpy.QtGui import QImage
from qtpy.QtWidgets import QComboBox, QWidget

from tests.plugin.conftest import ROOT
from tests.plugin.processing_fixtures import Feedback, register_provider, write_tiles
from unirs_qgis.answer import Answer
from unirs_qgis.dock.entries import Entry, LayerRecord, new_id, now
from unirs_qgis.history import History
from unirs_qgis.review.answers import AnswerTable
from unirs_qgis.review.controller import ReviewController

TIMEOUT = 60_000
RED = [10, 20, 30]
"""Of the three tiles of a raster, from west to east."""

TILE = QgsRectangle(500_010, 5_399_990, 500_020, 5_400_000)
"""The second of them, in EPSG:32632."""

EXPORT = """
import sys
from pathlib import Path
from tests.batch.part_files import row, write_part
from unirs.batch.export import export
from unirs.batch.footprint import footprint
folder, *rasters = map(Path, sys.argv[1:])
here = {"paths": [str(path) for path in rasters]}
here["geometry"] = footprint((500_010, 5_399_990, 500_020, 5_400_000), "EPSG:32632")
rows = [row("t1", "no", 0.55), row("t2", "yes", 0.9), row("t3", code="raster_unreadable")]
write_part(folder / "answers", "a", [{**each, **here} for each in rows])
for ending in ("gpkg", "fgb", "csv"):
    export(folder / "answers", folder / f"out.{ending}")
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with two dates, files that are not in the project."""
    folder = tmp_path_factory.mktemp("home")
    for year in (2019, 2021):
        write_tiles(folder / f"place-{year}.tif", [RED])
    return folder


@pytest.fixture
def rasters(home, qgis_new_project):
    return sorted(home.glob("place-*.tif"))


@pytest.fixture
def batch(home, rasters, tmp_path, batch_python):
    """What a batch about the second tile of two dates exports: GeoPackage, FlatGeobuf, CSV."""
    names = ["out.gpkg", "out.fgb", "out.csv"]
    if not (home / names[-1]).exists():
        subprocess.run([batch_python, "-c", EXPORT, home, *rasters], cwd=ROOT, check=True)
    return [Path(shutil.copy(home / name, tmp_path)) for name in names]


@pytest.fixture
def history(qgis_app, tmp_path):
    history = History(tmp_path / "history.gpkg")
    yield history
    history.close()


@pytest.fixture
def review(qgis_iface, qtbot, monkeypatch, qgis_processing, history):
    """The review in a window that is not QGIS's own."""
    monkeypatch.setattr(qgis_iface, "activeLayer", lambda: None)
    controller = ReviewController(qgis_iface, history.as_layer)
    controller.decided.connect(history.refresh)
    qtbot.addWidget(controller.panel)
    yield controller
    controller.close()


def entry(rasters, text="no", *, task="ask", **changes):
    """An answer about the second tile of rasters."""
    square = "POLYGON((500010 5399990,500020 5399990,500020 5400000,500010 5400000,500010 5399990))"
    options = (("no", 0.6), ("yes", 0.4)) if task == "ask" else ()
    answer = {"options": options, "confidence": 0.6, "warnings": ("Hazy.",)}
    of_answer = ("stopped", "conversation_turns")
    answer |= {name: changes.pop(name) for name in of_answer if name in changes}
    values = {"question": "Is there water?" if task == "ask" else "", "footprint": square}
    return Entry(
        **{"id": new_id(), "created": now(), "kind": "pair", "task": task, "crs": "EPSG:32632"},
        **{**values, **changes},
        answer=Answer(text, "unirs-small", "cpu", 0.2, **answer),
        layers=tuple(LayerRecord(Path(path).stem, str(path)) for path in rasters),
    )


def add(qtbot, history, *entries):
    for each in entries:
        with qtbot.waitSignal(history.added, timeout=TIMEOUT):
            history.add(each)


def press(qtbot, review, *keys):
    for key in keys:
        qtbot.keyClick(review.panel.widget(), key)


def text(review):
    return review.panel.findChild(QWidget, "reviewAnswer").text()


def export(source, tmp_path):
    import processing

    register_provider()
    parameters = {"INPUT": source, "OUTPUT": str(tmp_path / "mine.jsonl")}
    written = processing.run("unirs:exportreview", parameters, feedback=Feedback())["OUTPUT"]
    return [json.loads(line) for line in Path(written).read_text("utf-8").splitlines()]


def in_project(path):
    layer = QgsVectorLayer(str(path), path.stem, "ogr")
    QgsProject.instance().addMapLayer(layer)
    return layer


def test_answers_of_a_batch_are_reviewed_beside_files_that_are_not_in_the_project(
    batch, review, qtbot, tmp_path
):
    layer = in_project(batch[0])
    review.open(layer)
    assert "no (55 %)" in text(review)
    canvases = review.panel.findChildren(QgsMapCanvas)
    shown = [[each.name() for each in canvas.layers()] for canvas in canvases]
    assert shown == [["place-2019.tif"], ["place-2021.tif"]]
    assert all(canvas.extent().contains(TILE.buffered(-0.1)) for canvas in canvases)
    press(qtbot, review, Qt.Key.Key_1, Qt.Key.Key_A)  # the first option is the likelier: no
    press(qtbot, review, Qt.Key.Key_Backspace, Qt.Key.Key_Backspace, Qt.Key.Key_2)
    kept = QgsVectorLayer(str(batch[0]), "again", "ogr").getFeatures()
    assert [(row["review"], row["correction"] or "") for row in kept] == [
        ("corrected", "other"),
        ("accepted", ""),
        (None, ""),
    ]
    lines = export(layer, tmp_path)
    assert [(line["question"], line["answer"], line["kind"]) for line in lines] == [
        ("Is there a road?", "other", "pair"),
        ("Is there a road?", "yes", "pair"),
    ]
    picture = QImage(str(tmp_path / lines[0]["images"][1]))
    assert picture.pixelColor(112, 112).red() == RED[1]


def test_other_formats_of_a_batch_are_reviewed_too(batch):
    for path in batch[1:]:
        table = AnswerTable.of(in_project(path))
        doubtful, sure = table.rows()
        assert (doubtful.confidence, sure.confidence) == (0.55, 0.9)
        table.decide(sure, "corrected", "no")
        again = AnswerTable.of(QgsVectorLayer(str(path), "again", "ogr")).rows()
        assert [(row.confidence, row.correction) for row in again] == [(0.9, "no"), (0.55, "")]


def test_a_table_opens_images_of_this_computer_alone(batch, review, tmp_path):
    layer = in_project(batch[0])
    other = tmp_path / "elsewhere.tif"
    other.write_text("<VRTDataset/>")
    source = layer.fields().lookupField("source")
    layer.dataProvider().changeAttributeValues({1: {source: str(other)}})
    review.open(layer)
    assert "nor an image file on this computer" in review.panel._problem.label.text()
    assert "no (55 %)" in text(review)


def test_answers_of_the_history_are_reviewed_and_the_panel_of_questions_shows_it(
    history, review, rasters, qtbot, tmp_path
):
    of_many = entry(rasters, "yes, in 2 of 9 places", task="where")
    first, second = entry(rasters), entry(rasters, "A lake.", task="change")
    add(qtbot, history, first, of_many, second, entry(rasters, "A", task="caption", stopped=True))
    QgsProject.instance().addMapLayer(QgsRasterLayer(str(rasters[0]), "earlier"))
    review.open()
    tables = review.panel.findChild(QComboBox, "reviewTable")
    assert tables.currentText() == "History of the panel UniRS"
    assert "Hazy." in text(review)
    canvases = review.panel.findChildren(QgsMapCanvas)
    shown = [canvas.layers()[0].name() for canvas in canvases]
    assert shown == ["earlier", "place-2021"]
    with qtbot.waitSignal(history.added, timeout=TIMEOUT) as signal:
        press(qtbot, review, Qt.Key.Key_2)
    assert (signal.args[0].id, signal.args[0].correction) == (first.id, "yes")
    assert "corrected" in signal.args[0].marks
    with qtbot.waitSignal(history.added, timeout=TIMEOUT):
        press(qtbot, review, Qt.Key.Key_A)
    assert "last answer" in text(review)
    lines = export(f"{history.path}|layername=answers", tmp_path)
    assert [line.get("answer") or line["caption"] for line in lines] == ["yes", "A lake."]
    assert QImage(str(tmp_path / lines[0]["images"][0])).pixelColor(112, 112).red() == RED[1]


def test_a_question_that_follows_another_one_is_no_training_data(
    history, rasters, qtbot, tmp_path, qgis_processing
):
    add(qtbot, history, entry(rasters), entry(rasters, "two", conversation_turns=1))
    table = AnswerTable.of(history.as_layer())
    for row in table.rows():
        table.decide(row, "accepted")
    lines = export(f"{history.path}|layername=answers", tmp_path)
    assert [line["answer"] for line in lines] == ["no"]


def test_a_review_of_another_window_is_read_and_kept_in_exports(history, rasters, qtbot):
    add(qtbot, history, entry(rasters))
    other = History(history.path)
    with qtbot.waitSignal(other.loaded, timeout=TIMEOUT):
        other.load()
    table = AnswerTable.of(history.as_layer())
    table.decide(table.rows()[0], "accepted")
    with qtbot.waitSignal(other.added, timeout=TIMEOUT) as signal:
        other.refresh()
    assert signal.args[0].review == "accepted"
    other.close()


def test_a_history_of_an_earlier_version_is_reviewed_too(history, rasters, qtbot):
    add(qtbot, history, entry(rasters))
    history.close()
    file = ogr.Open(str(history.path), update=1)
    layer = file.GetLayer()
    for name in ("review", "correction"):
        layer.DeleteField(layer.GetLayerDefn().GetFieldIndex(name))
    del layer, file
    table = AnswerTable.of(history.as_layer())
    table.decide(table.rows()[0], "corrected", "yes")
    again = History(history.path)
    with qtbot.waitSignal(again.loaded, timeout=TIMEOUT) as signal:
        again.load()
    assert [each.correction for each in signal.args[0]] == ["yes"]
    again.close()


def test_without_an_answer_the_review_states_what_to_choose(review):
    review.open()
    assert "no answers" in text(review)
    tables = review.panel.findChild(QComboBox, "reviewTable")
    tables.setCurrentIndex(tables.findText("History of the panel UniRS"))
    assert "no answers" in text(review)

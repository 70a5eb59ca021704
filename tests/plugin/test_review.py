"""The review of a table of answers: its order, its keys, its columns, and the training data."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from qgis.core import (
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsProcessingException,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas
from qtpy.QtCore import Qt
from qtpy.QtGui import QImage
from qtpy.QtWidgets import QComboBox, QLineEdit, QProgressBar, QWidget

from tests.plugin.conftest import ROOT
from tests.plugin.processing_fixtures import TILE, Feedback, register_provider, write_tiles
from unirs_qgis.fields import REAL, TEXT
from unirs_qgis.history import HistoryError
from unirs_qgis.review.answers import AnswerTable, ReviewError
from unirs_qgis.review.controller import ReviewController

COLOURS = [[10, 20, 30], [40, 50, 60]]


@pytest.fixture
def rasters(tmp_path, qgis_new_project):
    """Two dates in the project."""
    paths = [tmp_path / f"place-{year}.tif" for year in (2019, 2021)]
    layers = [QgsRasterLayer(str(write_tiles(path, COLOURS)), path.stem) for path in paths]
    QgsProject.instance().addMapLayers(layers)
    return layers


def answers(*rows, prefix="", names="place-2019", question="Is there water?", options=True):
    """A layer in the project: a row for each text with its confidence, on neighbouring tiles."""
    layer = QgsVectorLayer("Polygon?crs=EPSG:32632", "answers", "memory")
    columns = {"question": TEXT, "text": TEXT}
    columns |= {"probability": REAL, "options": TEXT}
    columns |= dict.fromkeys(("layers", "model", "status"), TEXT)
    fields = [QgsField(prefix + name, kind) for name, kind in columns.items()]
    layer.dataProvider().addAttributes(fields)
    layer.updateFields()
    for place, (text, share) in enumerate(rows):
        x, y = 500_000 + 10 * (place % 3), 5_400_000 - 10 * (place // 3)
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(x, y - 10, x + 10, y)))
        choice = json.dumps({"yes": share, "no": 1 - share}) if options else None
        status = "answered" if text else "failed"
        values = [question, text, share, choice, names, "stand-in", status]
        feature.setAttributes(values)
        layer.dataProvider().addFeature(feature)
    QgsProject.instance().addMapLayer(layer)
    return layer


def empty_history():
    raise HistoryError("The history has no answers.")


@pytest.fixture
def review(qgis_iface, qtbot, monkeypatch, qgis_processing):
    """The review in a window that is not QGIS's own."""
    monkeypatch.setattr(qgis_iface, "activeLayer", lambda: None)
    controller = ReviewController(qgis_iface, empty_history)
    qtbot.addWidget(controller.panel)
    yield controller
    controller.close()


def press(qtbot, review, *keys):
    for key in keys:
        qtbot.keyClick(review.panel.widget(), key)


def columns(layer):
    return [(row["review"], row["correction"]) for row in layer.getFeatures()]


def test_the_most_doubtful_answer_comes_first_and_what_is_no_answer_never(rasters):
    layer = answers(("yes", 0.9), ("no", 0.55), ("", 0.1), ("yes", 0.7))
    table = AnswerTable.of(layer)
    first, second, third = table.rows()
    assert [row.confidence for row in (first, second, third)] == [0.55, 0.7, 0.9]
    table.decide(third, "accepted")
    table.decide(first, "skipped")
    assert [row.id for row in table.rows()] == [third.id, second.id, first.id]


def test_doubtful_and_sure_answers_may_come_in_turn(rasters, review):
    layer = answers(*[("yes", share) for share in (0.9, 0.6, 0.8, 0.5, 0.7)])
    rows = AnswerTable.of(layer).rows(in_turn=True)
    assert [row.confidence for row in rows] == [0.5, 0.9, 0.6, 0.8, 0.7]
    review.open(layer)
    order = review.panel.findChild(QComboBox, "reviewOrder")
    order.setCurrentIndex(1)
    order.activated.emit(1)
    assert [row.confidence for row in review._rows] == [0.5, 0.9, 0.6, 0.8, 0.7]


def test_keys_accept_correct_skip_and_go_back(rasters, review, qtbot):
    layer = answers(("yes", 0.9), ("no", 0.55), ("yes", 0.7))
    review.open(layer)
    press(qtbot, review, Qt.Key.Key_1, Qt.Key.Key_S, Qt.Key.Key_Backspace, Qt.Key.Key_A)
    press(qtbot, review, Qt.Key.Key_1)  # the answer itself: accepted
    assert columns(layer) == [("accepted", None), ("corrected", "yes"), ("accepted", None)]
    progress = review.panel.findChild(QProgressBar)
    assert (progress.value(), progress.maximum()) == (3, 3)
    press(qtbot, review, Qt.Key.Key_A)  # there is nothing left
    review.open(layer)
    assert "last answer" in review.panel.findChild(QWidget, "reviewAnswer").text()


def test_decisions_in_a_layer_that_is_edited_can_be_undone(rasters):
    layer = answers(("yes", 0.9))
    layer.startEditing()
    table = AnswerTable.of(layer)
    table.decide(table.rows()[0], "corrected", "no")
    assert columns(layer) == [("corrected", "no")]
    layer.rollBack()
    assert "review" not in layer.fields().names()


def test_of_many_options_one_is_typed_and_nothing_else(rasters, review, qtbot):
    layer = answers(("yes", 0.5))
    many = json.dumps({**{f"kind {number}": 0.01 for number in range(10)}, "yes": 0.5})
    layer.dataProvider().changeAttributeValues({1: {3: many}})
    review.open(layer)
    line = review.panel.findChild(QLineEdit, "reviewText")
    for text, expected in (("kin", None), ("kind 7", "corrected")):
        press(qtbot, review, Qt.Key.Key_C)
        line.setText(text)
        qtbot.keyClick(line, Qt.Key.Key_Return)
        assert next(layer.getFeatures()).attributeMap().get("review") == expected


def test_free_text_is_corrected_in_a_line_whose_letters_decide_nothing(rasters, review, qtbot):
    layer = answers(("a town", 0.5), ("a lake", 0.6), options=False, question="")
    review.open(layer)
    review.panel.show()
    line = review.panel.findChild(QLineEdit, "reviewText")
    press(qtbot, review, Qt.Key.Key_C)
    qtbot.keyClicks(line, "a sea")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert columns(layer) == [("corrected", "a sea"), (None, None)]


def test_both_dates_are_shown_at_the_place_of_the_answer(rasters, review):
    review.open(answers(("yes", 0.9), ("no", 0.55), names="place-2019 → place-2021"))
    canvases = review.panel.findChildren(QgsMapCanvas)
    assert [canvas.layers() for canvas in canvases] == [[layer] for layer in rasters]
    tile = QgsRectangle(500_010, 5_399_990, 500_020, 5_400_000)
    assert all(canvas.extent().contains(tile) for canvas in canvases)


def test_a_missing_raster_is_named_and_the_answer_can_be_decided(rasters, review, qtbot):
    layer = answers(("yes", 0.9), names="elsewhere")
    review.open(layer)
    assert "“elsewhere”" in review.panel._problem.label.text()
    press(qtbot, review, Qt.Key.Key_2)
    assert columns(layer) == [("corrected", "no")]


def test_a_layer_that_is_removed_or_has_no_answers_ends_the_review(rasters, review, qtbot):
    layer = answers(("yes", 0.9))
    review.open(layer)
    QgsProject.instance().removeMapLayer(layer.id())
    press(qtbot, review, Qt.Key.Key_A)
    plain = QgsVectorLayer("Polygon?crs=EPSG:32632", "plain", "memory")
    QgsProject.instance().addMapLayer(plain)
    review.open(plain)
    assert "Choose the history" in review.panel.findChild(QWidget, "reviewAnswer").text()


def test_a_table_that_cannot_be_written_is_named(rasters, tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("text,layers,model,status\nyes,place-2019,m,answered\n")
    table = AnswerTable.of(QgsVectorLayer(f"file://{path}?delimiter=,", "list", "delimitedtext"))
    with pytest.raises(ReviewError, match="the layer list"):
        table.decide(table.rows()[0], "accepted")


def test_a_reviewed_table_is_resumed_and_its_review_kept(worker, rasters, tmp_path):
    import processing

    asked = {"INPUT": [rasters[0].id()], "QUESTION": "Water?", "OPTIONS": "yes,no"}
    asked |= {"TILE_SIZE": TILE, "OUTPUT": str(tmp_path / "answers.gpkg")}
    output = processing.run("unirs:answertiles", asked, feedback=Feedback())["OUTPUT"]
    table = AnswerTable.of(QgsVectorLayer(output))
    table.decide(table.rows()[0], "corrected", "no")
    processing.run("unirs:answertiles", asked, feedback=Feedback())
    again = AnswerTable.of(QgsVectorLayer(output)).rows()[0]
    assert (again.decision, again.right_text) == ("corrected", "no")
    assert len(worker.asked) == 6


@pytest.fixture
def export(tmp_path, qgis_processing):
    import processing

    register_provider()

    def export(layer, feedback=None):
        parameters = {"INPUT": layer, "OUTPUT": str(tmp_path / "mine.jsonl")}
        feedback = feedback or Feedback()
        results = processing.run("unirs:exportreview", parameters, feedback=feedback)
        text = Path(results["OUTPUT"]).read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    return export


def test_reviewed_answers_become_training_data_that_the_laboratory_reads(
    rasters, export, tmp_path, worker_python
):
    layer = answers(("yes", 0.9), ("no", 0.55), ("yes", 0.7), names="place-2019 → place-2021")
    table = AnswerTable.of(layer)
    doubtful, _, sure = table.rows()
    table.decide(doubtful, "corrected", "yes")
    table.decide(sure, "accepted")
    lines = export(layer)
    assert [(line["question"], line["answer"]) for line in lines] == [
        ("Is there water?", "yes")
    ] * 2
    assert [line["images"] for line in lines] == [
        [f"mine-images/{number}-{date}.png" for date in (1, 2)] for number in (1, 2)
    ]
    picture = QImage(str(tmp_path / lines[1]["images"][0]))
    assert (picture.width(), picture.height()) == (224, 224)
    assert picture.pixelColor(112, 112).red() == 20
    read = (
        "import sys; from pathlib import Path;"
        "from unirs_lab.data.readers.instructions import read;"
        "from unirs_lab.data.visuals import read_visual;"
        "print([(s.kind.value, len(read_visual(s, 8).crops)) for s in read(Path(sys.argv[1]), '')])"
    )
    command = [worker_python, "-c", read, tmp_path / "mine.jsonl"]
    sources = {**os.environ, "PYTHONPATH": str(ROOT / "backend")}  # a set-up has no laboratory
    found = subprocess.run(
        command, cwd=ROOT, env=sources, capture_output=True, text=True, check=False
    )
    assert found.stdout.strip() == "[('pair', 2), ('pair', 2)]", found.stderr


def test_descriptions_and_classes_are_training_data_too(rasters, export):
    for options, key in ((False, "caption"), (True, "class")):
        layer = answers(("a town", 0.5), question="", options=options)
        table = AnswerTable.of(layer)
        table.decide(table.rows()[0], "corrected", "a lake")
        assert export(layer) == [{"image": "mine-images/1-1.png", key: "a lake"}]


def test_what_cannot_be_exported_is_one_sentence(rasters, export):
    def refusal(layer):
        feedback = Feedback()
        with pytest.raises(QgsProcessingException):
            export(layer, feedback)
        return " ".join(feedback.messages)

    layer = answers(("yes", 0.9), names="elsewhere")
    assert "was accepted or corrected" in refusal(layer)
    AnswerTable.of(layer).decide(AnswerTable.of(layer).rows()[0], "accepted")
    assert "“elsewhere”" in refusal(layer)
    assert "has no answers" in refusal(QgsVectorLayer("Polygon?crs=EPSG:32632", "plain", "memory"))

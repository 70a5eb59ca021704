"""The history as a window of QGIS uses it: calls, signals and the file."""

import csv
import itertools
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import fields, replace
from pathlib import Path

import pytest
from osgeo import gdal, ogr, osr
from qgis.core import QgsFeature, QgsGeometry, QgsProject, QgsVectorLayer, edit
from qtpy.QtCore import QDateTime, Qt, QTimer

from unirs_qgis.answer import Answer
from unirs_qgis.dock.entries import Entry, LayerRecord, new_id, now
from unirs_qgis.history import History, HistoryError
from unirs_qgis.history.features import COLUMNS

TIMEOUT = 60_000
"""Milliseconds; generous, because the machine may be busy."""

SQUARE = (
    "Polygon ((500000 4000000, 501000 4000000, 501000 4001000, 500000 4001000, 500000 4000000))"
)

ANSWER_FIELDS = {field.name for field in fields(Answer)} - {"changed"}
"""A history has no column for ``changed``."""

HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(3)
"""


def make_entry(**changes: object) -> Entry:
    """An entry; `answer` is the text of its answer, other fields are as given."""
    entry = Entry(
        id=new_id(),
        created=now(),
        kind="pair",
        task="change",
        question="What is new north of the river?",
        answer=Answer(
            text="A row of houses.\nNothing else.",
            clue="Roads, houses.",
            options=(("yes", 0.9), ("no", 0.1)),
            model="unirs-small",
            model_digest="0123456789abcdef",
            demonstration=True,
            device="cpu",
            seconds=1.25,
        ),
        footprint=SQUARE,
        crs="EPSG:32611",
        layers=(
            LayerRecord("Köln früher", "/data/a b.tif", "2018-05-01"),
            LayerRecord("Köln", "https://example.org/wms", ""),
        ),
    )
    of_answer = {name: changes.pop(name) for name in ANSWER_FIELDS & changes.keys()}
    if "answer" in changes:
        of_answer["text"] = changes.pop("answer")
    return replace(entry, answer=replace(entry.answer, **of_answer), **changes)


BOTH_WAYS = pytest.mark.parametrize("history", ["silent", "raising"], indirect=True)
"""GDAL is silent in QGIS, but any plugin can make it raise exceptions, for all of QGIS."""


@pytest.fixture
def history(request, qgis_app, tmp_path):
    if getattr(request, "param", "silent") == "raising":
        with raising(ogr), raising(osr):
            yield from opened(tmp_path)
    else:
        gdal.DontUseExceptions()
        yield from opened(tmp_path)
        gdal.UseExceptions()  # as conftest.py has it


def opened(folder):
    history = History(folder / "profil ä" / "answers.gpkg")
    yield history
    history.close()


@contextmanager
def raising(module):
    module.UseExceptions()
    yield
    module.DontUseExceptions()


def add(qtbot, history, *entries):
    for entry in entries:
        with qtbot.waitSignal(history.added, timeout=TIMEOUT):
            history.add(entry)


def loaded(qtbot, path):
    """What another window finds in the file."""
    window = History(path)
    try:
        with qtbot.waitSignal(window.loaded, timeout=TIMEOUT) as signal:
            window.load()
        return signal.args[0]
    finally:
        window.close()


@BOTH_WAYS
def test_an_entry_comes_back_as_it_was(qtbot, history):
    entries = [
        make_entry(),
        make_entry(stopped=True, demonstration=False, zero_shot=True, options=(), clue=""),
        make_entry(
            views=16,
            confidence=0.25,
            agreement=0.5,
            unsure=True,
            warnings=("Haze.", "12 m apart."),
            acquired=("2018-05-01", ""),
        ),
        make_entry(kind="single", task="ask", layers=(LayerRecord("a", "b"),)),
        make_entry(engine="server", model_digest="", host="example.org:8000", frames_left_out=3),
        make_entry(follows=new_id(), conversation_turns=2, options=(("yes", None), ("no", None))),
        make_entry(kind="video", task="classify", footprint="", crs="", layers=()),
        make_entry(crs="", footprint="Polygon ((0 0, 9 0, 9 9, 0 0))"),
        make_entry(question="x" * 10_000, answer="<b>' OR 1=1; --\"[/INST]</s> 水 🛰"),
        make_entry(created="2024-02-29T23:59:59.999+00:00"),
    ]
    add(qtbot, history, *entries)
    assert loaded(qtbot, history.path) == entries


def test_a_history_of_an_earlier_version_is_read_and_extended(qtbot, history):
    """The first had no column for views, later ones no conversations."""
    earlier = make_entry()
    later = make_entry(views=16, engine="transformers", follows=earlier.id)
    add(qtbot, history, earlier)
    with raising(gdal):
        dataset = gdal.OpenEx(str(history.path), gdal.OF_VECTOR | gdal.OF_UPDATE)
        layer = dataset.GetLayerByName("answers")
        for column in COLUMNS:
            if column.is_new:
                layer.DeleteField(layer.GetLayerDefn().GetFieldIndex(column.name))
        layer.CreateField(ogr.FieldDefn("agreeing", ogr.OFTInteger))
        del layer, dataset

    assert loaded(qtbot, history.path) == [earlier]
    add(qtbot, history, later)
    assert loaded(qtbot, history.path) == [earlier, later]


def test_a_new_history_is_empty_and_makes_no_file(qtbot, history):
    with qtbot.waitSignal(history.loaded, timeout=TIMEOUT) as signal:
        history.load()
    assert signal.args == [[]]
    assert not history.path.parent.exists()


def test_text_that_no_file_can_hold_does_not_lose_the_answer(qtbot, history):
    add(qtbot, history, make_entry(answer="one\0two", layers=(LayerRecord("\udcff", "\udcff"),)))
    [entry] = loaded(qtbot, history.path)
    assert entry.answer.text == "onetwo"
    assert entry.layers[0].name == "\udcff"  # as it was: JSON can say it


def test_calls_are_processed_in_order(qtbot, history):
    entries = [make_entry(answer=str(number)) for number in range(20)]
    reported = []
    history.added.connect(lambda entry: reported.append(entry.answer.text))
    history.removed.connect(reported.append)
    for entry in entries:
        history.add(entry)
    history.remove(entries[3].id)
    with qtbot.waitSignal(history.loaded, timeout=TIMEOUT) as signal:
        history.load()
    assert reported == [*(str(number) for number in range(20)), entries[3].id]
    assert signal.args[0] == entries[:3] + entries[4:] == loaded(qtbot, history.path)


def test_close_writes_pending_entries(qtbot, history, tmp_path):
    window = History(tmp_path / "other.gpkg")
    entries = [make_entry() for _ in range(5)]
    for entry in entries:
        window.add(entry)
    window.close()
    assert loaded(qtbot, window.path) == entries


def test_two_windows_see_each_other(qtbot, history):
    old, new = make_entry(), make_entry()
    add(qtbot, history, old)
    other = History(history.path)
    try:
        with qtbot.waitSignal(other.loaded, timeout=TIMEOUT):
            other.load()
        add(qtbot, history, new)
        with qtbot.waitSignal(other.added, timeout=TIMEOUT) as signal:
            other.refresh()
        assert signal.args == [new]
        history.remove(old.id)
        with qtbot.waitSignal(history.removed, timeout=TIMEOUT):
            pass
        with qtbot.waitSignal(other.removed, timeout=TIMEOUT) as signal:
            other.refresh()
        assert signal.args == [old.id]
    finally:
        other.close()


def test_a_window_refreshes_when_it_becomes_active(qtbot, qapp, history):
    add(qtbot, history, make_entry())
    other = History(history.path)
    try:
        new = make_entry()
        add(qtbot, other, new)
        with qtbot.waitSignal(history.added, timeout=TIMEOUT) as signal:
            qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
        assert signal.args == [new]
    finally:
        other.close()


def test_the_file_is_a_geopackage_that_others_read(qtbot, history):
    entry = make_entry()
    add(qtbot, history, entry, make_entry(crs=""))
    dataset = gdal.OpenEx(str(history.path), gdal.OF_VECTOR, allowed_drivers=["GPKG"])
    table = dataset.GetLayerByName("answers")
    assert table.GetFeatureCount() == 2
    assert table.GetGeomType() == ogr.wkbMultiPolygon
    assert table.GetSpatialRef().GetAuthorityCode(None) == "4326"
    first, without_crs = list(table)
    assert first["question"] == entry.question
    assert json.loads(first["layers"]) == ["Köln früher", "Köln"]
    assert json.loads(first["sources"]) == ["/data/a b.tif", "https://example.org/wms"]
    assert json.loads(first["dates"]) == ["2018-05-01", ""]
    assert json.loads(first["options"])[0] == {"text": "yes", "probability": 0.9}
    west, east, south, north = first.GetGeometryRef().GetEnvelope()
    assert west == pytest.approx(-117, abs=1e-4)
    assert east - west == pytest.approx(0.0111, abs=1e-3)
    assert 36.14 < south < north < 36.16
    assert without_crs.GetGeometryRef() is None
    del first, without_crs, table, dataset
    with sqlite3.connect(history.path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA application_id").fetchall() == [(0x47504B47,)]
    connection.close()
    assert [path.name for path in history.path.parent.iterdir()] == ["answers.gpkg"]


def test_the_layer_shows_answers_old_and_new(qtbot, history, qgis_new_project):
    with pytest.raises(HistoryError, match="no answers"):
        history.as_layer()
    add(qtbot, history, make_entry())
    layer = history.as_layer()
    QgsProject.instance().addMapLayer(layer)
    assert layer.isValid()
    assert layer.crs().authid() == "EPSG:4326"
    assert layer.readOnly()
    assert layer.attributeDisplayName(layer.fields().indexOf("question")) == "Question"
    assert layer.fields().field("created").typeName() == "DateTime"
    second = make_entry()
    repainted = []
    layer.repaintRequested.connect(lambda *_: repainted.append(True))
    add(qtbot, history, second)
    qtbot.waitUntil(lambda: bool(repainted), timeout=TIMEOUT)
    assert {feature["id"] for feature in layer.getFeatures()} >= {second.id}
    history.remove(second.id)
    with qtbot.waitSignal(history.removed, timeout=TIMEOUT):
        pass
    assert second.id not in {feature["id"] for feature in layer.getFeatures()}
    QgsProject.instance().removeAllMapLayers()
    add(qtbot, history, make_entry())
    assert len(loaded(qtbot, history.path)) == 2


def test_a_feature_edited_by_hand_hides_no_other_entry(qtbot, history):
    good, bad = make_entry(), make_entry()
    add(qtbot, history, good, bad)
    layer = QgsVectorLayer(f"{history.path}|layername=answers", "mine", "ogr")
    with edit(layer):
        [feature] = [each for each in layer.getFeatures() if each["id"] == bad.id]
        layer.changeAttributeValue(feature.id(), layer.fields().indexOf("layers"), "broken")
        escaping = QgsFeature(next(each for each in layer.getFeatures() if each["id"] == good.id))
        escaping["fid"] = None
        escaping["id"] = "../../elsewhere"
        assert layer.addFeature(escaping)
        stranger = QgsFeature(layer.fields())
        stranger.setGeometry(QgsGeometry.fromWkt("MultiPolygon(((0 0,1 0,1 1,0 0)))"))
        assert layer.addFeature(stranger)
    del layer
    window = History(history.path)
    try:
        with qtbot.waitSignals([window.failed, window.loaded], timeout=TIMEOUT) as signals:
            window.load()
        sentence, entries = (event.args[0] for event in signals.all_signals_and_args)
        assert ": 3 of the history" in sentence
        assert entries == [good]
    finally:
        window.close()


DEEP = "[" * 200_000 + "]" * 200_000
INVALID = {
    "created": ["9999-12-31T23:59:59Z", "0000-00-00T00:00:00Z", "yesterday", None],
    "layers": [DEEP, "[[]]", "[1, 2]", "7", '"text"', "null", '{"a": 1}', "[", b"\xff"],
    "dates": [DEEP, "[null, null]"],
    "options": [DEEP, "[1]", "7", '[{"text": "a"}]', '[{"text": "a", "probability": NaN}]'],
    "seconds": [float("inf"), -float("inf")],
    "kind": ["cube", None, b"\xff"],
    "answer": [b"\xff\xfe"],
    "id": ["", "no id", b"\xff"],
}


@BOTH_WAYS
@pytest.mark.parametrize("column", INVALID)
def test_an_invalid_feature_is_counted_and_hides_no_other(qtbot, history, column):
    good = [make_entry(), make_entry()]
    bad = [make_entry() for _ in INVALID[column]]
    add(qtbot, history, good[0], *bad, good[1])
    history.close()
    with closing(sqlite3.connect(history.path)) as connection, connection:
        for entry, value in zip(bad, INVALID[column], strict=True):
            stored = "CAST(? AS TEXT)" if isinstance(value, bytes) else "?"
            update = f"UPDATE answers SET {column} = {stored} WHERE id = ?"  # noqa: S608
            connection.execute(update, (value, entry.id))
    window = History(history.path)
    try:
        with qtbot.waitSignals([window.failed, window.loaded], timeout=TIMEOUT) as signals:
            window.load()
        sentence, entries = (event.args[0] for event in signals.all_signals_and_args)
        assert f": {len(bad)} of the history" in sentence
        assert entries == good
    finally:
        window.close()


def test_no_cell_of_an_exported_table_starts_a_formula(qtbot, history, tmp_path):
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "plain", "5 = 5"]
    add(qtbot, history, *(make_entry(question=text, answer=text) for text in texts))
    with qtbot.waitSignal(history.exported, timeout=TIMEOUT):
        history.export(tmp_path / "a.csv", "CSV")
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r")]
    answers = [row[rows[0].index("answer")] for row in rows[1:]]
    assert answers == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "plain", "5 = 5"]


@pytest.mark.parametrize(
    ("driver", "name"), [("GPKG", "a ä.gpkg"), ("GeoJSON", "a.geojson"), ("CSV", "a.csv")]
)
def test_export(qtbot, history, tmp_path, driver, name):
    entry = make_entry()
    add(qtbot, history, entry, make_entry(crs="", footprint=""))
    target = tmp_path / name
    target.write_text("older")
    with qtbot.waitSignal(history.exported, timeout=TIMEOUT) as signal:
        history.export(target, driver)
    assert signal.args == [str(target)]
    layer = QgsVectorLayer(str(target), "exported", "ogr")
    assert layer.isValid()
    features = list(layer.getFeatures())
    assert features[0]["id"] == entry.id
    assert features[0]["answer"] == entry.answer.text
    assert features[0]["footprint"] == entry.footprint
    assert len(features) == 2
    if driver != "CSV":
        assert features[0].geometry().boundingBox().width() == pytest.approx(0.0111, abs=1e-3)
        assert isinstance(features[0]["created"], QDateTime)
    else:
        assert target.read_text("utf-8").startswith("WKT,")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["profil ä", name])


def test_export_into_a_folder_that_is_not_there_is_a_sentence(qtbot, history, tmp_path):
    add(qtbot, history, make_entry())
    with qtbot.waitSignal(history.failed, timeout=TIMEOUT) as signal:
        history.export(tmp_path / "missing" / "a.csv", "CSV")
    assert "missing" in signal.args[0]
    assert "Choose another" in signal.args[0]


def test_the_window_never_waits_for_the_disk(qtbot, history):
    add(qtbot, history, make_entry())
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(history.path)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        beats = [time.monotonic()]
        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(lambda: beats.append(time.monotonic()))
        timer.start(20)
        waiting = make_entry()
        with qtbot.waitSignal(history.added, timeout=TIMEOUT):
            history.add(waiting)
        timer.stop()
    gap = max(later - earlier for earlier, later in itertools.pairwise(beats))
    print(f"longest gap {gap * 1000:.0f} ms in {beats[-1] - beats[0]:.1f} s")
    assert beats[-1] - beats[0] > 2
    assert gap < 0.3  # 0.1 on a machine that does nothing else
    assert waiting in loaded(qtbot, history.path)


@BOTH_WAYS
def test_a_damaged_file_is_set_aside_and_its_readable_entries_are_recovered(qtbot, history):
    entries = [make_entry(answer="a long answer " * 500) for _ in range(40)]
    add(qtbot, history, *entries)
    whole = history.path.read_bytes()
    damaged = whole[: len(whole) // 2] + bytes(8192) + whole[len(whole) // 2 + 8192 :]
    history.path.write_bytes(damaged)
    window = History(history.path)
    try:
        with qtbot.waitSignals([window.failed, window.loaded], timeout=TIMEOUT) as signals:
            window.load()
        sentence, rescued = (event.args[0] for event in signals.all_signals_and_args)
    finally:
        window.close()
    assert "was damaged" in sentence
    [aside] = history.path.parent.glob("*-damaged-*")
    assert aside.read_bytes() == damaged
    assert aside.name in sentence
    assert rescued == entries[: len(rescued)] != []
    assert loaded(qtbot, history.path) == rescued


@BOTH_WAYS
@pytest.mark.parametrize("content", [b"", b"no GeoPackage" * 1000, b"SQLite format 3\0" * 300])
def test_a_file_of_something_else_is_set_aside(qtbot, history, content):
    history.path.parent.mkdir()
    history.path.write_bytes(content)
    entry = make_entry()
    with qtbot.waitSignals([history.failed, history.added], timeout=TIMEOUT):
        history.add(entry)
    [aside] = history.path.parent.glob("*-damaged-*")
    assert aside.read_bytes() == content
    assert loaded(qtbot, history.path) == [entry]


@BOTH_WAYS
def test_damage_while_it_is_open_loses_nothing(qtbot, history):
    before, after = make_entry(), make_entry()
    add(qtbot, history, before)
    history.path.write_bytes(b"gone")
    with qtbot.waitSignal(history.failed, timeout=TIMEOUT):
        history.add(after)
    history.close()
    assert loaded(qtbot, history.path) == [before, after]


@BOTH_WAYS
def test_a_geopackage_of_the_users_own_is_not_touched(qtbot, history, tmp_path):
    history.path.parent.mkdir()
    dataset = ogr.GetDriverByName("GPKG").CreateDataSource(str(history.path))
    dataset.CreateLayer("fields")
    del dataset
    content = history.path.read_bytes()
    with qtbot.waitSignals([history.failed, history.added], timeout=TIMEOUT) as signals:
        history.add(make_entry())
    assert "something else" in signals.all_signals_and_args[0].args[0]
    assert history.path.read_bytes() == content


def test_a_removed_folder_is_made_again(qtbot, history):
    first, second = make_entry(), make_entry()
    add(qtbot, history, first)
    shutil.rmtree(history.path.parent)
    add(qtbot, history, second)
    assert loaded(qtbot, history.path) == [second]
    assert Path(history.path).exists()

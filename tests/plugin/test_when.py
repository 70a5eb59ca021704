"""When the answer is yes: from the dock with its timeline, and from Processing."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import (
    QgsProcessingException,
    QgsProject,
    QgsRasterLayer,
    QgsSettings,
    QgsVectorLayer,
)

from tests.plugin.processing_fixtures import Feedback, register_provider
from unirs_qgis.dock.timeline import TimelineChart

ROOT = Path(__file__).parents[2]
LONG = 180_000  # milliseconds: a slow machine starts the worker
MODEL = "server:http://127.0.0.1:1/v1#finder"
DATES = {"2015-07-01": False, "2017-07-01": False, "2019-07-01": True, "2021-07-01": True}
TEXT = "first true between 2017-07-01 and 2019-07-01 (0."
STORY = "2017-07-01 to 2019-07-01: a house has been built\nNothing has changed in 2 other intervals"

pytestmark = pytest.mark.slow  # a worker starts


@pytest.fixture
def series(raster, tmp_path):
    """Rasters of four dates; a house is built before the third."""
    return [
        raster(tmp_path / f"place-{date}.tif", house=house, date=date)
        for date, house in DATES.items()
    ]


@pytest.fixture
def program(worker_python, tmp_path):
    """The worker of ``series_worker`` as a Python that the plugin starts."""
    path = tmp_path / "python"
    path.write_text(
        f"#!/bin/sh\ncd {ROOT}\nexec {worker_python} -m tests.plugin.series_worker\n", "utf-8"
    )
    path.chmod(0o700)
    return path


@pytest.fixture
def shown(window, series, program, qgis_canvas):
    """The window with the layers of the series chosen."""
    layers = [QgsRasterLayer(str(path), path.stem) for path in series]
    QgsProject.instance().addMapLayers(layers)
    QgsSettings().setValue("unirs/model", MODEL)
    window._status.check_runtime()
    window.worker._command = lambda: [str(program)]
    qgis_canvas.setDestinationCrs(layers[0].crs())
    qgis_canvas.setExtent(layers[0].extent())
    window._chooser.use_canvas()
    window.inputs.choose(layers)
    return window


def answer_to(qtbot, window, *asked):
    with qtbot.waitSignal(window.questions.answered, timeout=LONG) as answered:
        window.dock.submitted.emit(*asked, [])
    return answered.args[0]


def test_the_timeline_is_shown_kept_and_shows_its_layers(qtbot, shown):
    entry = answer_to(qtbot, shown, "when", "Are there houses?")
    assert entry.title == "When: Are there houses?"
    assert entry.answer.text.startswith(TEXT)
    assert [date.name for date in entry.answer.timeline] == list(DATES)
    qtbot.waitUntil(lambda: entry.id in shown.history._entries, timeout=LONG)
    chart = shown.dock.findChild(TimelineChart)
    assert not chart.isHidden()
    chart.chosen.emit(2)
    root = QgsProject.instance().layerTreeRoot()
    visible = [layer.name() for layer in root.checkedLayers()]
    assert visible == ["place-2019-07-01"]
    shown.dock.show_entry(entry.id)
    story = answer_to(qtbot, shown, "change", "")
    assert story.answer.text == STORY
    assert chart.isHidden()


def test_processing_gives_tables(program, series, monkeypatch, qgis_processing, qgis_new_project):
    import processing

    monkeypatch.setenv("UNIRS_PYTHON", str(program))
    register_provider()
    common = {"INPUT": list(map(str, series[::-1])), "MODEL": MODEL, "TABLE": "memory:"}

    def run(name, **parameters):
        return processing.run(f"unirs:{name}", {**common, **parameters}, feedback=Feedback())

    found = run("findwhen", QUESTION="houses")
    assert found["ANSWER"].startswith(TEXT)
    assert (found["AFTER"], found["BEFORE"]) == ("2017-07-01", "2019-07-01")
    rows = list(found["TABLE"].getFeatures())
    assert [row["date"] for row in rows] == list(DATES)
    assert [row["probability"] > 0.5 for row in rows] == list(DATES.values())
    story = run("describeseries")
    assert story["ANSWER"] == STORY
    assert isinstance(story["TABLE"], QgsVectorLayer)
    assert [row["changed"] for row in story["TABLE"].getFeatures()] == ["no", "yes", "no"]
    with pytest.raises(QgsProcessingException):
        run("findwhen", QUESTION="How many houses?")

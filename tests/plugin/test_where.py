"""A search for places from the window: windows on the map, the entry, and its map as a layer."""

from __future__ import annotations

import pytest
from qgis.core import QgsProject, QgsRasterLayer, QgsVectorLayer

from unirs_qgis.where import MOST_PIXELS, picture_side, pixels_along

LONG = 180_000  # milliseconds: a slow machine starts the worker, and loads a model


@pytest.mark.slow
def test_a_search_shows_its_windows_and_adds_its_map(qtbot, shown):
    reported = []
    shown.questions.window_answered.connect(
        lambda facts: reported.append((facts, sum(shown._windows.shown)))
    )
    with qtbot.waitSignal(shown.questions.answered, timeout=LONG) as answered:
        shown.dock.submitted.emit("where", "water areas", [])
    entry = answered.args[0]
    assert entry.task == "where"
    assert entry.title == "Where: water areas"
    assert "squares of" in entry.answer.text
    assert reported
    assert max(count for _, count in reported) > 0, "windows are on the map while it goes on"
    assert sum(shown._windows.shown) == 0, "and make way for the map"
    layers = lambda kind: [  # noqa: E731
        layer for layer in QgsProject.instance().mapLayers().values() if isinstance(layer, kind)
    ]
    (added,) = [x for x in layers(QgsRasterLayer) if x.name() == "Probability of yes (percent)"]
    assert added.isValid()
    if entry.answer.text.startswith("yes"):
        qtbot.waitUntil(lambda: bool(layers(QgsVectorLayer)), timeout=LONG)


@pytest.mark.slow
def test_a_stopped_search_keeps_what_is_there(qtbot, shown):
    def stop(_window):
        shown.questions.window_answered.disconnect(stop)
        shown.questions.stop()

    shown.questions.window_answered.connect(stop)
    with qtbot.waitSignal(shown.questions.answered, timeout=LONG) as answered:
        shown.dock.submitted.emit("where", "water areas", [])
    entry = answered.args[0]
    assert entry.answer.stopped
    assert entry.answer.text.startswith("so far ")


@pytest.mark.slow
def test_what_cannot_be_searched_is_one_sentence_in_the_dock(qtbot, shown):
    with qtbot.waitSignal(shown.questions.changed, timeout=LONG):
        shown.dock.submitted.emit("where", "How many boats are there?", [])
    qtbot.waitUntil(lambda: not shown.questions.is_busy, timeout=LONG)
    assert sum(shown._windows.shown) == 0


def test_the_picture_has_the_pixels_of_the_layer_within_bounds(dated_layers):
    layer = dated_layers[0]
    crs, extent = layer.crs(), layer.extent()
    pixels = max(layer.width(), layer.height())
    assert pixels_along([layer], extent, crs) == pytest.approx(pixels, rel=0.02)
    assert picture_side(pixels, 8) == pixels / 2
    assert picture_side(pixels, 10 * pixels) == 10 * pixels
    assert picture_side(1000 * pixels, 8) == MOST_PIXELS / 2
    assert picture_side(0, 8) == 32, "a service has no pixels of its own"

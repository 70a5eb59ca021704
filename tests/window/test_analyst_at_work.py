"""An analyst's hour in the real QGIS window, click by click.

The tests of this module share a window and follow each other, as the clicks of an analyst do.
"""

from __future__ import annotations

import os
import time

import pytest

from scripts.qgis_session import ANSWER

LONGEST_GAP = 0.1
"""Seconds for which the window may stand still."""

BEFORE, AFTER = "2019-06-15", "2021-08-02"
QUESTION = "Is there a road in the image?"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def qgis(start):
    with start() as qgis:
        yield qgis


@pytest.fixture
def standing_still(qgis, request, pictures):
    """The window does not stand still while a test uses it.

    On a machine with far more to do than it has cores, even the screen (Xvfb) waits for its turn,
    and the window for the screen: the figure is written down, but says nothing about the plugin.
    """
    qgis.ask("watch")
    yield
    gap, load = qgis.ask("longest_gap"), os.getloadavg()[0]
    with (pictures / "gaps.txt").open("a") as file:
        print(f"{request.node.name}: {gap * 1000:.0f} ms at load {load:.1f}", file=file)
    assert gap < LONGEST_GAP or load > 2 * os.cpu_count()


def test_layers_are_loaded_and_the_button_opens_the_dock(qgis, place, pictures):
    for name in (BEFORE, AFTER):
        qgis.add_raster(place / f"{name}.tif")
    assert not qgis.ask("widget", name="UniRSDock"), "it opens when it is asked to"
    qgis.click_button("unirsDockAction")
    assert qgis.widget("UniRSDock")
    assert qgis.text("statusLabel") == "Ready"
    qgis.picture(pictures / "01-dock.png")


def test_enter_asks_and_the_answer_is_stored(qgis, pictures, standing_still):
    qgis.click("questionEdit")
    qgis.type(QUESTION)
    qgis.press("Return")
    title, answer = qgis.answer(1)
    assert title == QUESTION
    assert answer
    assert qgis.text("answerText").startswith(answer)
    qgis.picture(pictures / "02-answer.png")


def test_stop_ends_a_caption_at_once(qgis, pictures, standing_still):
    with qgis.held_worker():  # else a caption is written before the mouse is there
        qgis.click("captionButton")
        qgis.click("stopButton")
        qgis.wait(lambda: qgis.widget("captionButton")["enabled"], "the end of the caption")
        assert qgis.text("statusLabel").startswith("Stopped")
    qgis.picture(pictures / "03-stopped.png")


def test_the_layer_menu_describes_change_between_two_selected_layers(
    qgis, pictures, standing_still
):
    before = len(qgis.history())
    qgis.click_layer(BEFORE)
    qgis.click_layer(AFTER, also=True)
    qgis.click_layer(AFTER, button=3)
    qgis.choose("UniRS")
    qgis.picture(pictures / "04-layer-menu.png")
    qgis.choose("Describe change between layers")
    title, answer = qgis.answer(before + 1)
    assert title == "Description of change"
    assert answer
    qgis.picture(pictures / "05-change.png")


def test_the_change_map_is_shown_on_the_map(qgis, pictures):
    qgis.click("mapButton")
    qgis.wait(lambda: len(qgis.layers()) > 2, "the change map")
    time.sleep(5)  # the map is drawn, and the polygons are made, in the background
    assert {layer["name"] for layer in qgis.layers()} >= {BEFORE, AFTER, "Change (percent)"}
    qgis.picture(pictures / "06-change-map.png")


def test_tiles_are_captioned_into_an_attribute_table(qgis, pictures):
    qgis.click("inputFold")
    qgis.click("kindSingleButton")
    qgis.click("menuButton")
    qgis.choose("Caption tiles")
    qgis.wait(lambda: qgis.ask("push_button", text="Run"), "the dialog")
    qgis.picture(pictures / "07-caption-tiles.png")
    qgis.click_text("Run")
    tiles = qgis.wait(lambda: with_rows(qgis), "the tiles", ANSWER)
    assert all(row["text"] for row in tiles["rows"])
    qgis.picture(pictures / "08-tiles.png")
    qgis.click_text("Close")
    qgis.click_layer(tiles["name"])
    qgis.click_button("mActionOpenTable")  # a key needs the focus, which no window manager gives
    qgis.wait(lambda: qgis.ask("dialogs"), "the attribute table")
    time.sleep(2)
    qgis.picture(pictures / "09-attribute-table.png")


def with_rows(qgis):
    """The layer of tiles, once it is there."""
    found = [x for x in qgis.layers() if x.get("rows") and "text" in x["rows"][0]]
    return found[0] if found else None


def test_the_history_is_found_after_a_crash_and_a_restart(qgis, start, pictures):
    kept = qgis.history()
    assert len(kept) >= 2
    qgis.kill()
    with start() as again:
        again.click_button("unirsDockAction")
        again.wait(lambda: len(again.history()) == len(kept), "the history")
        assert again.history() == kept
        again.picture(pictures / "10-restarted.png")

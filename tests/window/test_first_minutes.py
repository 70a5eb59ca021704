"""A newcomer's first minutes in the real QGIS window: layers and projects come, are hidden, and go.

The tests of this module share a window and follow each other.
"""

from __future__ import annotations

import time

import pytest

EARLIER, LATER = "2019-06-15", "2021-08-02"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def qgis(start):
    with start() as qgis:
        qgis.click_button("unirsDockAction")
        yield qgis


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Where a project is saved."""
    return tmp_path_factory.mktemp("Projekt") / "place.qgz"


def selects(qgis, layer, date):
    """Wait until the dock is ready to ask about a layer, and shows its date."""
    shown = {"statusLabel": "Ready", "beforeLayerCombo": layer, "beforeDateEdit": date}

    def as_expected():
        widgets = {name: qgis.ask("widget", name=name) for name in (*shown, "captionButton")}
        return all(widgets.values()) and (
            widgets.pop("captionButton")["enabled"]
            and {name: widget["text"] for name, widget in widgets.items()} == shown
        )

    qgis.wait(as_expected, f"{layer} in a dock that is ready")


def says(qgis, name, words):
    """Wait until a widget of the dock says something."""
    qgis.wait(lambda: words in (qgis.ask("widget", name=name) or {"text": ""})["text"], words)


def test_an_empty_project_asks_for_a_layer(qgis):
    assert qgis.text("statusLabel").startswith("Add a raster layer")
    assert not qgis.widget("captionButton")["enabled"]


def test_one_layer_is_enough_to_ask(qgis, place):
    qgis.add_raster(place / f"{EARLIER}.tif")
    selects(qgis, EARLIER, EARLIER)
    assert not qgis.ask("widget", name="cropWarningLabel"), "the default view is no mistake"


def test_a_pair_with_one_layer_is_reported_before_the_click(qgis, pictures):
    qgis.click("kindPairButton")
    says(qgis, "problemLabel", "choose a second layer")
    assert not qgis.widget("changeButton")["enabled"]
    qgis.picture(pictures / "20-pair-of-one.png")
    qgis.click("kindSingleButton")
    selects(qgis, EARLIER, EARLIER)


def test_the_dock_selects_the_visible_layer(qgis, place, pictures):
    qgis.add_raster(place / f"{LATER}.tif")
    selects(qgis, LATER, LATER)
    qgis.picture(pictures / "21-two-layers.png")


def test_a_click_in_the_layer_tree_chooses_the_layer(qgis, pictures):
    qgis.click_layer(EARLIER)
    selects(qgis, EARLIER, EARLIER)
    says(qgis, "layerNoteLabel", "covers")
    qgis.picture(pictures / "22-covered-layer.png")
    qgis.click_layer(LATER)
    selects(qgis, LATER, LATER)
    assert not qgis.ask("widget", name="layerNoteLabel")


def test_a_hidden_layer_is_replaced_by_the_one_below(qgis):
    qgis.press("space")
    selects(qgis, EARLIER, EARLIER)


def test_a_project_is_closed_and_opened(qgis, project, pictures):
    qgis.save_project(project)
    qgis.close_project()
    says(qgis, "statusLabel", "Add a raster layer")
    qgis.open_project(project)
    selects(qgis, EARLIER, EARLIER)  # the later one is hidden
    qgis.picture(pictures / "23-opened-project.png")


def test_the_users_choice_stays(qgis):
    qgis.click("beforeLayerCombo")
    qgis.press("End", "Return")
    selects(qgis, LATER, LATER)
    says(qgis, "layerNoteLabel", "hidden")
    qgis.click_layer(EARLIER)
    time.sleep(1)
    selects(qgis, LATER, LATER)


def test_the_message_log_has_no_warning_of_the_plugin(qgis):
    assert qgis.ask("warnings") == []


def test_qgis_starts_with_a_project(start, project):
    with start(project) as again:
        again.click_button("unirsDockAction")
        selects(again, EARLIER, EARLIER)

"""The parts together: what is asked reaches the worker, and its answer dock, history and map."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from qgis.core import QgsProject, QgsRasterLayer, QgsSettings, QgsVectorLayer
from qtpy.QtCore import QItemSelectionModel
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QCheckBox, QLabel, QTextEdit

from tests.plugin.running import is_running
from unirs_qgis.dock import DockState
from unirs_qgis.plugin import Window
from unirs_qgis.runtime import runtime_setup
from unirs_qgis.runtime.environment import find_payload
from unirs_qgis.runtime.worker import WorkerState

FLIGHT = Path(__file__).parents[2] / "backend/unirs/samples/flight.mp4"
LONG = 180_000  # milliseconds: a slow machine starts the worker, and loads a model


def answered(qtbot, window, act):
    """The entry that an action leads to."""
    with qtbot.waitSignal(window.questions.answered, timeout=LONG) as signal_:
        act()
    return signal_.args[0]


def select(tree, layers):
    for layer in layers:
        index = tree.node2index(QgsProject.instance().layerTreeRoot().findLayer(layer.id()))
        tree.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)


def test_an_empty_project_shows_what_to_do(window, monkeypatch, worker_python):
    window._status.check_runtime()
    assert window.dock.state is DockState.NO_LAYER


def test_without_a_runtime_the_dock_offers_the_set_up(window, dated_layers, monkeypatch):
    monkeypatch.delenv("UNIRS_PYTHON", raising=False)
    window._status.check_runtime()
    assert window.dock.state is DockState.NOT_SET_UP


def test_the_dock_shows_what_a_set_up_downloads_before_it_begins(
    window, dated_layers, monkeypatch, place, qtbot
):
    monkeypatch.delenv("UNIRS_PYTHON", raising=False)
    monkeypatch.setattr(runtime_setup, "find_payload", lambda: find_payload(place.package))
    window._status.check_runtime()
    with qtbot.waitSignal(window.setup.planned, timeout=LONG):
        window._show_dock(True)
    label = window.dock.findChild(QLabel, "statusLabel")
    assert "Set-up downloads 200 MB (PyTorch for the processor)" in label.toolTip()


@pytest.mark.slow
def test_a_caption_reaches_dock_and_history(qtbot, shown, gap_timer):
    with gap_timer:
        entry = answered(qtbot, shown, lambda: shown.dock.submitted.emit("caption", "", []))

    assert gap_timer.longest < 0.1
    assert entry.answer.text
    assert entry.answer.demonstration
    assert not entry.answer.stopped
    assert entry.kind == "single"
    assert entry.crs == "EPSG:32632"
    assert len(entry.answer.model_digest) == 64
    qtbot.waitUntil(lambda: entry.id in shown.history._entries, timeout=LONG)


@pytest.fixture
def three_views():
    QgsSettings().setValue("unirs/views", 3)
    yield
    QgsSettings().remove("unirs/views")


@pytest.mark.slow
def test_change_between_two_selected_layers_is_described_in_order_of_dates_over_views(
    qtbot, shown, tree, dated_layers, three_views
):
    earlier, later = dated_layers
    select(tree, [later, earlier])
    change = shown._menu._change
    assert change.isEnabled()
    shown.dock.set_kind("pair")
    shown.dock.findChild(QCheckBox, "matchColoursBox").setChecked(True)

    entry = answered(qtbot, shown, change.trigger)

    assert entry.task == "change"
    assert entry.answer.views == 3
    assert "The later date has the colours of the first one." in entry.answer.warnings
    details = shown.dock.findChild(QLabel, "detailsLabel").text()
    assert details.startswith("average of 3 views, ")
    assert [record.date for record in entry.layers] == ["2019-06-15", "2021-08-02"]

    before = set(QgsProject.instance().mapLayers())
    shown.dock.entry_action.emit(entry.id, "change_map")
    qtbot.waitUntil(lambda: set(QgsProject.instance().mapLayers()) > before, timeout=LONG)
    (identifier,) = [
        x
        for x in set(QgsProject.instance().mapLayers()) - before
        if isinstance(QgsProject.instance().mapLayer(x), QgsRasterLayer)
    ]
    added = QgsProject.instance().mapLayer(identifier)
    assert added.isValid()
    assert added.extent().intersects(earlier.extent())
    groups = len(QgsProject.instance().layerTreeRoot().children())
    shown.dock.entry_action.emit(entry.id, "change_map")
    assert len(QgsProject.instance().layerTreeRoot().children()) == groups


@pytest.mark.slow
def test_a_question_with_a_closed_set_of_answers_is_scored(qtbot, shown):
    ask = lambda: shown.dock.submitted.emit("ask", "Is there water?", ["yes", "no"])  # noqa: E731
    entry = answered(qtbot, shown, ask)

    assert {text for text, _ in entry.answer.options} == {"yes", "no"}
    assert sum(share for _, share in entry.answer.options) == pytest.approx(1, abs=1e-3)


@pytest.mark.slow
def test_a_follow_up_reuses_the_crop_until_the_layer_is_redrawn(qtbot, shown, dated_layers):
    first = answered(qtbot, shown, lambda: shown.dock.submitted.emit("caption", "", []))
    crops = shown.questions._cache.crops
    again = answered(qtbot, shown, lambda: shown.dock.submitted.emit("caption", "", []))
    assert shown.questions._cache.crops is crops
    assert first.answer.text == again.answer.text

    shown.inputs.layers()[0].triggerRepaint()
    answered(qtbot, shown, lambda: shown.dock.submitted.emit("caption", "", []))
    assert shown.questions._cache.crops is not crops


@pytest.mark.slow
def test_stop_before_the_answer_is_reported_and_the_next_question_is_answered(qtbot, shown):
    shown.dock.submitted.emit("caption", "", [])
    shown.questions.stop()
    assert not shown.questions.is_busy
    assert shown.dock.state is DockState.STOPPED

    assert answered(qtbot, shown, lambda: shown.dock.submitted.emit("caption", "", [])).answer


@pytest.mark.slow
def test_a_killed_worker_is_reported_and_the_next_question_starts_another(qtbot, shown):
    answered(qtbot, shown, lambda: shown.dock.submitted.emit("caption", "", []))
    killed = shown.worker.pid

    os.kill(killed, signal.SIGKILL)
    qtbot.waitUntil(lambda: shown.worker.state is WorkerState.DIED, timeout=LONG)
    assert shown.dock.state is DockState.DIED
    assert "killed" in shown.worker.reason

    answered(qtbot, shown, lambda: shown.dock.submitted.emit("caption", "", []))
    assert shown.worker.pid != killed


@pytest.mark.slow
def test_a_worker_killed_while_answering_ends_the_question_with_the_reason(qtbot, shown):
    shown.dock.submitted.emit("caption", "", [])
    qtbot.waitUntil(lambda: shown.worker.pid is not None, timeout=LONG)
    os.kill(shown.worker.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: not shown.questions.is_busy, timeout=LONG)
    assert shown.dock.state is DockState.DIED


@pytest.mark.slow
def test_a_layer_can_be_removed_during_a_question(qtbot, shown, dated_layers):
    shown.dock.submitted.emit("caption", "", [])
    QgsProject.instance().removeMapLayers([layer.id() for layer in dated_layers])
    qtbot.waitUntil(lambda: not shown.questions.is_busy, timeout=LONG)
    assert shown.dock.state is DockState.NO_LAYER


@pytest.mark.slow
def test_a_project_can_be_closed_during_a_question(qtbot, shown):
    shown.dock.submitted.emit("caption", "", [])
    QgsProject.instance().clear()
    qtbot.waitUntil(lambda: not shown.questions.is_busy, timeout=LONG)
    assert shown.dock.state is DockState.NO_LAYER


@pytest.mark.slow
def test_unload_during_a_question_ends_the_worker(
    qtbot, qgis_iface, tree, dated_layers, qgis_canvas, worker_python, monkeypatch, tmp_path
):
    monkeypatch.setattr("unirs_qgis.history.places.profile_folder", lambda: tmp_path / "profile")
    qgis_canvas.setDestinationCrs(dated_layers[0].crs())
    qgis_canvas.setExtent(dated_layers[0].extent())
    parts = Window(qgis_iface)
    folder = parts._folder
    parts.dock.submitted.emit("caption", "", [])
    qtbot.waitUntil(lambda: parts.worker.pid is not None, timeout=LONG)
    pid = parts.worker.pid

    parts.close()

    assert not folder.exists()
    qtbot.waitUntil(lambda: not is_running(pid), timeout=LONG)


@pytest.mark.slow
def test_a_video_is_classified_and_its_frames_are_shown(
    qtbot, window, worker_python, tmp_path, monkeypatch
):
    shutil.copy(FLIGHT, tmp_path / "video.mp4")
    shown = []
    monkeypatch.setattr(window.dock, "show_seen", shown.append)
    window._status.check_runtime()
    window.inputs.choose_video(str(tmp_path / "video.mp4"))
    assert window.dock.state is DockState.READY

    entry = answered(qtbot, window, lambda: window.dock.submitted.emit("classify", "", []))

    assert (entry.kind, entry.footprint, entry.crs) == ("video", "", "")
    assert entry.layers[0].name == "video.mp4"
    assert entry.answer.text == entry.answer.options[0][0]
    assert len(shown[-1]) == 8
    assert not any(image.isNull() for image in shown[-1])


@pytest.mark.slow
def test_closing_while_answering_ends_the_worker(qtbot, shown):
    shown.dock.submitted.emit("caption", "", [])
    qtbot.waitUntil(lambda: shown.worker.pid is not None, timeout=LONG)
    pid = shown.worker.pid
    shown.questions.drop()
    shown.worker.close()
    qtbot.waitUntil(lambda: not is_running(pid), timeout=LONG)


@pytest.mark.slow
def test_html_in_a_layer_name_is_shown_as_text(qtbot, shown, dated_layers):
    dated_layers[0].setName("<b>bold</b><img src=x>")
    shown.inputs.choose([dated_layers[0]])
    entry = answered(qtbot, shown, lambda: shown.dock.submitted.emit("caption", "", []))
    assert entry.layers[0].name == "<b>bold</b><img src=x>"
    for label in shown.dock.findChildren(QLabel):
        if "bold" in label.text():
            from qtpy.QtCore import Qt

            assert label.textFormat() == Qt.TextFormat.PlainText or "&lt;b&gt;" in label.text()
    for text in shown.dock.findChildren(QTextEdit):
        assert "font-weight:600" not in text.toHtml() or "bold" not in text.toPlainText()


@pytest.mark.slow
def test_an_answer_is_copied_repeated_and_deleted(qtbot, shown):
    entry = answered(qtbot, shown, lambda: shown.dock.submitted.emit("ask", "Is there water?", []))
    qtbot.waitUntil(lambda: entry.id in shown.history._entries, timeout=LONG)

    shown.dock.entry_action.emit(entry.id, "copy")
    assert entry.answer.text in QGuiApplication.clipboard().text()

    again = answered(qtbot, shown, lambda: shown.dock.entry_action.emit(entry.id, "ask_again"))
    assert (again.question, again.answer.text) == (entry.question, entry.answer.text)
    assert again.id != entry.id

    shown.dock.entry_action.emit(entry.id, "delete")
    qtbot.waitUntil(lambda: entry.id not in shown.history._entries, timeout=LONG)


@pytest.mark.slow
def test_a_question_of_ten_thousand_characters_is_answered_or_refused(qtbot, shown):
    ended = []
    shown.questions.answered.connect(ended.append)
    shown.dock.submitted.emit("ask", "<image> </s> [INST] why " * 420, [])
    qtbot.waitUntil(lambda: not shown.questions.is_busy, timeout=LONG)
    assert shown.worker.state is not WorkerState.DIED


def test_a_read_only_temporary_folder_is_reported(shown, monkeypatch):
    said = []
    monkeypatch.setattr(shown.dock, "fail_answer", said.append)
    shown._folder.rmdir()
    shown.dock.submitted.emit("caption", "", [])
    assert "cannot be written" in said[0]
    assert not shown.questions.is_busy
    assert shown.dock.state is DockState.READY


def test_the_texts_of_the_menu_fit_the_selection(window, tree, dated_layers):
    menu = window._menu
    menu.update()
    assert not menu._change.isEnabled()
    assert not menu._ask.isEnabled()
    select(tree, dated_layers[:1])
    assert menu._caption.isEnabled()
    assert not menu._change.isEnabled()
    select(tree, dated_layers)
    assert menu._change.isEnabled()
    assert not menu._caption.isEnabled()


def test_a_too_large_extent_is_offered_tile_by_tile(window, dated_layers, monkeypatch, qtbot):
    import processing

    opened = []
    monkeypatch.setattr(
        processing, "execAlgorithmDialog", lambda *dialog: opened.append(dialog), raising=False
    )
    qtbot.waitUntil(lambda: len(window.inputs.layers()) == 1)
    window.dock.ask_tiles_requested.emit("Is there water?", [])
    ((algorithm, parameters),) = opened
    assert algorithm == "unirs:answertiles"
    assert parameters["QUESTION"] == "Is there water?"
    assert parameters["INPUT"] == [window.inputs.layers()[0].id()]
    polygons = [QgsVectorLayer("Polygon", name, "memory") for name in ("below", "on top")]
    for layer in polygons:
        QgsProject.instance().addMapLayer(layer)
    window.dock.features_requested.emit("Is there water?", ["yes", "no"])
    algorithm, parameters = opened[1]
    assert algorithm == "unirs:answerfeatures"
    assert parameters["INPUT"] == polygons[1].id(), "the topmost layer of polygons"
    assert parameters["RASTER"] == [window.inputs.layers()[0].id()]
    assert (parameters["QUESTION"], parameters["OPTIONS"]) == ("Is there water?", "yes,no")
    window.dock.status.index_requested.emit()
    assert opened[2] == (
        "unirs:indextiles",
        {"INPUT": [window.inputs.layers()[0].id()], "PAIR": False},
    )


def test_the_menu_offers_nothing_for_a_change_map(window, tree, dated_layers, monkeypatch):
    monkeypatch.setattr(dated_layers[0], "bandName", lambda _band: "Band 1: change (percent)")
    select(tree, dated_layers[:1])
    assert not window._menu._ask.isEnabled()
    assert not window._menu._caption.isEnabled()


def test_a_pair_is_proposed_in_order_and_swapped(window, dated_layers):
    window.dock.set_kind("pair")
    window.dock.kind_changed.emit("pair")
    assert [layer.name() for layer in window.inputs.layers()] == [
        "place-2019-06-15",
        "place-2021-08-02",
    ]
    window.dock.swapped.emit()
    assert [layer.name() for layer in window.inputs.layers()] == [
        "place-2021-08-02",
        "place-2019-06-15",
    ]


def test_a_layer_that_is_removed_leaves_the_series(qtbot, window, dated_layers):
    extra = QgsRasterLayer(dated_layers[0].source(), "place-2020-01-01")
    QgsProject.instance().addMapLayer(extra)
    window.inputs.choose([*dated_layers, extra])
    assert [item.name for item in window.dock.series] == [
        "place-2019-06-15",
        "place-2020-01-01",
        "place-2021-08-02",
    ]
    QgsProject.instance().removeMapLayer(extra.id())
    qtbot.waitUntil(lambda: len(window.dock.series) == 2)

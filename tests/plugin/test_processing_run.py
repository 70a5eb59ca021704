"""A run over many tiles: every tile gets its own answer, whatever happens to the worker."""

import re
import threading
import time
from concurrent.futures import Future
from pathlib import Path

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
)
from qtpy.QtCore import QTimer

from tests.plugin.processing_fixtures import (
    TILE,
    Feedback,
    rows_of,
    write_tiles,
)
from unirs_qgis.processing.session import is_done
from unirs_qgis.shared import process

COLOURS = [[10, 20, 30], [40, 50, 60]]
WAIT = 60_000


@pytest.fixture
def raster(tmp_path):
    return str(write_tiles(tmp_path / "town.tif", COLOURS))


@pytest.fixture
def caption(raster, tmp_path, qgis_new_project):
    import processing

    def run(feedback=None, **parameters):
        defaults = {"INPUT": raster, "TILE_SIZE": TILE, "OUTPUT": str(tmp_path / "out.gpkg")}
        feedback = feedback or Feedback()
        algorithm = parameters.pop("ALGORITHM", "unirs:captiontiles")
        return processing.run(algorithm, {**defaults, **parameters}, feedback=feedback)["OUTPUT"]

    return run


def _texts(output):
    return {place: row["text"] for place, row in rows_of(output).items()}


def _expected(colours=COLOURS):
    return {
        (row, column): f"colour {value}"
        for row, line in enumerate(colours)
        for column, value in enumerate(line)
    }


def test_every_tile_gets_the_answer_about_itself(worker, caption):
    worker.orders(seconds=0.2)  # tiles wait for it, and must not be overwritten meanwhile
    output = caption()
    assert _texts(output) == _expected()
    row = rows_of(output)[1, 2]
    assert row["clue"] == "clue 60"
    assert (row["status"], row["model"], row["layers"]) == ("answered", "stand-in", "town")
    assert row["demonstration"] is True
    assert (row["seconds"], row["nodata_share"]) == (0.25, 0)
    box = row.geometry().boundingBox()
    assert (box.xMaximum(), box.yMinimum()) == pytest.approx((500_030, 5_399_980))
    assert box.width() == pytest.approx(TILE * 0.5)


@pytest.mark.parametrize("output", ["memory:", "TEMPORARY_OUTPUT", "out.geojson", "other.gpkg"])
def test_rows_go_wherever_processing_can_write(worker, caption, tmp_path, output):
    output = caption(OUTPUT=str(tmp_path / output) if "." in output else output)
    assert _texts(output) == _expected()


def test_settings_reach_the_worker(worker, caption):
    caption(MODEL="big", DEVICE="cuda:1", PRECISION="bfloat16", CLUE=False, MAX_TOKENS=7)
    load, first = worker.log[0], worker.asked[0]
    model = {"model": "big", "device": "cuda:1", "precision": "bfloat16"}
    assert model.items() <= load.items()
    assert {**model, "clue": False, "max_new_tokens": 7}.items() <= first.items()


def test_tiles_are_rendered_while_the_worker_answers(worker, caption):
    worker.orders(seconds=1.0)
    caption()
    times = [entry["at"] for entry in worker.asked]
    assert times[1] - times[0] < 1.0  # asked while the first one was being answered


MANY = [[10 + 12 * row + column for column in range(12)] for row in range(2)]


@pytest.fixture
def many(tmp_path):
    return str(write_tiles(tmp_path / "many.tif", MANY))


@pytest.mark.parametrize(("batch_size", "most"), [(1, 3), (5, 10), (100, 24)])
def test_the_worker_has_twice_as_many_requests_as_it_answers_together(
    worker, caption, many, batch_size, most
):
    worker.orders(batch_size=batch_size, seconds=1.0)
    feedback = Feedback()
    _cancel_when(lambda: len(worker.asked) >= most, feedback, [])
    caption(feedback, INPUT=many)
    assert len(worker.asked) == most
    assert all(entry["background"] for entry in worker.asked)


@pytest.mark.parametrize("times", [1, 9])
def test_a_tile_that_kills_a_worker_takes_no_other_along(worker, caption, many, times):
    """Whichever of those in flight it is: each is asked by itself, once."""
    worker.orders(batch_size=8, die_on={"17": times}, seconds=0.02)
    rows = rows_of(caption(INPUT=many))
    failed = {place for place, row in rows.items() if row["status"] == "failed"}
    assert failed == ({(0, 7)} if times > 1 else set())
    assert len(rows) == 24
    expected = _expected(MANY)
    assert all(row["text"] == expected[place] for place, row in rows.items() if row["text"])


def test_progress_shows_rate_and_time_left(worker, caption, monkeypatch):
    monkeypatch.setattr("unirs_qgis.processing.run.PROGRESS_SECONDS", 0)
    feedback = Feedback()
    caption(feedback)
    messages = [text for text in feedback.messages if " a second, " in text]
    assert messages[0].startswith("1 of 6, ")
    assert messages[-1].startswith("6 of 6, ")
    assert messages[-1].endswith("0 s left")
    assert feedback.progress() == 100
    assert any("experimental" in text for text in feedback.messages)


def test_answers_that_came_at_once_are_counted_while_the_next_is_awaited(
    worker, caption, many, monkeypatch
):
    monkeypatch.setattr("unirs_qgis.processing.run.PROGRESS_SECONDS", 0.2)
    worker.orders(freeze_on={"18": 1})
    feedback = Feedback()
    counted = []
    _cancel_when(
        lambda: any(text.startswith("8 of") for text in feedback.messages), feedback, counted
    )
    caption(feedback, INPUT=many)
    assert counted


def test_an_error_goes_into_the_row_of_its_tile(worker, caption):
    worker.orders(fail_on={"30": "raster_unreadable"})
    rows = rows_of(caption())
    assert rows[0, 2]["status"] == "failed"
    assert rows[0, 2]["error"] == "Sentence of raster_unreadable."
    assert not rows[0, 2]["text"]
    assert sum(row["status"] == "answered" for row in rows.values()) == 5


def test_tiles_without_data_are_not_asked_about_and_marked(worker, caption, tmp_path):
    colours = [[None, 20, None], [40, None, 60]]
    holes = str(write_tiles(tmp_path / "holes.tif", colours, tile=400))
    rows = rows_of(caption(INPUT=holes, TILE_SIZE=400))
    assert len(rows) == 6
    assert {row["status"] for place, row in rows.items() if place in {(0, 0), (0, 2), (1, 1)}} == {
        "nodata"
    }
    assert rows[0, 0]["nodata_share"] > 0.95
    assert rows[0, 0]["model"] == "stand-in"
    assert len(worker.asked) == 3


def test_tiles_without_data_do_not_overwrite_the_crops_of_pending_requests(
    worker, caption, tmp_path
):
    worker.orders(seconds=1.5)
    colours = [[10, 20, *[None] * 8, 30]]
    holes = str(write_tiles(tmp_path / "holes.tif", colours, tile=100))
    rows = rows_of(caption(INPUT=holes, TILE_SIZE=100))
    answered = {place[1]: row["text"] for place, row in rows.items() if row["text"]}
    assert answered == {0: "colour 10", 1: "colour 20", 10: "colour 30"}


def test_a_raster_without_any_data_asks_nothing(worker, caption, tmp_path):
    empty = str(write_tiles(tmp_path / "empty.tif", [[None, None]]))
    assert {row["status"] for row in rows_of(caption(INPUT=empty)).values()} == {"nodata"}
    assert not worker.asked


def test_a_worker_that_is_killed_is_started_again_and_no_answer_is_lost(worker, caption):
    worker.orders(die_on={"20": 1, "50": 1}, seconds=0.05)
    feedback = Feedback()
    assert _texts(caption(feedback)) == _expected()
    assert sum("was killed" in text for text in feedback.messages) == 2


def test_a_terminated_worker_is_started_again_and_no_answer_is_lost(worker, caption):
    """SIGTERM: what it then answers, part of a text and refusals, is not what was asked for."""
    worker.orders(quit_on={"20": 1, "50": 1}, seconds=0.05)
    rows = rows_of(caption())
    assert {place: row["text"] for place, row in rows.items()} == _expected()
    assert {row["status"] for row in rows.values()} == {"answered"}


def test_a_frozen_worker_is_noticed_and_no_answer_is_lost(worker, caption, monkeypatch):
    monkeypatch.setattr(process, "SILENCE_SECONDS", 2)
    monkeypatch.setattr(process, "WATCH_SECONDS", 0.1)
    worker.orders(freeze_on={"30": 1})
    feedback = Feedback()
    assert _texts(caption(feedback)) == _expected()
    assert sum("stopped responding" in text for text in feedback.messages) == 1


def test_an_interrupted_run_fails_in_qgis_process(worker, caption, tmp_path, monkeypatch):
    """Else its exit code is 0, and a script takes the output for complete."""
    monkeypatch.setattr(QgsApplication, "platform", lambda: "qgis_process")
    feedback = Feedback()
    worker.orders(seconds=60)
    _cancel_when(lambda: worker.asked, feedback, [])
    with pytest.raises(QgsProcessingException, match="interrupted"):
        caption(feedback)


def test_a_cancel_by_an_event_is_processed_while_a_run_waits(monkeypatch, qgis_app):
    """As Ctrl-C does in qgis_process, whose only thread is the one that waits."""
    monkeypatch.setattr(QgsApplication, "platform", lambda: "qgis_process")
    feedback, began = QgsProcessingFeedback(), time.monotonic()
    QTimer.singleShot(50, feedback.cancel)
    late = threading.Timer(20, feedback.cancel)
    late.start()
    assert not is_done(Future(), feedback)
    late.cancel()
    assert time.monotonic() - began < 15


def test_ctrl_c_while_a_run_waits_is_a_cancel(monkeypatch):
    def press_ctrl_c(*_):
        raise KeyboardInterrupt

    feedback = QgsProcessingFeedback()
    monkeypatch.setattr("concurrent.futures.wait", press_ctrl_c)
    assert not is_done(Future(), feedback)
    assert feedback.isCanceled()


def test_a_tile_that_kills_every_worker_is_given_up(worker, caption):
    worker.orders(die_on={"20": 9})
    rows = rows_of(caption())
    assert rows[0, 1]["status"] == "failed"
    assert "killed" in rows[0, 1]["error"]
    assert {place: row["text"] for place, row in rows.items() if row["text"]} == {
        place: text for place, text in _expected().items() if place != (0, 1)
    }


def test_workers_that_die_on_every_tile_end_the_run(worker, caption, tmp_path):
    worker.orders(die_on={str(value): 9 for line in COLOURS for value in line if value > 10})
    with pytest.raises(QgsProcessingException, match="killed"):
        caption()
    rows = rows_of(tmp_path / "out.gpkg")
    assert rows[0, 0]["status"] == "answered"
    assert len(rows) == 4


@pytest.mark.parametrize("orders", [{"load": "model_missing"}, {"die_at_load": True}])
def test_a_model_that_cannot_be_loaded_ends_the_run_at_once(worker, caption, orders):
    worker.orders(**orders)
    with pytest.raises(QgsProcessingException, match=r"model_missing|killed"):
        caption()
    assert not worker.asked


def test_a_question_that_no_tile_can_answer_ends_the_run(worker, caption):
    worker.orders(fail_on={"10": "question_too_long"})
    with pytest.raises(QgsProcessingException, match="Sentence of question_too_long"):
        caption()


def test_without_a_runtime_the_run_ends_with_what_to_do(worker, caption, monkeypatch, tmp_path):
    monkeypatch.setenv("UNIRS_PYTHON", str(tmp_path / "nowhere"))
    feedback = Feedback()
    with pytest.raises(QgsProcessingException):
        caption(feedback)
    assert any("nowhere" in text for text in feedback.messages)


def test_a_program_that_is_no_worker_is_an_error(worker, caption):
    worker.program.write_text("#!/bin/sh\necho Welcome\nread line\n")
    with pytest.raises(QgsProcessingException, match="runtime"):
        caption()


def _cancel_when(condition, feedback, cancelled):
    def wait():
        while not condition():
            time.sleep(0.02)
        cancelled.append(time.monotonic())
        feedback.cancel()

    threading.Thread(target=wait, daemon=True).start()


@pytest.mark.parametrize("stage", ["load", "answer"])
def test_a_cancel_takes_a_second_and_keeps_the_rows_so_far(worker, caption, tmp_path, stage):
    output, cancelled, feedback = tmp_path / "out.gpkg", [], Feedback()
    worker.orders(seconds=0.1)
    caption(EXTENT="500000,500010,5399990,5400000 [EPSG:32632]")  # the first tile, in peace
    before = len(worker.log)
    if stage == "load":
        worker.program.write_text("#!/bin/sh\ntouch $(dirname $0)/started\nexec sleep 60\n")
        started = worker.folder / "started"
        _cancel_when(started.exists, feedback, cancelled)
    else:
        worker.orders(seconds=60)
        _cancel_when(lambda: len(worker.log) > before + 1, feedback, cancelled)
    caption(feedback)
    took = time.monotonic() - cancelled[0]
    assert took < (1 if stage == "answer" else 3)  # what does not listen has to be terminated
    assert _texts(output) == {(0, 0): "colour 10"}


@pytest.mark.parametrize("output", ["memory:", "out.gpkg"])
def test_a_cancelled_run_leaves_a_layer_with_the_rows_so_far(
    worker, raster, tmp_path, qgis_new_project, qtbot, output
):
    """Processing itself loads no output of a cancelled run, and a temporary one would be lost."""
    project = QgsProject.instance()
    worker.orders(seconds=0.5)
    context, feedback = QgsProcessingContext(), Feedback()
    context.setProject(project)
    place = QgsProcessingOutputLayerDefinition(
        str(tmp_path / output) if "." in output else output, project
    )
    place.destinationName = "Captions"
    parameters = {"INPUT": raster, "TILE_SIZE": TILE, "OUTPUT": place}
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("unirs:captiontiles")
    task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, feedback)
    _cancel_when(lambda: feedback.progress() > 0, feedback, [])
    with qtbot.waitSignal(task.executed, timeout=WAIT) as executed:
        QgsApplication.taskManager().addTask(task)
    assert not executed.args[0]
    (layer,) = project.mapLayers().values()
    assert layer.name() == "Captions"
    assert layer.renderer().type() == "categorizedSymbol"
    assert {row["text"] for row in layer.getFeatures()} < {f"colour {n}0" for n in range(1, 7)}
    assert layer.featureCount() > 0
    assert any("Finished rows are kept" in text for text in feedback.messages)


def test_in_the_background_the_event_loop_never_waits(
    worker, raster, tmp_path, qgis_new_project, qtbot, gap_timer
):
    layer = QgsProject.instance().addMapLayer(QgsRasterLayer(raster, "town"))
    worker.orders(seconds=0.2, die_on={"30": 1})
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(QgsProject.instance())
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("unirs:captiontiles")
    output = str(tmp_path / "out.gpkg")
    parameters = {"INPUT": layer.id(), "TILE_SIZE": TILE, "OUTPUT": output}
    with gap_timer:
        task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, feedback)
        with qtbot.waitSignal(task.executed, timeout=WAIT) as executed:
            QgsApplication.taskManager().addTask(task)
    assert executed.args[0]
    assert _texts(output) == _expected()
    assert gap_timer.longest < 0.1


def test_nothing_is_left_behind(worker, caption, tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    worker.orders(fail_on={"30": "out_of_memory"})
    caption()
    assert not list(folder.iterdir())
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("tmp")]
    assert not (tmp_path / "out.gpkg-wal").exists()


def test_crops_carry_no_date_in_their_name(worker, caption):
    caption()
    paths = [path for entry in worker.asked for path in entry["paths"]]
    assert not [path for path in paths if re.search(r"(19|20)\d\d", Path(path).name)]

"""What is written survives: runs that are resumed, killed, or have no room left."""

import csv
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from osgeo import ogr
from qgis.core import (
    NULL,
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsVectorLayer,
)

from tests.plugin.processing_fixtures import (
    TILE,
    Feedback,
    StandIn,
    rows_of,
    write_tiles,
)
from unirs_qgis.processing.outputs import FileOutput

ROOT = Path(__file__).parents[2]
COLOURS = [[10, 20, 30], [40, 50, 60]]
MANY = [[10 * row + column + 1 for column in range(8)] for row in range(4)]


@pytest.fixture
def run(tmp_path, qgis_new_project):
    import processing

    raster = str(write_tiles(tmp_path / "town.tif", COLOURS))

    def run(question="", **parameters):
        defaults = {"INPUT": raster, "TILE_SIZE": TILE, "OUTPUT": str(tmp_path / "out.gpkg")}
        if question:
            defaults["QUESTION"] = question
        algorithm = "unirs:answertiles" if question else "unirs:captiontiles"
        parameters = {**defaults, **parameters}
        return processing.run(algorithm, parameters, feedback=Feedback())["OUTPUT"]

    return run


def _features(path, **wanted):
    layer = QgsVectorLayer(str(path), "rows", "ogr")
    return [
        feature
        for feature in layer.getFeatures()
        if all(feature[name] == value for name, value in wanted.items())
    ]


def _tables(path):
    database = ogr.Open(str(path))
    return {database.GetLayer(index).GetName() for index in range(database.GetLayerCount())}


def test_a_second_run_asks_nothing_that_is_answered(worker, run):
    run(EXTENT="500000,500020,5399990,5400000 [EPSG:32632]")
    assert len(worker.asked) == 2
    output = run()
    assert len(worker.asked) == 6
    assert len(rows_of(output)) == 6
    run()
    assert len(worker.asked) == 6


def test_tiles_that_failed_are_asked_again_and_replaced(worker, run):
    worker.orders(fail_on={"20": "out_of_memory", "60": "out_of_memory"})
    run()
    worker.orders()
    rows = rows_of(run())
    assert {row["status"] for row in rows.values()} == {"answered"}
    assert rows[1, 2]["text"] == "colour 60"
    assert len(worker.asked) == 8


def test_another_question_adds_its_rows_to_the_same_table(worker, run):
    run(question="Is there water?")
    output = run(question="Is there a road?")
    assert len(_features(output)) == 12
    assert len(_features(output, question="Is there a road?", row=1, col=2)) == 1


def test_another_grid_is_refused_and_the_rows_are_kept(worker, run):
    output = run()
    with pytest.raises(QgsProcessingException, match="other extents"):
        run(EXTENT="500003,500020,5399990,5400000 [EPSG:32632]")
    assert len(rows_of(output)) == 6


@pytest.mark.parametrize("options", ["yes,no", ""])
def test_a_table_with_other_columns_is_refused(worker, run, options):
    run(question="Is there water?", OPTIONS="rural,urban")
    with pytest.raises(QgsProcessingException, match="another kind"):
        run(question="Is there water?", OPTIONS=options)


def test_a_run_of_an_earlier_version_is_resumed(worker, run, tmp_path):
    """Its table lacks the columns that came later, and has one that is no longer written."""
    output = run(EXTENT="500000,500020,5399990,5400000 [EPSG:32632]")
    database = ogr.Open(output, 1)
    table = database.GetLayer(0)
    for name in ("unsure", "acquired"):
        table.DeleteField(table.GetLayerDefn().GetFieldIndex(name))
    table.CreateField(ogr.FieldDefn("agreement", ogr.OFTReal))
    del table, database
    rows = rows_of(run())
    assert len(rows) == 6
    assert len(worker.asked) == 6
    assert (rows[0, 0]["unsure"], rows[1, 2]["unsure"]) == (NULL, False)


def test_without_resuming_the_table_is_replaced(worker, run):
    run()
    output = run(RESUME=False, EXTENT="500003,500013,5399990,5400000 [EPSG:32632]")
    assert list(rows_of(output)) == [(0, 0)]


def test_other_tables_of_a_file_stay(worker, run, tmp_path):
    path = tmp_path / "out.gpkg"
    database = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    database.CreateLayer("roads")
    del database
    output = run()
    assert len(rows_of(output)) == 6
    assert _tables(path) == {"roads", "out"}
    run(RESUME=False)
    assert _tables(path) == {"roads", "out"}


def test_a_table_of_a_database_can_be_named_as_the_dialog_does(worker, run, tmp_path):
    sink = f"ogr:dbname='{tmp_path / 'all.gpkg'}' table=\"captions\" (geom)"
    output = run(OUTPUT=QgsProcessingOutputLayerDefinition(sink))
    assert len(rows_of(output)) == 6
    assert _tables(tmp_path / "all.gpkg") == {"captions"}


def test_a_file_that_is_no_database_is_not_overwritten_by_a_resumed_run(worker, run, tmp_path):
    (tmp_path / "out.gpkg").write_text("my notes")
    with pytest.raises(QgsProcessingException, match=r"out\.gpkg"):
        run()
    assert (tmp_path / "out.gpkg").read_text() == "my notes"
    assert not worker.log


def test_a_folder_that_is_not_there_is_named_before_anything_is_asked(worker, run, tmp_path):
    with pytest.raises(QgsProcessingException, match="nowhere"):
        run(OUTPUT=str(tmp_path / "nowhere" / "out.gpkg"))
    assert not worker.log


def test_paths_may_hold_spaces_and_any_letters(worker, run, tmp_path):
    folder = tmp_path / "Zürich und 北京"
    folder.mkdir()
    assert len(rows_of(run(OUTPUT=str(folder / "Kacheln ä.gpkg")))) == 6


def test_a_temporary_output_is_a_layer(worker, run):
    assert isinstance(run(OUTPUT=QgsProcessing.TEMPORARY_OUTPUT), QgsVectorLayer)


@pytest.mark.parametrize("name", ["a|b.gpkg", "a|b.csv", "%41.gpkg", "a.dxf"])
def test_an_output_that_cannot_be_made_is_refused_before_anything_is_asked(
    worker, run, tmp_path, name
):
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(QgsProcessingException, match="cannot be made") as caught:
        run(OUTPUT=str(tmp_path / name))
    assert str(tmp_path / name) in str(caught.value)
    assert not worker.log
    assert {path.name for path in tmp_path.iterdir()} == before


def test_a_name_without_an_ending_is_a_geopackage_that_can_be_resumed(worker, run, tmp_path):
    run(OUTPUT=str(tmp_path / "tiles"))
    assert len(rows_of(run(OUTPUT=str(tmp_path / "tiles")))) == 6
    assert len(worker.asked) == 6


@pytest.mark.parametrize("name", ["out.gpkg", "out.geojson"])
def test_a_second_run_into_an_output_is_refused_while_the_first_one_writes(
    worker, run, tmp_path, name
):
    output, messages = tmp_path / name, []

    def second_run():
        worker.wait_until_asked()
        try:
            with FileOutput.of_destination(str(output)).opened(None, True):
                pass
        except QgsProcessingException as error:
            messages.append(str(error))

    worker.orders(seconds=0.3)
    other = threading.Thread(target=second_run)
    other.start()
    run(OUTPUT=str(output))
    other.join()
    assert messages == [
        f"Another run is writing to {output}; wait until it has ended, or choose another output."
    ]
    assert len(rows_of(output)) == 6
    run(OUTPUT=str(output))  # the lock is gone with the run


def test_the_lock_of_a_dead_process_is_removed(worker, run, tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / "out.gpkg.lock").write_text(f"{gone.pid}\nqgis\n{platform.node()}\n")
    assert len(rows_of(run())) == 6


@pytest.mark.parametrize("name", ["out.geojson", "out.csv", "out.shp", "out.fgb", "out.xlsx"])
def test_files_of_other_formats_have_every_row_and_leave_no_working_file(
    worker, run, tmp_path, name
):
    layer = QgsVectorLayer(run(OUTPUT=str(tmp_path / name)), "rows", "ogr")
    assert sorted(row["text"] for row in layer.getFeatures()) == [
        f"colour {colour}" for line in COLOURS for colour in line
    ]
    assert "fid" not in layer.fields().names()
    assert not list(tmp_path.glob("*.part.gpkg*"))


def test_answers_outlive_an_output_that_cannot_be_written_in_the_end(worker, run, tmp_path):
    (tmp_path / "out.geojson" / "in the way").mkdir(parents=True)
    with pytest.raises(QgsProcessingException, match=r"kept in out\.geojson\.part\.gpkg"):
        run(OUTPUT=str(tmp_path / "out.geojson"))
    assert len(rows_of(tmp_path / "out.geojson.part.gpkg")) == 6
    shutil.rmtree(tmp_path / "out.geojson")
    assert len(rows_of(run(OUTPUT=str(tmp_path / "out.geojson")))) == 6
    assert len(worker.asked) == 6


def test_a_run_that_ends_with_an_error_leaves_its_rows_for_the_next(worker, run, tmp_path):
    output = tmp_path / "out.csv"
    worker.orders(fail_on={"50": "model_invalid"})
    with pytest.raises(QgsProcessingException, match="model_invalid"):
        run(OUTPUT=str(output))
    assert not output.exists()
    worker.orders()
    assert len(rows_of(run(OUTPUT=str(output)))) == 6
    asked = [entry["paths"] for entry in worker.asked]
    assert len(asked) <= 6 + 3  # those that were in flight


@pytest.mark.parametrize("limit", [10_000, 50_000])
@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files")
def test_without_room_for_an_empty_table_there_is_a_sentence_and_no_file(tmp_path, limit):
    worker = StandIn(tmp_path / "worker")
    raster, output = write_tiles(tmp_path / "town.tif", COLOURS), tmp_path / "out.gpkg"
    process = _start(worker, raster, output, limit)
    messages, _ = process.communicate()
    assert process.returncode == 3
    assert "out.gpkg cannot be made" in messages
    assert not list(tmp_path.glob("*out*"))
    assert not list(tmp_path.glob(".unirs*"))


def test_no_cell_of_a_spreadsheet_starts_a_formula(worker, run, tmp_path):
    output = run(question="=HYPERLINK(1)", OUTPUT=str(tmp_path / "out.csv"))
    with Path(output).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["question"] for row in rows} == {"'=HYPERLINK(1)"}
    assert {row["nodata_share"] for row in rows} == {"0"}


PROCESS = """
import sys
sys.path[:0] = [sys.argv[1], "/usr/share/qgis/python/plugins"]
from qgis.core import QgsApplication
application = QgsApplication([], False)
application.initQgis()
from processing.core.Processing import Processing
import processing
Processing.initialize()
from tests.plugin.processing_fixtures import register_provider
register_provider()
print("ready", flush=True)
parameters = {"INPUT": sys.argv[2], "TILE_SIZE": int(sys.argv[4]), "OUTPUT": sys.argv[3]}
if len(sys.argv) > 5:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[5]),) * 2)
try:
    processing.run("unirs:captiontiles", parameters)
except Exception as error:
    print(error, flush=True)
    raise SystemExit(3)
"""


def _start(worker, raster, output, *more):
    environment = {**os.environ, "UNIRS_PYTHON": str(worker.program)}
    return subprocess.Popen(
        [sys.executable, "-c", PROCESS, ROOT, raster, output, str(TILE), *map(str, more)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="kills with signal 9")
def test_killed_at_twenty_random_points_and_resumed_every_tile_is_there_once(tmp_path):
    rng = random.Random(3)
    worker = StandIn(tmp_path / "worker")
    worker.orders(seconds=0.05)
    raster, output = write_tiles(tmp_path / "town.tif", MANY), tmp_path / "out.gpkg"
    rows_at_death = []
    for kill in range(20):
        process = _start(worker, raster, output)
        assert process.stdout.readline() == "ready\n"
        # From the first moments of the run to a row or two later than the last one died.
        until = rng.randrange(kill * 2 + 1)
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            there = len(_rows_while_written(output))
            if there >= until:
                time.sleep(rng.uniform(0, 0.3))
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        rows_at_death.append(len(rows_of(output)) if output.exists() else 0)
    assert rows_at_death == sorted(rows_at_death)
    assert rows_at_death[-1] > 0
    last = _start(worker, raster, output)
    last.communicate()
    assert last.returncode == 0
    texts = {place: row["text"] for place, row in rows_of(output).items()}
    assert texts == {
        (row, column): f"colour {value}"
        for row, line in enumerate(MANY)
        for column, value in enumerate(line)
    }
    # A kill may cost the answers that were in flight, and no others.
    assert len(worker.asked) <= len(texts) + 20 * 4


def _rows_while_written(path):
    try:
        database = ogr.Open(str(path))
        return list(range(database.GetLayer(0).GetFeatureCount())) if database else []
    except RuntimeError:
        return []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files")
def test_on_a_full_disk_the_rows_so_far_are_kept_and_the_reason_is_reported(tmp_path):
    worker = StandIn(tmp_path / "worker")
    colours = [[(10 * row + column) % 200 + 1 for column in range(40)] for row in range(15)]
    raster, output = write_tiles(tmp_path / "town.tif", colours), tmp_path / "out.gpkg"
    process = _start(worker, raster, output, 130_000)
    messages, _ = process.communicate()
    assert process.returncode == 3
    assert "out.gpkg cannot be written" in messages
    kept = rows_of(output)
    assert 0 < len(kept) < 600
    assert {row["status"] for row in kept.values()} == {"answered"}

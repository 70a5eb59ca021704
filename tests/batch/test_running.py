"""A run that ends anywhere goes on with the same call: no tile is lost, and none is there twice."""

from __future__ import annotations

import json
import signal

import geopandas
import pytest
from shapely import box

from tests.batch.driving import driver, rows
from unirs.batch import tiling
from unirs.batch.events import PartDone, WorkerReady
from unirs.batch.output import Output, read_facts
from unirs.batch.running import run_batch
from unirs.errors import UniRSError
from unirs.files import alone_in


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch) -> None:
    monkeypatch.setattr(tiling, "PART_TILES", 8)


def events_of(plan, **options):
    events = []
    summary = run_batch(plan, on_event=events.append, **options)
    return summary, events


def kinds(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_all_tiles_are_answered_once_and_a_second_run_opens_no_model(
    write_raster, tiny_plan
) -> None:
    write_raster("a.tif", 80, 64)
    plan = tiny_plan("a.tif")
    summary, events = events_of(plan)
    assert (summary.tiles, summary.parts, summary.parts_before) == (20, 3, 0)
    assert len(kinds(events, PartDone)) == 3
    again, events = events_of(plan)
    assert (again.tiles, again.parts_before) == (20, 3)
    assert not kinds(events, (PartDone, WorkerReady))
    assert len({row["tile"] for row in rows(plan)}) == len(rows(plan)) == 20
    log = [json.loads(line) for line in Output(plan.output.folder).log.read_text().splitlines()]
    assert [line["event"] for line in log] == [
        *["started", "planned", "worker", "part", "part", "part", "ended"],
        *["started", "planned", "ended"],
    ]


def test_part_files_are_geoparquet_in_longitude_and_latitude(write_raster, tiny_plan) -> None:
    write_raster("a.tif", 16, 32)
    plan = tiny_plan("a.tif")
    run_batch(plan)
    (file,) = Output(plan.output.folder).part_files()
    frame = geopandas.read_parquet(file)
    place = geopandas.GeoSeries([box(500_000, 4_999_840, 500_320, 5_000_000)], crs="EPSG:32633")
    expected = place.to_crs("OGC:CRS84")[0]
    assert frame.crs == "OGC:CRS84"
    assert frame.union_all().symmetric_difference(expected).area < 1e-3 * expected.area
    facts = read_facts(file)
    assert (facts.part, facts.rows, facts.settings) == (file.stem, 2, plan.settings_digest)


@pytest.mark.slow
def test_a_driver_that_is_killed_is_gone_on_with(tmp_path, write_raster, tiny_plan) -> None:
    write_raster("a.tif", 128, 64)
    plan = tiny_plan("a.tif")
    plan.write(tmp_path / "plan.yaml")
    with driver(tmp_path / "plan.yaml") as run:
        next(run.parts())
        run.process.send_signal(signal.SIGKILL)
    output = Output(plan.output.folder)
    before = {path.name: path.stat().st_mtime_ns for path in output.part_files()}
    assert 1 <= len(before) < 4
    leftover = plan.output.folder / "parts" / ".half.parquet"
    leftover.write_bytes(b"PAR1")
    summary, _ = events_of(plan)
    assert (summary.tiles, summary.parts_before) == (32, len(before))
    after = {path.name: path.stat().st_mtime_ns for path in output.part_files()}
    assert before.items() < after.items(), "what was there is as it was"
    assert not leftover.exists()
    assert len({row["tile"] for row in rows(plan)}) == len(rows(plan)) == 32


@pytest.mark.slow
def test_a_full_disk_stops_the_run_which_then_goes_on(tmp_path, write_raster, tiny_plan) -> None:
    write_raster("a.tif", 32, 64)
    plan = tiny_plan("a.tif")
    plan.write(tmp_path / "plan.yaml")
    with driver(tmp_path / "plan.yaml", file_bytes=4096) as run:
        *_, stopped, error = run.wait()
    assert run.process.returncode == 2
    assert error["code"] == stopped["code"] == "output_unwritable"
    assert "File too large" in error["message"]
    assert not list((plan.output.folder / "parts").iterdir()), "nothing is there by half"
    assert run_batch(plan).tiles == 8


def test_other_settings_are_refused_by_name(write_raster, tiny_plan) -> None:
    write_raster("a.tif", 16, 16)
    run_batch(tiny_plan("a.tif"))
    with pytest.raises(UniRSError, match=r"tiles\.size = 16 px and not 8 px") as refusal:
        run_batch(tiny_plan("a.tif", tiles={"size": 8}))
    assert refusal.value.code == "settings_differ"


def test_a_second_driver_on_one_output_is_refused(write_raster, tiny_plan) -> None:
    write_raster("a.tif", 16, 16)
    plan = tiny_plan("a.tif")
    with alone_in(plan.output.folder), pytest.raises(UniRSError) as refusal:
        run_batch(plan)
    assert refusal.value.code == "folder_in_use"


def test_other_weights_are_refused(write_raster, tiny_plan, monkeypatch) -> None:
    write_raster("a.tif", 80, 64)
    plan = tiny_plan("a.tif")
    run_batch(plan)
    for path in list(Output(plan.output.folder).part_files())[:1]:
        path.unlink()
    monkeypatch.setattr("unirs.engines.unirs.pipeline.Pipeline.digest", "another")
    with pytest.raises(UniRSError) as refusal:
        run_batch(plan)
    assert refusal.value.code == "model_differs"


def test_failed_tiles_are_tried_again_when_that_is_wanted(write_raster, tiny_plan) -> None:
    write_raster("good.tif", 16, 128)
    path = write_raster("short.tif", 16, 128)
    plan = tiny_plan("good.tif", "short.tif")
    whole = path.read_bytes()
    with path.open("r+b") as stream:
        stream.truncate(len(whole) * 9 // 10)
    assert run_batch(plan).failed == {"raster_unreadable": 8}
    assert run_batch(plan).failed == {"raster_unreadable": 8}, "a failure is an answer as well"
    path.write_bytes(whole)
    summary, events = events_of(plan, retry_failed=True)
    assert (summary.failed, summary.tiles) == ({}, 16)
    assert len(kinds(events, PartDone)) == 1, "only the part with failures"


def test_a_part_file_that_is_damaged_is_named(write_raster, tiny_plan) -> None:
    write_raster("a.tif", 16, 16)
    plan = tiny_plan("a.tif")
    run_batch(plan)
    (file,) = Output(plan.output.folder).part_files()
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(UniRSError, match=file.name) as refusal:
        run_batch(plan)
    assert refusal.value.code == "output_broken"


def test_a_model_that_is_missing_ends_the_run_and_is_logged(write_raster, tiny_plan) -> None:
    write_raster("a.tif", 16, 16)
    plan = tiny_plan("a.tif", ask={"questions": [{"task": "caption"}], "model": "nothing"})
    with pytest.raises(UniRSError) as refusal:
        run_batch(plan)
    assert refusal.value.code == "model_missing"
    *_, last = Output(plan.output.folder).log.read_text().splitlines()
    assert json.loads(last)["code"] == "model_missing"

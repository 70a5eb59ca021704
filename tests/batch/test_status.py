"""How far a batch is, from its files alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.batch.part_files import row, write_log, write_part
from unirs.batch.status import read_status
from unirs.errors import UniRSError
from unirs.files import alone_in

STARTED = {
    "time": "2026-11-30T10:00:00Z",
    "event": "started",
    "host": "node-1",
    "pid": 4711,
    "ray": "10.0.0.1:6379",
}
PLANNED = {"time": "2026-11-30T10:00:01Z", "event": "planned", "parts": 4, "tiles": 20}


def part_event(seconds: int, tiles: int) -> dict[str, object]:
    return {"time": f"2026-11-30T10:{seconds // 60:02}:{seconds % 60:02}Z", "event": "part"} | {
        "tiles": tiles
    }


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Two of four parts, with one failed tile and two skipped ones."""
    folder = tmp_path / "answers"
    write_part(folder, "a", [row(f"a{n}") for n in range(5)], skipped=2)
    write_part(
        folder, "b", [row(f"b{n}") for n in range(4)] + [row("b9", code="raster_unreadable")]
    )
    write_log(folder, STARTED, PLANNED, part_event(10, 5), part_event(20, 5))
    return folder


def test_it_counts_tiles_failures_and_what_is_left(output):
    with alone_in(output):
        status = read_status(output)
    assert (status.tiles_planned, status.tiles_done, status.tiles_skipped) == (20, 10, 2)
    assert (status.tiles_failed, status.failures) == (1, {"raster_unreadable": 1})
    assert (status.parts_planned, status.parts_done, status.parts_broken) == (4, 2, ())
    assert status.tiles_per_second == pytest.approx(0.5)
    assert status.seconds_left == pytest.approx(16)  # 8 tiles


def test_it_names_who_runs_it(output):
    with alone_in(output):
        status = read_status(output)
    assert (status.state, status.host, status.pid) == ("running", "node-1", 4711)
    assert status.ray == "10.0.0.1:6379"


def test_a_run_that_was_killed_is_interrupted_though_its_lock_file_is_left(output):
    code = "import os, sys; from pathlib import Path; from unirs.files import alone_in\n"
    code += "with alone_in(Path(sys.argv[1])): os._exit(9)"
    subprocess.run([sys.executable, "-c", code, str(output)], check=False)
    status = read_status(output)
    assert (status.state, status.seconds_left) == ("interrupted", None)


def test_the_reason_of_a_stop_is_given(output):
    log = output / "run.jsonl"
    stopped = {"time": "2026-11-30T10:00:21Z", "event": "stopped", "reason": "The disk is full."}
    log.write_text(log.read_text() + json.dumps(stopped) + "\n")
    status = read_status(output)
    assert (status.state, status.reason) == ("stopped", "The disk is full.")


def test_a_batch_with_all_its_tiles_is_complete(output):
    write_part(output, "c", [row(f"c{n}") for n in range(8)])
    assert read_status(output).state == "complete"


def test_the_speed_is_that_of_the_last_run(output):
    again = STARTED | {"time": "2026-11-30T11:00:00Z"}
    write_log(
        output,
        *(STARTED, PLANNED, part_event(10, 5)),
        *(again, {"time": "2026-11-30T11:00:02Z", "event": "part", "tiles": 5}),
    )
    status = read_status(output)
    assert status.tiles_per_second == pytest.approx(2.5)
    assert status.tiles_planned == 20  # also before this run has counted them


def test_half_a_line_at_the_end_of_the_log_is_left_out(output):
    log = output / "run.jsonl"
    log.write_bytes(log.read_bytes() + b'{"time": "2026-11-30T10:00:30Z", "ev')
    assert read_status(output).tiles_per_second == pytest.approx(0.5)


def test_a_part_that_is_half_written_does_not_count(output):
    whole = (output / "parts" / "a.parquet").read_bytes()
    (output / "parts" / ".1234.parquet").write_bytes(whole[: len(whole) // 2])
    assert read_status(output).parts_done == 2


def test_a_damaged_part_is_counted_as_such(output):
    (output / "parts" / "a.parquet").write_bytes(b"PAR1 no more")
    status = read_status(output)
    assert (status.parts_done, status.tiles_done) == (1, 5)
    assert "a.parquet" in status.parts_broken[0]


def test_a_folder_of_something_else_is_refused(tmp_path):
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(UniRSError, match="is not the output of a batch") as caught:
            read_status(folder)
        assert caught.value.code == "output_missing"


def test_a_run_that_has_only_begun_has_a_status(tmp_path):
    write_log(tmp_path, STARTED)
    status = read_status(tmp_path)
    assert (status.tiles_done, status.tiles_per_second) == (0, None)

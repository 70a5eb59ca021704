"""``unirs batch status`` and ``unirs batch export``."""

from __future__ import annotations

import json

import pytest

from tests.batch.part_files import ROAD, row, write_log, write_part


@pytest.fixture
def output(tmp_path):
    """A part of three tiles, one of which failed, of a run that was stopped."""
    folder = tmp_path / "answers"
    rows = [row("t1", "yes", 0.9), row("t2", "no", 0.5), row("t3", code="raster_unreadable")]
    write_part(folder, "a", rows)
    time = "2026-11-30T10:00:0"
    write_log(
        folder,
        {"time": f"{time}0Z", "event": "started", "host": "node-1", "pid": 12, "ray": None},
        {"time": f"{time}1Z", "event": "planned", "parts": 2, "tiles": 6},
        {"time": f"{time}2Z", "event": "part", "part": "a", "tiles": 3},
        {"time": f"{time}3Z", "event": "stopped", "code": "disk_full", "reason": "It is full."},
    )
    return folder


def test_the_status_is_a_small_table(unirs, output):
    shown = unirs("batch", "status", output)
    assert shown.code == 0
    lines = dict(line.split(None, 1) for line in shown.out.splitlines())
    assert lines["Batch"].strip() == "stopped"
    assert lines["reason"].strip() == "It is full."
    assert lines["tiles"].strip() == "3 of 6 (50.0%)"
    assert lines["failed"].strip() == "1 × raster_unreadable"
    assert lines["driven"].strip() == "by  node-1, process 12"


def test_the_status_as_json(unirs, output):
    facts = json.loads(unirs("batch", "status", output, "--json").out)
    assert facts["tiles_done"] == 3
    assert facts["failures"] == {"raster_unreadable": 1}
    assert facts["seconds_left"] is None


def test_an_export_prints_its_summary(unirs, output, tmp_path):
    shown = unirs("batch", "export", output, tmp_path / "out.gpkg")
    assert shown.code == 0
    heading, *lines = (line.split("  ") for line in shown.out.splitlines())
    assert heading[0] == ROAD
    assert [line[0] for line in lines] == ["no", "yes", "(failed: raster_unreadable)"]
    assert "out.gpkg" in shown.err


def test_an_export_as_json(unirs, output, tmp_path):
    facts = json.loads(unirs("batch", "export", output, tmp_path / "out.fgb", "--json").out)
    (question,) = facts["questions"]
    assert question["tiles"] == 3
    assert question["answers"][1] == {
        "answer": "yes",
        "tiles": 1,
        "mean_confidence": 0.9,
        "unsure": 0,
    }
    assert len(facts["styles"]) == 2


def test_what_is_no_batch_is_one_sentence(unirs, tmp_path):
    for words in (("status", tmp_path), ("export", tmp_path, tmp_path / "out.gpkg")):
        shown = unirs("batch", *words)
        assert shown.code == 2
        assert shown.err.count("\n") == 1
        assert "is not the output of a batch" in shown.err

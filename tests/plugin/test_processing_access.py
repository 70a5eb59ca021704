"""Batches with a model of a server: permission and key, and no trace of the key."""

from __future__ import annotations

import pytest
from qgis.core import QgsProcessingException

from tests.plugin.processing_fixtures import (
    TILE,
    Feedback,
    StandIn,
    register_provider,
    rows_of,
    write_tiles,
)
from unirs_qgis.settings import Settings, write_settings

KEY = "sk-very-secret-0123"
THERE = "server:https://example.org/v1#qwen"
COLOURS = [[10, 20, 30]]


@pytest.fixture
def worker(tmp_path, monkeypatch, qgis_processing):
    register_provider()
    monkeypatch.setenv("UNIRS_SERVER_KEY", KEY)
    return StandIn(tmp_path / "worker", monkeypatch)


@pytest.fixture
def caption(tmp_path, qgis_new_project):
    import processing

    raster = str(write_tiles(tmp_path / "town.tif", COLOURS))
    output = tmp_path / "out" / "rows.gpkg"
    output.parent.mkdir()

    def run(feedback=None):
        parameters = {"INPUT": raster, "TILE_SIZE": TILE, "OUTPUT": str(output), "MODEL": THERE}
        return processing.run("unirs:captiontiles", parameters, feedback=feedback or Feedback())[
            "OUTPUT"
        ]

    return run


def test_without_permission_no_worker_is_asked(worker, caption):
    feedback = Feedback()
    with pytest.raises(QgsProcessingException):
        caption(feedback)
    assert "example.org:443" in " ".join(feedback.messages)
    assert worker.log == []


def test_the_key_reaches_the_worker_and_nothing_that_is_kept(worker, caption, tmp_path):
    write_settings(Settings(confirmed_hosts=("example.org:443",)))
    worker.orders(die_on={"20": 1})  # a request that is sent again has it, too
    feedback = Feedback()
    output = caption(feedback)
    assert len(rows_of(output)) == len(COLOURS[0])
    for entry in worker.log:
        assert (entry["model"], entry["key"], entry["allow_remote"]) == (THERE, KEY, True)
    assert KEY not in " ".join(feedback.messages)
    for path in (tmp_path / "out").iterdir():
        assert KEY.encode() not in path.read_bytes(), path.name


def test_a_run_that_is_resumed_gets_its_key_anew(worker, caption, monkeypatch):
    write_settings(Settings(confirmed_hosts=("example.org:443",)))
    worker.orders(fail_on={"30": "server_silent"})
    caption()
    monkeypatch.setenv("UNIRS_SERVER_KEY", "another")
    worker.orders()
    before = len(worker.asked)
    caption()
    again = worker.asked[before:]
    assert [entry["key"] for entry in again] == ["another"], "only the row that failed is asked"

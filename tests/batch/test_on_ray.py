"""On Ray, every tile is answered once, whatever dies: two nodes on this computer."""

from __future__ import annotations

import os
import re
import signal
import tempfile
from collections.abc import Iterator

import pytest

from tests.batch.driving import driver, rows
from unirs.batch import on_ray, tiling
from unirs.batch.cluster import Cluster
from unirs.batch.events import PartDone, WorkerLost, WorkerReady
from unirs.batch.on_ray import RayWorker
from unirs.batch.running import run_batch
from unirs.batch.sources import survey
from unirs.errors import UniRSError


@pytest.fixture
def two_nodes() -> Iterator[object]:
    """A cluster of two nodes on this computer, with room for one worker each."""
    from ray.cluster_utils import Cluster as RayCluster

    with tempfile.TemporaryDirectory(prefix="ray-") as folder:  # its sockets want a short path
        node = {"num_cpus": 1, "object_store_memory": 100_000_000}
        nodes = RayCluster(
            initialize_head=True,
            head_node_args={**node, "include_dashboard": False, "temp_dir": folder},
        )
        nodes.second = nodes.add_node(**node)
        yield nodes
        nodes.shutdown()


@pytest.mark.slow
def test_a_node_and_a_worker_may_die(tmp_path, write_raster, tiny_plan, two_nodes, monkeypatch):
    monkeypatch.setattr(tiling, "PART_TILES", 8)
    write_raster("a.tif", 128, 128)
    here = tiny_plan("a.tif", output={"folder": str(tmp_path / "here")})
    run_batch(here)
    plan = tiny_plan("a.tif")
    events = []

    def kill(event) -> None:
        """One worker after its first part, then a node."""
        events.append(event)
        done = len([each for each in events if isinstance(each, PartDone)])
        if done == 1 and isinstance(event, PartDone):
            ready = next(each for each in events if isinstance(each, WorkerReady))
            os.kill(int(re.search(r"process (\d+)", ready.worker)[1]), signal.SIGKILL)
        if done == 3 and isinstance(event, PartDone):
            two_nodes.remove_node(two_nodes.second, allow_graceful=False)

    summary = run_batch(plan, Cluster(two_nodes.address), on_event=kill)
    assert (summary.tiles, summary.failed) == (64, {})
    assert rows(plan) == rows(here)
    assert any(isinstance(each, WorkerLost) for each in events)
    assert two_nodes.second not in two_nodes.list_all_nodes()

    gone = tiny_plan("a.tif", ask={"questions": [{"task": "caption"}], "model": "gone"})
    gone = gone.model_copy(
        update={"output": plan.output.model_copy(update={"folder": tmp_path / "x"})}
    )
    with pytest.raises(UniRSError, match=f"On {os.uname().nodename}: There is no model") as refusal:
        run_batch(gone, Cluster(two_nodes.address))
    assert refusal.value.code == "model_missing"


@pytest.mark.slow
def test_a_tile_that_ends_its_worker_fails_alone(
    write_raster, tiny_plan, two_nodes, monkeypatch
) -> None:
    monkeypatch.setattr(tiling, "PART_TILES", 2)
    write_raster("a.tif", 32, 32)
    plan = tiny_plan("a.tif")
    deadly = [tile.id for part in tiling.parts(plan, survey(plan)) for tile in part.tiles()][1]

    class Mortal(RayWorker):
        """Ends with its process at one tile."""

        def run(self, piece):
            if any(tile.id == deadly for tile in piece.tiles()):
                os._exit(1)
            return super().run(piece)

    monkeypatch.setattr(on_ray, "RayWorker", Mortal)
    summary = run_batch(plan, Cluster(two_nodes.address))
    assert (summary.tiles, summary.failed) == (4, {"worker_lost": 1})
    failed = [row["tile"] for row in rows(plan) if row["status"] == "failed"]
    assert failed == [deadly]


def test_a_node_with_another_version_is_refused_by_name(write_raster, tiny_plan) -> None:
    write_raster("a.tif")
    with pytest.raises(UniRSError, match=os.uname().nodename) as refusal:
        RayWorker().open(tiny_plan("a.tif").model_dump_json(), "0.0.0", 1)
    assert refusal.value.code == "version_differs"


@pytest.mark.slow
def test_a_cluster_that_is_not_there_is_named(
    tmp_path, write_raster, tiny_plan, monkeypatch
) -> None:
    monkeypatch.setenv("RAY_py_gcs_connect_timeout_s", "1")
    write_raster("a.tif", 16, 16)
    tiny_plan("a.tif").write(tmp_path / "plan.yaml")
    with driver(tmp_path / "plan.yaml", cluster={"address": "127.0.0.1:9"}) as run:
        *_, error = run.wait()
    assert error["code"] == "cluster_unreachable"
    assert "127.0.0.1:9" in error["message"]

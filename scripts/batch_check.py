"""Check batches by hand: what they survive, and what they cost. Figures as JSON on stdout.

``python -m scripts.batch_check kills``: two nodes on this computer and 1,000 tiles; a node, ten
workers and the driver are killed. ``python -m scripts.batch_check speed``: the overhead against a
plain loop over 1,000 tiles, and two workers against one. Both use a model with random weights.
``python -m scripts.batch_check default``: the same with the default model, on fewer tiles.
``python -m scripts.batch_check soak``: memory and open files over 10,000 tiles with the default
model; the better part of an hour.
"""

from __future__ import annotations

import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Any

TILE = 16
COLUMNS, ROWS = 40, 25
TILES = COLUMNS * ROWS
PART_TILES = 20
KILLS = 10
CITY_TILE = 80
"""Pixels of a tile of the sample raster of a city."""
CITY_SIDE, SOAK_SIDE = 20, 100
"""Tiles in a row and in a column of a mosaic of it."""


def main() -> None:
    """Run the check that is named."""
    word, *arguments = sys.argv[1:]
    if word == "drive":
        drive(Path(arguments[0]), json.loads(arguments[1]))
        return
    with tempfile.TemporaryDirectory(prefix="ub-") as folder:
        check = {"kills": kills, "speed": speed, "default": default, "soak": soak}[word]
        print(json.dumps(check(Path(folder)), indent=2))


def drive(plan: Path, cluster: dict[str, Any] | None) -> None:
    """Run a plan with small parts, as another process does."""
    from unirs.batch import tiling
    from unirs.batch.cluster import Cluster
    from unirs.batch.plan import Plan
    from unirs.batch.running import run_batch

    tiling.PART_TILES = PART_TILES
    run_batch(Plan.read(plan), Cluster(**cluster) if cluster else None)


def kills(folder: Path) -> dict[str, Any]:
    """Rows of a run in which everything dies once, against those of a quiet run."""
    here = make_plan(folder, "here")
    drive(here, None)
    plan = make_plan(folder, "there")
    log = folder / "there" / "run.jsonl"
    points = sorted(random.sample(range(1, TILES // PART_TILES - 2), KILLS + 2))
    killed_node, killed_driver = points.pop(KILLS // 2), points.pop(-3)
    killed: list[int] = []
    started, runs = time.monotonic(), 0
    with two_nodes(folder) as nodes:
        driver = start(plan, nodes.address)
        while driver.poll() is None or driver.returncode != 0:
            if driver.poll() is not None:
                driver, runs = start(plan, nodes.address), runs + 1
            time.sleep(0.2)
            done = len(events(log, "part"))
            if points and done >= points[0] and kill_worker(log, killed):
                points.pop(0)
            if killed_node and done >= killed_node:
                nodes.remove_node(nodes.second, allow_graceful=False)
                nodes.second = nodes.add_node(num_cpus=1, object_store_memory=100_000_000)
                killed_node = 0
            if killed_driver and done >= killed_driver:
                driver.send_signal(signal.SIGKILL)
                driver.wait()
                killed_driver = 0
    expected, found = rows(folder / "here"), rows(folder / "there")
    return {
        "tiles": TILES,
        "rows": len(found),
        "different_tiles": len({row["tile"] for row in found}),
        "same_rows_as_in_one_process": found == expected,
        "workers_killed": len(killed),
        "workers_lost": len(events(log, "worker lost")),
        "nodes_killed": 1,
        "drivers_killed": runs,
        "seconds": round(time.monotonic() - started, 1),
        "load": os.getloadavg()[0],
    }


def speed(folder: Path) -> dict[str, Any]:
    """Processor seconds of a worker against a plain loop; tiles a second of two workers and one.

    Start-up is not counted: models are open, and workers are ready.
    """
    from unirs.batch.answering import PartWorker
    from unirs.batch.plan import Plan

    plans = [Plan.read(make_plan(folder, name)) for name in ("here", "one", "two")]
    worker = PartWorker(plans[0], 1)
    by_worker(worker, plans[0], 64)  # what happens once is not counted
    plain(worker, plans[0], 64)
    loops = [processor(lambda: plain(worker, plans[0], TILES)) for _ in range(2)]
    batches = [processor(lambda: by_worker(worker, plans[0], TILES)) for _ in range(2)]
    return {
        "tiles": TILES,
        "plain_loop_processor_seconds": round(min(loops), 2),
        "worker_processor_seconds": round(min(batches), 2),
        "worker_overhead": round(min(batches) / min(loops) - 1, 3),
        **two_against_one(plans[1:]),
        "load": os.getloadavg()[0],
    }


def default(folder: Path) -> dict[str, Any]:
    """The figures of ``speed`` with the default model, on a mosaic of the sample of a city."""
    from unirs.batch.answering import PartWorker
    from unirs.batch.plan import Plan

    values = mosaic_values(folder, CITY_SIDE)
    plans = [Plan.of({**values, "output": {"folder": name}}, folder) for name in ("1", "2", "3")]
    worker = PartWorker(plans[0], 1)
    plain(worker, plans[0], 4)  # what happens once is not counted
    tiles = CITY_SIDE**2
    loop = processor(lambda: plain(worker, plans[0], tiles))
    batch = processor(lambda: by_worker(worker, plans[0], tiles))
    return {
        "tiles": tiles,
        "plain_loop_processor_seconds": round(loop, 2),
        "worker_processor_seconds": round(batch, 2),
        "worker_overhead": round(batch / loop - 1, 3),
        **two_against_one(plans[1:]),
        "load": os.getloadavg()[0],
    }


def soak(folder: Path) -> dict[str, Any]:
    """Memory and open files of a run in one process, at a tenth of its tiles and at the end."""
    import psutil

    from unirs.batch.plan import Plan

    values = mosaic_values(folder, SOAK_SIDE)
    plan, log = folder / "soak.yaml", folder / "soak" / "run.jsonl"
    Plan.of({**values, "output": {"folder": "soak"}}, folder).write(plan)
    driver, started = start(plan, None), time.monotonic()
    process, seen = psutil.Process(driver.pid), []
    while driver.poll() is None:
        time.sleep(5)
        tiles = sum(event["tiles"] for event in events(log, "part"))
        with suppress(psutil.Error):
            seen.append((tiles, process.memory_info().rss, process.num_fds()))
    tenth = [facts for facts in seen if facts[0] >= SOAK_SIDE**2 // 10]
    early, late = tenth[: len(tenth) // 10], tenth[-(len(tenth) // 10) :]
    memory = [median(facts[1] for facts in some) for some in (early, late)]
    return {
        "tiles": len(rows(folder / "soak")),
        "seconds": round(time.monotonic() - started),
        "memory_mb": [round(value / 1e6) for value in memory],
        "memory_growth": round(memory[1] / memory[0] - 1, 3),
        "open_files": [max(facts[2] for facts in some) for some in (early, late)],
        "load": os.getloadavg()[0],
    }


def two_against_one(plans: list[Any]) -> dict[str, Any]:
    """Tiles a second of one worker and of two, each on one thread, each with a plan of its own."""
    from unirs.batch import tiling
    from unirs.batch.cluster import Cluster
    from unirs.batch.running import run_batch

    tiling.PART_TILES = PART_TILES
    rates = []
    for count, plan in enumerate(plans, 1):
        rate = Rate()
        run_batch(plan, Cluster(workers=count), on_event=rate.note)
        rates.append(rate)
    one, two = (rate.tiles_per_second for rate in rates)
    return {
        "opening_seconds": [round(rate.opening, 1) for rate in rates],
        "tiles_per_second": [round(one, 1), round(two, 1)],
        "two_workers_speedup": round(two / one, 2),
    }


class Rate:
    """Tiles a second since the last worker was ready."""

    def __init__(self) -> None:
        self.opening = 0.0
        self._start = self._end = 0.0
        self._tiles = 0

    def note(self, event: Any) -> None:
        """Take the time of an event."""
        now = time.monotonic()
        if event.event == "worker":
            self.opening = max(self.opening, event.seconds)
            self._start, self._tiles = now, 0
        elif event.event == "part":
            self._tiles += event.tiles
            self._end = now

    @property
    def tiles_per_second(self) -> float:
        """The rate until the last part."""
        return self._tiles / (self._end - self._start)


def by_worker(worker: Any, plan: Any, count: int) -> None:
    """The same as ``plain``, by a worker of a batch: rows with footprints in tables."""
    from unirs.batch.sources import survey
    from unirs.batch.tiling import parts

    worker.engine.forget()
    for part in parts(plan, survey(plan)):
        if count > 0:
            worker.run(part)
            count -= len(part)


def plain(worker: Any, plan: Any, count: int) -> None:
    """What a script would do: read tiles, have batches of them answered, keep the answers."""
    from itertools import islice

    from unirs.batch.sources import survey
    from unirs.batch.tiling import parts
    from unirs.engines.engine import Item
    from unirs.tasks import read_visual

    engine = worker.engine
    engine.forget()
    tiles = (tile for part in parts(plan, survey(plan)) for tile in part.tiles())
    requests = (plan.requests(tile)[0] for tile in islice(tiles, count))
    items = (
        Item(read_visual(request, engine.image_size, engine.frame_count), request.question)
        for request in requests
    )
    list(engine.answers(items, batch_size=engine.batch_size))


def processor(work: Callable[[], object]) -> float:
    """Processor seconds of this process for some work."""
    before = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    work()
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2]) - before


def mosaic_values(folder: Path, side: int) -> dict[str, Any]:
    """A plan about ``side`` times ``side`` tiles of the sample raster of a city, without output."""
    road = {"task": "ask", "question": "Is there a road?", "options": ["yes", "no"]}
    return {
        "inputs": {"rasters": [str(make_mosaic(folder / "mosaic.tif", CITY_TILE * side))]},
        "tiles": {"size": CITY_TILE},
        "ask": {"questions": [road], "device": "cpu"},
    }


def make_mosaic(path: Path, side: int) -> Path:
    """The sample raster of a city side by side, ``side`` pixels in each direction."""
    import numpy as np
    import rasterio

    from unirs.samples import CITY

    with rasterio.open(CITY.path) as city:
        pixels, profile = city.read(), city.profile
    repeats = -(-side // min(pixels.shape[1:]))
    profile.update(width=side, height=side, tiled=True, blockxsize=256, blockysize=256)
    with rasterio.open(path, "w", **profile) as mosaic:
        mosaic.write(np.tile(pixels, (1, repeats, repeats))[:, :side, :side])
    return path


def make_plan(folder: Path, output: str) -> Path:
    """A plan about a raster of noise, answered by a model with random weights."""
    import numpy as np
    import rasterio
    from rasterio.transform import from_origin

    from unirs.batch.plan import Plan
    from unirs.model import PRESETS, new_bundle, save_bundle, train_tokenizer

    raster, model = folder / "raster.tif", folder / "models" / "unirs-tiny"
    if not raster.exists():
        shape = (3, ROWS * TILE, COLUMNS * TILE)
        with rasterio.open(
            raster,
            "w",
            driver="GTiff",
            count=3,
            height=shape[1],
            width=shape[2],
            dtype="uint8",
            crs="EPSG:32633",
            transform=from_origin(500_000, 5_000_000, 10, 10),
        ) as dataset:
            dataset.write(np.random.default_rng(0).integers(1, 256, shape, dtype=np.uint8))
        words = ["is there a road in the image? yes, there is a road between two houses."] * 40
        tokenizer = train_tokenizer(words, 300, folder / "tokenizer")
        save_bundle(new_bundle(PRESETS["unirs-tiny"](), tokenizer, model, 1), model, "")
    road = {"task": "ask", "question": "is there a road?", "options": ["yes", "no"]}
    values = {
        "inputs": {"rasters": [str(raster)]},
        "tiles": {"size": TILE},
        "ask": {"questions": [road], "model": str(model), "device": "cpu", "precision": "float32"},
        "output": {"folder": output},
    }
    plan = folder / f"{output}.yaml"
    Plan.of(values, folder).write(plan)
    return plan


@contextmanager
def two_nodes(folder: Path) -> Iterator[Any]:
    """A cluster of two nodes on this computer, with room for one worker each."""
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": 100_000_000}
    head = {**node, "include_dashboard": False, "temp_dir": str(folder / "ray")}
    nodes = Cluster(initialize_head=True, head_node_args=head)
    nodes.second = nodes.add_node(**node)
    try:
        yield nodes
    finally:
        nodes.shutdown()


def start(plan: Path, address: str | None) -> subprocess.Popen[bytes]:
    """A driver in a process of its own; without an address it answers by itself."""
    cluster = json.dumps({"address": address} if address else None)
    return subprocess.Popen([sys.executable, "-m", "scripts.batch_check", "drive", plan, cluster])


def events(log: Path, name: str) -> list[dict[str, Any]]:
    """The events of a run of one name; a line by half is left out."""
    lines = log.read_text().split("\n")[:-1] if log.exists() else []
    return [event for event in map(json.loads, lines) if event["event"] == name]


def kill_worker(log: Path, killed: list[int]) -> bool:
    """Kill a worker that answers; whether there was one."""
    found = [re.search(r"process (\d+)", event["worker"]) for event in events(log, "worker")]
    alive = [pid for pid in (int(each[1]) for each in found if each) if is_alive(pid)]
    if not alive:
        return False
    killed.append(random.choice(alive))
    os.kill(killed[-1], signal.SIGKILL)
    return True


def is_alive(pid: int) -> bool:
    """Whether a process runs, and is no zombie."""
    import psutil

    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def rows(output: Path) -> list[dict[str, Any]]:
    """All rows of an output, by tile."""
    import pyarrow.parquet as pq

    files = (output / "parts").glob("[!.]*.parquet")
    found = [row for file in files for row in pq.read_table(file).to_pylist()]
    return sorted(found, key=lambda row: row["tile"])


if __name__ == "__main__":
    main()

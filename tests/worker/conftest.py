"""Worker processes: one with a stand-in for the work, and one with a tiny random model."""

import contextlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from rasterio.transform import from_origin

from unirs.worker.client import WorkerClient

STAND_IN = (sys.executable, str(Path(__file__).with_name("stand_in.py")))
SPECIAL_TOKENS = 3  # unknown, beginning, end
BYTES = 256
"""The first tokens of a tokenizer that ``train_tokenizer`` makes."""

SLOW_WORKER = (sys.executable, str(Path(__file__).with_name("slow_worker.py")))


@pytest.fixture
def stand_in_command():
    return STAND_IN


@pytest.fixture
def stand_in():
    """A client of a worker that does nothing but what the tests want."""
    with WorkerClient(STAND_IN) as client:
        yield client


@pytest.fixture
def start():
    """Starts a worker as a bare process; whatever is left of it in the end is killed."""
    started = []

    def start(command=(sys.executable, "-m", "unirs.worker")):
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


@pytest.fixture(scope="session")
def model_folder(make_model):
    """A random model of the tiny preset that streams words: it never says a single byte."""

    def say_words(bundle):
        with torch.no_grad():
            bundle.model.language_model.lm_head.weight[SPECIAL_TOKENS : SPECIAL_TOKENS + BYTES] = 0

    return make_model(frame_count=4, prepare=say_words)


@pytest.fixture(scope="session")
def slow_worker_command():
    return SLOW_WORKER


@pytest.fixture(scope="session")
def worker(model_folder, slow_worker_command):
    """A client of the real worker. Its model takes its time over each token."""
    with WorkerClient(slow_worker_command) as client:
        client.request("load", {"model": str(model_folder), "device": "cpu"}, timeout=120)
        yield client


@pytest.fixture(scope="session")
def rasters(tmp_path_factory):
    """Two dates of one place."""
    folder = tmp_path_factory.mktemp("rasters")
    noise = np.random.default_rng(0)
    paths = [folder / "place_20200811.tif", folder / "place_20230811.tif"]
    for path in paths:
        pixels = noise.integers(1, 255, (3, 60, 60), dtype=np.uint8)
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            width=60,
            height=60,
            count=3,
            dtype="uint8",
            crs="EPSG:32633",
            transform=from_origin(400_000, 5_800_000, 2, 2),
        ) as dataset:
            dataset.write(pixels)
    return [str(path) for path in paths]

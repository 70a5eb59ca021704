import csv
import multiprocessing
import socket
import time

import pytest

from tests.lab.training import small_run
from unirs.model import PRESETS, new_bundle, replace_config, train_tokenizer


@pytest.fixture
def make_bundle(tmp_path_factory):
    texts = ["a bright image", "a dark image", "Is it bright?", "yes", "no", "fire", "flood"] * 20
    folder = tmp_path_factory.mktemp("tokenizer")

    def make(preset="unirs-tiny", **changes):
        config = replace_config(PRESETS[preset](), **changes)
        return new_bundle(config, train_tokenizer(texts, 320, folder), folder / "tiny", seed=3)

    return make


class SmallRuns:
    """Starts ``small_run`` in processes, which share one import of the libraries."""

    def __init__(self, folder):
        self.folder = folder
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["tests.lab.training.small_run", "matplotlib.figure"])

    def start(self, name, count=1, **settings):
        """Start ``count`` processes that train in a folder of this name."""
        settings["folder"] = str(self.folder / name)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        places = [
            {"RANK": str(i), "LOCAL_RANK": str(i), "LOCAL_WORLD_SIZE": str(count)}
            | {"WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
            for i in range(count)
        ]
        processes = [
            self.context.Process(target=small_run.main, args=(settings, p)) for p in places
        ]
        for process in processes:
            process.start()
        return processes

    def run(self, name, count=1, **settings):
        """Run to the end; gives the exit codes."""
        processes = self.start(name, count, **settings)
        for process in processes:
            process.join(120)
        return [process.exitcode for process in processes]

    def wait_for_checkpoint(self, name):
        """Come back once a run has written its first checkpoint."""
        deadline = time.monotonic() + 120
        while not (self.folder / name / "checkpoint.safetensors").is_file():
            assert time.monotonic() < deadline, f"the run {name} writes no checkpoint"
            time.sleep(0.005)

    def curve(self, name):
        """The steps of a run and their losses."""
        with (self.folder / name / "curves.csv").open() as stream:
            return {int(float(row["step"])): float(row["words"]) for row in csv.DictReader(stream)}


@pytest.fixture
def small_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return SmallRuns(tmp_path)

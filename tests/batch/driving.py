"""Starts ``driver.py``, and reads what its output holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq

from unirs.batch.plan import Plan


class Driver:
    """A run in another process."""

    def __init__(self, plan: Path, part_tiles: int = 8, **options: object) -> None:
        arguments = {"plan": str(plan), "part_tiles": part_tiles, **options}
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("driver.py")), json.dumps(arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    def events(self) -> Iterator[dict]:
        """What it prints, until it ends."""
        assert self.process.stdout
        for line in self.process.stdout:
            yield json.loads(line)

    def parts(self) -> Iterator[dict]:
        """The parts that it has written, as they are."""
        return (event for event in self.events() if event["event"] == "part")

    def wait(self) -> list[dict]:
        """All further events, after its end."""
        events = list(self.events())
        self.process.wait()
        return events


@contextmanager
def driver(plan: Path, **options: object) -> Iterator[Driver]:
    """A run that ends with the block at the latest."""
    run = Driver(plan, **options)
    try:
        yield run
    finally:
        run.process.kill()
        run.process.communicate()


def rows(plan: Plan) -> list[dict]:
    """All rows of an output, by tile and question, without the part that they are in."""
    files = (plan.output.folder / "parts").glob("[!.]*.parquet")
    found = [row for file in files for row in pq.read_table(file).to_pylist()]
    for row in found:
        del row["part"]
    return sorted(found, key=lambda row: (row["tile"], row["ask"]))

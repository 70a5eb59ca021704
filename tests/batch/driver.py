"""Drives a batch in a process of its own, with small parts, and prints each event as it comes."""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict
from pathlib import Path

from unirs.batch import tiling
from unirs.batch.cluster import Cluster
from unirs.batch.plan import Plan
from unirs.batch.running import run_batch
from unirs.errors import UniRSError


def main(plan: str, part_tiles: int, cluster: dict | None = None, file_bytes: int = 0) -> None:
    tiling.PART_TILES = part_tiles
    if file_bytes:  # a disk on which no larger file fits
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    try:
        run_batch(
            Plan.read(Path(plan)),
            Cluster(**cluster) if cluster else None,
            on_event=lambda event: print(
                json.dumps({"event": event.event, **asdict(event)}), flush=True
            ),
        )
    except UniRSError as error:
        print(json.dumps({"event": "error", "code": error.code, "message": error.message}))
        sys.exit(2)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))

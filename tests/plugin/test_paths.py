"""Temporary folders: nobody else reads them, and none is left for ever."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from unirs_qgis import paths


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    paths.sweep_private_folders.cache_clear()
    return tmp_path


def folder(parent: Path, name: str, age: float) -> Path:
    made = parent / name
    made.mkdir()
    (made / "crop.tif").write_bytes(b"x")
    os.utime(made, (time.time() - age,) * 2)
    return made


@pytest.mark.skipif(os.name != "posix", reason="processes are asked for on POSIX only")
def test_folders_of_dead_processes_are_swept_and_no_others(temporary: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    day = 24 * 3600
    dead = folder(temporary, f"unirs-{process.pid}-abc", day)
    earlier = folder(temporary, "unirs-abc", 31 * day)
    kept = [
        folder(temporary, f"unirs-{os.getpid()}-abc", day),
        folder(temporary, f"unirs-{process.pid}-just", 0),
        folder(temporary, "unirs-recent", day),
        folder(temporary, "other-abc", 30 * day),
    ]
    (temporary / "unirs-link").symlink_to(kept[3])

    made = paths.private_folder()

    assert not dead.exists()
    assert not earlier.exists()
    assert all((one / "crop.tif").exists() for one in kept)
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert made.name.startswith(f"unirs-{os.getpid()}-")

"""A history whose QGIS is killed, whose file is written by two windows, whose disk is full."""

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from unirs_qgis.history.answer_file import AnswerFile

WINDOW = [sys.executable, str(Path(__file__).with_name("history_window.py"))]
SECONDS = 240
"""Generous, because the machine may be busy."""

_NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]


def lines(output: str, word: str) -> list[str]:
    """The rest of the whole lines that begin with a word."""
    parts = [line.partition(" ") for line in output.split("\n")[:-1]]
    return [rest for first, _, rest in parts if first == word]


@pytest.fixture
def small_disk(tmp_path):
    """Runs a window whose history lies on a disk of 400 kB."""
    folder = tmp_path / "small"
    folder.mkdir()

    def run(what: str) -> str:
        mount = f'mount -t tmpfs -o size=400k tmpfs "{folder}" && exec "$@"'
        command = [*_NAMESPACE, "sh", "-c", mount, "sh", *WINDOW, str(folder / "a.gpkg"), what]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=SECONDS
        ).stdout

    if (
        shutil.which("unshare") is None
        or subprocess.run(
            [*_NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", str(folder)], check=False
        ).returncode
    ):
        pytest.skip("a disk of its own needs Linux with user namespaces")
    return run


@pytest.mark.slow
@pytest.mark.parametrize("what", ["-1", "layer"])
def test_no_answer_that_was_reported_is_lost_when_qgis_is_killed(tmp_path, what):
    reported: list[str] = []
    for _ in range(5):
        with subprocess.Popen(
            [*WINDOW, str(tmp_path / "a.gpkg"), what], stdout=subprocess.PIPE, text=True
        ) as window:
            first = window.stdout.readline()  # from now on it writes
            time.sleep(random.uniform(0, 1.5))
            window.kill()
            reported += lines(first + window.stdout.read(), "added")
        file = AnswerFile(tmp_path / "a.gpkg")
        file.check()
        content = file.read()
        kept = [entry.id for entry in content.entries]
        assert set(reported) <= set(kept)
        assert len(kept) == len(set(kept))
        assert content.invalid == 0
    assert len(reported) >= 5
    assert [path.name for path in tmp_path.iterdir() if "damaged" in path.name] == []


@pytest.mark.slow
def test_windows_that_write_at_once_lose_nothing(tmp_path):
    windows = [
        subprocess.Popen(
            [*WINDOW, str(tmp_path / "a.gpkg"), "30"], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    output = "".join(window.communicate(timeout=SECONDS)[0] for window in windows)
    assert lines(output, "failed") == []
    reported = lines(output, "added")
    assert len(set(reported)) == 90
    assert {entry.id for entry in AnswerFile(tmp_path / "a.gpkg").read().entries} == set(reported)
    assert [path.name for path in tmp_path.iterdir()] == ["a.gpkg"]


@pytest.mark.slow
def test_a_full_disk_is_reported_and_the_answers_are_written_when_there_is_room(small_disk):
    output = small_disk("full")
    [sentence] = lines(output, "failed")
    assert "the disk is full" in sentence
    assert "in memory only" in sentence
    assert lines(output, "unsaved") == ["1", "2", "0"]
    assert lines(output, "kept") == lines(output, "added") != []


@pytest.mark.slow
def test_a_read_only_profile_is_reported_and_still_read(small_disk):
    output = small_disk("remount-ro")
    [sentence] = lines(output, "failed")
    assert "it is read-only" in sentence
    assert "in memory only" in sentence
    assert lines(output, "unsaved") == ["1"]
    assert lines(output, "kept") == lines(output, "added")[:1]

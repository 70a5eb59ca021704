"""Outputs are complete or missing with a reason; disk space; locks."""

import subprocess
import sys

import pytest

from unirs.errors import UniRSError
from unirs.files import alone_in, require_space, whole_file


def test_a_failed_write_keeps_the_existing_file(tmp_path):
    target = tmp_path / "scores.json"
    target.write_text("old")

    def write_half():
        with whole_file(target) as path:
            path.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()

    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_the_reason_is_reported_even_if_deleting_fails(tmp_path):
    (tmp_path / "file").touch()

    def write():
        with whole_file(tmp_path / "file" / "scores.json") as path:
            path.write_text("new")

    with pytest.raises(UniRSError) as caught:
        write()

    assert caught.value.code == "output_unwritable"


HOLD = """
import sys, time
from pathlib import Path
from unirs.files import alone_in
with alone_in(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_folder_has_one_writer_until_its_process_ends(tmp_path):
    folder = tmp_path / "run"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, folder], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(UniRSError) as caught, alone_in(folder):
            pass
        assert caught.value.code == "folder_in_use"
        assert str(folder) in str(caught.value)
        holder.kill()
    with alone_in(folder):
        pass


def test_a_disk_without_enough_space_is_refused_before_the_folder_exists(tmp_path):
    folder = tmp_path / "not" / "yet"
    require_space(folder, 0, "The shards")
    with pytest.raises(UniRSError) as caught:
        require_space(folder, 1e18, "The shards")
    assert caught.value.code == "disk_full"
    assert "The shards will take 1000000000.0 GB" in caught.value.message
    assert str(folder) in caught.value.message
    assert not folder.parent.exists()

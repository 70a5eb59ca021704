from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import rasterio

from unirs.errors import UniRSError
from unirs_lab.world import pair
from unirs_lab.world.write import write_demo, write_world


def test_written_scenes_are_read_back_with_crs_date_and_truth(tmp_path: Path) -> None:
    places = write_world(tmp_path, seed=21, count=2, size=64, seconds=1)
    assert [place.folder.name for place in places] == ["scene-0001", "scene-0002"]
    truth_in_memory = pair(21, 64)
    place = places[0]
    assert (place.before.name, place.after.name) == ("2019-06-15.tif", "2021-08-02.tif")
    with rasterio.open(place.before) as before, rasterio.open(place.after) as after:
        assert before.crs.to_epsg() == 32632
        assert before.transform == after.transform
        assert before.res[0] == pytest.approx(truth_in_memory.pixel_size)
        assert before.tags()["TIFFTAG_DATETIME"].startswith("2019:06:15")
        assert after.tags()["TIFFTAG_DATETIME"].startswith("2021:08:02")
        assert np.array_equal(np.moveaxis(before.read(), 0, -1), truth_in_memory.before)
    with rasterio.open(place.change) as change:
        assert np.array_equal(change.read(1) > 0, truth_in_memory.change_mask)
    truth = json.loads(place.truth.read_text())
    assert truth["pair"]["captions"] == list(truth_in_memory.captions)
    assert truth["single"]["questions"][0].keys() == {"type", "question", "answer"}


def test_scenes_do_not_overlap(tmp_path: Path) -> None:
    first, second = write_world(tmp_path, seed=1, count=2, size=64, seconds=1)
    with rasterio.open(first.before) as one, rasterio.open(second.before) as two:
        assert one.bounds.right < two.bounds.left


def test_the_video_plays(tmp_path: Path) -> None:
    (place,) = write_world(tmp_path, seed=3, count=1, size=64, seconds=2)
    with av.open(str(place.video)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(frames) == 20
    assert frames[0].shape == (64, 64, 3)
    assert np.abs(frames[0].astype(int) - frames[-1].astype(int)).mean() > 1


def test_progress_is_reported(tmp_path: Path) -> None:
    counts: list[int] = []
    write_world(tmp_path, seed=1, count=2, size=64, seconds=1, on_scene=counts.append)
    assert counts == [1, 2]


@pytest.mark.parametrize(("count", "size"), [(0, 64), (1, 63), (1, 8)])
def test_impossible_sizes_are_refused_in_one_sentence(
    tmp_path: Path, count: int, size: int
) -> None:
    with pytest.raises(UniRSError) as caught:
        write_world(tmp_path, seed=1, count=count, size=size)
    assert caught.value.code == "world_size"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(UniRSError, match=str(blocked)) as caught:
        write_world(blocked, seed=1, count=1, size=64)
    assert caught.value.code == "output_unwritable"


@pytest.mark.slow
def test_the_demo_shows_houses_being_built(tmp_path: Path) -> None:
    place = write_demo(tmp_path, size=512)
    truth = json.loads(place.truth.read_text())
    assert truth["pair"]["kind"] == "houses built"
    with rasterio.open(place.change) as change:
        assert (change.read(1) > 0).mean() > 0.05


def paths_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.mark.parametrize("name", ["2019-06-15.tif", "change.tif", "video.mp4", "truth.json"])
def test_a_file_that_cannot_be_written_is_named_and_not_left_half(
    tmp_path: Path, name: str
) -> None:
    in_the_way = tmp_path / "scene-0001" / name
    in_the_way.mkdir(parents=True)
    (in_the_way / "work").write_text("years of it")
    with pytest.raises(UniRSError, match=name) as caught:
        write_world(tmp_path, seed=1, count=1, size=64, seconds=1)
    assert caught.value.code == "output_unwritable"
    assert not [path for path in paths_below(tmp_path / "scene-0001") if path.startswith(".")]


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from unirs.errors import UniRSError
from unirs_lab.world.write import write_world

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write that goes too far fails as on a full disk
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    write_world(Path(sys.argv[1]), seed=1, count=1, size=256, seconds=1)
except UniRSError as error:
    print(error.code, error.message)
"""


@pytest.mark.slow
def test_a_full_disk_is_reported_and_leaves_only_complete_files(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    (place,) = write_world(tmp_path / "whole", seed=1, count=1, size=256, seconds=1)
    sizes = {path.name: path.stat().st_size for path in place.folder.iterdir()}
    for room in (0, sizes["video.mp4"] - 100, max(sizes.values()) - 100):
        full = tmp_path / f"room-for-{room}"
        words = [sys.executable, "-c", FULL_DISK, full, str(room)]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        assert done.stdout.startswith("output_unwritable"), done.stdout + done.stderr
        assert "cannot be written" in done.stdout
        for path in (full / "scene-0001").iterdir():
            assert path.stat().st_size == sizes[path.name], path

"""Shards: every byte comes back, nothing half written looks whole, nothing is run."""

import os
import pickle
import signal
import tarfile
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
import webdataset
from PIL import Image

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs_lab.data.archives import at_hand
from unirs_lab.data.check import check
from unirs_lab.data.datasets import dataset
from unirs_lab.data.mixture import Mixture, SamplePart
from unirs_lab.data.readers.shards import index, read
from unirs_lab.data.samples import Sample
from unirs_lab.data.shard_writer import write_shards
from unirs_lab.data.shards import CONTENTS, shard_of
from unirs_lab.data.visuals import read_mask, read_visual


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """Pairs with masks, and images with two questions each, in several formats."""
    folder, rng = tmp_path_factory.mktemp("images"), np.random.default_rng(0)

    def image(name):
        Image.fromarray(rng.integers(0, 256, (24, 24, 3), np.uint8)).save(folder / name)
        return folder / name

    made = []
    for number in range(10):
        before, after, mask = (image(f"{number}-{part}.png") for part in ("a", "b", "mask"))
        captions = tuple(f"caption {n} of {number}, größer" for n in range(5))
        pair = Sample(f"pair-{number}", InputKind.PAIR, (before, after), "Changed?", captions)
        made.append(replace(pair, group="change", mask=mask))
        single = (image(f"{number}.JPG" if number % 2 else f"{number}.tif"),)
        made += [
            Sample(f"{number}-{n}", InputKind.SINGLE, single, f"Question {n}?", ("yes",))
            for n in range(2)
        ]
    return made


@pytest.fixture
def folder(samples, tmp_path):
    """Shards of the split ``train``, as ``unirs data shards`` writes them."""
    split = index(tmp_path, "train").parent
    write_shards(samples, split, "levir-cc", "train", shard_bytes=10_000)
    return tmp_path


def files_of(sample):
    return [*sample.images, *([sample.mask] if sample.mask else [])]


def names_in(tar):
    with tarfile.open(tar) as archive:
        return archive.getnames()


def contents(sample):
    with at_hand(*files_of(sample)) as here:
        return [path.read_bytes() for path in here]


def test_samples_and_their_files_come_back_byte_for_byte(samples, folder):
    back = {sample.id: sample for sample in read(folder, "train")}

    assert len(list((folder / "train").glob("*.tar"))) > 3
    assert back.keys() == {sample.id for sample in samples}
    for sample in samples:
        found = back[sample.id]
        assert replace(found, images=sample.images, mask=sample.mask) == sample
        assert contents(found) == [path.read_bytes() for path in files_of(sample)]
        suffixes = [path.suffix for path in found.images]
        assert suffixes == [path.suffix.lower() for path in sample.images]


def test_an_image_with_two_questions_is_written_once(samples, folder):
    size = sum(path.stat().st_size for path in {p for s in samples for p in files_of(s)})
    names = [name for tar in (folder / "train").glob("*.tar") for name in names_in(tar)]

    assert len([name for name in names if not name.endswith(".json")]) == 10 * 4
    assert sum(tar.stat().st_size for tar in (folder / "train").glob("*.tar")) < 4 * size


def test_equal_samples_give_equal_shards(samples, folder, tmp_path_factory):
    again = tmp_path_factory.mktemp("again")
    write_shards(samples, again, "levir-cc", "train", shard_bytes=10_000)

    for path in (folder / "train").iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()


def test_any_reader_of_webdataset_streams_them(samples, folder):
    tars = sorted(map(str, (folder / "train").glob("*.tar")))

    streamed = list(webdataset.WebDataset(tars, shardshuffle=False))

    assert len(streamed) == 20
    pairs = [entry for entry in streamed if b'"pair"' in entry["json"]]
    written = {sample.images[0].read_bytes() for sample in samples if sample.mask}
    assert {entry["0.png"] for entry in pairs} == written


def test_the_copies_are_deleted_after_use(folder):
    with at_hand(*read(folder, "train")[0].images) as here:
        assert all(path.is_file() for path in here)
    assert not any(path.exists() for path in here)


def test_files_outside_of_shards_stay_where_they_are(samples):
    with at_hand(*samples[0].images) as here:
        assert here == samples[0].images


def test_they_are_read_and_checked_as_any_dataset_is(samples, folder):
    given = {sample.id: sample for sample in samples}
    for sample in dataset("shards").read(folder, "train"):
        assert read_visual(sample, 8).digest == read_visual(given[sample.id], 8).digest
        if sample.mask:
            assert np.array_equal(read_mask(sample.mask), read_mask(given[sample.id].mask))
    assert check(dataset("shards"), folder, "train").sound
    assert dataset("shards").origin(folder, "train") is dataset("levir-cc")
    assert dataset("era").origin(folder, "train") is dataset("era")

    flip_a_byte(folder / "train" / "shard-00002.tar")
    (defect, *_) = check(dataset("shards"), folder, "train").defects
    assert "shard-00002.tar" in defect.message


def test_an_error_about_a_file_names_its_shard(folder):
    sample = read(folder, "train")[0]

    names_it = pytest.raises(UniRSError, match=r"shard-0000\d\.tar.00000000\d\.0\.")
    with names_it as caught, at_hand(*sample.images) as here:
        raise UniRSError("image_broken", f"{here[0]} is broken.")
    assert caught.value.code == "image_broken"


def test_rows_of_a_few_shards_come_together(folder):
    part = SamplePart("mine", read(folder, "train"))

    order = Mixture([part]).order(0)

    tars = [shard_of(part.groups[i][0][0].images[0]) for i in order]

    assert len(set(tars)) > 4
    assert len(set(tars[: len(tars) // 3])) <= 4


def cut_off(tar):
    os.truncate(tar, tar.stat().st_size - 4096)


def flip_a_byte(tar):
    data = bytearray(tar.read_bytes())
    with tarfile.open(tar) as archive:
        place = next(one.offset_data for one in archive if not one.name.endswith(".json"))
    data[place + 20] ^= 1
    tar.write_bytes(data)


def remove_contents(tar):
    tar.with_suffix(".json").unlink()


def change_contents(tar):
    path = tar.with_suffix(".json")
    path.write_text(
        path.read_text().replace("Changed?", "Change??").replace("Question", "Quastion")
    )


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (Path.unlink, "shard_broken"),
        (cut_off, "shard_broken"),
        (flip_a_byte, "shard_broken"),
        (change_contents, "shard_broken"),
        (remove_contents, "dataset_layout"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_broken_shard_is_named(folder, harm, code):
    harm(folder / "train" / "shard-00001.tar")

    with pytest.raises(UniRSError, match="shard-00001") as caught:
        list(map(contents, read(folder, "train")))
    assert caught.value.code == code


@pytest.mark.parametrize(
    "name", ["../outside.png", "/etc/passwd", "000000001.0.png/../../x.png", "C:x.png", ""]
)
def test_no_name_leads_out_of_the_shard(folder, name):
    path = next((folder / "train").glob("shard-*.json"))
    listed = CONTENTS.validate_json(path.read_bytes())
    path.write_text(
        path.read_text().replace(f'"{listed.samples[0].images[0]}"', f'"{name}"'), encoding="utf-8"
    )
    with pytest.raises(UniRSError):
        read(folder, "train")
    with pytest.raises(ValueError, match="pattern"):
        CONTENTS.validate_json(path.read_bytes())


class Marker:
    """Leaves a file where it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("suffix", ["pickle", "pkl", "pyd", "pth"])
def test_a_pickle_in_a_shard_is_never_unpickled(tmp_path, suffix):
    marker, evil = tmp_path / "ran", tmp_path / f"evil.{suffix}"
    evil.write_bytes(pickle.dumps(Marker(marker)))
    sample = Sample("1", InputKind.SINGLE, (evil,), "What?", ("yes",))

    write_shards([sample], tmp_path / "out" / "train", "mine", "train")
    (back,) = read(tmp_path / "out", "train")

    assert contents(back) == [evil.read_bytes()]
    assert not marker.exists()


def write_and_die(samples, folder):
    def die(done, total):
        if done > total // 2:
            os.kill(os.getpid(), signal.SIGKILL)

    write_shards(samples, folder, "mine", "train", 10_000, die)


def test_a_killed_writer_leaves_nothing_that_seems_whole(samples, tmp_path):
    writer = get_context("fork").Process(target=write_and_die, args=(samples, tmp_path / "train"))
    writer.start()
    writer.join()

    assert writer.exitcode == -signal.SIGKILL
    assert list((tmp_path / "train").glob("*.tar"))
    with pytest.raises(UniRSError, match=r"index\.json"):
        read(tmp_path, "train")
    write_shards(samples, tmp_path / "train", "mine", "train", 10_000)
    assert len(read(tmp_path, "train")) == len(samples)


def test_a_writer_killed_within_a_shard_leaves_no_tar_of_it(samples, tmp_path, monkeypatch):
    def fail(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr("unirs_lab.data.shard_writer._members", fail)
    with pytest.raises(KeyboardInterrupt):
        write_shards(samples, tmp_path, "mine", "train")
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_what_cannot_be_read_or_written_is_reported(samples, folder, tmp_path, monkeypatch):
    missing = replace(samples[0], images=(tmp_path / "no.png",) * 2)
    with pytest.raises(UniRSError, match=r"no\.png") as caught:
        write_shards([missing], tmp_path / "a", "mine", "train")
    assert caught.value.code == "image_broken"
    with pytest.raises(UniRSError, match="holds shards already") as caught:
        write_shards(samples, folder / "train", "mine", "train")
    assert caught.value.code == "shards_exist"
    (tmp_path / "file").touch()
    with pytest.raises(UniRSError) as caught:
        write_shards(samples, tmp_path / "file" / "below", "mine", "train")
    assert caught.value.code == "output_unwritable"
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10})())
    with pytest.raises(UniRSError, match="another folder") as caught:
        write_shards(samples, tmp_path / "b", "mine", "train")
    assert caught.value.code == "disk_full"

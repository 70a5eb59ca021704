"""Real images: read out of archives or unpacked, split by one rule, edited as they are read."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest

from tests.lab.data.real_collections import PAIRS, RSICD, SIDE, rsicd_lines, write_collections
from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs.prompts import SCENE_CLASSES
from unirs_lab.data.archives import at_hand, exists
from unirs_lab.data.real import COLLECTIONS, Box, read_real
from unirs_lab.data.real import splits as rules
from unirs_lab.data.real.edits import LOOKS, OtherDate, Window, other_date
from unirs_lab.data.real.readers import read_change_sentences
from unirs_lab.data.real.scenes import SCENES
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import read_mask, read_picture, read_visual

REAL = Path(__file__).parents[4] / "shared" / "data" / "real"


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """All collections; nobody may write there."""
    return write_collections(tmp_path_factory.mktemp("real"))


@pytest.fixture
def root(kept, tmp_path) -> Path:
    """A copy, to break."""
    return shutil.copytree(kept, tmp_path / "real")


def code(root: Path, collection: str) -> str:
    with pytest.raises(UniRSError) as caught:
        read_picture(read_real(root, collection)[0].images[0])
    assert str(root) in caught.value.message
    return caught.value.code


def test_every_collection_is_read_with_all_annotations(kept) -> None:
    first = {name: read_real(kept, name)[0] for name in COLLECTIONS}
    assert first["rsicd"].scene == "airport"
    assert len(first["rsicd"].captions) == 5
    assert first["ucmerced"].questions[2] == ("How many buildings in the picture?", "about forty")
    assert len(first["levir-cd"].images) == 2
    assert read_mask(first["levir-cd"].mask).any()
    assert (first["eurosat"].scene, first["nwpu"].scene) == ("river", "commercial area")
    assert first["aerial-cars"].boxes[0] == Box(0, 0.5, 0.4, 0.02, 0.06)
    assert read_real(kept, "aerial-cars", "test")[0].boxes == ()
    assert first["rsicd"].boxes is None
    assert read_mask(first["epfl-roads"].mask).shape == (SIDE, SIDE)
    assert read_change_sentences(kept)[0] == ("there is no difference", 5039)
    assert read_real(kept, "rsicd", "test")[1].scene is None
    for item in first.values():
        assert read_picture(item.images[0]).shape[2] == 3


def test_archives_and_unpacked_folders_give_the_same(root) -> None:
    packed = {name: read_real(root, name) for name in COLLECTIONS}
    pixels = {name: read_picture(items[0].images[0]) for name, items in packed.items()}
    for name in COLLECTIONS:
        archive = root / name / "images.tar"
        with tarfile.open(archive) as stream:
            stream.extractall(root / name, filter="data")
        archive.unlink()
        items = read_real(root, name)
        assert [(i.id, i.split, i.scene) for i in items] == [
            (i.id, i.split, i.scene) for i in packed[name]
        ]
        assert (read_picture(items[0].images[0]) == pixels[name]).all()


def test_splits_are_those_that_models_were_trained_with() -> None:
    numbers = range(100)
    assert [rules.ucmerced(n) for n in (73, 74, 79, 80)] == ["train", "val", "val", "test"]
    assert [rules.epfl_roads(n) for n in (82, 83, 88, 89)] == ["train", "val", "val", "test"]
    assert [rules.levir_cd(n) for n in (46, 47, 50, 51)] == ["train", "val", "val", "test"]
    assert rules.part("eurosat/AnnualCrop/AnnualCrop_1.jpg", 0.15, 0.05) == "train"
    names = [rules.by_class_folder("eurosat", f"River/River_{n}.jpg") for n in numbers]
    assert [n for n in numbers if names[n] == "test"][:5] == [4, 7, 15, 19, 21]
    assert [n for n in numbers if names[n] == "val"][:3] == [6, 10, 18]
    assert rules.rsicd("images/airport_1.webp", "test") == "test"
    chosen = [n for n in numbers if rules.rsicd(f"images/{n}.webp", "train") == "val"]
    assert chosen[:3] == [4, 20, 27]
    chosen = [n for n in numbers if rules.aerial_cars(f"DJI-{n}", "train") == "val"]
    assert chosen[:3] == [34, 43, 54]


@pytest.mark.skipif(not REAL.is_dir(), reason="the real images are not here")
def test_the_real_collections_have_the_sizes_that_their_readme_gives() -> None:
    counts = {
        name: tuple(len(read_real(REAL, name, split)) for split in ("train", "val", "test"))
        for name in COLLECTIONS
    }
    assert counts == {
        "rsicd": (9327, 501, 1093),
        "ucmerced": (1554, 126, 210),
        "levir-cd": (46, 4, 14),
        "eurosat": (2426, 124, 450),
        "nwpu": (892, 57, 171),
        "aerial-cars": (275, 14, 46),
        "epfl-roads": (82, 6, 12),
    }


def test_scenes_of_a_collection_do_not_share_a_name() -> None:
    assert all(len(set(names.values())) == len(names) for names in SCENES.values())
    assert [len(SCENES[name]) for name in ("rsicd", "ucmerced", "eurosat", "nwpu")] == [
        *(30, 21, 10, 14)
    ]


def test_what_is_wrong_with_a_copy_is_reported(root) -> None:
    with pytest.raises(UniRSError, match="rsicd") as caught:
        read_real(root, "imagenet")
    assert caught.value.code == "dataset_unknown"
    annotations = root / "rsicd" / "captions.jsonl"
    lines = rsicd_lines()
    for change, expected in (
        ({"image": "../out.webp"}, "dataset_broken"),
        ({"scene": "volcano"}, "dataset_broken"),
        ({"captions": "one"}, "dataset_broken"),
        ({"image": "images/nowhere.webp"}, "archive_broken"),
    ):
        annotations.write_text(json.dumps({**lines[0], **change}))
        assert code(root, "rsicd") == expected
    annotations.unlink()
    assert code(root, "rsicd") == "dataset_layout"
    tar = root / "eurosat" / "images.tar"
    tar.write_bytes(tar.read_bytes()[:3000])
    assert code(root, "eurosat") == "archive_broken"
    tar.unlink()
    assert code(root, "eurosat") == "dataset_layout"
    (root / "levir-cc-sentences" / "sentences.tsv").write_text("no number\tat all\n")
    with pytest.raises(UniRSError, match=r"sentences\.tsv"):
        read_change_sentences(root)


def test_a_name_never_leads_out_of_an_archive(tmp_path) -> None:
    from tests.lab.data.real_collections import write_tar

    write_tar(tmp_path / "images.tar", {"../evil.png": b"x", "/evil.png": b"x", "a/good.png": b"x"})
    assert exists(tmp_path / "images.tar" / "a" / "good.png")
    assert not exists(tmp_path / "images.tar" / ".." / "evil.png")
    with (
        pytest.raises(UniRSError, match=r"images\.tar") as caught,
        at_hand(tmp_path / "images.tar" / "other.png"),
    ):
        pass
    assert caught.value.code == "archive_broken"


def test_a_broken_image_is_named_by_its_place_in_the_archive(root) -> None:
    from tests.lab.data.real_collections import write_tar

    write_tar(root / "rsicd" / "images.tar", {f"images/{name}.webp": b"no" for name in RSICD})
    with pytest.raises(UniRSError) as caught:
        read_picture(read_real(root, "rsicd")[0].images[0])
    assert str(root / "rsicd" / "images.tar" / "images" / "airport_1.webp") in caught.value.message


def test_a_tile_is_cut_out_of_both_dates_and_of_the_mask(kept) -> None:
    item = read_real(kept, "levir-cd")[0]
    assert item.id.endswith(next(iter(PAIRS)))
    tile = Sample("x", InputKind.PAIR, item.images, "?", (), mask=item.mask, edit=Window(64, 0, 48))
    whole = [read_picture(path)[:48, 64:112] for path in item.images]
    crops = read_visual(tile, 8).crops
    assert all((crop.pixels == cut).all() for crop, cut in zip(crops, whole, strict=True))
    assert (read_mask(item.mask, tile.edit) == read_mask(item.mask)[:48, 64:112]).all()


@pytest.mark.parametrize("look", LOOKS)
def test_another_date_shows_the_same_ground_otherwise(kept, look) -> None:
    path = read_real(kept, "rsicd")[0].images[0]
    image = read_picture(path)
    before, after = OtherDate(look, "name")([image])
    again = OtherDate(look, "name")([image])
    assert before.shape == after.shape
    assert (after == again[1]).all(), "the same name gives the same date"
    assert (OtherDate(look, "another")([image])[1].shape != after.shape) or (
        OtherDate(look, "another")([image])[1] != after
    ).any()
    assert (before != after).any()
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.4


def test_a_pair_is_made_of_one_image() -> None:
    assert {other_date(f"image {n}").look for n in range(40)} == set(LOOKS)
    assert other_date("image") == other_date("image")


def test_the_default_classes_of_a_single_raster_are_the_scenes_that_the_model_learns():
    assert sorted(SCENE_CLASSES) == sorted(SCENES["rsicd"].values())

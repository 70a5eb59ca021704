"""A copy of a dataset is looked through: what is broken is found, each defect by its name."""

from __future__ import annotations

import json
import threading

import pytest
from PIL import Image

from unirs.errors import UniRSError
from unirs_lab.data.check import SHOWN, check
from unirs_lab.data.contact_sheet import write_sheet
from unirs_lab.data.datasets import dataset
from unirs_lab.data.examples import EXAMPLES


def found(name, root, split, **options):
    result = check(dataset(name), root, split, **options)
    assert not result.sound
    assert result.verdict == f"{len(result.defects)} defect(s)"
    return [(defect.kind, defect.sample) for defect in result.defects], result


def change_record(path, change):
    """Rewrite a JSON file with its first pair changed."""
    content = json.loads(path.read_text())
    change(content["images"])
    path.write_text(json.dumps(content))


def test_every_example_is_sound(kept_example):
    for name in EXAMPLES:
        each, root = dataset(name), kept_example(name)
        for split in each.present(root):
            result = check(each, root, split)
            assert result.sound, result.defects
            assert result.counts["samples"] == len(each.read(root, split))
            assert sum(result.groups.values()) == result.counts["samples"]
            assert result.examples


def test_counts_stand_beside_the_published_ones(kept_example):
    result = check(dataset("levir-cc"), kept_example("levir-cc"), "test")
    assert result.counts == {"samples": 2, "answers": 10, "images": 4}
    assert result.published == {"samples": 1_929, "answers": 9_645, "images": 3_858}
    assert result.verdict == "sound, but not of the published size"
    assert json.loads(json.dumps(result.to_json()))["counts"]["samples"] == 2


def test_a_missing_file_is_found_once_though_many_questions_ask_about_it(example):
    root = example("rsvqa-lr")
    first = dataset("rsvqa-lr").read(root, "test")[0]
    first.images[0].unlink()
    kinds, result = found("rsvqa-lr", root, "test", decode=False)
    assert kinds == [("missing file", first.id)]
    assert str(first.images[0]) in result.defects[0].message


@pytest.mark.parametrize(
    ("name", "split"), [("levir-cc", "train"), ("era", "test"), ("rsvqa-hr", "test_phili")]
)
def test_a_file_that_is_cut_off_is_found(example, name, split):
    root = example(name)
    first = dataset(name).read(root, split)[0]
    content = first.images[0].read_bytes()
    first.images[0].write_bytes(content[: len(content) * 2 // 3])
    kinds, _ = found(name, root, split)
    assert kinds == [("unreadable file", first.id)]


def test_only_headers_are_read_when_in_a_hurry(example):
    root = example("levir-cc")
    path = dataset("levir-cc").read(root, "train")[0].images[0]
    path.write_bytes(path.read_bytes()[:-200])
    result = check(dataset("levir-cc"), root, "train", decode=False)
    assert result.sound
    assert not result.decoded


def test_a_pair_of_two_sizes_is_found(example):
    root = example("levir-cc")
    first = dataset("levir-cc").read(root, "val")[0]
    Image.new("RGB", (64, 60)).save(first.images[1])
    kinds, result = found("levir-cc", root, "val")
    assert kinds == [("pair of two sizes", first.id)]
    assert "64 × 64 px" in result.defects[0].message
    assert "64 × 60 px" in result.defects[0].message


def test_a_mask_of_another_size_is_found(example):
    root = example("levir-mci")
    first = dataset("levir-mci").read(root, "val")[0]
    Image.new("L", (32, 32)).save(first.mask)
    kinds, _ = found("levir-mci", root, "val")
    assert kinds == [("mask of another size", first.id)]


def test_empty_answers_are_found(example):
    root = example("levir-cc")

    def blank(images):
        images[0]["sentences"][2]["raw"] = " "
        images[1]["sentences"] = []

    change_record(root / "LevirCCcaptions.json", blank)
    kinds, _ = found("levir-cc", root, "train")
    assert kinds == [("empty answer", "train_000000.png"), ("empty answer", "train_000001.png")]


def test_empty_questions_are_found(example):
    root = example("geochat")
    path = root / "GeoChat_Instruct.json"
    records = json.loads(path.read_text())
    records[1]["conversations"][0]["value"] = "<image>\n"
    path.write_text(json.dumps(records))
    kinds, _ = found("geochat", root, "train")
    assert kinds == [("empty question", "000001-0")]


def test_repeated_ids_are_found(example):
    root = example("levir-cc")
    change_record(root / "LevirCCcaptions.json", lambda images: images.append(images[0]))
    kinds, _ = found("levir-cc", root, "train")
    assert kinds == [("repeated id", "train_000000.png")]


def test_videos_shorter_than_the_model_reads_are_found(kept_example):
    kinds, result = found("era", kept_example("era"), "test", frame_count=40)
    assert [kind for kind, _ in kinds] == ["unreadable file"] * 2
    assert "40 are needed" in result.defects[0].message


@pytest.mark.parametrize("count", [1, 2])
def test_videos_of_too_few_frames_are_found(tmp_path, count):
    images = [f"{number}.png" for number in range(count)]
    for name in images:
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    row = {"images": images, "kind": "video", "instruction": "What?", "answer": "Fire."}
    (tmp_path / "train.jsonl").write_text(json.dumps(row))

    kinds, result = found("jsonl", tmp_path, "train")

    assert [kind for kind, _ in kinds] == ["too few frames"]
    assert not result.sound


def test_broken_samples_are_no_examples(example):
    root = example("levir-cc")
    first, second = dataset("levir-cc").read(root, "test")
    first.images[0].unlink()
    assert check(dataset("levir-cc"), root, "test").examples == (second,)


def test_examples_come_from_every_group(kept_example):
    root = kept_example("rsvqa-lr")
    result = check(dataset("rsvqa-lr"), root, "test", decode=False)
    assert len(result.examples) == len(set(result.examples)) <= SHOWN
    assert {sample.group for sample in result.examples} == set(result.groups)


def test_progress_is_reported_and_ctrl_c_ends_the_check(kept_example):
    seen = []

    def stop(done, total):
        seen.append((done, total))
        if done == 3:
            raise KeyboardInterrupt

    threads = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        check(dataset("levir-mci"), kept_example("levir-mci"), "test", on_progress=stop)
    assert seen == [(1, 6), (2, 6), (3, 6)]
    assert threading.active_count() == threads


def test_the_sheet_shows_every_kind_and_names_what_it_cannot_show(example, tmp_path):
    root = example("jsonl")
    samples = [each for split in ("train", "val") for each in dataset("jsonl").read(root, split)]
    sheet = tmp_path / "sheet.png"
    write_sheet(samples, sheet, "Own instructions")
    with Image.open(sheet) as whole:
        width, height = whole.size
        colours = len(set(whole.resize((200, 200)).get_flattened_data()))
    samples[0].images[0].unlink()
    write_sheet(samples, sheet, "Own instructions")
    with Image.open(sheet) as broken:
        assert broken.size == (width, height)
        red = sum(r > 150 and g < 60 and b < 60 for r, g, b in broken.get_flattened_data())
    assert colours > 500
    assert red > 50


def test_the_sheet_goes_nowhere_or_whole(kept_example, tmp_path):
    samples = dataset("crsvqa").read(kept_example("crsvqa"), "test")
    with pytest.raises(UniRSError) as caught:
        write_sheet(samples, tmp_path / "missing" / "sheet.png", "CRSVQA")
    assert caught.value.code == "output_unwritable"

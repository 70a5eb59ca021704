"""Every dataset is read from its published layout, and what does not fit is named."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs.prompts import (
    CHANGE_INSTRUCTION,
    ERA_CLASSES,
    SHORT_ANSWER_SUFFIX,
    classify_instruction,
)
from unirs_lab.data.datasets import DATASETS, dataset
from unirs_lab.data.examples import EXAMPLES, write_example

SHARED = Path(__file__).parents[4] / "shared" / "data"


def test_every_split_of_every_example_is_read_the_same_twice(kept_example):
    for name in EXAMPLES:
        each, root = dataset(name), kept_example(name)
        splits = each.present(root)
        assert set(each.splits) - set(splits) <= {"sample"}
        for split in splits:
            samples = each.read(root, split)
            assert samples == each.read(root, split)
            assert len({sample.id for sample in samples}) == len(samples)
            for sample in samples:
                assert all(path.is_file() for path in sample.images)
                assert all(path.is_relative_to(root) for path in sample.images)
                assert sample.answers
                assert all(answer == answer.strip() != "" for answer in sample.answers)


def test_no_image_belongs_to_two_splits(kept_example):
    for name in EXAMPLES:
        each, root = dataset(name), kept_example(name)
        seen: set[Path] = set()
        for split in set(each.present(root)) - {"all"}:
            images = {path for sample in each.read(root, split) for path in sample.images}
            assert not images & seen
            seen |= images


def test_geochat_gives_a_sample_for_each_turn(kept_example):
    root = kept_example("geochat")
    records = json.loads((root / "GeoChat_Instruct.json").read_text())
    samples = dataset("geochat").read(root, "train")
    assert len(samples) == sum(len(record["conversations"]) // 2 for record in records)
    assert [sample.id for sample in samples[:2]] == ["000000-0", "000000-1"]
    assert samples[1].images == samples[0].images
    assert samples[0].instruction == "Describe the image in detail."
    assert samples[1].instruction.endswith("Answer in one word or a short phrase.")
    assert samples[0].answers == (records[0]["conversations"][1]["value"],)


def test_geochat_groups_by_its_task_tag_and_finds_images_as_the_archives_unpack(tmp_path):
    folder = tmp_path / "share/softwares/kartik/GeoChat_finetuning/final_images_llava"
    folder.mkdir(parents=True)
    turns = [{"from": "human", "value": "<image>\n[refer] the red car"}]
    turns.append({"from": "gpt", "value": "{<1><2><3><4>|<5>}"})
    (tmp_path / "GeoChat_Instruct.json").write_text(
        json.dumps([{"id": "1", "image": "1.jpg", "conversations": turns}])
    )
    (sample,) = dataset("geochat").read(tmp_path, "train")
    assert (sample.group, sample.instruction) == ("refer", "[refer] the red car")
    assert sample.images == (folder / "1.jpg",)


def test_levir_gives_pairs_with_five_captions_and_whether_they_changed(kept_example):
    samples = dataset("levir-cc").read(kept_example("levir-cc"), "test")
    assert [sample.group for sample in samples] == ["change", "no change"]
    for sample in samples:
        before, after = sample.images
        assert (sample.kind, sample.instruction) == (InputKind.PAIR, CHANGE_INSTRUCTION)
        assert (before.parent.name, after.parent.name) == ("A", "B")
        assert before.name == after.name == sample.id
        assert len(sample.answers) == 5
        assert sample.mask is None


def test_levir_mci_adds_the_masks(kept_example):
    for sample in dataset("levir-mci").read(kept_example("levir-mci"), "val"):
        assert sample.mask == sample.images[0].parents[1] / "label" / sample.id


@pytest.mark.parametrize("folder", ["ParadeProtest", "parade_protest", "PARADE PROTEST"])
def test_era_reads_its_classes_in_any_spelling(tmp_path, folder):
    clip = tmp_path / "test" / folder / "Clip_001 .mp4"
    clip.parent.mkdir(parents=True)
    clip.touch()
    (clip.parent / "Thumbs.db").touch()
    (tmp_path / "test" / "__MACOSX").mkdir()
    (sample,) = dataset("era").read(tmp_path, "test")
    assert sample.answers == (sample.group,) == ("parade/protest",)
    assert sample.images == (clip,)
    assert sample.kind is InputKind.VIDEO
    assert sample.instruction == classify_instruction(ERA_CLASSES)


def test_era_refuses_a_folder_that_is_no_class(example):
    root = example("era")
    (root / "Train" / "Volcano").mkdir()
    with pytest.raises(UniRSError, match=r"Volcano.*none of ERA's 25 events") as caught:
        dataset("era").read(root, "train")
    assert caught.value.code == "dataset_broken"


@pytest.mark.parametrize("name", ["rsvqa-lr", "rsvqa-hr"])
def test_rsvqa_joins_questions_answers_and_images_of_a_split(kept_example, name):
    root = kept_example(name)
    prefix = {"rsvqa-lr": "LR", "rsvqa-hr": "USGS"}[name]
    rows = json.loads((root / f"{prefix}_split_test_questions.json").read_text())["questions"]
    active = {str(row["id"]): row for row in rows if row["active"]}
    samples = dataset(name).read(root, "test")
    assert {sample.id for sample in samples} == set(active)
    assert len(active) < len(rows), "the other splits are listed, too"
    for sample in samples:
        row = active[sample.id]
        assert sample.instruction == f"{row['question']} {SHORT_ANSWER_SUFFIX}"
        assert sample.group == row["type"].replace("comp", "comparison")
        assert sample.images[0].stem == str(row["img_id"])
    assert "comparison" in {sample.group for sample in samples}


def test_rsvqa_refuses_files_of_two_downloads(example):
    root = example("rsvqa-lr")
    answers = json.loads((root / "LR_split_val_answers.json").read_text())
    (root / "LR_split_test_answers.json").write_text(json.dumps(answers))
    with pytest.raises(UniRSError, match=r"LR_split_test_answers.json has nothing about question"):
        dataset("rsvqa-lr").read(root, "test")


def test_crsvqa_splits_by_name_alone(example):
    root = example("crsvqa")
    train, test = (dataset("crsvqa").read(root, split) for split in ("train", "test"))
    assert len(train) == len(test) == 2
    train[0].images[0].with_suffix(".png").unlink()
    (root / "data" / "text" / f"{train[0].images[0].stem}.txt").unlink()
    assert dataset("crsvqa").read(root, "test") == test
    assert len(dataset("crsvqa").read(root, "all")) == 3


def test_crsvqa_reads_several_questions_and_wide_marks(tmp_path):
    (tmp_path / "data" / "text").mkdir(parents=True)
    text = "What is shown？\r\nA port\r\nHow many ships？\r\n3\r\n\r\n"
    (tmp_path / "data" / "text" / "7.txt").write_bytes(text.encode())
    samples = dataset("crsvqa").read(tmp_path, "all")
    assert [sample.id for sample in samples] == ["7-0", "7-1"]
    assert [sample.answers for sample in samples] == [("A port",), ("3",)]
    assert samples[0].instruction == f"What is shown? {SHORT_ANSWER_SUFFIX}"


def test_crsvqa_names_the_file_with_a_line_too_few(tmp_path):
    (tmp_path / "data" / "text").mkdir(parents=True)
    (tmp_path / "data" / "text" / "7.txt").write_text("What is shown?")
    with pytest.raises(UniRSError, match=r"7\.txt has 1 lines"):
        dataset("crsvqa").read(tmp_path, "all")


def test_own_instructions_have_every_kind(kept_example):
    samples = dataset("jsonl").read(kept_example("jsonl"), "train")
    samples += dataset("jsonl").read(kept_example("jsonl"), "val")
    assert {sample.kind for sample in samples} == set(InputKind)
    pair = next(sample for sample in samples if sample.kind is InputKind.PAIR)
    assert pair.mask is not None
    assert len(pair.answers) == 5


GOOD_LINE = {"images": ["a.png"], "kind": "single", "instruction": "What?", "answer": "A road."}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "film"}, "kind"),
        ({"kind": "pair"}, r"a pair has 2 image\(s\), and 1 are named"),
        ({"images": []}, "images"),
        ({"instruction": "  "}, "instruction"),
        ({"answer": ""}, "the answer is empty"),
        ({"answer": []}, "the answer is empty"),
        ({"anwser": "A road."}, "anwser"),
        ({"mask": "m.png"}, "only a pair has a mask"),
        ({"images": ["../a.png"]}, "is not inside"),
        ({"images": ["/etc/passwd"]}, "is not inside"),
    ],
)
def test_own_instructions_name_the_line_and_what_to_mend(tmp_path, change, told):
    lines = [json.dumps(GOOD_LINE), "", json.dumps(GOOD_LINE | change)]
    (tmp_path / "train.jsonl").write_text("\n".join(lines))
    with pytest.raises(UniRSError, match=told) as caught:
        dataset("jsonl").read(tmp_path, "train")
    assert caught.value.code == "dataset_broken"
    assert "train.jsonl" in caught.value.message
    if "inside" not in told:
        assert "line 3" in caught.value.message


def test_own_instructions_may_begin_with_a_byte_order_mark(tmp_path):
    (tmp_path / "test.jsonl").write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD_LINE).encode())
    (sample,) = dataset("jsonl").read(tmp_path, "test")
    assert (sample.id, sample.answers) == ("1", ("A road.",))


@pytest.mark.parametrize("name", DATASETS)
def test_the_error_for_an_empty_folder_names_what_is_missing(tmp_path, name):
    with pytest.raises(UniRSError, match=re.escape(str(tmp_path))) as caught:
        dataset(name).read(tmp_path, dataset(name).splits[0])
    assert caught.value.code == "dataset_layout"
    assert "it holds no split of this dataset" in caught.value.message


def test_the_error_for_a_missing_split_names_those_that_are_there(example):
    root = example("rsvqa-lr")
    (root / "LR_split_val_questions.json").unlink()
    with pytest.raises(UniRSError, match="the splits train, test are there") as caught:
        dataset("rsvqa-lr").read(root, "val")
    assert caught.value.code == "dataset_layout"


def test_a_missing_companion_file_is_named(example):
    root = example("levir-cc")
    (root / "LevirCCcaptions.json").unlink()
    with pytest.raises(UniRSError, match=r"LevirCCcaptions\.json cannot be read") as caught:
        dataset("levir-cc").read(root, "val")
    assert caught.value.code == "dataset_layout"


def test_a_split_without_samples_is_no_split(example):
    root = example("levir-cc")
    (root / "LevirCCcaptions.json").write_text('{"images": []}')
    with pytest.raises(UniRSError, match="not one sample") as caught:
        dataset("levir-cc").read(root, "val")
    assert caught.value.code == "dataset_broken"


def test_the_error_for_an_unknown_name_names_the_known_ones():
    with pytest.raises(UniRSError, match="levir-cc") as caught:
        dataset("levir")
    assert caught.value.code == "dataset_unknown"
    with pytest.raises(UniRSError, match="train, test") as caught:
        dataset("era").read(Path(), "val")
    assert caught.value.code == "split_unknown"


def test_published_counts_are_of_splits_that_exist():
    for each in DATASETS.values():
        assert set(each.published) <= set(each.splits)
    levir = DATASETS["levir-cc"].published.values()
    assert sum(counts["samples"] for counts in levir) == 10_077
    low = DATASETS["rsvqa-lr"].published.values()
    assert sum(counts["samples"] for counts in low) == 77_232
    assert sum(counts["images"] for counts in low) == 772


def test_examples_write_over_nothing(tmp_path):
    (tmp_path / "precious.txt").touch()
    with pytest.raises(UniRSError, match="in it already") as caught:
        write_example("era", tmp_path)
    assert caught.value.code == "target_exists"
    with pytest.raises(UniRSError) as caught:
        write_example("era", tmp_path / "new", size=65)
    assert caught.value.code == "example_size"
    with pytest.raises(UniRSError, match=r"name one of: geochat"):
        write_example("shards", tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(("name", "count"), [("rsvqa-hr", 2_501), ("rsvqa-lr", 400)])
def test_real_triplets_are_read(name, count):
    root = SHARED / name
    if not root.is_dir():
        pytest.skip("the real RSVQA triplets are not beside this repository")
    samples = dataset(name).read(root, "sample")
    assert len(samples) == count
    assert {"presence", "comparison", "count"} <= {sample.group for sample in samples}
    assert all(path.is_file() for sample in samples for path in sample.images)


def test_own_classes_captions_and_questions_become_instructions(tmp_path: Path) -> None:
    lines = [
        {"image": "a.png", "class": "vineyard"},
        {"image": "b.png", "class": "orchard", "caption": ["young trees", "rows of trees"]},
        {"image": "c.png", "question": "Hail nets?", "answer": "no"},
        {"images": ["a.tif", "b.tif"], "kind": "pair", "caption": "a vineyard is cleared"},
    ]
    file = tmp_path / "my.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))

    samples = {sample.id: sample for sample in dataset("jsonl").read(file, "train")}

    assert list(samples) == [
        *("1-class", "1-choice", "2-caption", "2-class", "2-choice", "3", "4-caption"),
    ]
    assert "orchard, vineyard" in samples["1-choice"].instruction
    assert samples["2-choice"].answers == ("orchard",)
    assert samples["2-caption"].answers == ("young trees", "rows of trees")
    assert (samples["3"].instruction, samples["3"].answers) == ("Hail nets?", ("no",))
    assert samples["4-caption"].kind is InputKind.PAIR
    assert samples["1-class"].images == (tmp_path / "a.png",)


def test_a_file_of_own_data_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UniRSError, match=r"no file .*my\.jsonl") as caught:
        dataset("jsonl").read(tmp_path / "my.jsonl", "train")
    assert caught.value.code == "dataset_layout"

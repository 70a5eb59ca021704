"""``data``: lists datasets, writes small ones, and tells whether a copy is whole."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def pairs(unirs, tmp_path):
    root = tmp_path / "LEVIR-CC"
    outcome = unirs("data", "example", "levir-cc", root, "--count", 2)
    assert outcome.code == 0, outcome.err
    assert f"unirs data check levir-cc {root}" in outcome.out.replace("\n", " ")
    return root


def test_a_sound_copy_is_reported_and_drawn(unirs, pairs, tmp_path):
    outcome = unirs("data", "check", "levir-cc", pairs, "--sheet", tmp_path / "sheet.png")
    assert outcome.code == 0, outcome.err
    assert "2 / 6,815" in outcome.out
    assert "sound, but not of the published size" in outcome.out
    assert "test: change 1, no change 1" in outcome.out
    assert "Checking LEVIR-CC, val" in outcome.err
    assert (tmp_path / "sheet.png").read_bytes().startswith(b"\x89PNG")


def test_a_broken_copy_ends_with_exit_code_2(unirs, pairs):
    (pairs / "images" / "test" / "B" / "test_000005.png").unlink()
    outcome = unirs("data", "check", "levir-cc", pairs, "--split", "test", "--fast")
    assert outcome.code == 2
    assert "test, missing file" in outcome.out
    assert "1 defect(s)" in outcome.err.splitlines()[-1]


def test_programs_get_json_also_of_a_broken_copy(unirs, pairs):
    (pairs / "images" / "test" / "B" / "test_000005.png").write_bytes(b"")
    outcome = unirs("data", "check", "levir-cc", pairs, "--json")
    assert outcome.code == 2
    facts = json.loads(outcome.out)
    by_split = {each["split"]: each for each in facts["splits"]}
    assert [by_split[split]["sound"] for split in ("train", "val", "test")] == [True, True, False]
    assert by_split["test"]["defects"][0]["kind"] == "unreadable file"
    assert by_split["test"]["defects"][0]["sample"] == "test_000005.png"


@pytest.mark.parametrize(
    "words", [("check", "levir", "."), ("check", "era", "."), ("example", "levir", "x")]
)
def test_what_cannot_be_is_one_sentence(unirs, words):
    outcome = unirs("data", *words)
    assert outcome.code == 2
    assert outcome.err.splitlines()[-1].startswith("unirs: ")


def test_the_error_for_a_missing_dataset_names_what_is_missing(unirs, tmp_path):
    outcome = unirs("data", "check", "rsvqa-lr", tmp_path)
    assert outcome.code == 2
    assert "LR_split_train_questions.json" in outcome.err
    assert unirs("data", "check", "rsvqa-lr", tmp_path / ("x" * 5_000)).code == 2


def test_the_list_names_datasets_and_how_their_files_lie(unirs):
    assert "GeoChat-Instruct" in unirs("data", "list").out
    one = unirs("data", "list", "levir-mci").out
    assert "label/*.png" in one
    assert "1,929 samples" in one
    facts = json.loads(unirs("data", "list", "--json").out)
    assert {"geochat", "levir-cc", "era", "jsonl"} <= {each["name"] for each in facts}


def test_a_generated_world_is_written_as_own_data(unirs, tmp_path):
    assert unirs("data", "world", tmp_path, "--count", "2", "--size", "48").code == 0

    for kind in ("single", "pair", "video"):
        checked = unirs("data", "check", "jsonl", tmp_path / kind)
        assert checked.code == 0, checked.err
        assert {"train", "val"} <= set(checked.out.split())

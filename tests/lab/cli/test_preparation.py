"""``data shards`` and ``data clues``: shards that are read again, clues that are asked for once."""

from __future__ import annotations

import pytest


@pytest.fixture
def pairs(unirs, tmp_path):
    root = tmp_path / "LEVIR-CC"
    assert unirs("data", "example", "levir-cc", root, "--count", 2).code == 0
    return root


@pytest.fixture(scope="session")
def base(make_model):
    return make_model("tiny-base", kind="base", clue_source="self")


def test_a_dataset_becomes_shards_that_are_a_dataset(unirs, pairs, tmp_path):
    outcome = unirs("data", "shards", "levir-cc", pairs, tmp_path / "shards", "--split", "test")
    assert outcome.code == 0, outcome.err
    assert "Wrote 1 shard(s) with 2 samples" in outcome.out

    checked = unirs("data", "check", "shards", tmp_path / "shards")
    assert checked.code == 0, checked.err
    assert "sound" in checked.out

    again = unirs("data", "shards", "levir-cc", pairs, tmp_path / "shards", "--split", "test")
    assert again.code == 2
    assert "holds shards already" in again.err


def test_clues_are_written_once(unirs, pairs, base, tmp_path):
    words = ("data", "clues", "levir-cc", pairs, tmp_path / "clues", "--model", base)
    words += ("--workers", 0, "--device", "cpu")

    outcome = unirs(*words)
    assert outcome.code == 0, outcome.err
    assert "has 2 clues" in outcome.out
    (written,) = (tmp_path / "clues").glob("*.jsonl")
    before = written.read_bytes()

    assert unirs(*words).code == 0
    assert written.read_bytes() == before


def test_what_is_no_base_writes_no_clues(unirs, pairs, tmp_path):
    outcome = unirs("data", "clues", "levir-cc", pairs, tmp_path, "--model", "unirs-tiny")
    assert outcome.code == 2
    assert "not a base model" in outcome.err

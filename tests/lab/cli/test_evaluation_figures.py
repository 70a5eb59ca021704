"""``evaluate real`` and ``evaluate generated``: where they find their data, and what they print."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.lab.data.real_collections import write_collections
from unirs_lab.data.examples import write_example


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collections, with RSVQA-LR beside them."""
    root = tmp_path_factory.mktemp("data")
    write_example("rsvqa-lr", root / "rsvqa-lr", 2, size=64)
    return write_collections(root / "real")


@pytest.fixture
def evaluate(unirs, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*words: object):
        return unirs("evaluate", "real", "--data", data, "--model", "unirs-tiny", *words)

    return run


def test_a_row_is_printed_in_every_form_and_kept(evaluate, tmp_path) -> None:
    words = ("--only", "rsicd_scenes", "--only", "rsvqa_lr_presence", "--limit", 2)
    plain = evaluate(*words)
    assert plain.code == 0
    assert "RSICD, scene of 30" in plain.out
    assert "≥ 85" in plain.out
    assert "What kind of scene is this?" in plain.out, "the protocol"
    folder = tmp_path / "runs" / "evaluate" / "real-test-unirs-tiny"
    record = json.loads(evaluate(*words, "--json").out)
    assert record == json.loads((folder / "scores.json").read_text())
    scenes, presence = record["figures"]
    assert scenes["items"] == 1
    assert presence["items"] == 2, "RSVQA was found beside the data"
    assert evaluate(*words, "--markdown").out.startswith("**Real images")
    assert evaluate(*words, "--latex").out.startswith(r"\begin{table}")


def test_the_split_for_choosing_has_a_folder_of_its_own(evaluate, tmp_path) -> None:
    words = ("--only", "rsvqa_lr_presence", "--only", "eurosat_scenes", "--split", "val")
    outcome = evaluate(*words, "--no-clue", "--gallery", "--sheet", "sheets/answers.png")
    assert outcome.code == 0
    assert "Not asked" in outcome.out
    folder = tmp_path / "runs" / "evaluate" / "real-val-unirs-tiny-no-clue"
    assert (folder / "gallery.png").is_file()
    assert (tmp_path / "sheets" / "answers.png").is_file()


def test_generated_images_need_no_data(unirs, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("evaluate", "generated", "--model", "unirs-tiny", "--limit", 1)
    outcome = unirs(*words, "--only", "generated_video", "--json")
    (row,) = json.loads(outcome.out)["figures"]
    assert (row["name"], row["items"], row["aim"]) == ("generated_video", 1, 91)
    assert (tmp_path / "runs" / "evaluate" / "generated-test-unirs-tiny").is_dir()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--only", "everything"], "rsicd_captions"),
        (["--split", "train"], "--split"),
        (["--limit", "0"], "--limit"),
        (["--markdown", "--json"], "--latex"),
        (["--rsvqa-lr", "nowhere", "--only", "rsvqa_lr_presence"], "nowhere"),
    ],
)
def test_invalid_options_are_refused_in_one_sentence(evaluate, words, message) -> None:
    outcome = evaluate(*words)
    assert outcome.code == 2
    assert message in outcome.err
    assert not outcome.out

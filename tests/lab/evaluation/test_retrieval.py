"""Images and pairs found by sentences, with a model of random weights and a random sentence map."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.lab.data.real_collections import write_collections
from unirs.engines.unirs import load_pipeline
from unirs.model.sentence_map import POOLS, SENTENCE_WIDTH, SentenceMap, write_sentence_map
from unirs_lab.evaluation.asking import Options
from unirs_lab.evaluation.retrieval import evaluate_retrieval


@pytest.fixture
def model(tiny_folder: Path, tmp_path: Path) -> Path:
    folder = shutil.copytree(tiny_folder, tmp_path / "model")
    width = POOLS * load_pipeline(folder, device="cpu").config.vision_config.hidden_size
    rng = np.random.default_rng(1)
    weight = rng.normal(size=(SENTENCE_WIDTH, width)).astype(np.float32)
    write_sentence_map(SentenceMap(weight, np.zeros(SENTENCE_WIDTH, np.float32)), folder)
    return folder


@pytest.mark.slow
def test_every_way_is_scored_beside_published_rows_and_nothing_is_described_twice(
    model: Path, tmp_path: Path
) -> None:
    root, out = write_collections(tmp_path / "real"), tmp_path / "out"
    options = Options(out=out, clue=False, limit=2)

    def evaluate():
        pipeline = load_pipeline(model, device="cpu")
        return evaluate_retrieval(root, lambda: pipeline, options, rescore=1).record

    record = evaluate()
    described = (out / "rsicd.jsonl").read_text()
    assert len(described.splitlines()) == 2
    assert list(record["figures"]["rsicd"]) == ["captions", "images", "captions and images"]
    assert list(record["figures"]["pairs"]) == ["captions"]
    assert record["rescored"].keys() == {"before", "after"}
    assert "GaLR" in (out / "tables.md").read_text()
    assert json.loads((out / "scores.json").read_text())["benchmark"] == "retrieval"
    assert evaluate()["figures"] == record["figures"]
    assert (out / "rsicd.jsonl").read_text() == described

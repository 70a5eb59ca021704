"""``world``, ``bench``, ``evaluate``: they hand over to parts that have tests of their own."""

from __future__ import annotations

import json

import pytest
import rasterio

from tests.bench.test_run import measure_few_tiles


def test_world_writes_the_same_places_for_the_same_seed(unirs, tmp_path):
    for name in ("one", "two"):
        outcome = unirs("world", tmp_path / name, "--count", 1, "--seed", 3, "--size", 64)
        assert outcome.code == 0, outcome.err
        assert "Rendering: 1 of 1" in outcome.err
    one, two = (sorted((tmp_path / name).rglob("*.tif")) for name in ("one", "two"))
    assert len(one) == 4
    for left, right in zip(one, two, strict=True):
        with rasterio.open(left) as first, rasterio.open(right) as second:
            assert first.crs
            assert (first.read() == second.read()).all()


def test_world_refuses_a_size_that_cannot_be(unirs, tmp_path):
    outcome = unirs("world", tmp_path / "world", "--size", 7)
    assert outcome.code == 2
    assert outcome.err.splitlines()[-1].startswith("unirs: ")


@pytest.mark.slow
def test_bench_measures_ratios(unirs, monkeypatch):
    from unirs.bench.run import PAIR_QUESTIONS

    monkeypatch.setattr("unirs.bench.run.PAIR_QUESTIONS", PAIR_QUESTIONS[:5])
    monkeypatch.setattr("unirs.bench.run.REPETITIONS", 1)
    measure_few_tiles(monkeypatch)
    facts = json.loads(unirs("bench", "--model", "unirs-tiny", "--device", "cpu", "--json").out)
    for key in ("follow_up_first_token_speedup", "shared_vs_naive_speedup", "worker_peak_mb"):
        assert facts[key] > 0
    assert facts["tiles_batch_speedup"] > 0
    assert "batches" not in facts
    assert facts["help_seconds"] > 0
    assert facts["help_cost"] > 0
    assert facts["same_answers"] is True


@pytest.mark.slow
def test_evaluate_scores_a_model(unirs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ("evaluate", "generated", "--model", "unirs-tiny", "--device", "cpu", "--limit", 2)
    rows = json.loads(unirs(*words, "--json").out)["figures"]
    values = {row["name"]: row["value"] for row in rows}
    for key in ("presence", "comparison", "rural_urban", "change", "video"):
        value = values[f"generated_{key}"]
        assert value is None or 0 <= value <= 100
    assert values["generated_change_captions"] >= 0
    assert "CIDEr-D" in unirs(*words).out

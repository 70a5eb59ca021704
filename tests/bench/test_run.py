"""The comparison of speed is fair: what is compared gives the same answers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from unirs.bench.run import measure_worker_peak, naive_answer, run_bench, sample_tiles
from unirs.engines.unirs import load_pipeline
from unirs.inputs import Crop, Question, VisualInput
from unirs.worker.client import WorkerError


def noise(count: int) -> list[Crop]:
    pixels = np.random.default_rng(0).integers(0, 256, (count, 40, 40, 3), dtype=np.uint8)
    return [Crop(image) for image in pixels]


def measure_few_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the measures of batches short."""
    few = {"TILES": (3, 1), "OPTION_TILES": (2, 1), "ONE_BY_ONE_TILES": 1, "STAGES": ("decode",)}
    for name, value in few.items():
        monkeypatch.setattr(f"unirs.bench.batches.{name}", value)


@pytest.mark.parametrize("clue_source", ["second", "adapter", "none"])
def test_the_naive_way_answers_as_the_pipeline_does(make_model, clue_source) -> None:
    folder = make_model(clue_source=clue_source, frame_count=4)
    pipeline = load_pipeline(folder, "cpu", "float32")
    single, pair = VisualInput.single(*noise(1)), VisualInput.pair(*noise(2))
    for visual in (single, pair, VisualInput.video(noise(4))):
        for clue in (True, False):
            question = Question(text="is there a road?", clue=clue, max_new_tokens=24)
            expected = pipeline.answer(visual, question).text
            assert naive_answer(pipeline.bundle, visual, question) == expected


def test_the_tiles_are_different_images() -> None:
    tiles = sample_tiles(32)
    assert len({tile.digest for tile in tiles}) == len(tiles) == 20


@pytest.mark.slow
def test_every_way_to_ask_the_bundled_model_gives_the_same_answers(capfd, monkeypatch) -> None:
    measure_few_tiles(monkeypatch)
    steps: list[str] = []
    result = run_bench(lambda: load_pipeline(device="cpu"), steps.append)
    assert result.same_answers
    assert result.worker_peak_mb < 1500
    assert result.batched_same_answers
    assert result.batches.tiles_same_answers > 0.9
    assert len(steps) == 8
    assert json.loads(json.dumps(result.to_json()))["questions"] == 20
    assert not capfd.readouterr().err, "the worker's log is not the user's"


@pytest.mark.slow
def test_a_worker_that_refuses_is_not_measured(tmp_path) -> None:
    with pytest.raises(WorkerError) as caught:
        measure_worker_peak({"model": str(tmp_path / "nothing")})
    assert caught.value.code == "model_missing"

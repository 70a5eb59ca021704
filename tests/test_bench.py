"""The comparison of speed is fair; ``tests/cli`` holds the bundled model to its promises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unirs.bench import BenchInputs, measure_worker_peak, naive_answer
from unirs.imagery import read_pair
from unirs.inference import load_pipeline
from unirs.inputs import Crop, Question, VisualInput
from unirs.worker.client import WorkerError
from unirs.world.write import write_demo


@pytest.fixture
def inputs(tmp_path: Path) -> BenchInputs:
    demo = write_demo(tmp_path / "demo")
    pair = VisualInput.pair(*read_pair(demo.before, demo.after, 256))
    return BenchInputs(pair, demo.before, demo.after, demo.video)


def noise(count: int) -> list[Crop]:
    pixels = np.random.default_rng(0).integers(0, 256, (count, 40, 40, 3), dtype=np.uint8)
    return [Crop(image) for image in pixels]


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


@pytest.mark.slow
def test_a_worker_that_refuses_is_not_measured(inputs, tmp_path) -> None:
    with pytest.raises(WorkerError) as caught:
        measure_worker_peak(inputs, {"model": str(tmp_path / "nothing")})
    assert caught.value.code == "model_missing"

import json
from pathlib import Path

import av
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from unirs.inference import load_pipeline
from unirs.inference.bench import BenchInputs, measure_worker_peak, naive_answer, run_bench
from unirs.inputs import Question


@pytest.fixture
def inputs(tmp_path, images):
    def raster(name, seed):
        pixels = np.random.default_rng(seed).integers(1, 256, (3, 80, 80), dtype=np.uint8)
        profile = {
            "driver": "GTiff", "dtype": "uint8", "count": 3, "height": 80, "width": 80,
            "crs": "EPSG:32631", "transform": from_origin(500_000, 5_000_000, 1, 1),
        }  # fmt: skip
        with rasterio.open(tmp_path / name, "w", **profile) as target:
            target.write(pixels)
        return tmp_path / name

    def video(name):
        with av.open(str(tmp_path / name), "w") as container:
            stream = container.add_stream("mpeg4", rate=8)
            stream.width = stream.height = 64
            for shade in range(16):
                picture = np.full((64, 64, 3), 10 * shade, np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
            container.mux(stream.encode())
        return tmp_path / name

    return BenchInputs(
        pair=images.pair(),
        before=raster("before_20200101.tif", 1),
        after=raster("after_20220101.tif", 2),
        video=video("clip.mp4"),
    )


@pytest.mark.parametrize("clue_source", ["second", "adapter", "none"])
def test_the_naive_way_answers_as_the_pipeline_does(make_pipeline, images, clue_source):
    """The comparison of speed is fair only between equal answers."""
    pipeline = make_pipeline(clue_source)
    for visual in (images.single(), images.pair(), images.video()):
        for clue in (True, False):
            question = Question(text="is there a road?", clue=clue, max_new_tokens=24)
            expected = pipeline.answer(visual, question).text
            assert naive_answer(pipeline.bundle, visual, question) == expected


@pytest.mark.slow
def test_everything_is_measured(model_folder, inputs):
    steps: list[str] = []
    folder = model_folder("second")
    result = run_bench(lambda: load_pipeline(folder, "cpu", "float32"), inputs, steps.append)
    assert len(steps) == 4
    written = json.loads(json.dumps(result.to_json()))
    assert written["same_answers"] is True
    assert written["follow_up_first_token_speedup"] == pytest.approx(
        written["first_question_seconds"] / written["follow_up_seconds"]
    )
    assert written["shared_vs_naive_speedup"] == pytest.approx(
        written["naive_seconds"] / written["shared_seconds"]
    )
    assert 50 < written["worker_peak_mb"] < 5000
    assert 0 < written["help_seconds"] < 30
    assert written["tokens_per_second"] > 0


@pytest.mark.slow
def test_a_worker_that_refuses_is_not_measured(inputs, tmp_path):
    with pytest.raises(RuntimeError, match="refused load"):
        measure_worker_peak(inputs, {"model": str(Path(tmp_path) / "nothing")})

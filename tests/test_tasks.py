"""From paths to an answer and its files, with real rasters and a random model."""

import json
import math
import pickle
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from unirs.answers import (
    Answer,
    OptionScore,
    StageSeconds,
    acquisition_dates,
    image_facts,
)
from unirs.engines.engine import Item
from unirs.engines.unirs import load_pipeline
from unirs.errors import UniRSError
from unirs.imagery import CropOptions
from unirs.inputs import Crop, InputKind, Question, Task, VisualInput
from unirs.model import PRESETS, new_bundle, replace_config, save_bundle, train_tokenizer
from unirs.prompts import ERA_CLASSES, SCENE_CLASSES
from unirs.request import TaskRequest
from unirs.tasks import run_task

DATES = ("20200811", "20210811", "20230811")
KEYS = {
    *("answer", "clue", "options", "changed", "unsure", "task", "model", "device", "stopped"),
    *("zero_shot", "demonstration", "acquired", "crop", "seconds", "tokens", "change_map"),
    *("engine", "digest", "host", "conversation_turns", "frames_left_out", "warnings"),
    *("confidence", "agreement", "unsure_below"),
}


@pytest.fixture(scope="module")
def model_folders(tmp_path_factory):
    """Random models, with the change extraction module and without."""
    folder = tmp_path_factory.mktemp("models")
    words = ["is there a road in the image? yes, there is a road.", "the two scenes are the same."]
    tokenizer = train_tokenizer(words * 20, 300, folder / "tokenizer")
    for name, options in {"unirs-tiny": {}, "base-tiny": {"kind": "base"}}.items():
        config = replace_config(PRESETS["unirs-tiny"](), frame_count=4, **options)
        card = "---\ntags: [demonstration]\n---\nA model for tests.\n"
        save_bundle(new_bundle(config, tokenizer, folder / name, seed=1), folder / name, card)
    return folder


@pytest.fixture(scope="module")
def pipeline(model_folders):
    return load_pipeline(model_folders / "unirs-tiny", "cpu", "float32")


@pytest.fixture(scope="module")
def rasters(tmp_path_factory):
    """Three dates of one place."""
    folder = tmp_path_factory.mktemp("rasters")
    noise = np.random.default_rng(0)
    paths = tuple(folder / f"place_{date}.tif" for date in DATES)
    profile = {"driver": "GTiff", "width": 60, "height": 60, "count": 3, "dtype": "uint8"}
    place = {"crs": "EPSG:32633", "transform": from_origin(400_000, 5_800_000, 2, 2)}
    for path in paths:
        with rasterio.open(path, "w", **profile, **place) as dataset:
            dataset.write(noise.integers(1, 255, (3, 60, 60), dtype=np.uint8))
    return paths


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    path = tmp_path_factory.mktemp("videos") / "clip.mp4"
    noise = np.random.default_rng(0)
    with av.open(path, "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        for _ in range(10):
            pixels = noise.integers(0, 255, (64, 64, 3), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels)))
        container.mux(stream.encode())
    return path


def refusal(*args, **options):
    with pytest.raises(UniRSError) as caught:
        TaskRequest(*args, **options)
    assert caught.value.message.endswith(".")
    return caught.value.code


@pytest.mark.parametrize(
    ("task", "names", "kind"),
    [
        (Task.ASK, ["a.tif"], InputKind.SINGLE),
        (Task.ASK, ["a.tif", "b.tif"], InputKind.PAIR),
        (Task.ASK, ["a.tif", "b.tif", "c.tif"], InputKind.VIDEO),
        (Task.ASK, ["a.MP4"], InputKind.VIDEO),
        (Task.CAPTION, ["a.tif"], InputKind.SINGLE),
        (Task.CHANGE, ["a.tif", "b.tif"], InputKind.PAIR),
        (Task.CLASSIFY, ["a.tif"], InputKind.SINGLE),
        (Task.CLASSIFY, ["a.tif", "b.tif"], InputKind.VIDEO),
        (Task.CLASSIFY, ["a.mov"], InputKind.VIDEO),
    ],
)
def test_the_number_and_kind_of_files_decide_how_they_are_read(task, names, kind):
    assert TaskRequest(task, tuple(map(Path, names))).kind is kind


@pytest.mark.parametrize(
    ("task", "names"),
    [
        (Task.ASK, []),
        (Task.ASK, ["a.mp4", "b.tif"]),
        (Task.CAPTION, ["a.tif", "b.tif"]),
        (Task.CAPTION, ["a.mp4"]),
        (Task.CHANGE, ["a.tif"]),
        (Task.CHANGE, ["a.tif", "b.tif", "c.tif"]),
        (Task.CHANGE, ["a.mp4", "b.mp4"]),
        (Task.CLASSIFY, ["a.mp4", "b.mp4"]),
    ],
)
def test_a_wrong_number_of_files_is_refused(task, names):
    assert refusal(task, tuple(map(Path, names))) == "input_count"


@pytest.mark.parametrize(
    ("task", "names", "options", "code"),
    [
        (Task.ASK, ["a.mp4"], {"crop": CropOptions(bands=(1,))}, "crop_options_for_video"),
        (Task.ASK, ["a.tif"], {"crop": CropOptions(align=True)}, "correction_needs_dates"),
        (Task.ASK, ["a.tif"], {"crop": CropOptions(match_colours=True)}, "correction_needs_dates"),
        (Task.ASK, ["a.tif"], {"change_map": Path("map.tif")}, "change_map_needs_pair"),
        (Task.CLASSIFY, ["a.mp4"], {"overlay": Path("map.png")}, "change_map_needs_pair"),
        (Task.CLASSIFY, ["a.mp4"], {"options": ("a", "b")}, "options_invalid"),
        (Task.ASK, ["a.tif"], {"classes": ("a", "b")}, "options_invalid"),
        (Task.ASK, ["a.tif"], {"max_new_tokens": 0}, "max_tokens_invalid"),
        (Task.CHANGE, ["a", "b"], {"views": 0}, "views_invalid"),
        (Task.CHANGE, ["a", "b"], {"views": 9}, "views_invalid"),
        (Task.ASK, ["a.tif"], {"save_crop": Path("nowhere/a.png")}, "output_unwritable"),
        (Task.ASK, ["a.tif"], {"save_crop": Path("a.nonsense")}, "output_unwritable"),
        (Task.ASK, ["a", "b"], {"overlay": Path("map")}, "output_unwritable"),
        (Task.ASK, ["a", "b"], {"change_map": Path("map.png")}, "output_unwritable"),
        (Task.ASK, ["a", "b"], {"change_map": Path("nowhere/a.tif")}, "output_unwritable"),
    ],
)
def test_what_does_not_fit_is_refused_before_a_model_is_loaded(task, names, options, code):
    assert refusal(task, tuple(map(Path, names)), **options) == code


@pytest.mark.parametrize(
    ("task", "names", "options"),
    [
        (Task.CHANGE, ["a", "b"], {}),
        (Task.CHANGE, ["a", "b"], {"options": ("a", "b")}),
        (Task.ASK, ["a", "b"], {}),
        (Task.ASK, ["a.tif"], {"options": ("a", "b")}),
        (Task.CLASSIFY, ["a.mp4"], {}),
        (Task.CAPTION, ["a.tif"], {}),
    ],
)
def test_several_views_are_for_every_question(task, names, options):
    request = TaskRequest(task, tuple(map(Path, names)), views=8, **options)
    assert request.question.views == 8


def test_the_default_classes_are_those_of_the_kind_of_input():
    video, single = (TaskRequest(Task.CLASSIFY, (Path(name),)) for name in ("a.mp4", "a.tif"))
    assert video.question.options == ERA_CLASSES
    assert single.question.options == SCENE_CLASSES
    assert replace(video, classes=("x", "y")).question.options == ("x", "y")


def test_a_question_about_a_raster(pipeline, rasters):
    stages, pieces = [], []
    crop = CropOptions(extent=(400_000, 5_799_960, 400_040, 5_800_000))
    request = TaskRequest(Task.ASK, rasters[:1], "a road?", crop=crop, max_new_tokens=3)
    result = run_task(pipeline, request, on_token=pieces.append, on_stage=stages.append)
    facts = result.to_json()
    assert facts["answer"] == "".join(pieces)
    assert stages[0] == "read"
    assert facts["crop"] == {
        "source": str(rasters[0]),
        "date": "2020-08-11",
        "extent": [400_000, 5_799_960, 400_040, 5_800_000],
        "crs": "EPSG:32633",
        "pixel_size": pytest.approx(1, rel=0.01),
        "nodata_share": 0,
    }


def test_the_json_object_has_the_documented_keys_and_is_strict_json(pipeline, rasters):
    facts = run_task(pipeline, TaskRequest(Task.ASK, rasters[:1], "a road?")).to_json()
    assert facts.keys() == KEYS
    assert {"load", "vision", "clue", "prefill", "decode", "total"} <= facts["seconds"].keys()
    assert facts["tokens"].keys() == {"prompt", "visual", "answer"}
    assert facts["demonstration"] is True
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts


def test_the_warnings_of_images_come_with_the_answer_each_once(pipeline):
    crop = Crop(np.full((32, 32, 3), 90, np.uint8), warnings=("Haze.",))
    other = replace(crop, pixels=crop.pixels + 1, warnings=("Haze.", "Clouds."))
    pair = VisualInput(InputKind.PAIR, (crop, other), ("12 m apart.",))
    item = Item(pair, Question(Task.ASK, "Is there a road?", ("yes", "no")))
    (answer,) = pipeline.answers([item])
    assert answer.to_json()["warnings"] == ["Haze.", "Clouds.", "12 m apart."]


def test_a_pair_is_read_in_order_of_time_and_leaves_its_files(pipeline, rasters, tmp_path):
    request = TaskRequest(
        Task.CHANGE,
        rasters[1::-1],
        max_new_tokens=2,
        change_map=tmp_path / "map.tif",
        overlay=tmp_path / "overlay.png",
        save_crop=tmp_path / "crop.tif",
    )
    result = run_task(pipeline, request)
    facts = result.to_json()
    assert [crop["date"] for crop in facts["crop"]] == ["2020-08-11", "2021-08-11"]
    assert facts["acquired"] == ["2020-08-11", "2021-08-11"]
    assert facts["change_map"] == str(tmp_path / "map.tif")
    with (
        rasterio.open(tmp_path / "map.tif") as change,
        rasterio.open(tmp_path / "crop-2.tif") as crop,
    ):
        assert change.crs == crop.crs
        assert tuple(change.bounds) == pytest.approx(tuple(crop.bounds))
        assert crop.tags()["ACQUISITION_DATE"] == "2021-08-11"
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"map.tif", "overlay.png", "crop-1.tif", "crop-2.tif"}
    assert {path.name for path in result.written} == names


def test_a_change_map_is_averaged_over_views(pipeline, rasters, tmp_path):
    path, one = tmp_path / "map.tif", tmp_path / "one.tif"
    request = TaskRequest(Task.CHANGE, rasters[:2], max_new_tokens=4, views=3, change_map=path)
    pieces, stages = [], []
    result = run_task(pipeline, request, on_token=pieces.append, on_stage=stages.append)
    assert result.text == "".join(pieces)
    assert stages == ["read", *stages[1:-1], "view"]
    assert result.written == (path,)
    run_task(pipeline, replace(request, views=1, change_map=one))
    with rasterio.open(path) as averaged, rasterio.open(one) as single:
        assert averaged.shape == single.shape
        assert not np.array_equal(averaged.read(), single.read())


def test_one_raster_is_classified(pipeline, rasters):
    request = TaskRequest(Task.CLASSIFY, rasters[:1], classes=("forest", "beach"))
    facts = run_task(pipeline, request).to_json()
    assert facts["crop"]["source"] == str(rasters[0])
    assert {option["text"] for option in facts["options"]} == {"forest", "beach"}


def test_series_and_videos_are_classified(pipeline, rasters, video):
    for paths, frames in [(rasters, 3), ((video,), 4)]:
        request = TaskRequest(Task.CLASSIFY, paths, classes=("flood", "fire"))
        facts = run_task(pipeline, request).to_json()
        assert len(facts["crop"]) == frames
        assert facts["answer"] == facts["options"][0]["text"]
        assert {option["text"] for option in facts["options"]} == {"flood", "fire"}


def test_a_stop_is_an_answer_too(pipeline, rasters, tmp_path):
    path = tmp_path / "map.tif"
    request = TaskRequest(Task.CHANGE, rasters[:2], "what is new here?", change_map=path)
    pieces = []
    result = run_task(pipeline, request, on_token=pieces.append, stop=lambda: len(pieces) >= 2)
    assert result.stopped
    assert result.text == "".join(pieces)
    assert path.exists()


def test_a_stop_while_the_images_are_read_is_a_sentence_and_leaves_no_map(
    pipeline, rasters, tmp_path
):
    path = tmp_path / "map.tif"
    request = TaskRequest(Task.CHANGE, rasters[:2], change_map=path)
    with pytest.raises(UniRSError) as caught:
        run_task(pipeline, request, stop=lambda: True)
    assert caught.value.code == "cancelled"
    assert not path.exists()


def test_a_stop_before_the_images_were_encoded_leaves_no_map(pipeline, rasters, tmp_path):
    path, stages = tmp_path / "map.tif", []
    crop = CropOptions(extent=(400_000, 5_799_900, 400_100, 5_800_000))  # not seen before
    request = TaskRequest(Task.CHANGE, rasters[:2], crop=crop, change_map=path)
    result = run_task(pipeline, request, on_stage=stages.append, stop=lambda: "vision" in stages)
    assert (result.text, result.change_map_file, result.written) == ("", None, ())
    assert not path.exists()


def test_a_model_without_the_module_refuses_a_map_before_it_answers(
    model_folders, rasters, tmp_path
):
    base = load_pipeline(model_folders / "base-tiny", "cpu", "float32")
    request = TaskRequest(Task.CHANGE, rasters[:2], change_map=tmp_path / "map.tif")
    with pytest.raises(UniRSError) as caught:
        run_task(base, request, on_stage=lambda _: pytest.fail("it had begun"))
    assert caught.value.code == "change_map_unavailable"
    facts = run_task(base, replace(request, change_map=None, max_new_tokens=2)).to_json()
    assert facts["zero_shot"]


def test_an_answer_is_kept_if_a_file_cannot_be_written(pipeline, rasters, tmp_path):
    (tmp_path / "map.tif").mkdir()
    request = TaskRequest(Task.CHANGE, rasters[:2], change_map=tmp_path / "map.tif")
    with pytest.raises(UniRSError) as caught:
        run_task(pipeline, request)
    assert caught.value.code == "output_unwritable"
    assert (
        caught.value.details["answer"] == run_task(pipeline, replace(request, change_map=None)).text
    )


def test_a_picture_of_an_unknown_format_leaves_nothing_behind(pipeline, rasters, tmp_path):
    with pytest.raises(UniRSError) as caught:
        run_task(
            pipeline,
            TaskRequest(Task.CHANGE, rasters[:2], overlay=tmp_path / "overlay.nonsense"),
        )
    assert caught.value.code == "output_unwritable"
    assert list(tmp_path.iterdir()) == []


def test_numbers_that_json_does_not_have_become_null():
    crop = Crop(
        np.zeros((4, 4, 3), np.uint8),
        extent=(0.0, 0.0, math.inf, 1.0),
        pixel_size=math.nan,
        valid=np.arange(16).reshape(4, 4) >= 4,
    )
    answer = Answer(
        "yes",
        Task.ASK,
        options=(OptionScore("yes", math.nan),),
        seconds=StageSeconds(load=math.inf),
        acquired=acquisition_dates(VisualInput.single(crop)),
        crop=image_facts(VisualInput.single(crop)),
    )
    facts = answer.to_json()
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts
    assert facts["crop"]["extent"] == [0, 0, None, 1]
    assert facts["crop"]["pixel_size"] is None
    assert type(facts["crop"]["nodata_share"]) is float
    assert facts["options"] == [{"text": "yes", "probability": None}]
    assert facts["seconds"]["load"] is None


@pytest.mark.parametrize("output", ["change_map", "overlay", "save_crop"])
def test_an_output_never_overwrites_an_input(tmp_path, output):
    before, after = tmp_path / "a.tif", tmp_path / "b.tif"

    with pytest.raises(UniRSError) as caught:
        TaskRequest(Task.CHANGE, (before, after), **{output: tmp_path / "." / "b.tif"})

    assert caught.value.code == "output_conflict"


@pytest.mark.parametrize(
    ("names", "outputs"),
    [
        (("crop-1.tif", "crop-2.tif"), {"save_crop": "crop.tif"}),
        (("a.tif", "crop-2.tif"), {"save_crop": "crop.tif"}),
        (("a.tif", "b.tif"), {"save_crop": "seen.tif", "change_map": "seen-1.tif"}),
        (("a.tif", "b.tif"), {"save_crop": "seen.png", "overlay": "seen-2.png"}),
    ],
)
def test_numbered_crops_overwrite_no_input_and_no_output(tmp_path, names, outputs):
    inputs = tuple(tmp_path / name for name in names)

    with pytest.raises(UniRSError) as caught:
        TaskRequest(
            Task.CHANGE, inputs, **{kind: tmp_path / name for kind, name in outputs.items()}
        )

    assert caught.value.code == "output_conflict"


def test_two_outputs_with_one_name_are_refused(tmp_path):
    paths = tmp_path / "a.tif", tmp_path / "b.tif"

    with pytest.raises(UniRSError, match="same name"):
        TaskRequest(Task.CHANGE, paths, change_map=tmp_path / "c", overlay=tmp_path / "c")


def test_an_error_travels_between_processes():
    error = UniRSError("raster_missing", "It is not there.", path="x")

    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - what process pools do

    assert (copy.code, copy.message, copy.details) == (error.code, error.message, error.details)

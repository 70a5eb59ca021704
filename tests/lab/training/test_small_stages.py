"""The stages of ``unirs-small`` at a tiny size, on tiny copies of its data."""

import csv
import json

import numpy as np
import pytest
import torch
from PIL import Image

from tests.lab.data.dated_rasters import write_rasters
from tests.lab.data.real_collections import write_collections
from tests.model.conftest import make_small, models, tokenizer  # noqa: F401
from unirs.cli import main
from unirs.engines.unirs import load_pipeline
from unirs.errors import UniRSError
from unirs.inputs import Crop, Question, VisualInput
from unirs.model import load_bundle, save_bundle
from unirs_lab.training.joint_stage import train_joint
from unirs_lab.training.progress import Report
from unirs_lab.training.settings import JointSettings, VisionSettings
from unirs_lab.training.settings_files import load_settings
from unirs_lab.training.vision_stage import train_vision

TINY_VISION = [
    *(
        "model=unirs-tiny-small",
        "imagenet=false",
        "steps=2",
        "validate_every=2",
        "least_mentions=1",
    ),
    *("images={rsicd: 1, ucmerced: 1, eurosat: 1, nwpu: 1}", "pairs=1", "frozen_stages=1"),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    (folder / "naip").mkdir()
    return {"real": write_collections(folder / "real"), "naip": write_rasters(folder / "naip")}


@pytest.fixture
def start(make_small, tmp_path):  # noqa: F811
    """A model folder of ``unirs-small``'s kind."""
    bundle = make_small(roles=("answer",), frame_count=2)
    bundle.config.clue_source = "none"
    bundle.config.answer_temperature = 0.9
    save_bundle(bundle, tmp_path / "start")
    return tmp_path / "start"


@pytest.fixture
def joint_settings(start, data):
    given = {"start": str(start), "machine.device": "cpu", "frame_count": 2}
    given |= {f"data.{name}.root": str(root) for name, root in data.items()}

    def make(*overrides):
        return load_settings(JointSettings, "small", None, overrides, given)

    return make


def curve(folder):
    with (folder / "curves.csv").open() as stream:
        return list(csv.DictReader(stream))


def test_the_published_mixture_is_that_of_the_recipe():
    settings = load_settings(JointSettings, "small")

    shares = [share for source in settings.data.values() for share in source.shares.values()]
    assert sum(shares) == pytest.approx(1.0)
    assert (settings.steps, settings.batch_size, settings.rows_per_group) == (500, 8, 4)
    assert settings.rates == {"projector": 1.0, "language_model": 0.5, "change": 0.2}
    assert (settings.length_power, settings.change_weight) == (0.25, 0.3)


@pytest.mark.slow
def test_joint_tuning_trains_projector_change_module_and_adapter(joint_settings, start, tmp_path):
    settings = joint_settings(
        *("steps=2", "batch_size=40", "round_size=10", "machine.checkpoint_every=1"),
        *("validation.every=2", "validation.inputs=20"),
        "data.real.shares.other-place=0",  # the tiny copy has too few places
        "validation.leave_out=[naip, real/rsicd, real/nwpu, real/aerial-cars, real/eurosat, "
        "real/flight, real/mixed, real/same-place, real/other-place, real/epfl-roads]",
    )

    folder = train_joint(settings, tmp_path / "run", Report(), "# Card\n")

    before, after = load_bundle(start).model.state_dict(), load_bundle(folder).model.state_dict()
    changed = {name for name in after if not torch.equal(before[name], after[name])}
    assert {name.split(".")[0] for name in changed} == {
        *("projector", "change", "change_head", "language_model"),
    }
    assert all(".lora_" in name for name in changed if name.startswith("language_model."))
    assert (folder / "README.md").read_text() == "# Card\n"
    assert load_bundle(folder).config.answer_temperature == 1.0  # to be fitted anew
    last = curve(tmp_path / "run")[-1]
    assert float(last["words"]) > 0
    assert max(float(row["change"]) for row in curve(tmp_path / "run")) > 0
    assert 0 <= float(last["presence"]) <= 1
    crop = Crop(np.zeros((80, 80, 3), np.uint8))
    pipeline = load_pipeline(folder)
    answer = pipeline.answer(VisualInput.pair(crop, crop), Question(text="?", max_new_tokens=2))
    assert answer.change_map is not None


@pytest.mark.slow
def test_a_user_teaches_classes_captions_and_answers_with_one_file(start, tmp_path, capsys):
    (tmp_path / "a.png").parent.mkdir(exist_ok=True)
    for name in "abc":
        pixels = np.random.default_rng(ord(name)).integers(0, 255, (60, 80, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    lines = [
        {"image": "a.png", "class": "vineyard"},
        {"image": "b.png", "class": "orchard"},
        {"image": "b.png", "caption": "an orchard with young trees"},
        {"image": "c.png", "question": "Are there hail nets?", "answer": "no"},
    ]
    file = tmp_path / "my.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    words = ["train", "joint", "--preset", "small", "--from", start, "--data", file]
    words += [
        "--set",
        "epochs=2",
        "--set",
        "frame_count=2",
        "--device",
        "cpu",
        "--folder",
        tmp_path / "run",
    ]

    assert main([str(word) for word in words]) == 0

    assert "unirs ask" in capsys.readouterr().out
    assert len(curve(tmp_path / "run")) >= 1
    assert "own" in (tmp_path / "run" / "model" / "README.md").read_text()
    load_bundle(tmp_path / "run" / "model")


TOWERS = {
    "efficientnet_lite": "{model_type: efficientnet_lite, hidden_size: 32, image_size: 224, "
    "stem: 8, stages: [[1, 3, 1, 8, 1], [2, 3, 2, 8, 1], [2, 5, 2, 8, 2], [2, 3, 2, 16, 1], "
    "[2, 3, 2, 16, 1]]}",
    "siglip": "{model_type: siglip_vision_model, hidden_size: 32, image_size: 224, "
    "intermediate_size: 64, num_hidden_layers: 1, num_attention_heads: 2, patch_size: 16}",
}


@pytest.mark.slow
@pytest.mark.parametrize("tower", TOWERS)
def test_the_vision_stage_trains_tower_and_change_module_from_labels(data, tower, tmp_path):
    given = {f"data.{name}.root": str(root) for name, root in data.items()}
    sizes = [f"sizes.vision_config={TOWERS[tower]}", "sizes.change_head=4", "machine.device=cpu"]
    settings = load_settings(VisionSettings, "small", None, [*TINY_VISION, *sizes], given)

    folder = train_vision(settings, tmp_path / "run", Report())

    load_bundle(folder)
    last = curve(tmp_path / "run")[-1]
    assert {"change", "water", "roads", "scene rsicd", "words rsicd", "change F1"} <= last.keys()


@pytest.mark.parametrize(
    ("override", "word"),
    [
        ("data.real.shares={lakes: 0.5}", "lakes"),
        ("data.geochat.shares={a: 1}", "geochat"),
        ("steps=null", "steps"),
        ("data.naip.shares.tile=2", "tile"),
    ],
)
def test_shares_of_what_is_not_there_are_refused(joint_settings, override, word, tmp_path):
    with pytest.raises(UniRSError, match=word):
        train_joint(joint_settings("validation=null", override), tmp_path / "run", Report())


def test_drawn_data_without_a_folder_are_refused(start, tmp_path):
    settings = load_settings(
        JointSettings, "small", None, ["validation=null"], {"start": str(start), "frame_count": 2}
    )

    with pytest.raises(UniRSError, match="real has no folder") as caught:
        train_joint(settings, tmp_path / "run", Report())
    assert caught.value.code == "data_missing"

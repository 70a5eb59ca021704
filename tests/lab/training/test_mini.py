"""The whole way from nothing to a model folder, in a few steps of each stage."""

from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open

from tests.lab.data import dated_rasters
from tests.lab.world.shares import answer_by_shares
from unirs.errors import UniRSError
from unirs.files import alone_in
from unirs.inference import load_pipeline
from unirs.inputs import Crop, InputKind, Question, VisualInput
from unirs.model import PRESETS, load_bundle, new_bundle, replace_config, save_bundle
from unirs_lab.training.mini import train_mini
from unirs_lab.training.options import MiniOptions, Report
from unirs_lab.training.publish import publish
from unirs_lab.training.world_rows import (
    WHAT_CHANGED,
    WHAT_HAPPENS,
    WHAT_IS_HERE,
    base_rows,
    unirs_row,
    world_item,
)
from unirs_lab.world import EVENTS

FULL_SIZE = PRESETS["unirs-mini"]()

SMALL = MiniOptions(
    folder=None,
    items={InputKind.SINGLE: 24, InputKind.PAIR: 16, InputKind.VIDEO: 10},
    vision_steps=1,
    language_steps=1,
    reading_steps=1,
    change_steps=1,
    colour_steps=2,
    joint_steps=2,
    processes=1,
)


@pytest.fixture(scope="module", autouse=True)
def narrow():
    """As small as the tiny preset, for speed; images, tokens and words are those of the model."""
    tiny = PRESETS["unirs-tiny"]()
    vision = {**tiny.vision_config.to_dict(), "image_size": FULL_SIZE.image_size}
    text = {**tiny.text_config.to_dict(), "vocab_size": FULL_SIZE.text_config.vocab_size}
    config = replace_config(tiny, vision_config=vision, text_config=text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "unirs-mini", lambda: config)
        yield


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    options = replace(SMALL, folder=tmp_path_factory.mktemp("mini"))
    return options, train_mini(options, options.stages, Report())


@pytest.mark.slow
def test_all_stages_end_in_a_model_that_answers(trained):
    _, folder = trained
    pipeline = load_pipeline(folder)
    crop = Crop(np.zeros((128, 128, 3), np.uint8))

    answer = pipeline.answer(VisualInput.pair(crop, crop), Question(text="?", max_new_tokens=3))

    assert pipeline.config.clue_source == "second"
    assert answer.clue is not None
    assert answer.change_map.shape == (16, 16)


@pytest.mark.slow
def test_encoder_projector_and_base_llm_stay_those_of_the_base(trained):
    options, folder = trained
    base = load_bundle(options.folder / "base" / "model").model
    tuned = load_bundle(folder)

    for name, tensor in base.state_dict().items():
        if not name.startswith("language_model."):
            assert (tensor == tuned.model.state_dict()[name]).all(), name
    clue_head = tuned.clue_language_model.lm_head.weight
    assert (clue_head == base.language_model.lm_head.weight).all()
    assert (tuned.model.language_model.lm_head.weight != clue_head).any()


@pytest.mark.slow
def test_with_rasters_the_tower_learns_other_colours_before_the_llm(tmp_path):
    rasters = dated_rasters.write_rasters(tmp_path)
    options = replace(SMALL, folder=tmp_path / "mini", rasters=(rasters,))

    last = load_bundle(train_mini(options, options.stages, Report())).model.state_dict()

    assert options.stages == ("base", "change", "colours", "joint")
    change, colours = (
        load_bundle(options.folder / stage / "model").model.state_dict()
        for stage in ("change", "colours")
    )
    moved = {name for name, weights in colours.items() if (weights != change[name]).any()}
    assert {name.split(".")[0] for name in moved} == {"vision_tower"}
    tuned = {name for name, weights in last.items() if (weights != colours[name]).any()}
    assert {name.split(".")[0] for name in tuned} == {"language_model"}
    assert (options.folder / "colours" / "features" / "video.safetensors").is_file()


def test_a_stage_that_does_not_lead_to_the_model_is_refused(tmp_path):
    options = replace(SMALL, folder=tmp_path)
    assert options.stages == ("base", "change", "joint")
    assert replace(options, change_module=False).stages == ("base", "joint")

    with pytest.raises(UniRSError) as caught:
        train_mini(options, ("colours",), Report())

    assert caught.value.code == "stage_left_out"
    assert "--rasters" in caught.value.message


@pytest.mark.slow
def test_a_published_model_of_full_size_is_small(trained, tmp_path):
    tokenizer = load_bundle(trained[1]).processor.tokenizer
    config = replace_config(FULL_SIZE, clue_source="second")
    save_bundle(new_bundle(config, tokenizer, tmp_path / "full"), tmp_path / "full")

    publish(tmp_path / "full", tmp_path / "small", card="# Card\n")

    size = sum(path.stat().st_size for path in (tmp_path / "small").rglob("*") if path.is_file())
    assert size <= 18e6


@pytest.mark.slow
def test_a_published_model_is_the_same_but_for_rounding(trained, tmp_path):
    _, folder = trained

    publish(folder, tmp_path / "small", card="# Card\n")

    exact, rounded = load_bundle(folder).model, load_bundle(tmp_path / "small").model
    for name, tensor in exact.state_dict().items():
        np.testing.assert_allclose(rounded.state_dict()[name], tensor, rtol=1e-3, atol=1e-6)


@pytest.mark.slow
def test_without_the_change_module_a_pair_is_two_images(trained):
    options, _ = trained
    options = replace(options, change_module=False, variant="concatenated")

    pipeline = load_pipeline(train_mini(options, ("joint",), Report()))

    assert not pipeline.config.change_module
    crop = Crop(np.zeros((128, 128, 3), np.uint8))
    answer = pipeline.answer(VisualInput.pair(crop, crop), Question(text="?", max_new_tokens=2))
    assert answer.tokens.visual == 128
    assert answer.change_map is None


def test_a_stage_without_the_one_before_it_is_refused(tmp_path):
    options = replace(
        SMALL, folder=tmp_path, items={InputKind.SINGLE: 2, InputKind.PAIR: 2, InputKind.VIDEO: 2}
    )

    with pytest.raises(UniRSError) as caught:
        train_mini(options, ("change",), Report())

    assert caught.value.code == "model_missing"


@pytest.mark.slow
def test_a_folder_begun_with_other_settings_is_refused(trained):
    options, _ = trained

    with pytest.raises(UniRSError) as caught:
        train_mini(replace(options, joint_steps=9), ("joint",), Report())

    assert caught.value.code == "settings_differ"
    assert "joint" in caught.value.message


def test_what_cannot_work_is_refused_before_anything_is_rendered(tmp_path):
    options = replace(SMALL, folder=tmp_path / "mini")
    (tmp_path / "file").touch()
    faults = {
        "device_missing": replace(options, device="cuda:9"),
        "rasters_missing": replace(options, rasters=(tmp_path,)),
        "output_unwritable": replace(options, folder=tmp_path / "file" / "mini"),
    }

    for code, faulty in faults.items():
        with pytest.raises(UniRSError) as caught:
            train_mini(faulty, faulty.stages, Report())
        assert caught.value.code == code
    with alone_in(options.folder), pytest.raises(UniRSError) as caught:
        train_mini(options, options.stages, Report())
    assert caught.value.code == "folder_in_use"
    assert not (options.folder / "banks").exists()


@pytest.mark.parametrize("kind", list(InputKind))
def test_rows_say_what_is_true_of_the_item(kind):
    rng = np.random.default_rng(0)
    item = world_item(kind, "train", 64, 7)
    asked = {question: answer for _, question, answer in item.truth.get("questions", [])}

    for _ in range(40):
        row = unirs_row(rng, kind, 3, item.truth, "a clue")
        question = row.instruction.removesuffix(
            " Answer the question using a single word or phrase."
        )
        allowed = [*item.truth.get("captions", []), item.truth.get("description")]
        if question in asked:
            allowed = [asked[question]]
        elif "Classes:" in row.instruction:
            allowed = [item.truth["event"]]
            assert row.answer in row.instruction
        elif question.endswith("?") and question not in (
            *WHAT_IS_HERE,
            *WHAT_CHANGED,
            *WHAT_HAPPENS,
        ):
            allowed = [answer_by_shares(question, item.truth["shares"])]
        assert row.answer in allowed
        assert (row.item, row.clue, row.kind) == (3, "a clue", kind)


def test_the_base_never_hears_of_events_or_changes():
    rng = np.random.default_rng(0)
    pair = world_item(InputKind.SINGLE, "train", 64, 1).truth
    for row in base_rows(rng, InputKind.PAIR, [pair, pair]):
        assert row.answer.startswith("The first image shows")
    video = world_item(InputKind.VIDEO, "train", 64, 1).truth
    rows = base_rows(rng, InputKind.VIDEO, [video])
    assert [row.answer for row in rows] == [video["description"]]
    assert video["event"] in EVENTS


def test_a_text_stands_behind_some_questions_to_the_base_where_there_is_one():
    truth = world_item(InputKind.SINGLE, "train", 64, 0).truth

    def instructions(contexts):
        rng = np.random.default_rng(3)
        batches = [base_rows(rng, InputKind.SINGLE, [truth], contexts) for _ in range(50)]
        return [row.instruction for rows in batches for row in rows]

    told = [text for text in instructions(["It is another place."]) if "Clue: " in text]
    assert 70 < len(told) < 130  # of 200 questions
    assert all(text.endswith("\nClue: It is another place.") for text in told)
    assert not any("Clue" in text for text in instructions([]))


@pytest.mark.slow
def test_the_base_reads_on_with_its_encoder_frozen(trained):
    options, _ = trained
    folder = options.folder / "base"
    head = "module.language_model.lm_head.weight"

    with (
        safe_open(folder / "language" / "checkpoint.safetensors", "pt") as before,
        safe_open(folder / "reading" / "checkpoint.safetensors", "pt") as after,
    ):
        learnt = {name for name in after.keys() if name.startswith("module.")}  # noqa: SIM118
        read_on = after.get_tensor(head)
        assert (read_on != before.get_tensor(head)).any()

    assert all(name.startswith("module.language_model.") for name in learnt)
    saved = load_bundle(folder / "model").model.language_model
    assert (saved.lm_head.weight == read_on).all()

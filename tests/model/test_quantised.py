"""int8 and int4 weights: close to those that they are made from, made while loading, adaptable."""

import subprocess
import sys

import pytest
import torch
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

from unirs.errors import UniRSError
from unirs.model import load_bundle, quantised, save_bundle
from unirs.model.quantised import QuantisedLinear, quantise
from unirs.model.quantiser import replace_layers

BOUNDS = {"int8": 0.012, "int4": 0.11}
"""Largest relative error of a product with normally distributed weights."""

LOGIT_BOUNDS = {"bfloat16": 0.03, "int8": 0.06, "int4": 0.5}
"""Largest relative error of a language model's logits, whose blocks add up theirs."""


def relative_error(found, expected):
    return ((found.float() - expected.float()).norm() / expected.float().norm()).item()


def quantised_layer(weight, quantisation, bias=None):
    layer = QuantisedLinear(weight.shape[1], weight.shape[0], bias is not None, quantisation)
    layer.weight.data, layer.scales.data = quantise(weight, quantisation)
    if bias is not None:
        layer.bias.data = bias
    return layer


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("rows", [1, 200])  # by a kernel, and with restored weights
@pytest.mark.parametrize("inputs", [192, 2048])  # finer groups, and coarser ones
@pytest.mark.parametrize("quantisation", ["int8", "int4"])
@torch.inference_mode()
def test_a_product_is_close_to_that_of_float32(quantisation, rows, dtype, inputs):
    generator = torch.Generator().manual_seed(0)
    weight, bias = torch.randn(320, inputs, generator=generator), torch.ones(320, dtype=dtype)
    read = torch.randn(1, rows, inputs, generator=generator)
    weight[7] = 0  # all weights of an output alike
    layer = quantised_layer(weight, quantisation, bias)

    product = layer(read.to(dtype))

    assert product.dtype is dtype
    assert relative_error(product, read @ weight.t() + 1) < BOUNDS[quantisation]
    assert product[..., 7].allclose(torch.ones((), dtype=dtype))


def test_weights_that_were_stored_with_four_bits_lose_next_to_nothing():
    whole = torch.randint(0, 16, (64, 4, 32)).float()
    whole[..., 0], whole[..., 1] = 0, 15
    scales, offsets = torch.rand(64, 4, 1) / 64 + 0.01, -torch.rand(64, 4, 1)  # as in Q4_1
    weight = (whole * scales + offsets).flatten(1)
    layer, ones = quantised_layer(weight, "int4"), torch.eye(128)
    assert relative_error(layer(ones).t(), weight) < 0.01


@torch.inference_mode()
def test_a_cpu_that_packs_int4_in_another_form_multiplies_by_its_kernel(monkeypatch):
    weight, inputs = torch.randn(128, 64), torch.randn(200, 64)
    layer = quantised_layer(weight, "int4")
    assert quantised._packed_block() in (32, 64)
    restored = layer(inputs)
    monkeypatch.setattr(quantised, "_packed_block", lambda: None)
    assert relative_error(layer(inputs), restored) < 0.01


WIDE = {
    "hidden_size": 128,
    "intermediate_size": 192,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "vocab_size": 448,
    "max_position_embeddings": 2048,
    "pad_token_id": 0,
}
"""Sizes of a language model whose layers the kernels take."""


def wide_bundle(make_bundle, tied=False, **changes):
    text = {**WIDE, "tie_word_embeddings": tied}
    bundle = make_bundle(text_config=text, **changes)
    torch.manual_seed(0)
    for name, weights in bundle.model.language_model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(weights, std=0.3)
        elif weights.ndim == 2 and "lora" not in name and "embed" not in name:
            nn.init.normal_(weights, std=weights.shape[1] ** -0.5)
    return bundle


def logits(language_model):
    with torch.inference_mode():
        return language_model(input_ids=torch.arange(3, 40).unsqueeze(0)).logits


@pytest.mark.parametrize("quantisation", [None, "int8", "int4"])
def test_logits_stay_within_stated_bounds_of_float32(make_bundle, tmp_path, quantisation):
    save_bundle(wide_bundle(make_bundle), tmp_path / "saved")
    exact = logits(load_bundle(tmp_path / "saved").model.language_model)

    loaded = load_bundle(tmp_path / "saved", "cpu", torch.bfloat16, quantisation=quantisation)

    name = quantisation or "bfloat16"
    assert loaded.precision == name
    error = relative_error(logits(loaded.model.language_model), exact)
    assert error < LOGIT_BOUNDS[name]
    assert quantisation is None or error > LOGIT_BOUNDS[name] / 20  # it is quantised


@pytest.mark.parametrize("tied", [True, False])
def test_only_the_language_models_blocks_are_quantised(make_bundle, tmp_path, tied):
    save_bundle(wide_bundle(make_bundle, tied, clue_source="second"), tmp_path / "saved")

    loaded = load_bundle(tmp_path / "saved", dtype=torch.bfloat16, quantisation="int4")

    for model in (loaded.model.language_model, loaded.clue_language_model):
        layers = {
            name: each.quantisation
            for name, each in model.named_modules()
            if isinstance(each, QuantisedLinear)
        }
        head = layers.pop("lm_head", None)
        assert len(layers) == 3 * 7
        assert set(layers.values()) == {"int4"}
        assert head == (None if tied else "int8")
        assert model.get_input_embeddings().weight.dtype is torch.bfloat16
    others = [*loaded.model.vision_tower.modules(), *loaded.model.projector.modules()]
    assert not any(isinstance(each, QuantisedLinear) for each in others)
    assert not hasattr(loaded.model.config, "quantization_config")
    assert loaded.memory_bytes < load_bundle(tmp_path / "saved").memory_bytes / 1.5


@pytest.mark.parametrize("quantisation", ["int8", "int4"])
def test_adapters_are_put_on_quantised_layers(make_bundle, tmp_path, quantisation):
    bundle = wide_bundle(make_bundle, clue_source="adapter")
    save_bundle(bundle, tmp_path / "saved")

    loaded = load_bundle(tmp_path / "saved", dtype=torch.bfloat16, quantisation=quantisation)

    found = {}
    for role in ("answer", "clue"):
        with bundle.language_model(role) as exact, loaded.language_model(role) as model:
            found[role] = logits(model)
            assert relative_error(found[role], logits(exact)) < LOGIT_BOUNDS[quantisation]
    assert relative_error(found["answer"], found["clue"]) > 2 * LOGIT_BOUNDS[quantisation]
    adapters = [each for name, each in loaded.model.named_parameters() if "lora_" in name]
    assert {each.dtype for each in adapters} == {torch.bfloat16}


def test_a_compact_folder_is_quantised_with_its_adapters(make_small, tmp_path):
    bundle = make_small(text_config={**WIDE, "vocab_size": 400, "tie_word_embeddings": True})
    save_bundle(bundle, tmp_path / "saved")
    wide = load_bundle(tmp_path / "saved")

    loaded = load_bundle(tmp_path / "saved", dtype=torch.bfloat16, quantisation="int8")

    for role in ("answer", "clue"):
        with wide.language_model(role) as exact, loaded.language_model(role) as model:
            assert relative_error(logits(model), logits(exact)) < LOGIT_BOUNDS["int8"]


def test_a_layer_that_int4_cannot_hold_becomes_int8_and_then_stays_wide():
    model = nn.Sequential(nn.Sequential(nn.Linear(64, 128), nn.Linear(48, 32), nn.Linear(10, 10)))
    model = nn.ModuleDict({"layers": model})
    replace_layers(model, "int4")
    kinds = [getattr(each, "quantisation", None) for each in model["layers"][0]]
    assert kinds == ["int4", "int8", None]
    with pytest.raises(UniRSError, match="sizes that int8") as caught:
        replace_layers(nn.ModuleDict({"layers": nn.Sequential(nn.Linear(10, 10))}), "int8")
    assert caught.value.code == "precision_unsupported"


def test_a_quantised_bundle_is_not_saved(make_bundle, tmp_path):
    save_bundle(wide_bundle(make_bundle), tmp_path / "saved")
    loaded = load_bundle(tmp_path / "saved", quantisation="int8")
    with pytest.raises(ValueError, match="int8"):
        save_bundle(loaded, tmp_path / "again")


LOADING = """
import gc, sys, psutil, torch
from pathlib import Path
from transformers import LlamaConfig, LlamaForCausalLM
from unirs.model.loading import _load
from unirs.model.quantiser import loading_options

torch.set_num_threads(1)
folder = Path(sys.argv[1])

def peak():
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])

def weights_and_peak(dtype, quantisation):
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = psutil.Process().memory_info().rss
    options = loading_options(dtype, quantisation)
    model = _load(LlamaForCausalLM, folder, LlamaConfig.from_pretrained(folder), options)
    return sum(each.numel() * each.element_size() for each in model.parameters()), peak() - before

weights_and_peak(torch.bfloat16, "int4")  # what happens once in a process is not counted
narrow, wide = torch.bfloat16, torch.float32
for precision, quantisation in ((narrow, "int4"), (narrow, "int8"), (narrow, None), (wide, None)):
    # A peak is what one loading takes, and now and then what the system has not taken back.
    print(*min(weights_and_peak(precision, quantisation) for _ in range(2)))
"""


@pytest.fixture(scope="module")
def large_folder(tmp_path_factory):
    """A language model of 100 million parameters, in bfloat16."""
    folder = tmp_path_factory.mktemp("large")
    config = LlamaConfig(
        vocab_size=2048,
        hidden_size=1024,
        intermediate_size=2816,
        num_hidden_layers=8,
        num_attention_heads=8,
        tie_word_embeddings=False,
        dtype="bfloat16",
    )
    LlamaForCausalLM(config).bfloat16().save_pretrained(folder)
    return folder


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_loading_takes_little_more_memory_than_the_model(large_folder):
    command = [sys.executable, "-c", LOADING, str(large_folder)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    assert len(lines) == 4
    for line in lines:
        weights, peak = map(int, line.split())
        assert weights > 60_000_000
        assert peak < 1.15 * weights

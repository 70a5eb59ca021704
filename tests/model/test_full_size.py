"""The full-size preset on the meta device: every key and shape, against the published facts."""

import pytest
import torch

from unirs.model import PRESETS, UniRSForConditionalGeneration


@pytest.fixture(scope="module")
def shapes():
    with torch.device("meta"):
        model = UniRSForConditionalGeneration(PRESETS["unirs-3b"]())
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}


def linear(name, inputs, outputs):
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def norm(name, width):
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def vision_tower():
    """SigLIP so400m at 384 px: 26 of its 27 layers, no last norm, no head."""
    wanted = {
        "embeddings.patch_embedding.weight": (1152, 3, 14, 14),
        "embeddings.patch_embedding.bias": (1152,),
        "embeddings.position_embedding.weight": (729, 1152),
    }
    for layer in range(26):
        at = f"encoder.layers.{layer}"
        for projection in ("q_proj", "k_proj", "v_proj", "out_proj"):
            wanted |= linear(f"{at}.self_attn.{projection}", 1152, 1152)
        wanted |= linear(f"{at}.mlp.fc1", 1152, 4304) | linear(f"{at}.mlp.fc2", 4304, 1152)
        wanted |= norm(f"{at}.layer_norm1", 1152) | norm(f"{at}.layer_norm2", 1152)
    return {f"vision_tower.{name}": shape for name, shape in wanted.items()}


def language_model():
    """Sheared-LLaMA 2.7B."""
    wanted = {
        "model.embed_tokens.weight": (32000, 2560),
        "model.norm.weight": (2560,),
        "lm_head.weight": (32000, 2560),
    }
    for layer in range(32):
        at = f"model.layers.{layer}"
        for projection in ("q_proj", "k_proj", "v_proj", "o_proj"):
            wanted[f"{at}.self_attn.{projection}.weight"] = (2560, 2560)
        wanted[f"{at}.mlp.gate_proj.weight"] = wanted[f"{at}.mlp.up_proj.weight"] = (6912, 2560)
        wanted[f"{at}.mlp.down_proj.weight"] = (2560, 6912)
        wanted[f"{at}.input_layernorm.weight"] = (2560,)
        wanted[f"{at}.post_attention_layernorm.weight"] = (2560,)
    return {f"language_model.{name}": shape for name, shape in wanted.items()}


def change_module():
    wanted = {
        "h_embedding.weight": (27, 576),
        "w_embedding.weight": (27, 576),
        "fuse.weight": (1152, 2304, 1, 1),
        "fuse.bias": (1152,),
        "reduce.weight": (576, 1152, 1, 1),
        "reduce.bias": (576,),
        "mix.weight": (576, 576, 3, 3),
        "mix.bias": (576,),
        "expand.weight": (1152, 576, 1, 1),
        "expand.bias": (1152,),
    }
    for name, width in (("reduce_norm", 576), ("mix_norm", 576), ("expand_norm", 1152)):
        wanted |= norm(name, width)
        wanted |= {f"{name}.running_mean": (width,), f"{name}.running_var": (width,)}
        wanted[f"{name}.num_batches_tracked"] = ()
    return {f"change.{name}": shape for name, shape in wanted.items()}


def projector():
    wanted = norm("norm", 4608) | linear("linear_1", 4608, 2560) | linear("linear_2", 2560, 2560)
    return {f"projector.{name}": shape for name, shape in wanted.items()}


def test_every_key_and_shape(shapes):
    assert shapes == vision_tower() | language_model() | change_module() | projector()


def test_the_parameter_counts_are_the_published_ones(shapes):
    def count(prefix):
        return sum(
            torch.Size(shape).numel() for name, shape in shapes.items() if name.startswith(prefix)
        )

    assert count("language_model.") == pytest.approx(2.70e9, rel=0.005)
    assert count("change.") == pytest.approx(7.0e6, rel=0.01)


def test_an_image_and_a_pair_cost_196_tokens():
    config = PRESETS["unirs-3b"]()
    assert (config.grid, config.visual_tokens, config.image_size) == (27, 196, 384)

"""The modules by themselves: orders of tokens, grids of odd and even size, symmetry."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from unirs.model import PRESETS, UniRSForConditionalGeneration, replace_config
from unirs.model.change import ChangeExtraction
from unirs.model.projector import fold_blocks


@given(grid=st.integers(1, 9), width=st.integers(1, 4))
def test_folding_keeps_every_patch_and_pads_with_zeros(grid, width):
    features = torch.arange(1.0, grid * grid * width + 1).reshape(1, grid * grid, width)

    folded = fold_blocks(features)

    half = (grid + 1) // 2
    assert folded.shape == (1, half * half, 4 * width)
    kept = folded[folded != 0].sort().values
    assert torch.equal(kept, features.flatten())


def test_tokens_are_ordered_column_by_column():
    patches = torch.arange(16.0).reshape(1, 16, 1)  # a 4×4 grid, numbered row by row

    folded = fold_blocks(patches)[0].long().tolist()

    assert folded == [[0, 1, 4, 5], [8, 9, 12, 13], [2, 3, 6, 7], [10, 11, 14, 15]]


@pytest.mark.parametrize("grid", [4, 5])
def test_change_distance_is_zero_for_equal_dates_and_local(grid):
    module = ChangeExtraction(8, grid).eval()
    before = torch.randn(1, grid * grid, 8)
    after = before.clone()
    after[0, 7] = -after[0, 7]

    distance = module.distance(before, after).flatten()

    assert distance[7] > 0.05
    assert distance.abs().topk(2).values[1] < 1e-6
    assert module(before, after).shape == before.shape


def test_the_order_of_dates_matters():
    module = ChangeExtraction(8, 5).eval()
    before, after = torch.randn(2, 1, 25, 8)

    assert not torch.allclose(module(before, after), module(after, before))


@pytest.mark.parametrize("side", [32, 40])
def test_a_model_with_an_odd_or_even_grid_has_gradients_for_all_weights(side):
    tiny = PRESETS["unirs-tiny"]()
    config = replace_config(
        tiny, vision_config={**tiny.vision_config.to_dict(), "image_size": side}
    )
    model = UniRSForConditionalGeneration(config)
    features = model.encode_images(torch.randn(4, 3, side, side))
    visual = model.project_pair(features[:2], features[2:])
    ids = torch.randint(3, 90, (2, 30))
    ids[:, 4 : 4 + config.visual_tokens] = -200

    output = model(ids, visual, torch.ones_like(ids), ids.clamp(min=0))
    output.loss.backward()

    assert visual.shape == (2, config.visual_tokens, 48)
    assert model.change.h_embedding.weight.grad.abs().sum() > 0
    assert model.vision_tower.embeddings.patch_embedding.weight.grad.abs().sum() > 0


def test_a_base_model_has_no_change_module():
    model = UniRSForConditionalGeneration(replace_config(PRESETS["unirs-tiny"](), kind="base"))

    with pytest.raises(ValueError, match="no change extraction module"):
        model.project_pair(torch.zeros(1, 25, 32), torch.zeros(1, 25, 32))


def test_the_change_head_returns_probabilities_on_a_grid_finer_than_patches():
    tiny = PRESETS["unirs-tiny-small"]()
    model = UniRSForConditionalGeneration(tiny).eval()
    before, after = torch.randn(2, 3, 25, 32)
    head, fused = model.change_head, model.change(before, after)
    logits = F.linear(fused, head.weight, head.bias)  # [pairs, patches, cells of a patch]

    change = model.change_map(before, after)
    model.config.change_temperature = 2.0
    milder = model.change_map(before, after)

    assert change.shape == (3, 10, 10)
    assert torch.allclose(change[1, 4:6, 6:8].logit(), logits[1, 13].view(2, 2), atol=1e-5)
    assert torch.allclose(milder.logit(), change.logit() / 2, atol=1e-5)


def test_without_a_change_head_the_map_is_the_distance_of_patches():
    model = UniRSForConditionalGeneration(PRESETS["unirs-tiny"]()).eval()
    before, after = torch.randn(2, 3, 25, 32)

    assert model.change_head is None
    assert torch.equal(model.change_map(before, after), model.change.distance(before, after))

"""The vision towers behind their interface, and the padding of EfficientNet."""

import json

import pytest
import torch
import torch.nn.functional as F

from unirs.errors import UniRSError
from unirs.model import PRESETS, UniRSForConditionalGeneration, load_bundle, save_bundle
from unirs.model.efficientnet import LITE2, EfficientNetLiteConfig, SameConv
from unirs.model.vision import vision_config, vision_tower

CONVOLUTIONS = PRESETS["unirs-tiny-small"]().vision_config.to_dict()


@pytest.mark.parametrize("side", [64, 80])
def test_a_convolutional_tower_returns_the_features_of_each_patch(side):
    config = vision_config({**CONVOLUTIONS, "image_size": side})
    tower = vision_tower(config)

    features = tower(torch.randn(2, 3, side, side))
    features.square().sum().backward()

    assert features.shape == (2, (side // config.patch_size) ** 2, config.hidden_size)
    assert tower.stem.weight.grad.abs().sum() > 0


def test_features_are_ordered_row_by_row():
    torch.manual_seed(0)
    tower = vision_tower(vision_config(CONVOLUTIONS)).eval()
    image = torch.zeros(1, 3, 80, 80)
    marked = image.clone()
    marked[..., 0:16, 64:80] = 1.0  # at the end of the first of five rows

    changed = (tower(marked) - tower(image)).abs().sum(dim=-1)[0]

    assert changed.argmax() in (3, 4)


@pytest.mark.parametrize(("side", "padding"), [(8, (0, 1, 0, 1)), (7, (1, 1, 1, 1))])
def test_padding_is_the_same_as_in_tensorflow(side, padding):
    convolution = SameConv(2, 3, kernel_size=3, stride=2)
    image = torch.randn(1, 2, side, side)

    wanted = F.conv2d(F.pad(image, padding), convolution.weight, convolution.bias, stride=2)

    assert torch.equal(convolution(image), wanted)


def test_the_full_size_is_the_size_of_efficientnet_lite2():
    with torch.device("meta"):
        model = UniRSForConditionalGeneration(PRESETS["unirs-small"]())

    assert (model.config.grid, model.config.visual_tokens) == (14, 49)
    assert sum(weights.numel() for weights in model.vision_tower.parameters()) == 4_587_080
    assert sum(weights.numel() for weights in model.language_model.parameters()) == 134_515_008


def test_a_model_with_this_tower_is_saved_and_loaded(make_bundle, tmp_path):
    bundle = make_bundle(preset="unirs-tiny-small")
    save_bundle(bundle, tmp_path / "saved")
    images = torch.randn(2, 3, 80, 80)

    loaded = load_bundle(tmp_path / "saved")

    with torch.inference_mode():
        assert torch.equal(loaded.model.encode_images(images), bundle.model.encode_images(images))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"model_type": "resnet"}, "resnet"),
        ({**CONVOLUTIONS, "image_size": 70}, "70"),
        ({**CONVOLUTIONS, "stages": CONVOLUTIONS["stages"][:3]}, "strides"),
    ],
)
def test_an_impossible_tower_is_refused(make_bundle, tmp_path, values, reason):
    save_bundle(make_bundle(), tmp_path / "saved")
    path = tmp_path / "saved" / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "vision_config": values}))

    with pytest.raises(UniRSError, match=reason) as caught:
        load_bundle(tmp_path / "saved")

    assert caught.value.code == "model_invalid"


@pytest.mark.parametrize("stage", [(6, 3, 2, 10**6, 1), (6, 3, 2, 24, 10**6), (6, 3, 2, 24)])
def test_a_tower_beyond_the_limits_is_refused_before_it_is_built(stage) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - loading turns it into a sentence
        EfficientNetLiteConfig(stages=(*LITE2, stage))

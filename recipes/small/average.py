"""Write the mean of two models: ``python recipes/small/average.py FIRST SECOND FOLDER``.

SECOND was trained on from FIRST. Their mean answers better on validation data than either: what
training forgot lately is half as far away (Wortsman et al., "Model soups", 2022).
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from unirs.engines.unirs import load_pipeline
from unirs.model import ModelBundle, save_bundle


def load(folder: Path) -> ModelBundle:
    """A model in float32, whatever its weights are stored as."""
    return load_pipeline(folder, "cpu", "float32").bundle


@torch.no_grad()
def average(first: ModelBundle, second: ModelBundle) -> None:
    """Move the weights of the second model half way to those of the first."""
    weights = first.model.state_dict()
    for name, values in second.model.state_dict().items():
        if values.is_floating_point():
            values.lerp_(weights[name], 0.5)
    second.config.answer_temperature = 1.0


def main() -> None:
    """Average two model folders; the card is that of the second."""
    first, second, target = map(Path, sys.argv[1:])
    bundle = load(second)
    average(load(first), bundle)
    save_bundle(bundle, target, (second / "README.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()

"""Average the weights of model folders: ``python -m recipes.small.average OUT CARD 0.5=A 0.5=B``.

Runs that go on from the same weights differ in what they have learnt last; their mean keeps most of
each.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from unirs.model import load_bundle, save_bundle


def average(folders: Sequence[tuple[float, Path]], out: Path, card: Path) -> None:
    """Write the weighted mean of models of one configuration.

    Args:
        folders: Weights, which sum to 1, and model folders; the last one gives the configuration.
        out: The model folder to write.
        card: Its model card.
    """
    bundles = [(weight, load_bundle(folder)) for weight, folder in folders]
    states = [(weight, bundle.model.state_dict()) for weight, bundle in bundles]
    mean = bundles[-1][1]
    with torch.no_grad():
        for name, value in mean.model.state_dict().items():
            if value.is_floating_point():
                value.copy_(sum(weight * state[name] for weight, state in states))
    mean.config.answer_temperature = 1.0
    mean.config.unsure_below = {}
    save_bundle(mean, out, card.read_text(encoding="utf-8"))


if __name__ == "__main__":
    out, card, *pairs = sys.argv[1:]
    named = [pair.partition("=") for pair in pairs]
    average([(float(weight), Path(folder)) for weight, _, folder in named], Path(out), Path(card))

"""Vision tower and change module learn water of any colour, and keep what they know of the rest.

Real rasters have few dates, and on each of them water has one look. What has been learnt from them
alone goes by that look: algae that no training date shows turn a lake into a meadow. So real pairs
come with water in any colour, and are read through linear probes of the features as they were:
water has to appear where whatever stands behind looks for it. On generated pairs the new features
are held to the old ones, also where their water has been given another colour.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from unirs.model import ModelBundle
from unirs.training.bank import ANYTHING_BUT, Bank, training_count
from unirs.training.heads import ChangeHeads, LandCoverHead, flip, to_pixels
from unirs.training.looks import Look, recoloured
from unirs.training.objectives import WholeBatches, step_rng
from unirs.training.raster_items import WATER

REAL_PAIRS, GENERATED_PAIRS = 10, 9
"""Pairs of each sort in a batch."""

ANY_COLOUR = 0.6
"""Share of the generated images whose water, if they show any, gets another colour."""

CHANGE_WEIGHT, GENERATED_WEIGHT = 0.7, 0.5
"""Of the change heads' loss on real and on generated pairs, that of land cover being 1."""

TOWER_HOLD, MODULE_HOLD = 2.0, 1.0
"""Weights of how far the features of generated pairs have moved."""

MEASURED = 256
"""Pairs of which the spread of the old features is taken."""


class Probes(nn.Module):
    """Read land cover behind the tower, and both dates and their change behind the module.

    Args:
        width: Width of the features.
        cells: Cells along one side of a patch.
        classes: Number of land-cover classes.
    """

    def __init__(self, width: int, cells: int, classes: int) -> None:
        super().__init__()
        self.cover = LandCoverHead(width, cells, classes)
        self.change = ChangeHeads(width, cells, classes)


class ProbeObjective(WholeBatches):
    """The probes learn to read features that stay as they are.

    Args:
        bundle: A model with a change module, frozen.
        features: Its features of all pairs, ``[pairs, 2, patches, width]``.
        bank: The pairs, generated and real.
        probes: What is trained.
        batch_size: Pairs a step.
        seed: Of the batches.
    """

    def __init__(
        self,
        bundle: ModelBundle,
        features: Tensor,
        bank: Bank,
        probes: Probes,
        batch_size: int = 32,
        seed: int = 0,
    ) -> None:
        self.model, self.module = bundle.model.requires_grad_(False), _change_module(bundle)
        self.features, self.bank, self.probes = features, bank, probes
        self.batch_size, self.seed = batch_size, seed

    def trainable(self) -> nn.ModuleDict:
        """The probes."""
        return nn.ModuleDict({"probes": self.probes}).requires_grad_(True)

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Features and cells of some pairs."""
        drawn = step_rng(self.seed, step).choice(training_count(len(self.bank)), self.batch_size)
        return self._read(np.sort(drawn))

    def loss(self, batch: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
        """Land cover behind the tower, and what the change heads read behind the module."""
        features, cells = batch
        with torch.no_grad():
            fused = self.module(features[:, 0], features[:, 1])
        cover = self.probes.cover.loss(features.flatten(0, 1), cells.flatten(0, 1))
        return {"land_cover": cover, "change": self.probes.change.loss(fused, cells)}

    def validate(self) -> dict[str, float]:
        """Accuracy by cell behind the tower, on pairs held back."""
        features, cells = self._read(np.arange(training_count(len(self.bank)), len(self.bank)))
        accuracy = self.probes.cover.accuracy(features.flatten(0, 1), cells.flatten(0, 1))
        return {"cell_accuracy": accuracy}

    def _read(self, items: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        device = self.model.device
        features = self.features[torch.from_numpy(items)].to(device, torch.float32)
        return features, torch.from_numpy(self.bank.cells[items]).to(device)


@dataclass(frozen=True)
class ColourBatch:
    """Real pairs and, behind them, generated ones.

    Attributes:
        images: ``[pairs, 2, size, size, 3]`` uint8.
        cells: Their land cover, ``[pairs, 2, rows, columns]``.
        old: Features that the generated pairs had, ``[generated, 2, patches, width]``.
    """

    images: Tensor
    cells: Tensor
    old: Tensor

    @property
    def real(self) -> int:
        """How many pairs are real."""
        return len(self.images) - len(self.old)


class ColourObjective(WholeBatches):
    """Vision tower and change module learn what the probes are to find.

    Args:
        bundle: Its tower and change module are trained.
        features: The features of all pairs before, ``[pairs, 2, patches, width]``.
        bank: The pairs; some are real, with ``real`` in their truth.
        probes: Taught by ``ProbeObjective``. That of the tower stays as it is.
        seed: Of the batches.
    """

    def __init__(
        self, bundle: ModelBundle, features: Tensor, bank: Bank, probes: Probes, seed: int = 0
    ) -> None:
        self.model, self.module = bundle.model.requires_grad_(False), _change_module(bundle)
        self.features, self.bank, self.seed = features, bank, seed
        self.probes = probes.requires_grad_(False)
        self.old_module = deepcopy(self.module)
        count, last = training_count(len(bank)), len(bank)
        self.real = [i for i in range(count) if bank.truths[i].get("real")]
        self.generated = [i for i in range(count) if not bank.truths[i].get("real")]
        self.held_back = range(count, last)
        measured = self.features[self.generated[:MEASURED]].to(self.model.device, torch.float32)
        self.spread = _spread(measured)
        with torch.no_grad():
            self.fused_spread = _spread(self.old_module(measured[:, 0], measured[:, 1]))

    def trainable(self) -> nn.ModuleDict:
        """Tower, module, and the heads behind the module."""
        learning = {
            "vision_tower": self.model.vision_tower,
            "change": self.module,
            "heads": self.probes.change,
        }
        return nn.ModuleDict(learning).requires_grad_(True)

    def batch(self, step: int) -> ColourBatch:
        """Turned real pairs, either date first, and generated ones in other colours."""
        rng = step_rng(self.seed, step)
        real = np.sort(rng.choice(self.real, REAL_PAIRS))
        images, cells = self._turned(real, step)
        if rng.random() < 0.5:
            images, cells = images.flip(1), cells.flip(1)
        generated = np.sort(rng.choice(self.generated, GENERATED_PAIRS))
        tinted = [
            [_in_any_colour(*date, rng) for date in zip(*pair, strict=True)]
            for pair in zip(self.bank.images[generated], self.bank.cells[generated], strict=True)
        ]
        device = self.model.device
        return ColourBatch(
            torch.cat([images, torch.from_numpy(np.array(tinted))]).to(device),
            torch.cat([cells, torch.from_numpy(self.bank.cells[generated])]).to(device),
            self.features[torch.from_numpy(generated)].to(device, torch.float32),
        )

    def loss(self, batch: ColourBatch) -> dict[str, Tensor]:
        """What the probes miss, and how far the features of generated pairs have moved."""
        self.module.eval()  # BatchNorm keeps its statistics: these batches are like no test
        features = self.model.encode_images(to_pixels(batch.images.flatten(0, 1)))
        features = features.unflatten(0, (-1, 2))
        fused = self.module(features[:, 0], features[:, 1])
        real, cells = batch.real, batch.cells
        heads = self.probes.change
        moved, fused_moved = self._moved(features[real:], fused[real:], batch.old)
        return {
            "land_cover": self.probes.cover.loss(
                features[:real].flatten(0, 1), cells[:real].flatten(0, 1)
            ),
            "change": CHANGE_WEIGHT * heads.loss(fused[:real], cells[:real]),
            "generated": GENERATED_WEIGHT * heads.loss(fused[real:], cells[real:]),
            "moved": TOWER_HOLD * moved + MODULE_HOLD * fused_moved,
        }

    def validate(self) -> dict[str, float]:
        """On pairs held back: water found, land taken for water, and how far features have moved.

        The first two are shares of the cells of real pairs, from 0 to 1, and 0 where there is no
        such pair; the last one is in squared spreads of the old features.
        """
        figures = {"water_found": 0.0, "land_taken_for_water": 0.0, "features_moved": 0.0}
        real = [i for i in self.held_back if self.bank.truths[i].get("real")]
        generated = [i for i in self.held_back if i not in set(real)]
        if real:
            features = self._encoded(real)
            cells = torch.from_numpy(self.bank.cells[real]).to(features.device).flatten(0, 1)
            said = self.probes.cover(features.flatten(0, 1)).argmax(-1) == WATER
            known = self.probes.cover.by_patch(cells)
            figures["water_found"] = _share(said[known == WATER])
            figures["land_taken_for_water"] = _share(said[known == ANYTHING_BUT + WATER])
        if generated:
            old = self.features[generated].to(self.model.device, torch.float32)
            moved = _distance(self._encoded(generated), old, self.spread)
            figures["features_moved"] = float(moved)
        return figures

    def _encoded(self, items: list[int]) -> Tensor:
        images = torch.from_numpy(self.bank.images[items]).to(self.model.device)
        parts = [self.model.encode_images(to_pixels(p)) for p in images.flatten(0, 1).split(32)]
        return torch.cat(parts).unflatten(0, (-1, 2))

    def _turned(self, items: NDArray[np.int64], step: int) -> tuple[Tensor, Tensor]:
        images, cells = (torch.from_numpy(a[items]) for a in (self.bank.images, self.bank.cells))
        generator = torch.Generator().manual_seed(step)
        images, cells = flip(images.flatten(0, 1), cells.flatten(0, 1), generator)
        return images.unflatten(0, (-1, 2)), cells.unflatten(0, (-1, 2))

    def _moved(self, features: Tensor, fused: Tensor, old: Tensor) -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            old_fused = self.old_module(old[:, 0], old[:, 1])
        moved = _distance(features, old, self.spread)
        return moved, _distance(fused, old_fused, self.fused_spread)


def _change_module(bundle: ModelBundle) -> nn.Module:
    if bundle.model.change is None:
        raise ValueError("the model has no change extraction module")
    return bundle.model.change


def _spread(features: Tensor) -> Tensor:
    """Standard deviation of each channel; where a channel is nearly silent, not too small."""
    return features.flatten(0, -2).std(0).clamp(min=1e-2)


def _distance(new: Tensor, old: Tensor, spread: Tensor) -> Tensor:
    """Mean squared distance in spreads; a silent channel that wakes does not drown the others."""
    return ((new - old) / spread).square().clamp(max=25.0).mean()


def _share(found: Tensor) -> float:
    return float(found.float().mean()) if found.numel() else 0.0


def _in_any_colour(
    image: NDArray[np.uint8], cells: NDArray[np.uint8], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """A generated image, its water now and then as no scene shows it."""
    wet = (cells == WATER).astype(np.float32)
    if rng.random() >= ANY_COLOUR or not wet.any():
        return image
    size = (image.shape[1], image.shape[0])
    share = np.asarray(Image.fromarray(wet).resize(size, Image.Resampling.BILINEAR))
    water = Look.of(image, share)
    land = Look.of(image, 1 - share) if (share < 1).any() else water
    return recoloured(image, (share, 1 - share), (water.as_any_water(rng), land))

"""The vision tower learns water of any colour, and keeps what it knows of the rest.

Real rasters have few dates, and on each of them water has one look. What has been learnt from them
alone goes by that look: algae that no training date shows turn a lake into a meadow. So real images
come with water in any colour, and are read through a linear probe of the features as they were:
water has to appear where whatever stands behind the tower looks for it. On generated images the new
features are held to the old ones, also where their water has been given another colour.

What stands behind keeps its weights. Where the change module learnt along, on pairs, directions of
change were told better at other places of the training dates, and worse on other dates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from unirs.model import ModelBundle
from unirs_lab.training.bank import ANYTHING_BUT, Bank, real_and_generated, training_count
from unirs_lab.training.heads import LandCoverHead, flip, to_pixels
from unirs_lab.training.looks import Look, recoloured
from unirs_lab.training.objectives import WholeBatches, step_rng
from unirs_lab.training.raster_items import WATER

REAL_PAIRS, GENERATED_PAIRS = 10, 8
"""Pairs of each sort in a batch; each date is an image of its own."""

ANY_COLOUR = 0.6
"""Share of the generated images whose water, if they show any, gets another colour."""

HOLD = 2.0
"""Weight of how far the features of generated images have moved, that of land cover being 1."""

MEASURED = 256
"""Pairs of which the spread of the old features is taken."""


class ProbeObjective(WholeBatches):
    """A linear probe learns to read land cover from features that stay as they are.

    Args:
        bundle: Whose features they are.
        features: Features of all pairs, ``[pairs, 2, patches, width]``.
        bank: The pairs, generated and real.
        probe: What is trained.
        batch_size: Pairs a step.
        seed: Of the batches.
    """

    def __init__(
        self,
        bundle: ModelBundle,
        features: Tensor,
        bank: Bank,
        probe: LandCoverHead,
        batch_size: int = 32,
        seed: int = 0,
    ) -> None:
        self.model = bundle.model.requires_grad_(False)
        self.features, self.bank, self.probe = features, bank, probe
        self.batch_size, self.seed = batch_size, seed

    def trainable(self) -> nn.ModuleDict:
        """The probe."""
        return nn.ModuleDict({"probe": self.probe}).requires_grad_(True)

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Features and cells of the dates of some pairs."""
        drawn = step_rng(self.seed, step).choice(training_count(len(self.bank)), self.batch_size)
        return self._read(np.sort(drawn))

    def loss(self, batch: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
        """Cross-entropy of the cells."""
        return {"land_cover": self.probe.loss(*batch)}

    def validate(self) -> dict[str, float]:
        """Accuracy by cell on pairs held back."""
        held_back = np.arange(training_count(len(self.bank)), len(self.bank))
        return {"cell_accuracy": self.probe.accuracy(*self._read(held_back))}

    def _read(self, items: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        device = self.model.device
        features = self.features[torch.from_numpy(items)].to(device, torch.float32)
        cells = torch.from_numpy(self.bank.cells[items]).to(device)
        return features.flatten(0, 1), cells.flatten(0, 1)


@dataclass(frozen=True)
class ColourBatch:
    """Real images and, behind them, generated ones.

    Attributes:
        images: ``[images, size, size, 3]`` uint8.
        cells: Land cover of the real ones, ``[real, rows, columns]``.
        old: Features that the generated ones had, ``[generated, patches, width]``.
    """

    images: Tensor
    cells: Tensor
    old: Tensor


class ColourObjective(WholeBatches):
    """The vision tower learns what the probe is to find.

    Args:
        bundle: Its tower is trained.
        features: The features of all pairs before, ``[pairs, 2, patches, width]``.
        bank: The pairs; some are real, with ``real`` in their truth.
        probe: Taught by ``ProbeObjective``; stays as it is.
        seed: Of the batches.
    """

    def __init__(
        self, bundle: ModelBundle, features: Tensor, bank: Bank, probe: LandCoverHead, seed: int = 0
    ) -> None:
        self.model = bundle.model.requires_grad_(False)
        self.features, self.bank, self.seed = features, bank, seed
        self.probe = probe.requires_grad_(False)
        self.real, self.generated = real_and_generated(
            bank.truths, range(training_count(len(bank)))
        )
        self.spread = self._old(self.generated[:MEASURED]).flatten(0, 1).std(0).clamp(min=1e-2)

    def trainable(self) -> nn.ModuleDict:
        """The tower."""
        return nn.ModuleDict({"vision_tower": self.model.vision_tower}).requires_grad_(True)

    def batch(self, step: int) -> ColourBatch:
        """Turned real images, and generated ones in other colours."""
        rng = step_rng(self.seed, step)
        real = np.sort(rng.choice(self.real, REAL_PAIRS))
        generated = np.sort(rng.choice(self.generated, GENERATED_PAIRS))
        arrays = self.bank.images, self.bank.cells
        upright, truth = (torch.from_numpy(array[real]).flatten(0, 1) for array in arrays)
        seen, cells = flip(upright, truth, torch.Generator().manual_seed(step))
        dates = zip(*(a[generated].reshape(-1, *a.shape[2:]) for a in arrays), strict=True)
        tinted = [_in_any_colour(image, labels, rng) for image, labels in dates]
        device = self.model.device
        shown = torch.cat([seen, torch.from_numpy(np.stack(tinted))])
        return ColourBatch(shown.to(device), cells.to(device), self._old(generated))

    def loss(self, batch: ColourBatch) -> dict[str, Tensor]:
        """What the probe misses, and how far the features of generated images have moved."""
        features = self.model.encode_images(to_pixels(batch.images))
        real = len(batch.cells)
        moved = self._distance(features[real:], batch.old)
        return {
            "land_cover": self.probe.loss(features[:real], batch.cells),
            "moved": HOLD * moved,
        }

    def validate(self) -> dict[str, float]:
        """On pairs held back: water found, land taken for water, and how far features have moved.

        The first two are shares of the cells of real images, from 0 to 1; the last one is in
        squared spreads of the old features. What cannot be told of these pairs is left out.
        """
        held_back = range(training_count(len(self.bank)), len(self.bank))
        real, generated = real_and_generated(self.bank.truths, held_back)
        figures = {}
        if real:
            cells = torch.from_numpy(self.bank.cells[real]).flatten(0, 1).to(self.model.device)
            said = self.probe(self._encoded(real)).argmax(-1) == WATER
            known = self.probe.by_patch(cells)
            figures["water_found"] = _share(said[known == WATER])
            figures["land_taken_for_water"] = _share(said[known == ANYTHING_BUT + WATER])
        if generated:
            moved = self._distance(self._encoded(generated), self._old(generated))
            figures["features_moved"] = float(moved)
        return figures

    def _old(self, items: list[int] | NDArray[np.int64]) -> Tensor:
        return self.features[items].to(self.model.device, torch.float32).flatten(0, 1)

    def _encoded(self, items: list[int]) -> Tensor:
        images = torch.from_numpy(self.bank.images[items]).flatten(0, 1).to(self.model.device)
        return torch.cat([self.model.encode_images(to_pixels(p)) for p in images.split(32)])

    def _distance(self, new: Tensor, old: Tensor) -> Tensor:
        return ((new - old) / self.spread).square().mean()


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

"""Frozen features of pairs: what stage 1 reads again and again, and computes but once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from unirs.data.samples import Sample
from unirs.data.visuals import read_visual
from unirs.files import whole_file
from unirs.model import ModelBundle

PART = 64
"""Pairs in a file: at full size 215 MB in bfloat16."""


class PairFeatures:
    """What the frozen encoder makes of pairs, ``[pairs, 2, patches, width]``.

    Args:
        bundle: Whose vision tower looks; it computes where the tower is, in its precision.
        samples: The pairs.
        folder: Keeps the features in files of ``PART`` pairs; ``None`` computes them every time.
        workers: Threads that read images.
    """

    def __init__(
        self, bundle: ModelBundle, samples: Sequence[Sample], folder: Path | None, workers: int
    ) -> None:
        self.bundle, self.samples, self.folder = bundle, samples, folder
        self._readers = ThreadPoolExecutor(max(1, workers))
        self._open = lru_cache(maxsize=None)(_open_part)

    def keep(self, on_progress: Callable[[int, int], None]) -> None:
        """Compute and keep whatever is not kept yet.

        Raises:
            UniRSError: ``image_broken``, ``output_unwritable``.
        """
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        for start in range(0, len(self.samples), PART):
            path = self._path(start)
            if not path.is_file():
                items = range(start, min(start + PART, len(self.samples)))
                with whole_file(path) as partial:
                    save_file({"features": self._encode(items).cpu().contiguous()}, partial)
            on_progress(min(start + PART, len(self.samples)), len(self.samples))

    def of(self, items: Sequence[int]) -> Tensor:
        """Features of some pairs, on the encoder's device."""
        if self.folder is None:
            return self._encode(items)
        kept = [self._open(self._path(i - i % PART)).get_slice("features") for i in items]
        rows = [part[i % PART] for part, i in zip(kept, items, strict=True)]
        return torch.stack(rows).to(self.bundle.model.vision_tower.device)

    @torch.no_grad()
    def _encode(self, items: Sequence[int]) -> Tensor:
        tower = self.bundle.model.vision_tower
        pixels = torch.stack(list(self._readers.map(self._pixels, items)))
        features = self.bundle.model.encode_images(
            pixels.flatten(0, 1).to(tower.device, tower.dtype)
        )
        return features.unflatten(0, (-1, 2))

    def _pixels(self, item: int) -> Tensor:
        visual = read_visual(self.samples[item], frame_count=1)
        return self.bundle.processor.images([crop.pixels for crop in visual.crops])

    def _path(self, start: int) -> Path:
        if self.folder is None:
            raise ValueError("these features are not kept")
        return self.folder / f"{start:06d}.safetensors"


def _open_part(path: Path) -> Any:
    return safe_open(path, "pt")

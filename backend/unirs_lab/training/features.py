"""Frozen features of pairs: what stage 1 reads again and again, and computes but once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from unirs.files import whole_file
from unirs.model import ModelBundle
from unirs_lab.data.archives import archive_of
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import read_visual

PART = 64
"""Pairs in a file: at full size 215 MB in bfloat16."""

IMAGES = "images"
"""Key of a file's metadata: ``images_digest`` of its pairs."""


class PairFeatures:
    """What the frozen encoder makes of pairs, ``[pairs, 2, patches, width]``.

    Args:
        bundle: Its vision tower encodes, on its own device and in its precision.
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
        """Compute and keep the features that are not kept yet, or are of other images.

        Raises:
            UniRSError: ``image_broken``, ``output_unwritable``.
        """
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        for start in range(0, len(self.samples), PART):
            path = self._path(start)
            items = range(start, min(start + PART, len(self.samples)))
            images = images_digest([self.samples[item] for item in items])
            if _images_of(path) != images:
                with whole_file(path, SafetensorError) as partial:
                    features = {"features": self._encode(items).cpu().contiguous()}
                    save_file(features, partial, {IMAGES: images})
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


def images_digest(samples: Sequence[Sample]) -> str:
    """A digest of the paths, sizes and times of the images of samples; none of them is read."""
    hasher = hashlib.sha256()
    for image in (image for sample in samples for image in sample.images):
        status = (archive_of(image) or image).stat()
        hasher.update(f"{image}\0{status.st_size}\0{status.st_mtime_ns}\0".encode(errors="replace"))
    return hasher.hexdigest()


def _images_of(path: Path) -> str | None:
    """Digest of the images that a file of features is of; ``None`` if there is no whole file."""
    try:
        with safe_open(path, "pt") as part:
            return (part.metadata() or {}).get(IMAGES)
    except (OSError, SafetensorError):
        return None


def _open_part(path: Path) -> Any:
    return safe_open(path, "pt")

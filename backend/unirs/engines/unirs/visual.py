"""From crops to visual tokens: each image goes through the vision encoder once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from unirs.engines.run import Stop, check
from unirs.engines.unirs.cache import LeastRecentlyUsed
from unirs.inputs import Crop, InputKind, VisualInput
from unirs.model import ModelBundle

IMAGES_AT_ONCE = 8
"""Images that are encoded side by side at most; more would be no faster on a processor."""

FEATURES_KEPT = 64
"""Images whose features are kept (at full size about 1.7 MB each in bfloat16)."""


def fit_frames(visual: VisualInput, frame_count: int) -> VisualInput:
    """The visual input as the model reads it: a video has exactly ``frame_count`` frames.

    Longer videos are sampled evenly from first to last; shorter ones get black frames on the
    left, as in VILA. Images and pairs stay as they are.
    """
    if visual.kind is not InputKind.VIDEO:
        return visual
    frames = visual.crops
    if len(frames) < frame_count:
        black = replace(frames[0], pixels=np.zeros_like(frames[0].pixels), source="")
        return VisualInput.video((black,) * (frame_count - len(frames)) + frames)
    return visual.at_most(frame_count)


class VisionEncoder:
    """The vision encoder with a cache: equal images are encoded once.

    Args:
        bundle: The model and its processor.
    """

    def __init__(self, bundle: ModelBundle) -> None:
        self._bundle = bundle
        self._features: LeastRecentlyUsed[Tensor] = LeastRecentlyUsed(FEATURES_KEPT)

    def has(self, crops: Iterable[Crop]) -> bool:
        """Whether the features of all images are kept."""
        return all(self._features.get(crop.digest) is not None for crop in crops)

    def encode(self, crops: Iterable[Crop], at_once: int, stop: Stop) -> dict[str, Tensor]:
        """Features ``[grid * grid, vision_width]`` of images, by their digests.

        Args:
            crops: The images.
            at_once: Images that are encoded side by side, ``IMAGES_AT_ONCE`` at most. One at a
                time, the features of an image do not depend, not even in their last bit, on the
                other images.
            stop: Called before each of these steps.

        Raises:
            Stopped: If ``stop`` returns true.
        """
        wanted = {crop.digest: crop for crop in crops}
        found = {digest: self._features.get(digest) for digest in wanted}
        features = {digest: kept for digest, kept in found.items() if kept is not None}
        new = [crop for digest, crop in wanted.items() if digest not in features]
        at_once = min(at_once, IMAGES_AT_ONCE)
        for start in range(0, len(new), at_once):
            check(stop)
            some, model = new[start : start + at_once], self._bundle.model
            pixel_values = self._bundle.processor.images([crop.pixels for crop in some])
            encoded = model.encode_images(pixel_values.to(model.device, model.dtype))
            for crop, each in zip(some, encoded, strict=True):
                features[crop.digest] = each.clone()  # it must not hold the whole batch
                self._features.put(crop.digest, features[crop.digest])
        return features

    def clear(self) -> None:
        """Drop all features."""
        self._features.clear()


def visual_tokens(bundle: ModelBundle, features: Tensor, *, as_pair: bool) -> Tensor:
    """Visual tokens, as the language model reads them.

    Args:
        bundle: The model.
        features: ``[images, grid * grid, vision_width]``.
        as_pair: Whether two images go through the change extraction module.

    Returns:
        ``[markers, visual_tokens, text_width]``: one marker for a pair, else one an image.
    """
    if as_pair:
        before, after = features.split(1)
        return bundle.model.project_pair(before, after)
    return bundle.model.project(features)


def change_map(bundle: ModelBundle, features: Tensor, crop: Crop) -> NDArray[np.float32]:
    """The change map of a pair, on its extent.

    Args:
        bundle: A model with a change extraction module.
        features: Of the two dates, ``[2, grid * grid, vision_width]``.
        crop: One of the two; they share one grid.

    Returns:
        ``[rows, columns]`` float32, 0 (same) to 1; see the model's ``change_map``.
    """
    before, after = features.split(1)
    square = bundle.model.change_map(before, after)[0].cpu()
    return cut_to_box(square, bundle.processor.pad_box(*crop.pixels.shape[:2]))


def image_features(features: Tensor) -> NDArray[np.float32]:
    """What alike images, and alike changes, have in common.

    Args:
        features: ``[images, grid * grid, vision_width]``.

    Returns:
        The mean over patches and images; of two dates what came and what went, one behind the
        other, so that pairs are alike by their change and not by their ground.
    """
    if len(features) == 2:
        change = (features[1] - features[0]).float()
        found = torch.cat([change.relu().mean(dim=0), (-change).relu().mean(dim=0)])
    else:
        found = features.float().mean(dim=(0, 1))
    return found.cpu().numpy()


def cut_to_box(square: Tensor, box: tuple[float, float, float, float]) -> NDArray[np.float32]:
    """The part of a grid over the encoder's square that the image covers, without the padding.

    Where the image's edge runs through cells, values are interpolated at the centres of the new
    cells, so that the map lies on the image's extent to a fraction of a cell.

    Args:
        square: ``[grid, grid]`` float32.
        box: Top, left, bottom, right as fractions of the square.

    Returns:
        ``[rows, columns]`` float32, cells about as large as before; at least one.
    """
    grid = square.shape[0]
    top, left, bottom, right = box
    y, x = _cell_centres(top, bottom, grid), _cell_centres(left, right, grid)
    places = torch.stack(torch.meshgrid(y, x, indexing="ij")[::-1], dim=-1) * 2 - 1
    cut = F.grid_sample(
        square[None, None], places[None], padding_mode="border", align_corners=False
    )
    return cut[0, 0].clamp(0, 1).numpy()


def _cell_centres(start: float, end: float, grid: int) -> Tensor:
    cells = max(1, round((end - start) * grid))
    return start + (torch.arange(cells) + 0.5) / cells * (end - start)

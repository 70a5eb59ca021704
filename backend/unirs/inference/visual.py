"""From crops to visual tokens: each image goes through the encoder once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from unirs.inference.cache import LeastRecentlyUsed
from unirs.inference.decoding import Stop, check
from unirs.inputs import Crop, InputKind, VisualInput
from unirs.model import ModelBundle

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
    chosen = np.linspace(0, len(frames) - 1, frame_count).round().astype(int)
    return VisualInput.video([frames[index] for index in chosen])


class VisionEncoder:
    """SigLIP with a memory: equal images are encoded once.

    Images run one at a time, so that an image's features never depend, not even in their last
    bit, on which others were asked for with it.

    Args:
        bundle: The model and its processor.
    """

    def __init__(self, bundle: ModelBundle) -> None:
        self._bundle = bundle
        self._features: LeastRecentlyUsed[Tensor] = LeastRecentlyUsed(FEATURES_KEPT)

    def knows(self, crops: Sequence[Crop]) -> bool:
        """Whether all features are at hand."""
        return all(self._features.get(crop.digest) is not None for crop in crops)

    def encode(self, crops: Sequence[Crop], stop: Stop) -> Tensor:
        """Features ``[images, grid * grid, vision_width]`` of images in order.

        Raises:
            Stopped: If the user stopped between two images.
        """
        return torch.cat([self._encode_one(crop, stop) for crop in crops])

    def forget(self) -> None:
        """Drop all features."""
        self._features.clear()

    def _encode_one(self, crop: Crop, stop: Stop) -> Tensor:
        features = self._features.get(crop.digest)
        if features is None:
            check(stop)
            model = self._bundle.model
            pixel_values = self._bundle.processor.images([crop.pixels])
            features = model.encode_images(pixel_values.to(model.device, model.dtype))
            self._features.put(crop.digest, features)
        return features


def visual_tokens(bundle: ModelBundle, features: Tensor, *, as_pair: bool) -> Tensor:
    """What the LLM reads of the images.

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
    """What has changed on the extent of a pair.

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

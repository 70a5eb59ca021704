"""Test-time augmentation: the eight turned and mirrored views of a square.

Neither what an image shows nor what has changed in it depends on which way up it lies. A model's
probabilities do, a little; their average over several views is more reliable than those of one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from unirs.inputs import Crop, VisualInput


@dataclass(frozen=True)
class View:
    """An augmented view of images.

    Attributes:
        quarter_turns: Counter-clockwise, 0 to 3, after mirroring.
        mirrored: Whether left and right are exchanged.
    """

    quarter_turns: int = 0
    mirrored: bool = False

    def of(self, visual: VisualInput) -> VisualInput:
        """The images in this view; those of the first of ``VIEWS`` stay as they are."""
        if self == VIEWS[0]:
            return visual
        return VisualInput(visual.kind, tuple(self._augmented(crop) for crop in visual.crops))

    def restored(self, change_map: NDArray[np.float32]) -> NDArray[np.float32]:
        """A change map ``[rows, columns]`` of this view, turned back onto the original images."""
        upright = np.rot90(change_map, -self.quarter_turns)
        return np.ascontiguousarray(upright[:, ::-1] if self.mirrored else upright)

    def _augmented(self, crop: Crop) -> Crop:
        pixels = crop.pixels[:, ::-1] if self.mirrored else crop.pixels
        pixels = np.ascontiguousarray(np.rot90(pixels, self.quarter_turns))
        return replace(crop, pixels=pixels, extent=None, valid=None)


VIEWS = (
    View(),
    View(mirrored=True),
    View(2),
    View(2, mirrored=True),
    View(1),
    View(3),
    View(1, mirrored=True),
    View(3, mirrored=True),
)
"""All views, in the order in which they are added; the first is not augmented."""

"""Where something lies in an image, in words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_NAMES = {
    (0, 0): "top left",
    (0, 1): "top",
    (0, 2): "top right",
    (1, 0): "left",
    (1, 1): "center",
    (1, 2): "right",
    (2, 0): "bottom left",
    (2, 1): "bottom",
    (2, 2): "bottom right",
}


def place_of(mask: NDArray[np.bool_]) -> str | None:
    """Which ninth, or which side, of an image a thing lies in.

    Args:
        mask: ``[height, width]``, where the thing is; not empty.

    Returns:
        ``"top left"``, ``"top"``, ..., ``"center"``; ``None`` if it is spread over the image.
    """
    rows, columns = np.nonzero(mask)
    down, right = rows / mask.shape[0] - 0.5, columns / mask.shape[1] - 0.5
    if down.std() > 0.22 and right.std() > 0.22:
        return None
    row = 1 + int(down.mean() > 0.15) - int(down.mean() < -0.15)
    column = 1 + int(right.mean() > 0.15) - int(right.mean() < -0.15)
    if (row, column) == (1, 1) and (down.std() > 0.2 or right.std() > 0.2):
        return None
    return _NAMES[row, column]


def phrases(place: str | None) -> tuple[str, str]:
    """Two ways to say where, such as ``"at the top left"`` and ``"in the top left corner"``."""
    if place is None:
        return "across the scene", "in many parts of the scene"
    if place == "center":
        return "in the center", "in the middle of the scene"
    if place in ("left", "right"):
        return f"on the {place}", f"on the {place} side of the scene"
    if place in ("top", "bottom"):
        return f"at the {place}", f"at the {place} of the scene"
    return f"at the {place}", f"in the {place} corner"

"""What a rendered scene shows, as numbers and places that questions and captions rest on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unirs_lab.world.plan import BUILDING, CLASSES, PARKING, ROAD, Plan

CLEAR_SHARE = 0.015
"""Least share of the image that a class must cover to be asked for."""
CLEAR_PIXELS = 36.0
"""A single building of this size can be seen whatever share it covers."""
_SLIVER_PIXELS = 9.0


@dataclass(frozen=True)
class Facts:
    """The truth about one image.

    Attributes:
        kind: Layout, such as ``"farmland"``.
        labels: ``[size, size]`` classes.
        shares: Share of each class, summing to 1.
        buildings: How many buildings can be seen.
        exact: Whether their number leaves no doubt (none is a sliver at the border).
        lakes: How many water areas were laid out and can be seen (touching ones count apart).
        roads: How many roads can be seen.
        urban: Town or country; ``None`` where the image does not show it clearly.
    """

    kind: str
    labels: NDArray[np.uint8]
    shares: NDArray[np.float64]
    buildings: int
    exact: bool
    lakes: int
    roads: int
    urban: bool | None

    def clear(self, cover: int) -> bool:
        """Whether a class can clearly be seen."""
        share = self.shares[cover]
        return bool(share >= CLEAR_SHARE or (cover == BUILDING and self._large_building))

    def absent(self, cover: int) -> bool:
        """Whether not one pixel has this class."""
        return bool(self.shares[cover] == 0)

    @property
    def _large_building(self) -> bool:
        pixels = self.shares[BUILDING] * self.labels.size
        return self.buildings > 0 and pixels / self.buildings >= CLEAR_PIXELS


def observe(plan: Plan, labels: NDArray[np.uint8]) -> Facts:
    """The facts of a plan as rendered."""
    size = plan.size
    shares = np.bincount(labels.ravel(), minlength=len(CLASSES)) / labels.size
    seen = [building.visible_pixels(size) for building in plan.buildings]
    whole = [b.length * b.width for b in plan.buildings]
    visible = sum(pixels >= min(_SLIVER_PIXELS, 0.5 * full)
                  for pixels, full in zip(seen, whole, strict=True))  # fmt: skip
    slivers = any(0 < pixels < 0.5 * full for pixels, full in zip(seen, whole, strict=True))
    small = any(full < 16 for pixels, full in zip(seen, whole, strict=True) if pixels)
    water = [a.outline for a in plan.areas if a.surface.kind == "water"]
    roads = [road.path for road in plan.roads]
    built = shares[BUILDING] + shares[ROAD] + shares[PARKING]
    urban: bool | None = None
    if plan.urban and built > 0.22 and shares[BUILDING] > 0.05:
        urban = True
    elif not plan.urban and built < 0.12 and shares[BUILDING] < 0.05:
        urban = False
    return Facts(
        kind=plan.kind,
        labels=labels,
        shares=shares,
        buildings=visible,
        exact=not slivers and not small,
        lakes=sum(_crosses(outline, size) for outline in water),
        roads=sum(_crosses(path, size) for path in roads),
        urban=urban,
    )


def _crosses(points: tuple[tuple[float, float], ...], size: int) -> bool:
    """Whether any segment of a line passes through the image."""
    path = np.asarray(points)
    steps = np.linspace(0, 1, 24)[:, None, None]
    dense = path[:-1] + steps * (path[1:] - path[:-1])
    return bool(((dense >= 2) & (dense < size - 2)).all(axis=-1).any())


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
    """Two phrases for a place, such as ``"at the top left"`` and ``"in the top left corner"``."""
    if place is None:
        return "across the scene", "in many parts of the scene"
    if place == "center":
        return "in the center", "in the middle of the scene"
    if place in ("left", "right"):
        return f"on the {place}", f"on the {place} side of the scene"
    if place in ("top", "bottom"):
        return f"at the {place}", f"at the {place} of the scene"
    return f"at the {place}", f"in the {place} corner"

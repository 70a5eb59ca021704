"""One frame of a video in the making: a still ground, and what moves over it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from unirs_lab.world.appearance import Acquisition, Colour
from unirs_lab.world.plan import Plan, Point, rectangle

EDGE = 14
"""Pixels around the frame that the camera may drift into."""
_SCALE = 2


class Shot:
    """Draws moving things over the ground at a moment.

    Coordinates are those of the plan. Things are drawn with twice the resolution and blended in
    by ``finish``; fields such as smoke are blended into ``ground`` directly.

    Attributes:
        ground: ``[side, side, 3]`` float32, the still scene, to be changed in place.
        labels: ``[side, side]`` its classes.
        plan: What is on the ground.
        date: Season and sun.
        time: 0 at the first frame, 1 at the last.
        rng: Randomness of this frame alone, for flicker.
    """

    def __init__(
        self, ground: NDArray[np.uint8], labels: NDArray[np.uint8], plan: Plan,
        date: Acquisition, time: float, rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self.ground = ground.astype(np.float32)
        self.labels, self.plan, self.date, self.time, self.rng = labels, plan, date, time, rng
        side = ground.shape[0] * _SCALE
        self._overlay = Image.new("RGBA", (side, side))
        self._draw = ImageDraw.Draw(self._overlay)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the ground with its edge."""
        height, width = self.labels.shape
        return height, width

    def _at(self, points: Sequence[Point]) -> list[Point]:
        return [((x + EDGE) * _SCALE, (y + EDGE) * _SCALE) for x, y in points]

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        """A filled polygon."""
        self._draw.polygon(self._at(points), (*_levels(colour), 255))

    def line(self, points: Sequence[Point], colour: Colour, width: float, alpha: float = 1) -> None:
        """A line of a width in pixels; ``alpha`` 0 to 1."""
        faded = tuple(int(level * alpha) for level in _levels(colour))
        pen = max(1, round(width * _SCALE))
        self._draw.line(self._at(points), (*faded, int(255 * alpha)), pen, joint="curve")

    def disc(self, centre: Point, radius: float, colour: Colour, alpha: float = 1) -> None:
        """A filled circle; radius in pixels, ``alpha`` 0 to 1."""
        (x, y), r = self._at([centre])[0], radius * _SCALE
        faded = tuple(int(level * alpha) for level in _levels(colour))
        self._draw.ellipse((x - r, y - r, x + r, y + r), (*faded, int(255 * alpha)))

    def shadow(self, points: Sequence[Point], height: float) -> None:
        """The shadow of a flat thing that floats ``height`` pixels above the ground."""
        reach = height / math.tan(self.date.sun_elevation)
        dx = -math.cos(self.date.sun_azimuth) * reach
        dy = -math.sin(self.date.sun_azimuth) * reach
        moved = self._at([(x + dx, y + dy) for x, y in points])
        self._draw.polygon(moved, (0, 0, 0, int(230 * self.date.shadow)))

    def box(
        self, centre: Point, length: float, width: float, angle: float, colour: Colour,
        height: float = 1.0,
    ) -> None:  # fmt: skip
        """A turned rectangle with its shadow; all lengths in pixels."""
        corners = rectangle(centre, length, width, angle)
        self.shadow(corners, height)
        self.polygon(corners, colour)

    def car(self, centre: Point, angle: float, colour: Colour, length: float = 4.5) -> None:
        """A car with dark windows; ``length`` in metres."""
        pixels = self.plan.pixels(length)
        width = max(1.4, 0.42 * pixels)
        self.box(centre, pixels, width, angle, colour, self.plan.pixels(1.4))
        for along in (-0.22, 0.18):
            x = centre[0] + along * pixels * math.cos(angle)
            y = centre[1] + along * pixels * math.sin(angle)
            self.polygon(rectangle((x, y), 0.13 * pixels, 0.8 * width, angle), (40, 44, 50))

    def blend(self, alpha: NDArray[np.float32], colour: NDArray[np.float32] | Colour) -> None:
        """Mix a colour, or an image, into the ground by ``alpha`` ``[side, side]``, 0 to 1."""
        share = np.clip(alpha, 0, 1)[..., None]
        self.ground += share * (np.asarray(colour, np.float32) - self.ground)

    def grid(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Plan coordinates x and y of every pixel, ``[side, side]`` each."""
        rows, columns = np.mgrid[: self.shape[0], : self.shape[1]].astype(np.float32) - EDGE
        return columns, rows

    def finish(self) -> NDArray[np.uint8]:
        """The frame with its edge, ``[side, side, 3]``."""
        overlay = np.asarray(self._overlay.reduce(_SCALE), np.float32)
        seen = self.ground * (1 - overlay[..., 3:] / 255) + overlay[..., :3]
        return np.clip(seen, 0, 255).astype(np.uint8)


Animate = Callable[[Shot], None]


@dataclass(frozen=True)
class Event:
    """A scene in which something happens.

    Attributes:
        plan: The still ground.
        animate: Draws what moves into a shot.
        descriptions: Wordings of what is seen and moves.
    """

    plan: Plan
    animate: Animate
    descriptions: tuple[str, ...]


def _levels(colour: Colour) -> tuple[int, int, int]:
    red, green, blue = (int(min(max(level, 0), 255)) for level in colour)
    return red, green, blue

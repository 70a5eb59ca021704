"""Short videos from a drone: something happens, and the camera drifts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from unirs_lab.world import events_land, events_people
from unirs_lab.world.light import Acquisition
from unirs_lab.world.render import expose, paint
from unirs_lab.world.shots import EDGE, Event, Shot

_STAGES: dict[str, Callable[[np.random.Generator, int], Event]] = {
    "flood": events_land.flood,
    "fire": events_land.fire,
    "traffic congestion": events_people.traffic_congestion,
    "harvesting": events_land.harvesting,
    "boating": events_land.boating,
    "constructing": events_land.constructing,
    "soccer": events_people.soccer,
    "parade/protest": events_people.parade,
    "car racing": events_people.car_racing,
    "swimming": events_people.swimming,
    "ploughing": events_land.ploughing,
    "non-event": events_land.non_event,
}
EVENTS = tuple(_STAGES)
"""The classes that videos show, by their names in ERA (Mou et al., 2020)."""


@dataclass(frozen=True)
class SceneVideo:
    """A video and what happens in it.

    Attributes:
        frames: ``[frames, size, size, 3]`` uint8, in order of time.
        event: One of ``EVENTS``.
        description: What is seen and moves, one sentence.
        pixel_size: Metres.
        seed: What it was made from.
    """

    frames: NDArray[np.uint8]
    event: str
    description: str
    pixel_size: float
    seed: int


def video(seed: int, size: int = 128, frames: int = 8, event: str | None = None) -> SceneVideo:
    """A video from a seed; all events are equally frequent.

    Args:
        seed: Not negative; see ``seed_for``.
        size: Side of the frames in pixels.
        frames: How many; more of them show the same motion in finer steps.
        event: One of ``EVENTS``; drawn if ``None``.
    """
    rng = np.random.default_rng((3, seed))
    drawn = EVENTS[rng.integers(len(EVENTS))]
    event = drawn if event is None else event
    stage = _STAGES[event](rng, size)
    date = Acquisition.draw(rng)
    ground = paint(stage.plan, date, EDGE)
    camera = _Camera.draw(rng, size)
    shots = []
    for index in range(frames):
        time = index / max(1, frames - 1)
        flicker = np.random.default_rng((3, seed, index))
        shot = Shot(ground.image, ground.labels, stage.plan, date, time, flicker)
        stage.animate(shot)
        seen = camera.look(shot.finish(), size, time)
        shots.append(expose(seen, replace(date, seed=int(flicker.integers(2**62)))))
    return SceneVideo(
        frames=np.stack(shots),
        event=event,
        description=str(rng.choice(stage.descriptions)),
        pixel_size=stage.plan.pixel_size,
        seed=seed,
    )


@dataclass(frozen=True)
class _Camera:
    """A drift over the scene: from and to (pixels), turn (radians) and zoom over the video."""

    start: tuple[float, float]
    end: tuple[float, float]
    turn: float
    zoom: float
    tremble: float

    @classmethod
    def draw(cls, rng: np.random.Generator, size: int) -> _Camera:
        """A random drift that stays within the edge."""
        x0, y0, x1, y1 = rng.uniform(-5, 5, 4)
        turn = rng.normal(0, 0.015) * min(1.0, 128 / size)
        return cls((x0, y0), (x1, y1), turn, rng.uniform(-0.02, 0.03), rng.uniform(0, 0.5))

    def look(self, frame: NDArray[np.uint8], size: int, time: float) -> NDArray[np.uint8]:
        """The part of a frame with its edge that the camera sees at a time."""
        angle, scale = self.turn * time, 1 - self.zoom * time
        cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
        wave = self.tremble * math.sin(23 * time), self.tremble * math.cos(31 * time)
        x = EDGE + self.start[0] + (self.end[0] - self.start[0]) * time + wave[0] + size / 2
        y = EDGE + self.start[1] + (self.end[1] - self.start[1]) * time + wave[1] + size / 2
        half = size / 2
        matrix = (
            cosine, -sine, x - cosine * half + sine * half,
            sine, cosine, y - sine * half - cosine * half,
        )  # fmt: skip
        image = Image.fromarray(frame)
        moved = image.transform(
            (size, size), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR
        )
        return np.asarray(moved)

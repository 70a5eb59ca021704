"""Scenes, pairs of dates and videos: images with everything that is known about them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from unirs_lab.world import events_land, events_people
from unirs_lab.world.appearance import Acquisition
from unirs_lab.world.captions import change_captions, description, short_captions
from unirs_lab.world.changes import CHANGES, Change, choose_zone
from unirs_lab.world.facts import observe
from unirs_lab.world.layouts import LAYOUTS, draw_pixel_size, lay_out
from unirs_lab.world.plan import BUILDING, Plan
from unirs_lab.world.questions import QA, ask, change_questions
from unirs_lab.world.render import Rendering, expose, paint, render
from unirs_lab.world.shots import EDGE, Event, Shot

_SPLITS = ("train", "val", "test")
_SPLIT_SPAN = 1 << 40


@dataclass(frozen=True)
class Scene:
    """An image and everything that is known about it.

    Attributes:
        image: ``[size, size, 3]`` uint8.
        labels: ``[size, size]`` uint8, indices into ``CLASSES``.
        captions: Four short wordings, lower case, no final stop.
        description: One detailed caption: classes by area, then at most 45 words.
        questions: With their answers.
        pixel_size: Metres.
        kind: Layout, such as ``"farmland"``.
        seed: Its seed.
    """

    image: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    captions: tuple[str, ...]
    description: str
    questions: tuple[QA, ...]
    pixel_size: float
    kind: str
    seed: int


def seed_for(split: str, index: int) -> int:
    """The seed of the ``index``-th sample of a split; no seed belongs to two splits.

    Args:
        split: ``"train"``, ``"val"`` or ``"test"``.
        index: 0 to 2**40 - 1.

    Raises:
        ValueError: Unknown split, or index out of range.
    """
    if split not in _SPLITS or not 0 <= index < _SPLIT_SPAN:
        raise ValueError(f"No seed for sample {index} of split {split!r}.")
    return _SPLITS.index(split) * _SPLIT_SPAN + index


def scene(seed: int, size: int = 128, pixel_size: float | None = None) -> Scene:
    """A scene from a seed; the same seed and size give the same scene everywhere.

    Args:
        seed: Not negative; see ``seed_for``.
        size: Side of the image in pixels.
        pixel_size: Metres; log-uniform between 0.3 and 10 if ``None``.
    """
    rng = np.random.default_rng((1, seed))
    drawn = draw_pixel_size(rng)
    pixel_size = drawn if pixel_size is None else pixel_size
    plan = lay_out(rng, size, pixel_size).plan
    rendering = render(plan, Acquisition.draw(rng))
    facts = observe(plan, rendering.labels)
    return Scene(
        image=rendering.image,
        labels=rendering.labels,
        captions=short_captions(facts, rng),
        description=description(facts),
        questions=ask(facts, rng),
        pixel_size=pixel_size,
        kind=plan.kind,
        seed=seed,
    )


SHIFT = 2
"""Largest misregistration of the later date, in pixels."""
LEAST_CHANGE = 0.02
"""Least share of the image that a change covers."""
_ATTEMPTS = 100
_OFTEN = {"houses built": 3.0, "houses removed": 1.5, "building built": 1.5, "road built": 1.5}
"""Weights of the kinds of change that are drawn more often than others."""


@dataclass(frozen=True)
class ScenePair:
    """Two dates of one place, and everything that is known about them.

    Attributes:
        before: ``[size, size, 3]`` uint8, the earlier date.
        after: The later date, misregistered by up to ``SHIFT`` pixels.
        labels_before: ``[size, size]`` uint8, indices into ``CLASSES``.
        labels_after: The same for the later date, on the grid of the earlier one.
        change_mask: ``[size, size]``, where the labels differ; season and light do not count.
        changed: Whether anything did.
        kind: Which change, such as ``"houses built"``, or ``"none"``.
        captions: Five, lower case, no final stop.
        questions: Of type ``"change"``, with their answers.
        pixel_size: Metres.
        seed: Its seed.
    """

    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    labels_before: NDArray[np.uint8]
    labels_after: NDArray[np.uint8]
    change_mask: NDArray[np.bool_]
    changed: bool
    kind: str
    captions: tuple[str, ...]
    questions: tuple[QA, ...]
    pixel_size: float
    seed: int


def pair(
    seed: int, size: int = 128, pixel_size: float | None = None, kind: str | None = None
) -> ScenePair:
    """A pair of dates from a seed; half of all pairs are unchanged.

    Args:
        seed: Not negative; see ``seed_for``.
        size: Side of the images in pixels.
        pixel_size: Metres; log-uniform between 0.4 and 6 if ``None``.
        kind: Change to show, ``"none"`` for an unchanged pair; drawn if ``None``.

    Raises:
        ValueError: The pixels are too few or too coarse for the change to be seen.
    """
    first = np.random.default_rng((2, seed))
    drawn = draw_pixel_size(first, 0.4, 6.0)
    pixel_size = drawn if pixel_size is None else pixel_size
    changed = bool(first.random() < 0.5) if kind is None else kind != "none"
    pool = [change for change in CHANGES if kind in (None, "none", change.kind)]
    kinds = sorted({change.kind for change in pool})
    weights = np.array([_OFTEN.get(name, 1.0) for name in kinds])
    wanted = str(first.choice(kinds, p=weights / weights.sum()))
    pool = [change for change in pool if change.kind == wanted]
    for attempt in range(_ATTEMPTS):
        rng = np.random.default_rng((2, seed, attempt))
        result = _attempt(rng, size, pixel_size, pool[rng.integers(len(pool))], changed, seed)
        if result is not None:
            return result
    raise ValueError(f"No {wanted!r} can be shown with {size} pixels of {pixel_size:g} m.")


def _attempt(
    rng: np.random.Generator, size: int, pixel_size: float, change: Change, changed: bool, seed: int
) -> ScenePair | None:
    """One try; ``None`` if the change cannot be seen clearly enough."""
    before, after = _plans(rng, size, pixel_size, change, changed)
    early = crop_rendering(render(before, Acquisition.draw(rng)), size, (0, 0))
    margin = SHIFT
    later = render(after, Acquisition.draw(rng), margin)
    shift = rng.integers(-SHIFT, SHIFT + 1, 2) if rng.random() < 0.7 else np.zeros(2, int)
    image = crop_rendering(later, size, (margin + int(shift[0]), margin + int(shift[1]))).image
    labels_after = crop_rendering(later, size, (margin, margin)).labels
    mask = early.labels != labels_after
    share = float(mask.mean())
    if share < LEAST_CHANGE if changed else share > 0:
        return None
    houses = abs(len(after.buildings) - len(before.buildings))
    if changed and change.kind.startswith(("houses", "building")):
        built = (early.labels == BUILDING) != (labels_after == BUILDING)
        if houses == 0 or built.mean() < 0.006:
            return None
    kind = change.kind if changed else "none"
    return ScenePair(
        before=early.image,
        after=image,
        labels_before=early.labels,
        labels_after=labels_after,
        change_mask=mask,
        changed=changed,
        kind=kind,
        captions=change_captions(kind, (early.labels, labels_after), mask, houses),
        questions=change_questions(kind, rng),
        pixel_size=pixel_size,
        seed=seed,
    )


def two_states(
    rng: np.random.Generator, size: int, pixel_size: float, change: Change
) -> tuple[Plan, Plan]:
    """A site before and after a change, with the same vehicles."""
    names = [name for name in LAYOUTS if name not in ("plain", "downtown")]
    site = lay_out(rng, size, pixel_size, str(rng.choice(names)))
    zone = choose_zone(site)
    states = []
    for dress in (change.before, change.after):
        state = site.fork()
        dress(state, zone)
        states.append(state.plan)
    return states[0], states[1]


def _plans(
    rng: np.random.Generator, size: int, pixel_size: float, change: Change, changed: bool
) -> tuple[Plan, Plan]:
    """Both dates' plans; an unchanged pair shows one of the two states twice."""
    states = [*two_states(rng, size, pixel_size, change)]
    if not changed:
        states = [states[rng.integers(2)]] * 2
    before, after = (other_cars(plan, rng) for plan in states)
    return before, after


def other_cars(plan: Plan, rng: np.random.Generator) -> Plan:
    """The same ground with half of its vehicles: traffic is no change."""
    kept = [vehicle for vehicle in plan.vehicles if rng.random() < 0.5]
    repainted = [replace(v, tone=float(rng.random())) if rng.random() < 0.5 else v for v in kept]
    return replace(plan, vehicles=repainted)


def crop_rendering(rendering: Rendering, size: int, corner: tuple[int, int]) -> Rendering:
    """A square of a rendering, from its upper left corner (row, column) on."""
    row, column = corner
    window = np.s_[row : row + size, column : column + size]
    return Rendering(
        np.ascontiguousarray(rendering.image[window]),
        np.ascontiguousarray(rendering.labels[window]),
    )


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
        seed: Its seed.
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
        seen = camera.view(shot.finish(), size, time)
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

    def view(self, frame: NDArray[np.uint8], size: int, time: float) -> NDArray[np.uint8]:
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

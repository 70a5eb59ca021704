"""Series of dates of one place, on which something appears, or goes, at a date that is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unirs_lab.world.appearance import Acquisition
from unirs_lab.world.changes import CHANGES, Change
from unirs_lab.world.layouts import draw_pixel_size
from unirs_lab.world.plan import BUILDING, CLASSES, Plan
from unirs_lab.world.questions import SEEN, presence_question, series_questions, yes
from unirs_lab.world.render import render
from unirs_lab.world.scenes import (
    LEAST_CHANGE,
    SHIFT,
    crop_rendering,
    other_cars,
    two_states,
)

UNCHANGED = 0.2
"""Share of series in which nothing happens."""

COVERS = range(len(CLASSES))

_ATTEMPTS = 100
_LEAST_BUILT = 0.006
"""Least share of the image whose roofs must be new or gone where houses are."""


@dataclass(frozen=True)
class SeriesQuestion:
    """A question with yes or no about a series.

    Attributes:
        text: In the words of a user.
        first: Index of the first frame at which it is yes; ``None`` if it never is.
        of_change: Whether it asks for what has happened, not for what is there.
    """

    text: str
    first: int | None
    of_change: bool


@dataclass(frozen=True)
class SceneSeries:
    """Dates of one place, and everything that is known about them.

    Attributes:
        frames: ``[dates, size, size, 3]`` uint8, in order of time, each misregistered by up to
            ``SHIFT`` pixels.
        labels: ``[dates, size, size]`` uint8, indices into ``CLASSES``.
        event: Index of the first frame after the change; ``None`` if nothing has changed.
        kind: Which change, such as ``"houses built"``, or ``"none"``.
        questions: Whose answers are known.
        pixel_size: Metres.
        seed: Its seed.
    """

    frames: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    event: int | None
    kind: str
    questions: tuple[SeriesQuestion, ...]
    pixel_size: float
    seed: int


def series(seed: int, size: int = 128, dates: int = 8) -> SceneSeries:
    """A series from a seed.

    Args:
        seed: Not negative; see ``seed_for``.
        size: Side of the frames in pixels.
        dates: How many, at least 2.

    Raises:
        ValueError: The pixels are too few for a change to be seen.
    """
    first = np.random.default_rng((4, seed))
    pixel_size = draw_pixel_size(first, 0.4, 6.0)
    event = None if first.random() < UNCHANGED else int(first.integers(1, dates))
    kinds = sorted({change.kind for change in CHANGES})
    wanted = str(first.choice(kinds))
    pool = [change for change in CHANGES if change.kind == wanted]
    for attempt in range(_ATTEMPTS):
        rng = np.random.default_rng((4, seed, attempt))
        change = pool[rng.integers(len(pool))]
        states = two_states(rng, size, pixel_size, change)
        labels = [_labels(state, size) for state in states]
        if _is_clear(change, labels[0], labels[1]):
            return _series(rng, states, change, event, dates, seed)
    raise ValueError(f"No {wanted!r} can be shown with {size} pixels of {pixel_size:g} m.")


def _series(
    rng: np.random.Generator,
    states: tuple[Plan, Plan],
    change: Change,
    event: int | None,
    dates: int,
    seed: int,
) -> SceneSeries:
    unchanged = int(rng.integers(2))
    which = [unchanged if event is None else int(date >= event) for date in range(dates)]
    frames, labels = zip(*(_frame(rng, states[state]) for state in which), strict=True)
    kind = change.kind if event is not None else "none"
    return SceneSeries(
        frames=np.stack(frames),
        labels=np.stack(labels),
        event=event,
        kind=kind,
        questions=_questions(rng, kind, event, np.stack(labels)),
        pixel_size=states[0].pixel_size,
        seed=seed,
    )


def _frame(rng: np.random.Generator, state: Plan) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """One date: other light and season, other vehicles, and a shift."""
    rendering = render(other_cars(state, rng), Acquisition.draw(rng), SHIFT)
    moved = rng.integers(-SHIFT, SHIFT + 1, 2) if rng.random() < 0.7 else np.zeros(2, int)
    corner = SHIFT + int(moved[0]), SHIFT + int(moved[1])
    return (
        crop_rendering(rendering, state.size, corner).image,
        crop_rendering(rendering, state.size, (SHIFT, SHIFT)).labels,
    )


def _labels(state: Plan, size: int) -> NDArray[np.uint8]:
    light = Acquisition.draw(np.random.default_rng(0))
    return crop_rendering(render(state, light), size, (0, 0)).labels


def _is_clear(change: Change, before: NDArray[np.uint8], after: NDArray[np.uint8]) -> bool:
    """Whether the change can be seen."""
    if (before != after).mean() < LEAST_CHANGE:
        return False
    if not change.kind.startswith(("houses", "building")):
        return True
    return float(((before == BUILDING) != (after == BUILDING)).mean()) >= _LEAST_BUILT


def _questions(
    rng: np.random.Generator, kind: str, event: int | None, labels: NDArray[np.uint8]
) -> tuple[SeriesQuestion, ...]:
    """What has happened, what has not, and what is there from the change on."""
    found = [
        SeriesQuestion(qa.question, event if qa.answer == yes(True) else None, of_change=True)
        for qa in series_questions(kind, rng)
    ]
    if event is not None:
        shares = [[float((date == cover).mean()) for cover in COVERS] for date in labels]
        for cover in COVERS:
            before = max(date[cover] for date in shares[:event])
            after = min(date[cover] for date in shares[event:])
            if before == 0 and after >= SEEN:
                text = presence_question(cover, rng)
                found.append(SeriesQuestion(text, event, of_change=False))
    return tuple(found)

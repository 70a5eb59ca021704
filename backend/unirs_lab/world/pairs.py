"""Pairs of dates: what changed and what only looks different."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from unirs_lab.world.change_words import change_captions, change_questions
from unirs_lab.world.changes import CHANGES, Change, choose_zone
from unirs_lab.world.layouts import LAYOUTS, draw_pixel_size, lay_out
from unirs_lab.world.light import Acquisition
from unirs_lab.world.plan import BUILDING, Plan
from unirs_lab.world.questions import QA
from unirs_lab.world.render import Rendering, render

SHIFT = 2
"""Largest misregistration of the later date, in pixels."""
LEAST_CHANGE = 0.02
"""Least share of the image that a change covers."""
_ATTEMPTS = 100
_OFTEN = {"houses built": 3.0, "houses removed": 1.5, "building built": 1.5, "road built": 1.5}
"""How often a kind of change is drawn, where it is not once: building is what one looks for."""


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
        seed: What it was made from.
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
    """A pair from a seed; half of all pairs are unchanged.

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
    early = _crop(render(before, Acquisition.draw(rng)), size, (0, 0))
    margin = SHIFT
    later = render(after, Acquisition.draw(rng), margin)
    shift = rng.integers(-SHIFT, SHIFT + 1, 2) if rng.random() < 0.7 else np.zeros(2, int)
    image = _crop(later, size, (margin + int(shift[0]), margin + int(shift[1]))).image
    labels_after = _crop(later, size, (margin, margin)).labels
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


def _plans(
    rng: np.random.Generator, size: int, pixel_size: float, change: Change, changed: bool
) -> tuple[Plan, Plan]:
    """Both dates' plans; an unchanged pair shows one of the two states twice."""
    names = [name for name in LAYOUTS if name not in ("plain", "downtown")]
    site = lay_out(rng, size, pixel_size, str(rng.choice(names)))
    zone = choose_zone(site)
    states = []
    for dress in (change.before, change.after):
        state = site.fork()
        dress(state, zone)
        states.append(state.plan)
    if not changed:
        states = [states[rng.integers(2)]] * 2
    before, after = (_other_cars(plan, rng) for plan in states)
    return before, after


def _other_cars(plan: Plan, rng: np.random.Generator) -> Plan:
    """The same ground with half of its vehicles: traffic is no change."""
    kept = [vehicle for vehicle in plan.vehicles if rng.random() < 0.5]
    repainted = [replace(v, tone=float(rng.random())) if rng.random() < 0.5 else v for v in kept]
    return replace(plan, vehicles=repainted)


def _crop(rendering: Rendering, size: int, corner: tuple[int, int]) -> Rendering:
    row, column = corner
    window = np.s_[row : row + size, column : column + size]
    return Rendering(
        np.ascontiguousarray(rendering.image[window]),
        np.ascontiguousarray(rendering.labels[window]),
    )

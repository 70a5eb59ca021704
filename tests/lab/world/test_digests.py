"""Pixels, labels and words of generated images, pinned: a seed means the same in every version."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from unirs_lab.world import EVENTS, pair, scene, video
from unirs_lab.world.changes import CHANGES
from unirs_lab.world.layouts import LAYOUTS

SCENES = {
    "residential": (29, "706dabea9662dc8b"),
    "downtown": (3, "a5ab37420d5915fe"),
    "industrial": (20, "3230f9f94b66a9f5"),
    "suburb": (17, "f560ed66de07dfbd"),
    "village": (2, "8ef7a0edc461f5e1"),
    "farmland": (1, "e2307f8f0fdf728e"),
    "forest": (15, "80ff1ae0a53f1abc"),
    "lakes": (14, "7a2b756061724518"),
    "river": (97, "0f92ca67b48f9695"),
    "coast": (4, "fdcabafc2b22efb6"),
    "quarry": (5, "94ede420bb62ddef"),
    "meadow": (0, "b6616f6a3d659501"),
    "plain": (52, "23f33684a9af5def"),
}
"""For each layout, the seed of a scene that has it, and the scene's digest."""

PAIRS = {
    "building built": "79cd6447c2d0c834",
    "building removed": "54c5e5036f148114",
    "houses built": "c3754027fd3c904f",
    "houses removed": "8b6bdda2cef49b8a",
    "lake appeared": "df4b0d6dd56bd788",
    "lake dried": "26b4b8f1b023b0ae",
    "lake grown": "e9809083a95943bf",
    "lake shrunk": "c57a6d571c1853f5",
    "land cleared": "a27587c2a78dcbfa",
    "land greened": "5f438c929b71f503",
    "parking built": "ce4b696cdba98eef",
    "road built": "ca12c777fbf26512",
    "road removed": "3c8a5c6e05c293a1",
    "trees planted": "29e774a3804ce107",
    "trees removed": "c2820d8f9412085f",
    "none": "3df1fd78129b180e",
}
"""The digest of a pair of each kind."""

VIDEOS = {
    "flood": "3ac1d5342ab64be7",
    "fire": "5e2b1f5918bc85c9",
    "traffic congestion": "8c602c6327747f99",
    "harvesting": "d033eb79a4cefbf4",
    "boating": "86d63be3d3605854",
    "constructing": "021a0f60fa19914f",
    "soccer": "080cbbfc2b59ae5f",
    "parade/protest": "2186fef099596856",
    "car racing": "2898d75cb3ae30a8",
    "swimming": "d2b3855c7c11f8de",
    "ploughing": "a0999e02f020cbce",
    "non-event": "cee8a807866d64df",
}
"""The digest of a video of each event."""


def digest(*parts: object) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
    return whole.hexdigest()[:16]


def scene_digest(seed: int) -> tuple[str, str]:
    made = scene(seed, 64)
    questions = [(asked.type, asked.question, asked.answer) for asked in made.questions]
    words = (made.captions, made.description, questions, made.kind)
    return made.kind, digest(made.image, made.labels, *words)


def pair_digest(kind: str) -> str:
    made = pair(5, 64, pixel_size=1.0, kind=kind)
    questions = [(asked.type, asked.question, asked.answer) for asked in made.questions]
    images = (made.before, made.after, made.labels_before, made.labels_after, made.change_mask)
    return digest(*images, made.captions, questions, made.kind)


def video_digest(event: str) -> str:
    made = video(5, 48, 3, event)
    return digest(made.frames, made.description, made.event)


def test_every_layout_change_and_event_is_pinned() -> None:
    assert set(SCENES) == set(LAYOUTS)
    assert set(PAIRS) == {change.kind for change in CHANGES} | {"none"}
    assert set(VIDEOS) == set(EVENTS)


@pytest.mark.parametrize("kind", SCENES)
def test_a_scene_stays_the_same(kind: str) -> None:
    seed, pinned = SCENES[kind]
    assert scene_digest(seed) == (kind, pinned)


@pytest.mark.parametrize("kind", PAIRS)
def test_a_pair_stays_the_same(kind: str) -> None:
    assert pair_digest(kind) == PAIRS[kind]


@pytest.mark.parametrize("event", VIDEOS)
def test_a_video_stays_the_same(event: str) -> None:
    assert video_digest(event) == VIDEOS[event]

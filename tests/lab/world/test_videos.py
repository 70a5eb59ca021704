from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from unirs_lab.world import EVENTS, SceneVideo, video

ERA = {
    "post-earthquake", "flood", "fire", "landslide", "mudslide", "traffic collision",
    "traffic congestion", "harvesting", "ploughing", "constructing", "police chase", "conflict",
    "baseball", "basketball", "boating", "cycling", "running", "soccer", "swimming", "car racing",
    "party", "concert", "parade/protest", "religious activity", "non-event",
}  # fmt: skip


def test_events_carry_their_names_in_era() -> None:
    assert len(EVENTS) >= 8
    assert set(EVENTS) <= ERA


def test_every_event_occurs(videos: list[SceneVideo]) -> None:
    assert set(Counter(made.event for made in videos)) == set(EVENTS)


@pytest.mark.parametrize("event", EVENTS)
def test_each_frame_differs_from_the_one_before(event: str) -> None:
    made = video(3, 64, event=event)
    assert made.frames.shape == (8, 64, 64, 3)
    assert made.frames.dtype == np.uint8
    steps = np.abs(np.diff(made.frames.astype(int), axis=0)).mean(axis=(1, 2, 3))
    assert (steps > 0.5).all()


def test_a_video_is_the_same_every_time() -> None:
    assert np.array_equal(video(4, 64).frames, video(4, 64).frames)


def test_more_frames_show_the_same_motion() -> None:
    short, long = video(6, 64, 8, "boating"), video(6, 64, 15, "boating")
    first = np.abs(short.frames[0].astype(int) - long.frames[0].astype(int)).mean()
    last = np.abs(short.frames[-1].astype(int) - long.frames[-1].astype(int)).mean()
    assert first == 0
    assert last < 6  # other sensor noise, same scene


def test_descriptions_have_a_sensible_length(videos: list[SceneVideo]) -> None:
    assert all(5 <= len(made.description.split()) <= 25 for made in videos)

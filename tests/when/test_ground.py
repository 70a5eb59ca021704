"""Where the ground has changed for good, by features of patches."""

from __future__ import annotations

import numpy as np
import pytest

from unirs.when.ground import lasting_changes
from unirs.when.smoothing import LASTING, Evidence, smooth

SEEN = np.ones((32, 32), bool)


def features(dates: int = 8, event: int | None = None, seed: int = 0, rows: int = 8):
    """Patches that differ a little at every date, and some of them for good from the event on."""
    rng = np.random.default_rng(seed)
    ground, new = rng.normal(size=(2, rows, 8, 64))
    found = []
    for date in range(dates):
        patches = ground + 0.6 * rng.normal(size=ground.shape) + rng.normal(size=64)
        if event is not None and date >= event:
            patches[3:6, 3:6] += 2 * new[3:6, 3:6]
        found.append(patches.astype(np.float32))
    return found


@pytest.mark.parametrize("event", [1, 4, 7])
def test_the_interval_of_a_lasting_change_stands_out(event):
    found = lasting_changes(features(event=event), SEEN)
    assert 1 + int(np.argmax(found)) == event
    assert max(found) > LASTING
    assert max(lasting_changes(features(), SEEN)) < LASTING


def test_what_only_one_date_shows_is_no_lasting_change():
    dates = features()
    dates[3][3:6, 3:6] += 3
    assert max(lasting_changes(dates, SEEN)) < LASTING


def test_ground_without_data_at_a_date_does_not_count():
    valid = SEEN.copy()
    valid[8:28] = False
    assert max(lasting_changes(features(event=4), valid)) < LASTING
    assert lasting_changes(features(event=4), np.zeros((32, 32), bool)) is None


def test_few_dates_and_narrow_images():
    assert lasting_changes(features(3), SEEN) is None
    assert len(lasting_changes(features(4, rows=1), SEEN)) == 3


def test_the_ground_decides_where_the_answers_do_not():
    quiet = Evidence([0.02] * 5, [0.1] * 4, starts_false=True, ground=[1.0, 1.5, 9.0, 1.2])
    assert np.argmax(smooth(quiet).first) == 3
    loud = Evidence([0.02] * 5, [0.1] * 4, starts_false=True, ground=[1.0] * 4)
    assert np.argmax(smooth(loud).first) == 5

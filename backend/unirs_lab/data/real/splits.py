"""Which real images a model learns from, is chosen by, and is tested on: defined here alone.

Where a collection comes with a test set, it is kept, and validation images are taken from its
training set. Views of one flight never fall into two splits. A rule uses an image's own name
alone, so that a partial copy splits as the whole one does.
"""

from __future__ import annotations

import hashlib

from unirs_lab.data.real.items import Split

UCMERCED_VAL, UCMERCED_TEST = 74, 80
ROADS_VAL, ROADS_TEST = 83, 89
LEVIR_VAL, LEVIR_TEST = 47, 51
"""Numbers of the first validation image and of the first test image."""


def part(key: str, test: float, val: float) -> Split:
    """The split that a name falls into by its hash.

    Args:
        key: The name, with that of its collection in front.
        test: Share of the names that is for testing, 0 to 1.
        val: Likewise for validation.
    """
    place = int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) / 2**32
    return "test" if place < test else "val" if place < test + val else "train"


def rsicd(image: str, given: Split) -> Split:
    """The authors' test set; of the rest, a twentieth of the images is for validation."""
    return given if given == "test" else part(f"rsicd/{image}", 0, 0.05)


def ucmerced(number: int) -> Split:
    """By an image's number within its class, 0 to 89."""
    return _by_number(number, UCMERCED_VAL, UCMERCED_TEST)


def by_class_folder(collection: str, image: str) -> Split:
    """EuroSAT and NWPU, which come without a split."""
    return part(f"{collection}/{image}", 0.15, 0.05)


def aerial_cars(scene: str, given: Split) -> Split:
    """The given test set; of the other scenes (frames of one flight), some for validation."""
    return given if given == "test" else part(f"cars/{scene}", 0, 0.08)


def epfl_roads(number: int) -> Split:
    """By an image's number, 1 to 100."""
    return _by_number(number, ROADS_VAL, ROADS_TEST)


def levir_cd(number: int) -> Split:
    """By a pair's number, 1 to 64: whole pairs, never tiles of one."""
    return _by_number(number, LEVIR_VAL, LEVIR_TEST)


def _by_number(number: int, val: int, test: int) -> Split:
    return "test" if number >= test else "val" if number >= val else "train"

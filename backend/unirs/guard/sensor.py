"""Whether an image is of a kind that models are seldom trained on."""

from __future__ import annotations

from collections.abc import Sequence

from unirs.sensor_bands import sensing
from unirs.sentences import sentence


def about_sensor(shows: Sequence[str]) -> tuple[str, ...]:
    """A sentence where the bands of an image are not those that models are trained on, else none.

    Args:
        shows: What is shown as red, green and blue, or as grey, see :mod:`unirs.sensor_bands`.
    """
    kind = sensing(shows)
    return (sentence(kind),) if kind else ()

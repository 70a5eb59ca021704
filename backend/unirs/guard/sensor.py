"""Whether an image is of a kind that models are seldom trained on."""

from __future__ import annotations

from collections.abc import Sequence

from unirs.sensor_bands import sensing

_SENTENCES = {
    "radar": "This is a radar image; models, the default one included, are trained on natural "
    "colours: do not rely on the answer.",
    "thermal": "This is a thermal image; models, the default one included, are trained on natural "
    "colours: do not rely on the answer.",
    "false colours": "The image shows infrared in false colours; models, the default one included, "
    "are trained on natural colours: do not rely on the answer.",
}


def about_sensor(shows: Sequence[str]) -> tuple[str, ...]:
    """A sentence where the bands of an image are not those that models are trained on, else none.

    Args:
        shows: What is shown as red, green and blue, or as grey, see :mod:`unirs.sensor_bands`.
    """
    sentence = _SENTENCES.get(sensing(shows))
    return (sentence,) if sentence else ()

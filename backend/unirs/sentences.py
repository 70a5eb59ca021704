"""Sentences about images, and the templates that they were made of.

A sentence is stored and sent in English. Its template identifies it, so that a front end can show
it in the language of its user: ``taken_apart`` gives the template with the values in it.

The runtime and the QGIS plugin share this file, so it imports the standard library alone and runs
on Python 3.9.
"""

from __future__ import annotations

import re
from functools import cache


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:  # noqa: N802 - Qt's tools look for it
    """The text itself, marked for translation."""
    return text


_TEMPLATES = {
    "offset": QT_TRANSLATE_NOOP(
        "Sentences", "The dates lie {distance} apart; Align corrects that."
    ),
    "nodata": QT_TRANSLATE_NOOP("Sentences", "Both dates lack data on {share} of the ground."),
    "nodata_before": QT_TRANSLATE_NOOP(
        "Sentences", "The earlier date lacks data on {share} of the ground."
    ),
    "nodata_after": QT_TRANSLATE_NOOP(
        "Sentences", "The later date lacks data on {share} of the ground."
    ),
    "resolution_before": QT_TRANSLATE_NOOP(
        "Sentences", "The earlier date has pixels of {coarse}, the other one of {fine}."
    ),
    "resolution_after": QT_TRANSLATE_NOOP(
        "Sentences", "The later date has pixels of {coarse}, the other one of {fine}."
    ),
    "white_before": QT_TRANSLATE_NOOP(
        "Sentences",
        "The earlier date alone is white on {share} of the ground (clouds or snow?).",
    ),
    "white_after": QT_TRANSLATE_NOOP(
        "Sentences", "The later date alone is white on {share} of the ground (clouds or snow?)."
    ),
    "haze_before": QT_TRANSLATE_NOOP("Sentences", "The earlier date seems hazier."),
    "haze_after": QT_TRANSLATE_NOOP("Sentences", "The later date seems hazier."),
    "light": QT_TRANSLATE_NOOP(
        "Sentences", "Light or colours differ; Match colours removes {share} of the difference."
    ),
    "season": QT_TRANSLATE_NOOP("Sentences", "The seasons are {months} months apart."),
    "series_offset": QT_TRANSLATE_NOOP(
        "Sentences",
        "Neighbouring dates lie up to {distance} apart ({where}); Align corrects that.",
    ),
    "series_nodata": QT_TRANSLATE_NOOP(
        "Sentences", "Dates lack data on up to {share} of the ground ({where})."
    ),
    "series_resolution": QT_TRANSLATE_NOOP(
        "Sentences", "Neighbouring dates have pixels of {coarse} and of {fine} ({where})."
    ),
    "series_white": QT_TRANSLATE_NOOP(
        "Sentences",
        "One of two neighbouring dates is white on up to {share} of the ground "
        "({where}; clouds or snow?).",
    ),
    "series_haze": QT_TRANSLATE_NOOP(
        "Sentences", "One of two neighbouring dates seems hazier ({where})."
    ),
    "series_light": QT_TRANSLATE_NOOP(
        "Sentences",
        "Light or colours differ between neighbouring dates ({where}); Match colours removes up "
        "to {share} of the difference.",
    ),
    "series_season": QT_TRANSLATE_NOOP(
        "Sentences", "Seasons of neighbouring dates are up to {months} months apart ({where})."
    ),
    "undated": QT_TRANSLATE_NOOP(
        "Sentences", "Dates are not known ({names}): all are read in the order given."
    ),
    "rough": QT_TRANSLATE_NOOP(
        "Sentences",
        "Some dates are not exact enough to be ordered; all are read in the order given.",
    ),
    "same": QT_TRANSLATE_NOOP(
        "Sentences", "Some dates are the same: these are read in the order given."
    ),
    "unseen": QT_TRANSLATE_NOOP("Sentences", "Dates that show nothing here are left out: {names}."),
    "relative": QT_TRANSLATE_NOOP(
        "Sentences",
        "No date alone gives a yes (at most {highest}), so the dates were compared with each "
        "other.",
    ),
    "moved": QT_TRANSLATE_NOOP("Sentences", "The later date was moved by {distance}."),
    "moved_one": QT_TRANSLATE_NOOP("Sentences", "Image {number} was moved by {distance}."),
    "unaligned": QT_TRANSLATE_NOOP(
        "Sentences", "The later date cannot be aligned: the images have too little in common."
    ),
    "unaligned_one": QT_TRANSLATE_NOOP(
        "Sentences", "Image {number} cannot be aligned: the images have too little in common."
    ),
    "coloured": QT_TRANSLATE_NOOP("Sentences", "The later date has the colours of the first one."),
    "coloured_one": QT_TRANSLATE_NOOP(
        "Sentences", "Image {number} has the colours of the first one."
    ),
    "radar": QT_TRANSLATE_NOOP(
        "Sentences",
        "This is a radar image; models, the default one included, are trained on natural "
        "colours: do not rely on the answer.",
    ),
    "thermal": QT_TRANSLATE_NOOP(
        "Sentences",
        "This is a thermal image; models, the default one included, are trained on natural "
        "colours: do not rely on the answer.",
    ),
    "false colours": QT_TRANSLATE_NOOP(
        "Sentences",
        "The image shows infrared in false colours; models, the default one included, are "
        "trained on natural colours: do not rely on the answer.",
    ),
}
"""By their codes."""

_SLOT = re.compile(r"\\{(\w+)\\}")


def sentence(code: str, **values: object) -> str:
    """The sentence of a code, in English.

    Args:
        code: Which template.
        values: What is filled in; numbers with their units, so that they need no translation.
    """
    return _TEMPLATES[code].format(**values)


def taken_apart(text: str) -> tuple[str, dict[str, str]] | None:
    """The template of a sentence with the values in it; ``None`` if there is none for it."""
    for pattern, template in _patterns():
        match = pattern.fullmatch(text)
        if match:
            return template, match.groupdict()
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(_SLOT.sub(r"(?P<\1>.+?)", re.escape(template)), re.DOTALL), template)
        for template in _TEMPLATES.values()
    ]

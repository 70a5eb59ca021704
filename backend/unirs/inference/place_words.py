"""Words for places in an image, as they have to change when the image is turned."""

from __future__ import annotations

import re
from collections.abc import Callable

Place = tuple[int, int]
"""Row and column from the middle: -1 is up or left, 1 is down or right."""

_SIDES: tuple[Place, ...] = ((-1, 0), (1, 0), (0, -1), (0, 1))
_STYLES = (
    ("top", "bottom", "left", "right"),
    ("upper", "lower", "left", "right"),
    ("north", "south", "west", "east"),
    ("northern", "southern", "western", "eastern"),
)
"""Words for the four ``_SIDES``, in four ways to say them; corners join two of one way."""

_PLACES = {
    word: (style, place)
    for style in reversed(_STYLES)  # the plain left and right, of the first two, are the first's
    for word, place in zip(style, _SIDES, strict=True)
}
_PHRASE = re.compile(
    rf"\b(?:(?P<at>at|on) the )?(?P<first>{'|'.join(_PLACES)})"
    rf"(?:[ -](?P<second>{'|'.join(_PLACES)}))?\b"
)


def turn_places(text: str, turned: Callable[[int, int], Place]) -> str:
    """A text about a turned image as one about the image itself.

    Args:
        text: Such as ``"a lake appears in the top left corner"``.
        turned: Gives the place in the image itself of one in the turned image.

    Returns:
        The text with other places, such as ``"… in the bottom left corner"``.
    """
    return _PHRASE.sub(lambda match: _turned_phrase(match, turned), text)


def _turned_phrase(match: re.Match[str], turned: Callable[[int, int], Place]) -> str:
    words = [word for word in (match["first"], match["second"]) if word]
    style = _PLACES[words[0]][0]
    places = [turned(*_PLACES[word][1]) for word in words]
    places.sort(key=lambda place: place[0] == 0)  # "top left", never "left top"
    said = " ".join(style[_SIDES.index(place)] for place in places)
    if not match["at"]:
        return said
    sideways = len(places) == 1 and places[0][0] == 0 and style is _STYLES[0]
    return f"{'on' if sideways else 'at'} the {said}"

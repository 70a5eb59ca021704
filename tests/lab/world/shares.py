"""What is true of an image of which only the shares of the classes are known."""

from collections.abc import Sequence

from unirs_lab.world.facts import CLEAR_SHARE
from unirs_lab.world.plan import COVER_WORDS
from unirs_lab.world.questions import _MANY, _ONE, percent


def areas_asked_about(question: str, shares: Sequence[float]) -> list[float]:
    """The shares of the classes that a question names, in the order of their names."""
    position = {}
    for cover, names in enumerate(zip(COVER_WORDS, _ONE, _MANY, strict=True)):
        found = [question.index(name) for name in names if name in question]
        if found:
            position[cover] = min(found)
    return [shares[cover] for cover in sorted(position, key=lambda cover: position[cover])]


def asks_for_the_smaller(question: str) -> bool:
    """Whether a comparison asks which of two is smaller, and not which is larger."""
    return any(word in question for word in ("less", "smaller"))


def answer_by_shares(question: str, shares: Sequence[float]) -> str:
    """The only right answer to a question of presence, area or comparison."""
    areas = areas_asked_about(question, shares)
    if len(areas) == 2:
        return "yes" if (areas[0] < areas[1]) == asks_for_the_smaller(question) else "no"
    (area,) = areas
    if "covered" in question:
        return percent(area)
    assert area == 0 or area >= CLEAR_SHARE, "too little to be asked about"
    return "yes" if area else "no"

"""The same question in ten wordings. Training must not use these templates."""

from __future__ import annotations

import re
from collections.abc import Sequence

PRESENCE = (
    "Is there any sign of {many} in this scene?",
    "Are some {many} visible here?",
    "Does this area have {many}?",
    "Can {many} be seen in the picture?",
    "Would you find {many} here?",
    "Do {many} appear in this image?",
    "Look at the image: are there {many}?",
    "{many}: yes or no?",
    "Can anyone spot {many} in this photo?",
    "I need to know whether there are {many} here.",
)
COUNT = (
    "How many {many} are in this image?",
    "How many {many} does the picture show?",
    "How many {many} can you count?",
    "Count all {many} in the scene.",
    "What number of {many} is visible here?",
    "Please give me the number of {many}.",
    "How large is the number of {many} here?",
    "{many}: how many?",
    "Tell me how many {many} there are.",
    "I want to know how many {many} are in the picture.",
)
COUNT_OF_WORDINGS = 10

_FORMS = (
    (re.compile(r"Does this picture contain (?:an? )?(.+)\?"), PRESENCE),
    (re.compile(r"How many (.+) in the picture\?"), COUNT),
)


def wordings(question: str) -> Sequence[str]:
    """Ten wordings of a question of UC Merced about presence or number; none for others."""
    for form, templates in _FORMS:
        if found := form.fullmatch(question):
            thing = found.group(1)
            many = thing if thing.endswith("s") else f"{thing}s"
            return [template.format(many=many) for template in templates]
    return ()

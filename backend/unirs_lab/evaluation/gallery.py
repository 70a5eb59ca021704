"""Right and wrong cases to look at: a page without scripts or links, and a contact sheet.

Everything that data sets and models say is text to the page: escaped, and never more than text.
"""

from __future__ import annotations

import base64
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import islice, zip_longest
from pathlib import Path

import numpy as np
from PIL import Image

from unirs.errors import UniRSError
from unirs.files import whole_file
from unirs_lab.data.contact_sheet import GREEN, INK, QUIET, RED, Line, pictures, write_sheet
from unirs_lab.data.samples import Sample
from unirs_lab.evaluation.benchmarks import Verdict
from unirs_lab.evaluation.predictions import Prediction

SHOWN = 24
"""Cases of each kind at most."""

PAGE, SHEET = "gallery.html", "gallery.png"
_PICTURE_SIDE, _QUALITY = 256, 85
_SEED = 18
_WORDS = {True: "Right", False: "Wrong", None: "Scored"}
_COLOURS = {True: GREEN, False: RED, None: INK}

_TEMPLATE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 2rem; font: 15px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #f2f2ee }}
main {{ display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(22rem, 1fr)) }}
article {{ padding: 1rem; background: #fff; border-top: 4px solid #a01515 }}
body {{ overflow-wrap: anywhere }}
article.right {{ border-color: #1c6b2a }}
article.scored {{ border-color: #6a6a6a }}
figure {{ display: flex; flex-wrap: wrap; gap: 4px; margin: 0 0 .5rem }}
img {{ max-width: 100%; height: auto }}
dl {{ display: grid; grid-template-columns: 5rem 1fr; gap: .25rem .5rem; margin: 0 }}
dt, .name {{ color: #6a6a6a }}
dd {{ margin: 0 }}
.answer {{ font-weight: 600 }}
</style>
</head>
<body>
<h1>{title}</h1>
{sections}
</body>
</html>
"""


@dataclass(frozen=True)
class Case:
    """A sample, what was said to it, and how that stands to what is right."""

    sample: Sample
    prediction: Prediction
    verdict: Verdict

    @property
    def name(self) -> str:
        """Which case it is, in a line."""
        parts = self.sample.id, self.sample.group, self.verdict.note
        return " · ".join(part for part in parts if part)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What was asked, said, and right, the most telling first."""
        expected = [("expected", text) for text in self.prediction.references]
        clue = [] if self.prediction.clue is None else [("clue", self.prediction.clue)]
        asked = ("question", self.prediction.instruction)
        return [("answer", self.prediction.answer), *expected, asked, *clue]


def write_gallery(
    samples: Sequence[Sample],
    predictions: Sequence[Prediction],
    verdicts: Sequence[Verdict],
    folder: Path,
    title: str,
) -> None:
    """Write ``gallery.html`` and ``gallery.png``: up to ``SHOWN`` right cases, and as many wrong.

    They are taken from all groups in turn, and from all over each group.

    Args:
        samples: What was asked about, at least one.
        predictions: What was said to each.
        verdicts: How that stands to what is right.
        folder: Takes the two files.
        title: What stands on top.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    cases = [Case(*each) for each in zip(samples, predictions, verdicts, strict=True)]
    shown = [
        case
        for right in (True, False)
        for case in _of_every_group(case for case in cases if case.verdict.right is right)
    ]
    rights = sum(case.verdict.right is True for case in cases)
    write_cases(shown, folder, f"{title}: {rights} of {len(cases)} right")


def write_cases(cases: Sequence[Case], folder: Path, heading: str) -> None:
    """Write ``gallery.html``, right cases first, and ``gallery.png``, in the order given.

    Args:
        cases: What is shown, at least one.
        folder: Takes the two files.
        heading: What stands on top.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    with whole_file(folder / PAGE) as temporary:
        temporary.write_text(_page(heading, cases), encoding="utf-8")
    by_sample = {case.sample: case for case in cases}
    write_sheet(
        [case.sample for case in cases],
        folder / SHEET,
        heading,
        lambda sample: _lines(by_sample[sample]),
    )


def drawn(groups: Iterable[Sequence[Case]], count: int) -> list[Case]:
    """Cases at random, right and wrong alike, as many of each group as can be.

    The same groups always give the same cases.

    Args:
        groups: Where to draw from.
        count: Cases at most.
    """
    rng = np.random.default_rng(_SEED)
    shuffled = [[group[place] for place in rng.permutation(len(group))] for group in groups]
    turns = (case for turn in zip_longest(*shuffled) for case in turn if case is not None)
    return list(islice(turns, count))


def _of_every_group(cases: Iterable[Case]) -> list[Case]:
    """At most ``SHOWN`` cases: from all groups in turn, and from all over each of them."""
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.sample.group].append(case)
    chosen, room = [], SHOWN
    for place, members in enumerate(sorted(groups.values(), key=len)):
        count = min(len(members), room // (len(groups) - place))
        chosen.append([members[turn * len(members) // count] for turn in range(count)])
        room -= count
    return [case for turn in zip_longest(*chosen) for case in turn if case is not None]


def _page(title: str, cases: Sequence[Case]) -> str:
    sections = [
        f"<h2>{word}</h2>\n<main>\n{''.join(map(_article, some))}</main>"
        for right, word in _WORDS.items()
        if (some := [case for case in cases if case.verdict.right is right])
    ]
    return _TEMPLATE.format(title=_text(title), sections="\n".join(sections))


def _article(case: Case) -> str:
    facts = "".join(
        f'<dt>{name}</dt><dd class="{name}">{_text(text)}</dd>' for name, text in case.facts
    )
    return (
        f'<article class="{_WORDS[case.verdict.right].lower()}">{_figure(case.sample)}'
        f'<p class="name">{_text(case.name)}</p><dl>{facts}</dl></article>\n'
    )


def _figure(sample: Sample) -> str:
    try:
        images = pictures(sample)
    except UniRSError as error:
        return f"<p>{_text(error.message)}</p>"
    tags = (f'<img alt="" src="data:image/jpeg;base64,{_jpeg(image)}">' for image in images)
    return f"<figure>{''.join(tags)}</figure>"


def _jpeg(image: Image.Image) -> str:
    small = image.copy()
    small.thumbnail((_PICTURE_SIDE, _PICTURE_SIDE))
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=_QUALITY)
    return base64.b64encode(stream.getvalue()).decode("ascii")


def _text(text: str) -> str:
    """Text as text: escaped, and without half of a surrogate pair, which no file takes."""
    return escape(text.encode("utf-8", "replace").decode("utf-8"))


def _lines(case: Case) -> list[Line]:
    """What stands on a card of the contact sheet."""
    colour = _COLOURS[case.verdict.right]
    word = _WORDS[case.verdict.right].lower()
    colours = {"answer": colour, "question": INK}
    facts = [(f"{name}: {text}", colours.get(name, QUIET)) for name, text in case.facts]
    return [(f"{word} · {case.name}", colour), *facts]

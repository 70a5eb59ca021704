"""Pictures of cases: a page without scripts or links, and a contact sheet.

Texts of data sets and models are escaped: they never become markup.
"""

from __future__ import annotations

import base64
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice, zip_longest
from pathlib import Path

import numpy as np
from PIL import Image

from unirs.errors import UniRSError
from unirs.files import make_folder, whole_file
from unirs_lab.data.contact_sheet import GREEN, INK, QUIET, RED, Line, pictures, write_sheet
from unirs_lab.data.samples import Sample
from unirs_lab.evaluation.cases import Case

SHOWN, DRAWN = 24, 30
"""Largest number of cases of each sort on a page, and of cases on a contact sheet."""

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


def write_gallery(cases: Sequence[Case], folder: Path, title: str) -> None:
    """Write ``gallery.html`` and ``gallery.png`` with right, wrong and merely scored cases.

    Up to ``SHOWN`` of each sort are taken from all groups in turn, and evenly from each group.

    Args:
        cases: What may be shown, at least one.
        folder: Folder of the two files.
        title: Heading of both; the share of right answers is added.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    shown = [case for right in _WORDS for case in _of_every_group(cases, right)]
    rights = [case.right for case in cases if case.right is not None]
    heading = f"{title}: {sum(rights)} of {len(rights)} right" if rights else title
    with whole_file(folder / PAGE) as temporary:
        temporary.write_text(_page(heading, shown), encoding="utf-8")
    _draw(shown, folder / SHEET, heading)


def write_contact_sheet(
    groups: Sequence[Sequence[Case]], path: Path, title: str, count: int = DRAWN
) -> None:
    """Draw cases at random, right and wrong alike, and write them as a PNG file.

    Args:
        groups: What may be drawn, at least one case.
        path: The file.
        title: Heading; the number of cases is added.
        count: Largest number of cases.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    shown = drawn(groups, count)
    make_folder(path.resolve().parent)
    _draw(shown, path, f"{title}, {len(shown)} answers drawn at random")


def drawn(groups: Iterable[Sequence[Case]], count: int) -> list[Case]:
    """Cases drawn at random, right and wrong alike, as many from each group as possible.

    The same groups always give the same cases.

    Args:
        groups: What may be drawn.
        count: Largest number of cases.
    """
    rng = np.random.default_rng(_SEED)
    shuffled = [[group[place] for place in rng.permutation(len(group))] for group in groups]
    turns = (case for turn in zip_longest(*shuffled) for case in turn if case is not None)
    return list(islice(turns, count))


def _facts(case: Case) -> list[tuple[str, str]]:
    """Question, answer, references and clue, each with its name."""
    references = dict.fromkeys(case.prediction.references)
    expected = [("expected", text) for text in references]
    clue = [] if case.prediction.clue is None else [("clue", case.prediction.clue)]
    asked = ("question", case.prediction.instruction)
    return [asked, ("answer", case.prediction.answer), *expected, *clue]


def _name(case: Case) -> str:
    parts = case.sample.id, case.sample.group, case.note
    return " · ".join(part for part in parts if part)


def _draw(cases: Sequence[Case], path: Path, heading: str) -> None:
    by_sample = {case.sample: case for case in cases}
    write_sheet(
        [case.sample for case in cases], path, heading, lambda sample: _lines(by_sample[sample])
    )


def _of_every_group(cases: Iterable[Case], right: bool | None) -> list[Case]:
    """At most ``SHOWN`` cases of one sort, from all groups in turn, and evenly from each."""
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.right is right:
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
        if (some := [case for case in cases if case.right is right])
    ]
    return _TEMPLATE.format(title=_text(title), sections="\n".join(sections))


def _article(case: Case) -> str:
    facts = "".join(
        f'<dt>{name}</dt><dd class="{name}">{_text(text)}</dd>' for name, text in _facts(case)
    )
    return (
        f'<article class="{_WORDS[case.right].lower()}">{_figure(case.sample)}'
        f'<p class="name">{_text(_name(case))}</p><dl>{facts}</dl></article>\n'
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
    """Escaped text, without half of a surrogate pair, which no file takes."""
    return escape(text.encode("utf-8", "replace").decode("utf-8"))


def _lines(case: Case) -> list[Line]:
    """The lines of a card of the contact sheet."""
    colour = _COLOURS[case.right]
    mark = f"{_WORDS[case.right].upper()} · {_name(case)}"
    colours = {"answer": colour, "question": INK}
    facts = [(f"{name}: {text}", colours.get(name, QUIET)) for name, text in _facts(case)]
    return [(mark, colour), *facts]

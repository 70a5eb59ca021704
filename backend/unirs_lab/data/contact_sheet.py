"""A contact sheet: what samples look like, with what is asked and answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from unirs.errors import UniRSError
from unirs.files import whole_file
from unirs.inputs import InputKind
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import read_mask, read_visual

FRAMES = 8
"""Frames that are shown of a video, in two rows."""

_COLUMNS, _WIDTH, _PICTURES, _GAP, _MARGIN = 3, 440, 216, 4, 16
"""Cards in a row, and in pixels: a card's width, its pictures' height, between pictures, around."""

_LINE, _LINES, _TEXT_SIZE, _TITLE_SIZE = 17, 9, 13, 20
_PAPER, _CARD = "#e8e8e4", "#ffffff"
INK, QUIET, GREEN, RED = "#1a1a1a", "#6a6a6a", "#1c6b2a", "#a01515"

Line = tuple[str, str]
"""A text and its colour."""

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def describe(sample: Sample) -> list[Line]:
    """What stands on a sample's card: its name and kind, what is asked and answered."""
    heading = " · ".join(part for part in (sample.id, sample.kind.value, sample.group) if part)
    answers = [(f"- {answer}", INK) for answer in sample.answers]
    return [(heading, QUIET), (sample.instruction, INK), *answers]


def write_sheet(
    samples: Sequence[Sample],
    path: Path,
    title: str,
    texts: Callable[[Sample], Sequence[Line]] = describe,
) -> None:
    """Draw samples as cards, three in a row, into a PNG file.

    A sample whose images cannot be read has the reason on its card.

    Args:
        samples: What to draw, at least one.
        path: The file.
        title: What stands on top.
        texts: What stands on the card of a sample.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    cards = [_card(sample, texts(sample)) for sample in samples]
    rows = [cards[start : start + _COLUMNS] for start in range(0, len(cards), _COLUMNS)]
    top = _MARGIN + _TITLE_SIZE + _MARGIN
    width = _MARGIN + _COLUMNS * (_WIDTH + 3 * _MARGIN)
    height = top + sum(max(card.height for card in row) + _MARGIN for row in rows)
    sheet = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, _MARGIN), title, INK, ImageFont.load_default(_TITLE_SIZE))
    for row in rows:
        for column, card in enumerate(row):
            sheet.paste(card, (_MARGIN + column * (card.width + _MARGIN), top))
        top += max(card.height for card in row) + _MARGIN
    with whole_file(path) as temporary:
        sheet.save(temporary, format="PNG")


def _card(sample: Sample, texts: Sequence[Line]) -> Image.Image:
    height = _PICTURES + _LINES * _LINE
    card = Image.new("RGB", (_WIDTH + 2 * _MARGIN, height + 3 * _MARGIN), _CARD)
    draw = ImageDraw.Draw(card)
    font = ImageFont.load_default(_TEXT_SIZE)
    try:
        shown = pictures(sample)
    except UniRSError as error:
        _write(draw, (_MARGIN, _MARGIN), [(error.message, RED)], font, _PICTURES // _LINE)
    else:
        _paste(card, shown)
    lines = _write(draw, (_MARGIN, _PICTURES + 2 * _MARGIN), texts, font, _LINES)
    return card.crop((0, 0, card.width, _PICTURES + lines * _LINE + 3 * _MARGIN))


def _paste(card: Image.Image, images: Sequence[Image.Image]) -> None:
    """Put up to three pictures into one row, more into two."""
    rows = 1 if len(images) <= 3 else 2
    columns = -(-len(images) // rows)
    step = min((_PICTURES + _GAP) // rows, (_WIDTH + _GAP) // columns)
    for number, picture in enumerate(images):
        row, column = divmod(number, columns)
        shown = picture.resize(_fitted(picture.size, step - _GAP), Image.Resampling.BICUBIC)
        card.paste(shown, (_MARGIN + column * step, _MARGIN + row * step))


def pictures(sample: Sample) -> list[Image.Image]:
    """The images of a sample, and behind a pair its mask.

    Raises:
        UniRSError: ``image_broken``.
    """
    visual = read_visual(sample, FRAMES)
    images = [Image.fromarray(crop.pixels) for crop in visual.crops]
    if sample.kind is InputKind.PAIR and sample.mask is not None:
        mask = read_mask(sample.mask, sample.edit).astype(np.uint8) * 255
        images.append(Image.fromarray(mask).convert("RGB"))
    return images


def _fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    """A size of the same shape whose longer side is ``side``."""
    scale = side / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _write(
    draw: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    texts: Sequence[Line],
    font: _Font,
    room: int,
) -> int:
    """Write texts below each other, in lines of a card's width, and return the number of lines."""
    lines = [(line, colour) for text, colour in texts for line in _wrapped(text, font)]
    if len(lines) > room:
        lines = [*lines[: room - 1], ("…", QUIET)]
    for number, (line, colour) in enumerate(lines):
        draw.text((corner[0], corner[1] + number * _LINE), line, colour, font)
    return len(lines)


def _wrapped(text: str, font: _Font) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > _WIDTH:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines

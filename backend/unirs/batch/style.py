"""Styles of exported answers for QGIS: which answer where, and how sure it is.

The XML is that of QGIS's ``.qml`` files, with the renderer alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from unirs.answers import UNSURE_BELOW
from unirs.batch.summary import FAILED, QuestionSummary

MAX_CATEGORIES = 12
"""Answers with a colour of their own: more are hard to distinguish."""

PALETTE = (
    *("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"),
    *("#f0e442", "#332288", "#88ccee", "#117733", "#aa4499", "#999933"),
)
"""Colours that people with any colour vision can distinguish (Okabe and Ito; Tol)."""

NEUTRAL, FAILURE = "#d9d9d9", "#b2182b"
OPACITY = 0.6
"""Of the fill, so that the image below stays visible."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

NEGATIVE = {"no", "none", "unchanged", "false"}
"""Answers that state an absence: they step back in the map."""

DOUBT = (
    (UNSURE_BELOW, "#b2182b", "not sure: below {high:.0%}"),
    (0.8, "#ef8a62", "{low:.0%} to {high:.0%}"),
    (0.95, "#fddbc7", "{low:.0%} to {high:.0%}"),
    (1.0, "#f7f7f7", "{low:.0%} and more"),
)
"""Upper bound of each class of confidence, its colour and its label."""


@dataclass(frozen=True)
class Category:
    """One colour of a map: tiles whose expression has a value; ``None`` is every other tile."""

    value: str | None
    label: str
    color: str


def answer_style(summary: QuestionSummary) -> str:
    """A style that colours each tile by its answer; the frequent answers of free text."""
    if summary.changed:
        answer = "CASE WHEN \"changed\" THEN 'changed' ELSE 'unchanged' END"
        names = [("changed", f"changed ({summary.changed[True]:,})")]
        names += [("unchanged", f"unchanged ({summary.changed[False]:,})")]
    else:
        answer = '"answer"'
        counts = summary.by_count()
        chosen = counts if len(counts) <= MAX_CATEGORIES else counts[: MAX_CATEGORIES - 1]
        names = [(text, f"{_short(text)} ({count.tiles:,})") for text, count in chosen]
    colors = iter(PALETTE)
    categories = [
        Category(text, label, NEUTRAL if text.lower() in NEGATIVE else next(colors))
        for text, label in names
    ]
    if summary.failures:
        label = f"failed ({sum(summary.failures.values()):,})"
        categories.append(Category(FAILED, label, FAILURE))
    expression = f"CASE WHEN \"status\" <> 'ok' THEN '{FAILED}' ELSE {answer} END"
    return _categorized(expression, [*categories, Category(None, "other", NEUTRAL)])


def doubt_style() -> str:
    """A style that shows where answers are doubtful: the fainter, the surer."""
    root, renderer = _document(
        "graduatedSymbol", attr="confidence", graduatedMethod="GraduatedColor"
    )
    ranges = ET.SubElement(renderer, "ranges")
    low = 0.0
    for number, (high, _, label) in enumerate(DOUBT):
        ET.SubElement(
            ranges,
            "range",
            lower=str(low),
            upper=str(high),
            symbol=str(number),
            label=label.format(low=low, high=high),
            render="true",
        )
        low = high
    _add_symbols(renderer, [color for _, color, _ in DOUBT])
    return _text(root)


def _categorized(expression: str, categories: Sequence[Category]) -> str:
    root, renderer = _document("categorizedSymbol", attr=expression)
    elements = ET.SubElement(renderer, "categories")
    for number, category in enumerate(categories):
        ET.SubElement(
            elements,
            "category",
            value=category.value or "",
            type="string" if category.value is not None else "NULL",
            symbol=str(number),
            label=category.label,
            render="true",
        )
    _add_symbols(renderer, [category.color for category in categories])
    return _text(root)


def _document(kind: str, **attributes: str) -> tuple[ET.Element, ET.Element]:
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology")
    return root, ET.SubElement(root, "renderer-v2", {"type": kind, **attributes})


def _add_symbols(renderer: ET.Element, colors: Sequence[str]) -> None:
    symbols = ET.SubElement(renderer, "symbols")
    for number, color in enumerate(colors):
        symbol = ET.SubElement(symbols, "symbol", type="fill", name=str(number), alpha="1")
        layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1"})
        options = ET.SubElement(layer, "Option", type="Map")
        red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
        for name, value in {
            "color": f"{red},{green},{blue},{round(255 * OPACITY)}",
            "style": "solid",
            "outline_color": f"{red},{green},{blue},255",
            "outline_width": "0.2",
            "outline_width_unit": "MM",
            "outline_style": "solid",
        }.items():
            ET.SubElement(options, "Option", {"name": name, "value": value, "type": "QString"})


def _short(text: str) -> str:
    """A text as a label of a legend."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def _text(root: ET.Element) -> str:
    """A file; characters that XML cannot hold are left out of the model's answers."""
    for element in root.iter():
        for name, value in element.attrib.items():
            element.attrib[name] = _NOT_XML.sub("", value)
    header = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return header + ET.tostring(root, encoding="unicode")

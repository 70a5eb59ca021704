"""Styles of exported answers for QGIS: which answer where, and how sure it is.

The XML is that of QGIS's ``.qml`` files: the renderer, and which columns the table shows. The
legend counts nothing, as a later export into the same file would make the counts wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
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

NEUTRAL, FAILURE, HATCH = "#d9d9d9", "#b2182b", "#262626"
OPACITY = 0.6
"""Of the fill, so that the image below stays visible."""

_BY_EXPRESSION = "3"
"""Number of a property that an expression defines, in QGIS's files."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

NEGATIVE = {"no", "none", "unchanged", "false"}
"""Answers that state an absence: they step back in the map."""

DOUBT = (
    (UNSURE_BELOW, "diagonal_x", "not sure: below {high:.0%}"),
    (0.8, "b_diagonal", "{low:.0%} to {high:.0%}"),
    (0.95, "dense7", "{low:.0%} to {high:.0%}"),
    (1.0, "no", "{low:.0%} and more"),
)
"""Upper bound of each class of confidence, its pattern and its label. Patterns leave the answers of
another layer visible."""

_SHOWN = (
    *("answer", "confidence", "unsure", "changed", "probabilities", "review", "correction"),
    *("warnings", "tile", "before", "after", "status", "error", "source", "question", "model"),
)
"""Columns that the table of a layer shows, in this order."""

_HIDDEN = ("question_number", "task", "code", "digest", "engine")
"""Columns that it does not show, as they are alike in all rows, or for programs."""


@dataclass(frozen=True)
class Category:
    """One colour of a map: tiles whose expression has a value; ``None`` is every other tile."""

    value: str | None
    label: str
    color: str

    @property
    def look(self) -> dict[str, str]:
        """How its tiles are drawn."""
        return _look(self.color, "solid", OPACITY)


def answer_style(summary: QuestionSummary) -> str:
    """A style that colours each tile by its answer; the frequent answers of free text."""
    if summary.changed:
        answer = "CASE WHEN \"changed\" THEN 'changed' ELSE 'unchanged' END"
        names = ["changed", "unchanged"]
    else:
        answer = '"answer"'
        counts = summary.by_count()
        chosen = counts if len(counts) <= MAX_CATEGORIES else counts[: MAX_CATEGORIES - 1]
        names = [text for text, _ in chosen]
    colors = iter(PALETTE)
    categories = [
        Category(text, _short(text), NEUTRAL if text.lower() in NEGATIVE else next(colors))
        for text in names
    ]
    if summary.failures:
        categories.append(Category(FAILED, "failed", FAILURE))
    expression = f"CASE WHEN \"status\" <> 'ok' THEN '{FAILED}' ELSE {answer} END"
    root = _categorized(expression, [*categories, Category(None, "other", NEUTRAL)])
    _add_table(root, _empty_columns(summary))
    return _text(root)


def doubt_style() -> str:
    """A style that shows where answers are doubtful: the sparser its pattern, the surer."""
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
    _add_symbols(renderer, [_look(FAILURE, pattern, 1) for _, pattern, _ in DOUBT])
    return _text(root)


def _empty_columns(summary: QuestionSummary) -> set[str]:
    """Columns in which no row of a layer has anything; QGIS shows an empty truth value as false."""
    return {
        *(() if summary.changed else ("changed",)),
        *(() if summary.has_pairs else ("before",)),
        *(() if summary.has_confidence else ("confidence", "unsure")),
        *(() if summary.failures else ("status", "error")),
    }


def _add_table(root: ET.Element, empty: Set[str]) -> None:
    """Choose what the table of a layer shows, and in which order."""
    config = ET.SubElement(root, "attributetableconfig", sortExpression="", sortOrder="0")
    elements = ET.SubElement(config, "columns")
    for name in (*_SHOWN, *_HIDDEN):
        hidden = str(int(name in _HIDDEN or name in empty))
        ET.SubElement(elements, "column", type="field", name=name, hidden=hidden, width="-1")


def _categorized(expression: str, categories: Sequence[Category]) -> ET.Element:
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
    for symbol in _add_symbols(renderer, [category.look for category in categories]):
        _hatch_unsure(symbol)
    return root


def _document(kind: str, **attributes: str) -> tuple[ET.Element, ET.Element]:
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology|AttributeTable")
    return root, ET.SubElement(root, "renderer-v2", {"type": kind, **attributes})


def _look(color: str, pattern: str, opacity: float) -> dict[str, str]:
    """The options of a fill; without a pattern there is no outline either."""
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return {
        "color": f"{red},{green},{blue},{round(255 * opacity)}",
        "style": pattern,
        "outline_color": f"{red},{green},{blue},255",
        "outline_width": "0.2",
        "outline_width_unit": "MM",
        "outline_style": "no" if pattern == "no" else "solid",
    }


def _add_symbols(renderer: ET.Element, looks: Sequence[dict[str, str]]) -> list[ET.Element]:
    """A symbol for each look."""
    symbols, added = ET.SubElement(renderer, "symbols"), []
    for number, look in enumerate(looks):
        symbol = ET.SubElement(symbols, "symbol", type="fill", name=str(number), alpha="1")
        _add_fill(symbol, look)
        added.append(symbol)
    return added


def _add_fill(symbol: ET.Element, look: dict[str, str]) -> ET.Element:
    layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1"})
    options = ET.SubElement(layer, "Option", type="Map")
    for name, value in look.items():
        _add_option(options, name, value)
    return layer


def _hatch_unsure(symbol: ET.Element) -> None:
    """Hatch those tiles of a symbol whose answer is not sure; its legend is not hatched."""
    layer = _add_fill(symbol, _look(HATCH, "no", 1))
    values = ET.SubElement(ET.SubElement(layer, "data_defined_properties"), "Option", type="Map")
    properties = ET.SubElement(values, "Option", type="Map", name="properties")
    pattern = ET.SubElement(properties, "Option", type="Map", name="fillStyle")
    _add_option(pattern, "active", "true", "bool")
    _add_option(pattern, "expression", "if(\"unsure\", 'diagonal_x', 'no')")
    _add_option(pattern, "type", _BY_EXPRESSION, "int")
    _add_option(values, "type", "collection")


def _add_option(options: ET.Element, name: str, value: str, kind: str = "QString") -> None:
    ET.SubElement(options, "Option", {"name": name, "value": value, "type": kind})


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

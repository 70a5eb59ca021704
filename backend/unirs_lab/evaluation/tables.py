"""Tables of results: built once, written as Markdown, LaTeX, CSV, or rows for a terminal."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any, Literal

MISSING = "–"
BEST_NOTE = "* the best of its column"

LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "±": r"$\pm$",
    "×": r"$\times$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "–": "--",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
}
"""Marks that LaTeX would interpret, or may lack in its font, and how it writes them."""


@dataclass(frozen=True)
class Figure:
    """A number with its spread over repeated runs.

    Attributes:
        mean: Mean of the runs, in the column's unit.
        spread: Standard deviation over the runs (over n - 1), in the same unit; ``None`` for a
            single run.
    """

    mean: float
    spread: float | None = None

    @classmethod
    def of(cls, values: Sequence[float]) -> Figure:
        """The figure of one number for each run; at least one."""
        return cls(mean(values), stdev(values) if len(values) > 1 else None)


Cell = str | float | Figure | None
"""Text, a number, a number with a spread, or ``None`` for a missing value."""


@dataclass(frozen=True)
class Column:
    """The heading and format of the cells of a column.

    Attributes:
        heading: Its name.
        unit: Unit of its numbers, such as ``"%"``; empty for none.
        decimals: Digits after the decimal point.
        best: Which number of the column is marked as the best, if any; equal ones are all marked.
    """

    heading: str
    unit: str = ""
    decimals: int = 2
    best: Literal["highest", "lowest"] | None = None

    @property
    def title(self) -> str:
        """The heading with its unit."""
        return f"{self.heading} ({self.unit})" if self.unit else self.heading


@dataclass(frozen=True)
class Table:
    """Rows of cells below their columns.

    Attributes:
        title: Title in one line.
        columns: From left to right; text is aligned left, numbers right.
        rows: One cell for each column.
        notes: Sentences below the table: protocol, tokenisation, denominators, doubts.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of '{self.title}' does not have {len(self.columns)} cells")

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns' names with their units."""
        return tuple(_line(column.title) for column in self.columns)

    def text_rows(self) -> list[list[str]]:
        """The rows for a terminal; a star marks the best (print ``BEST_NOTE`` below)."""
        return self._rows(lambda text: text, lambda text: f"{text} *")

    def markdown(self) -> str:
        """The title in bold, the table with the best in bold, the notes."""
        rule = ["---:" if right else "---" for right in self._right()]
        lines = [
            [_markdown(heading) for heading in self.headings],
            rule,
            *self._rows(_markdown, lambda text: f"**{text}**"),
        ]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return "\n\n".join(
            [f"**{_markdown(self.title)}**", table, *(_markdown(note) for note in self.notes)]
        )

    def latex(self) -> str:
        """A ``table`` for LaTeX with the package booktabs, the best in bold."""
        layout = "".join("r" if right else "l" for right in self._right())
        rows = self._rows(_latex, lambda text: rf"\textbf{{{text}}}")
        return "\n".join(
            [
                r"\begin{table}",
                r"  \centering",
                rf"  \caption{{{_latex(self.title)}}}",
                rf"  \begin{{tabular}}{{{layout}}}",
                r"    \toprule",
                rf"    {' & '.join(_latex(heading) for heading in self.headings)} \\",
                r"    \midrule",
                *(rf"    {' & '.join(row)} \\" for row in rows),
                r"    \bottomrule",
                r"  \end{tabular}",
                *(rf"  \par\smallskip{{\footnotesize {_latex(note)}}}" for note in self.notes),
                r"\end{table}",
            ]
        )

    def csv(self) -> str:
        """The numbers in full and without marks; spreads have columns of their own."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        spread = [any(_spread(cell) is not None for cell in cells) for cells in self._by_column()]
        names = [(heading, f"{heading}, spread") for heading in self.headings]
        writer.writerow(_widened(names, spread))
        for row in self.rows:
            writer.writerow(_widened([(_number(cell), _spread(cell)) for cell in row], spread))
        return stream.getvalue()

    def _by_column(self) -> list[list[Cell]]:
        return [[row[place] for row in self.rows] for place in range(len(self.columns))]

    def _right(self) -> list[bool]:
        """Whether each column is aligned right: those without text."""
        return [not any(isinstance(cell, str) for cell in cells) for cells in self._by_column()]

    def _rows(self, escape: Callable[[str], str], mark: Callable[[str], str]) -> list[list[str]]:
        """Every cell as text, with the best of a column marked."""
        columns = []
        for column, cells in zip(self.columns, self._by_column(), strict=True):
            best = _best(column, cells)
            texts = [escape(_text(column, cell)) for cell in cells]
            columns.append(
                [
                    mark(text) if best is not None and _shown(column, cell) == best else text
                    for text, cell in zip(texts, cells, strict=True)
                ]
            )
        return [list(row) for row in zip(*columns, strict=True)]


def _line(text: str) -> str:
    """One printable line: names are data, and may contain anything."""
    return "".join(mark for mark in " ".join(text.split()) if mark.isprintable())


def _number(cell: Cell) -> str | float | None:
    if isinstance(cell, str):
        return _line(cell)
    return cell.mean if isinstance(cell, Figure) else cell


def _spread(cell: Cell) -> float | None:
    return cell.spread if isinstance(cell, Figure) else None


def _shown(column: Column, cell: Cell) -> float | None:
    """The number of a cell, rounded as the table shows it."""
    number = _number(cell)
    return None if number is None or isinstance(number, str) else round(number, column.decimals)


def _best(column: Column, cells: Sequence[Cell]) -> float | None:
    """The number to mark; ``None`` without a choice."""
    numbers = [number for cell in cells if (number := _shown(column, cell)) is not None]
    if column.best is None or len(numbers) < 2:
        return None
    return max(numbers) if column.best == "highest" else min(numbers)


def _text(column: Column, cell: Cell) -> str:
    if isinstance(cell, str):
        return _line(cell)
    number, spread = _shown(column, cell), _spread(cell)
    if number is None:
        return MISSING
    text = f"{number:.{column.decimals}f}"
    return text if spread is None else f"{text} ± {spread:.{column.decimals}f}"


def _widened(pairs: Sequence[tuple[Any, Any]], spread: Sequence[bool]) -> list[Any]:
    """Each pair's first value, and its second where the column has spreads."""
    return [
        value
        for pair, both in zip(pairs, spread, strict=True)
        for value in (pair if both else pair[:1])
    ]


def _markdown(text: str) -> str:
    """Text, escaped for Markdown."""
    return re.sub(r"([\\`*_<>|\[\]~&])", r"\\\1", _line(text))


def _latex(text: str) -> str:
    """Text, escaped for LaTeX."""
    escaped = "".join(LATEX.get(mark, mark) for mark in _line(text))
    return f"{{}}{escaped}" if escaped.startswith(("[", "*")) else escaped  # else a part of "\\\\"

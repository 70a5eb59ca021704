"""One table in every form: what it marks, what it escapes, what it keeps."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unirs_lab.evaluation.tables import MISSING, Column, Figure, Table

TABLE = Table(
    "Accuracy & captions",
    (
        Column("Method"),
        Column("Accuracy", "%", decimals=1, best="highest"),
        Column("Loss", best="lowest"),
        Column("Clips", decimals=0),
    ),
    (
        ("GeoChat (7B)", 82.54, 0.4, 1391),
        ("ours", Figure(82.46, 0.31), 0.25, 1391),
        ("base", None, 1.5, 12),
    ),
    ("Exact match.",),
)


def test_the_best_of_a_column_is_marked_and_equal_numbers_share_the_mark() -> None:
    assert TABLE.text_rows() == [
        ["GeoChat (7B)", "82.5 *", "0.40", "1391"],
        ["ours", "82.5 ± 0.3 *", "0.25 *", "1391"],
        ["base", MISSING, "1.50", "12"],
    ]


def test_markdown_has_the_title_the_units_and_the_notes() -> None:
    title, table, note = TABLE.markdown().split("\n\n")
    lines = table.splitlines()
    assert title == r"**Accuracy \& captions**"
    assert lines[:2] == [
        "| Method | Accuracy (%) | Loss | Clips |",
        "| --- | ---: | ---: | ---: |",
    ]
    assert lines[3] == "| ours | **82.5 ± 0.3** | **0.25** | 1391 |"
    assert note == "Exact match."


def test_latex_is_a_booktabs_table() -> None:
    latex = TABLE.latex()
    assert r"\begin{tabular}{lrrr}" in latex
    assert r"Method & Accuracy (\%) & Loss & Clips \\" in latex
    assert r"ours & \textbf{82.5 $\pm$ 0.3} & \textbf{0.25} & 1391 \\" in latex
    assert latex.count(r"\toprule") == latex.count(r"\midrule") == latex.count(r"\bottomrule") == 1


def test_csv_has_the_numbers_in_full() -> None:
    rows = list(csv.reader(io.StringIO(TABLE.csv())))
    assert rows[0] == ["Method", "Accuracy (%)", "Accuracy (%), spread", "Loss", "Clips"]
    assert rows[2] == ["ours", "82.46", "0.31", "0.25", "1391"]
    assert rows[3] == ["base", "", "", "1.5", "12"]


def test_a_single_number_is_not_called_the_best() -> None:
    alone = replace(TABLE, rows=(("ours", 1.0, 1.0, 1), ("base", None, None, 2)))
    assert not any("*" in cell for row in alone.text_rows() for cell in row)


def test_the_spread_is_the_standard_deviation_of_a_sample() -> None:
    # Mean 2; squared distances 1, 0, 1 over n - 1 = 2.
    assert Figure.of([1.0, 2.0, 3.0]) == Figure(2.0, 1.0)
    assert Figure.of([4.0]) == Figure(4.0, None)


def test_a_row_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="4 cells"):
        replace(TABLE, rows=(("ours", 1.0),))


@given(st.text())
def test_a_name_never_breaks_a_table(name: str) -> None:
    table = replace(TABLE, title=name, rows=((name, 1.0, 2.0, 3), ("other", 2.0, 1.0, 3)))
    lines = table.markdown().split("\n\n")[-2].splitlines()
    assert len(lines) == 4
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in lines} == {5}
    body = next(line for line in table.latex().splitlines() if "1.00" in line)
    assert len(re.findall(r"(?<!\\)&", body)) == 3
    assert len(list(csv.reader(io.StringIO(table.csv())))) == 3


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("a_b", r"a\_b"),
        ("50 %", r"50 \%"),
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("<UNK>", r"\textless{}UNK\textgreater{}"),
        ("CIDEr-D × 100", r"CIDEr-D $\times$ 100"),
    ],
)
def test_latex_text_is_escaped(name: str, latex: str) -> None:
    assert latex in replace(TABLE, title=name).latex()


@pytest.mark.parametrize("name", ["[ours]", "*ours"])
def test_a_row_is_not_read_as_an_argument_of_the_line_before_it(name: str) -> None:
    table = replace(TABLE, rows=((name, *TABLE.rows[0][1:]), *TABLE.rows))
    assert f"    {{}}{name} & " in table.latex()

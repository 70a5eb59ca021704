"""Galleries show cases of every group, and texts never become markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unirs.inputs import InputKind
from unirs_lab.data.samples import Sample
from unirs_lab.evaluation.cases import Case
from unirs_lab.evaluation.gallery import (
    PAGE,
    SHEET,
    SHOWN,
    drawn,
    write_contact_sheet,
    write_gallery,
)
from unirs_lab.evaluation.predictions import Prediction

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>&amp;\ud800'


@pytest.fixture
def image(tmp_path: Path) -> Path:
    pixels = np.random.default_rng(0).integers(0, 255, (64, 96, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "image.png")
    return tmp_path / "image.png"


class Tags(HTMLParser):
    """Every tag of a page with its attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.sources: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.sources += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def gallery(folder: Path, cases: list[tuple[Sample, str, bool]], title: str = "Title") -> str:
    made = [
        Case(
            one,
            Prediction(one.id, one.group, one.instruction, "a clue", answer, one.answers),
            right,
            "note",
        )
        for one, answer, right in cases
    ]
    write_gallery(made, folder, title)
    return (folder / PAGE).read_text(encoding="utf-8")


def sample(image: Path, name: str, group: str = "presence", right: str = "yes") -> Sample:
    return Sample(name, InputKind.SINGLE, (image,), f"Question {name}?", (right,), group)


def test_texts_never_become_markup(tmp_path: Path, image: Path) -> None:
    evil = Sample(EVIL, InputKind.SINGLE, (image,), EVIL, (EVIL,), EVIL)
    page = Tags(gallery(tmp_path, [(evil, EVIL, False)], EVIL))
    assert not {"script", "iframe", "link", "a", "object"} & set(page.tags)
    assert page.tags.count("img") == 1
    assert all(source.startswith("data:image/jpeg;base64,") for source in page.sources)
    assert not any(name.startswith("on") for name in page.attributes)
    assert page.text.count("<script>alert(1)</script>") >= 5


def test_a_case_shows_question_clue_answer_and_reference(tmp_path, image) -> None:
    page = gallery(
        tmp_path, [(sample(image, "1"), "an answer", True), (sample(image, "2"), "x", False)]
    )
    text = Tags(page).text
    for words in ("Question 1?", "a clue", "an answer", "yes", "note", "presence", "1 of 2 right"):
        assert words in text
    assert page.index("<h2>Right</h2>") < page.index("Question 1?") < page.index("<h2>Wrong</h2>")


def test_every_group_is_shown_and_at_most_the_stated_number(tmp_path, image) -> None:
    cases = [(sample(image, f"many-{n}"), "yes", True) for n in range(200)]
    cases += [(sample(image, f"few-{n}", "rural_urban"), "yes", True) for n in range(2)]
    page = gallery(tmp_path, cases)
    shown = re.findall(r"Question (\w+-\d+)\?", page)
    assert len(shown) == SHOWN
    assert {"few-0", "few-1"} < set(shown)
    numbers = [int(name.split("-")[1]) for name in shown if name.startswith("many")]
    assert max(numbers) > 150, "they come from all over"


def test_pairs_are_shown_and_missing_images_are_named(tmp_path, image) -> None:
    pair = Sample("pair", InputKind.PAIR, (image, image), "Changes?", ("none",), "change")
    lost = Sample("lost", InputKind.SINGLE, (tmp_path / "lost.png",), "What?", ("x",))
    page = Tags(gallery(tmp_path, [(pair, "none", True), (lost, "y", False)]))
    assert page.tags.count("img") == 2
    assert "lost.png" in page.text


def test_the_contact_sheet_is_a_picture_of_all_shown(tmp_path, image) -> None:
    gallery(tmp_path, [(sample(image, str(n)), "yes", n % 2 == 0) for n in range(8)])
    with Image.open(tmp_path / SHEET) as sheet:
        assert sheet.format == "PNG"
        assert sheet.height > 3 * 216, "eight cards, three in a row"
        assert len(sheet.getcolors(maxcolors=1 << 24)) > 1000


def test_cases_are_drawn_at_random_from_every_group_and_always_the_same(image: Path) -> None:
    groups = [
        [
            Case(sample(image, f"{group}-{n}"), prediction, n % 2 == 0)
            for n in range(size)
            if (prediction := Prediction("", "", "", None, "yes", ("yes",)))
        ]
        for group, size in (("a", 40), ("b", 2), ("c", 40))
    ]
    chosen = drawn(groups, 12)
    names = [case.sample.id.partition("-")[0] for case in chosen]
    assert {name: names.count(name) for name in "abc"} == {"a": 5, "b": 2, "c": 5}
    assert chosen == drawn(groups, 12)
    assert chosen[0].sample.id != "a-0" or chosen[2].sample.id != "c-0"
    assert len(drawn(groups, 1000)) == 82
    assert drawn([], 3) == []


def test_cases_with_only_a_score_are_neither_right_nor_wrong(image: Path, tmp_path: Path) -> None:
    prediction = Prediction("x", "", "Describe.", None, "a park", ("a park",))
    write_gallery([Case(sample(image, "x"), prediction, None, "CIDEr-D 120")], tmp_path, "Scored")
    page = Tags((tmp_path / PAGE).read_text(encoding="utf-8"))
    assert "CIDEr-D 120" in page.text
    assert "Scored" in page.text
    assert "Wrong" not in page.text


def test_a_contact_sheet_shows_cases_drawn_at_random(image: Path, tmp_path: Path) -> None:
    prediction = Prediction("x", "", "Describe.", None, "yes", ("no",))
    groups = [[Case(sample(image, str(n)), prediction, n % 2 == 0) for n in range(50)]]
    path = tmp_path / "new" / "sheet.png"
    write_contact_sheet(groups, path, "Answers", count=4)
    with Image.open(path) as sheet:
        assert sheet.format == "PNG"
        few = sheet.height
    write_contact_sheet(groups, path, "Answers")
    with Image.open(path) as sheet:
        assert sheet.height > 3 * few, "thirty cards in ten rows, and not four in two"

"""Parts of a mixture that are drawn: true questions, the same for the same random numbers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.lab.data.dated_rasters import write_rasters
from tests.lab.data.real_collections import write_collections
from unirs.errors import UniRSError
from unirs.inputs import NO_CHANGE, InputKind
from unirs_lab.data.augmentation import SIDE, augmented
from unirs_lab.data.drawn import Drawn, DrawnPart, Source, drawn_parts
from unirs_lab.data.mixture import Part
from unirs_lab.data.real.facts import known, known_of_all
from unirs_lab.data.real.questions import Balance, Questioner, place_of
from unirs_lab.data.samples import Row, RowGroup

REAL = ("rsicd", "ucmerced", "nwpu", "eurosat", "mixed", "aerial-cars", "epfl-roads", "flight")
PAIRS = ("levir-cd", "same-place")
FRAMES = 3


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Part]:
    folder = tmp_path_factory.mktemp("data")
    (folder / "naip").mkdir()
    real, naip = write_collections(folder / "real"), write_rasters(folder / "naip")
    made = drawn_parts("real", real, "train", dict.fromkeys((*REAL, *PAIRS), 4.0), 4)
    made += drawn_parts("naip", naip, "train", {"tile": 4.0, "pair": 4.0}, 4)
    made += drawn_parts("world", None, "val", {"scene": 4.0, "pair": 4.0, "video": 4.0}, 4)
    return {part.name: part for part in made}


def read(part: Part, seed: int) -> RowGroup:
    return part.read(seed % len(part.listings()), np.random.default_rng(seed), FRAMES)


def test_an_epoch_has_as_many_inputs_of_a_part_as_asked_for(parts: dict[str, Part]) -> None:
    for name, part in parts.items():
        assert part.factor * len(part.listings()) == pytest.approx(4.0), name


def test_what_is_drawn_has_its_kind_and_questions(parts: dict[str, Part]) -> None:
    frames = {InputKind.SINGLE: 1, InputKind.PAIR: 2, InputKind.VIDEO: FRAMES}
    for name, part in parts.items():
        group = read(part, 5)
        assert group.visual.kind is part.listings()[0].kind
        assert len(group.visual.crops) == frames[group.visual.kind], name
        assert {crop.pixels.shape for crop in group.visual.crops} == {(SIDE, SIDE, 3)}
        assert group.rows
        assert all(row.instruction and row.answer for row in group.rows), name
        has_map = name in {"real/levir-cd", "real/same-place", "naip/pair", "world/pair"}
        assert (group.change is not None) == has_map, name


def test_the_same_random_numbers_draw_the_same(parts: dict[str, Part]) -> None:
    for part in parts.values():
        one, same, other = read(part, 7), read(part, 7), read(part, 8)
        assert one.rows == same.rows
        assert one.visual.digest == same.visual.digest
        assert (one.rows, one.visual.digest) != (other.rows, other.visual.digest)


def test_a_place_seen_twice_has_not_changed(parts: dict[str, Part]) -> None:
    group = read(parts["real/same-place"], 3)

    assert group.change is not None
    assert not group.change.any()
    assert group.rows[0].answer == NO_CHANGE[1]
    answers = {row.answer for row in group.rows if row.kind == "changed"}
    assert answers == {"no"}


def test_an_input_without_questions_is_replaced_by_another() -> None:
    def draw(index: int, _rng: np.random.Generator, _frames: int) -> Drawn:
        import torch

        return Drawn(torch.zeros(1, 3, 8, 8), [Row("?", "yes")] if index == 3 else [])

    part = DrawnPart("a", Source(InputKind.SINGLE, 5, draw), 1.0)

    assert read(part, 0).name == "a/3"


def test_a_thing_is_denied_by_the_scene_alone_and_never_against_a_caption() -> None:
    there, absent = known("forest", ["a road runs through a dense forest"])
    names = {thing.many for thing in absent}

    assert {"trees", "forests", "roads"} <= {thing.many for thing in there}
    assert "ships" in names
    assert "roads" not in names
    assert "trees" in {thing.many for thing in known("forest", [])[0]}
    assert "roads" in {thing.many for thing in known("forest", [])[1]}
    assert known(None, ["nothing to see"])[1] == []


def test_of_land_side_by_side_what_one_part_shows_is_there() -> None:
    there, absent = known_of_all([known("forest", ()), known("river", ())])

    assert {"forests", "rivers"} <= {thing.many for thing in there}
    assert not {thing.many for thing in there} & {thing.many for thing in absent}


def test_things_are_denied_as_often_as_they_are_affirmed() -> None:
    facts = [known("forest", ()), known("parking lot", ()), known("river", ())] * 20
    rng = np.random.default_rng(0)
    ask = Questioner(rng, Balance.of(facts))

    asked = [row for each in facts * 5 for row in ask.about(each, 4)]

    answers = Counter(row.answer for row in asked if row.kind == "presence")
    assert answers["yes"] / answers.total() == pytest.approx(0.5, abs=0.07)


@pytest.mark.parametrize(
    ("rows", "columns", "place"),
    [
        (slice(0, 20), slice(0, 20), "top left"),
        (slice(40, 60), slice(40, 60), "center"),
        (slice(80, 99), slice(30, 70), "bottom"),
        (slice(0, 100), slice(0, 100), "everywhere"),
    ],
)
def test_a_mask_has_a_place_in_words(rows: slice, columns: slice, place: str) -> None:
    mask = np.zeros((100, 100), np.bool_)
    mask[rows, columns] = True

    assert place_of(mask) == place


def test_own_images_keep_their_rows_and_both_dates_their_crop(parts: dict[str, Part]) -> None:
    group = read(parts["real/same-place"], 1)

    shown = augmented(group, np.random.default_rng(0))

    assert shown.rows == group.rows
    assert shown.visual.kind is InputKind.PAIR
    assert shown.visual.digest != group.visual.digest


def test_what_cannot_be_drawn_is_refused(tmp_path: Path) -> None:
    for name, root, split, code in (
        ("real", None, "train", "data_missing"),
        ("geochat", tmp_path, "train", "settings_invalid"),
        ("world", None, "sample", "split_unknown"),
    ):
        with pytest.raises(UniRSError) as caught:
            drawn_parts(name, root, split, {"scene": 1.0}, 4)
        assert caught.value.code == code

"""Answers as columns."""

from __future__ import annotations

import json

import pytest

from unirs_qgis.answer import Answer
from unirs_qgis.processing.rows import (
    ANSWERED,
    FAILED,
    NODATA,
    Columns,
    Row,
    RunFacts,
    option_columns,
)

FACTS = RunFacts("Is there water?", "town", "unirs-tiny")


def answered(text="a", **fields):
    return Row(ANSWERED, Answer(text, "unirs-tiny", "cpu", 0.5, **fields))


def test_every_value_has_a_field_and_every_field_a_value():
    for columns in (
        Columns(),
        Columns(is_pair=True),
        Columns(asks=True, options=("yes", "no")),
        Columns(prefix="unirs_"),
    ):
        assert set(columns.values(answered(), FACTS)) == set(columns.fields().names())
        assert set(columns.key()) <= set(columns.fields().names())
        assert columns.status in columns.fields().names()


def test_options_become_columns_of_their_own_and_json():
    columns = Columns(asks=True, options=("Yes", "no way", "no-way"))
    options = (("Yes", 0.25), ("no way", 0.5), ("no-way", 0.25))
    row = answered("no way", options=options)
    values = columns.values(row, FACTS)
    assert (values["p_yes"], values["p_no_way"], values["p_no_way_2"]) == (0.25, 0.5, 0.25)
    assert values["probability"] == 0.5
    assert json.loads(values["options"]) == dict(options)


def test_a_chosen_option_without_probabilities_leaves_their_cells_empty():
    columns = Columns(asks=True, options=("yes", "no"))
    row = answered("yes", options=(("yes", None), ("no", None)))
    values = columns.values(row, FACTS)
    assert values["text"] == "yes"
    assert [values[name] for name in ("probability", "p_yes", "p_no", "options")] == [None] * 4


def test_a_row_names_what_answered_it_and_where_the_images_went():
    row = answered(engine="server", model_digest="0f", host="example.org")
    values = Columns().values(row, FACTS)
    assert [values[name] for name in ("engine", "model_digest", "host")] == [
        "server",
        "0f",
        "example.org",
    ]
    assert Columns().values(answered(engine="unirs"), FACTS)["host"] is None


def test_a_table_of_an_earlier_version_may_lack_the_new_columns():
    assert {"engine", "model_digest", "host", "confidence", "unsure"} <= Columns().optional


def test_options_of_any_script_have_a_column():
    names = option_columns(("水", "ja, groß", "?", "!"))
    assert list(names.values()) == ["p_水", "p_ja_groß", "p_option", "p_option_2"]


@pytest.mark.parametrize("status", [NODATA, FAILED])
def test_a_row_without_an_answer_has_empty_cells(status):
    columns = Columns(asks=True, is_pair=True, options=("yes", "no"))
    values = columns.values(Row(status, error="why"), FACTS)
    for name in ("text", "changed", "probability", "options", "p_yes", "p_no"):
        assert values[name] is None
    assert values["status"] == status
    assert values["error"] == "why"


@pytest.mark.parametrize(("changed", "value"), [(True, "yes"), (False, "no"), (None, None)])
def test_the_verdict_is_that_of_the_worker_and_not_parsed_from_the_text(changed, value):
    for text in ("there is no difference", "a road has been built"):
        result = {
            "answer": text,
            "clue": None,
            "options": [],
            "changed": changed,
            "engine": "unirs",
            "model": "unirs-tiny",
            "digest": None,
            "host": None,
            "conversation_turns": 0,
            "frames_left_out": 0,
            "warnings": ["Haze."],
            "device": "cpu",
            "demonstration": True,
            "zero_shot": False,
            "confidence": None,
            "agreement": None,
            "unsure": False,
            "acquired": [None],
            "stopped": False,
            "seconds": {"total": 1},
        }
        row = Row(ANSWERED, Answer.of_result(result))
        assert Columns().values(row, FACTS)["acquired"] is None, "no date is known"
        assert Columns().values(row, FACTS)["warnings"] == '["Haze."]'
        assert Columns(is_pair=True).values(row, FACTS)["changed"] == value

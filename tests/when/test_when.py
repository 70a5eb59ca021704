"""When the answer is yes, on series whose turns are known."""

import csv
import itertools
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from unirs.errors import UniRSError
from unirs.when.asking import _turns, find_when
from unirs.when.question import ANY_CHANGE
from unirs.when.request import StoryRequest, WhenRequest
from unirs.when.story import describe_series

QUESTION = "Is there red ground?"
BUILT = "Has red ground been built?"
YEARS = {"2010-05-01": False, "2012-05-01": False, "2014-05-01": True, "2016-05-01": True}


def when(engine, paths, question=QUESTION, stop=None, on_answer=None, **options):
    request = WhenRequest(tuple(map(str, paths)), question, **options)
    return find_when(engine, request, stop=stop, on_answer=on_answer)


@pytest.mark.parametrize("question", [QUESTION, BUILT])
def test_the_interval_in_which_it_became_true(engine, write, question):
    found = when(engine, write(YEARS)[::-1], question)  # the order of the files does not matter
    assert found.text.startswith("first true between 2012-05-01 and 2014-05-01 (0.")
    assert found.first == 2
    assert found.probability > 0.8
    assert not found.unsure
    assert [row.probability > 0.5 for row in found.rows] == [False, False, True, True]


def test_what_is_asked(engine, write):
    when(engine, write(YEARS))
    days = list(YEARS)
    expected = [(QUESTION, (days[0],))]
    for before, after in itertools.pairwise(days):
        expected += [(QUESTION, (after,)), (ANY_CHANGE, (before, after))]
    assert engine.asked == expected


def test_a_change_is_asked_about_beside_the_first_date(engine, write):
    when(engine, write(YEARS), BUILT)
    first = next(iter(YEARS))
    assert [dates for text, dates in engine.asked if text == BUILT] == [
        (first, day) for day in YEARS
    ]
    pairs = [dates for text, dates in engine.asked if text == ANY_CHANGE]
    assert pairs == list(itertools.pairwise(YEARS))


def test_where_no_date_is_a_yes_they_are_compared(new_engine, write):
    scores = dict(zip(YEARS, (0.02, 0.03, 0.3, 0.25), strict=True))
    found = when(new_engine(wrong=scores), write(YEARS))
    assert found.first == 2
    assert found.unsure
    assert found.warnings[-1].startswith("No date alone gives a yes (at most 30%)")
    flat = new_engine(wrong=dict.fromkeys(YEARS, 0.1))
    assert when(flat, write(dict.fromkeys(YEARS, False))).first is None


def test_one_doubtful_date_does_not_decide(new_engine, write):
    engine = new_engine(wrong={"2012-05-01": 0.6})
    assert when(engine, write(YEARS)).first == 2


def test_it_goes_again(engine, write):
    found = when(engine, write({**YEARS, "2018-05-01": False, "2020-05-01": False}))
    assert "; no longer true between 2016-05-01 and 2018-05-01 (0." in found.text
    assert [turn.to for turn in found.turns] == [True, False]


def test_a_turn_that_is_as_good_as_even_is_not_stated():
    series = SimpleNamespace(seen=range(6))
    at, first = (0.1, 0.45, 0.48, 0.55, 0.9, 0.2), (0.0, 0.6, 0.1, 0.1, 0.1, 0.0, 0.1)
    assert [(turn.before, turn.to) for turn in _turns(series, at, first, 1)] == [
        (1, True),
        (5, False),
    ]


def test_always_and_never(engine, write):
    assert when(engine, write(dict.fromkeys(YEARS, False))).text.startswith("never true (0.")
    assert when(engine, write(dict.fromkeys(YEARS, True))).text.startswith("true at every date (0.")


def test_a_date_without_data_is_a_gap(engine, write):
    found = when(engine, write({**YEARS, "2013-05-01": None}))
    assert found.text.startswith("first true between 2012-05-01 and 2014-05-01 (0.")
    assert [row.probability is None for row in found.rows] == [False, False, True, False, False]
    assert found.warnings[0].endswith("are left out: 2013-05-01.")


def test_without_dates_the_order_given_counts(engine, write):
    found = when(engine, write({"b": False, "a": True}))
    assert found.text.startswith("first true between b and a (0.")
    assert "Dates are not known (b, a)" in found.warnings[0]


def test_equal_dates_are_named(engine, write):
    paths = write({"x-2012-05-01": False, "y-2012-05-01": True})
    assert "Some dates are the same" in when(engine, paths).warnings[0]


def test_an_engine_without_pairs_or_probabilities(new_engine, write):
    engine = new_engine(inputs=("single",), scores=False)
    assert when(engine, write(YEARS)).first == 2
    with pytest.raises(UniRSError, match="reads no pairs"):
        when(engine, write(YEARS), BUILT)


def test_a_stop_keeps_the_dates_so_far(engine, write):
    found = when(engine, write(YEARS), stop=lambda: len(engine.asked) >= 3)
    assert found.stopped
    assert found.text.startswith("so far never true")
    assert [row.probability is None for row in found.rows] == [False, False, True, True]


def test_the_table_and_the_json(engine, write, tmp_path):
    table = tmp_path / "when.csv"
    found = when(engine, write(YEARS), table=table)
    with table.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["date"] for row in rows] == list(YEARS)
    assert float(rows[2]["probability"]) > 0.5
    facts = json.loads(json.dumps(found.to_json()))
    assert facts["answer"] == found.text
    assert facts["table"] == str(table)
    assert facts["rows"][0]["date"] == "2010-05-01"


@pytest.mark.parametrize(
    ("given", "code"),
    [({"table": "when.xlsx"}, "output_unwritable"), ({"views": 9}, "views_invalid")],
)
def test_what_cannot_be_is_refused_at_once(write, tmp_path, given, code):
    if "table" in given:
        given = {"table": tmp_path / given["table"]}
    with pytest.raises(UniRSError) as failure:
        WhenRequest(tuple(map(str, write(YEARS))), QUESTION, **given)
    assert failure.value.code == code


def test_a_series_has_two_rasters_or_more(write):
    with pytest.raises(UniRSError, match="A series has 2 to"):
        WhenRequest((str(write(YEARS)[0]),), QUESTION)


def test_the_story_leaves_out_where_nothing_happened(engine, write, tmp_path):
    table = tmp_path / "story.csv"
    paths = tuple(map(str, write(YEARS)))
    story = describe_series(engine, StoryRequest(paths, table=table))
    assert story.text == (
        "2012-05-01 to 2014-05-01: the ground has become red\n"
        "Nothing has changed in 2 other intervals"
    )
    with table.open() as file:
        assert [row["changed"] for row in csv.DictReader(file)] == ["False", "True", "False"]
    unchanged = describe_series(engine, StoryRequest(paths[:2]))
    assert unchanged.text == "Nothing has changed in 1 interval"


def test_what_goes_slowly_is_seen_from_the_first_date_to_the_last(new_engine, write):
    class SlowEngine(new_engine):
        def answer(self, visual, question, **words):
            answer = super().answer(visual, question, **words)
            years = [int(date[:4]) for date in answer.acquired]
            grown = years[-1] - years[0] > 2
            return replace(answer, text="it has grown" if grown else "same", changed=grown)

    paths = write(dict.fromkeys(YEARS, False))
    story = describe_series(SlowEngine(), StoryRequest(paths))
    first, *_, last = YEARS
    grown, others = story.text.splitlines()
    assert grown == f"{first} to {last}, slowly: it has grown"
    assert others == f"Nothing has changed in {len(YEARS) - 1} intervals"
    assert story.questions == len(YEARS)

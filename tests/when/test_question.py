"""What is asked about the dates of a series, for what a user enters."""

import pytest

from unirs.errors import UniRSError
from unirs.when.question import statement


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Is there a lake?", "Is there a lake?"),
        ("lake", "Is there lake in the image?"),
        ("Was there a lake?", "Was there a lake?"),
        ("When is there snow?", "Is there snow?"),
    ],
)
def test_what_is_there_is_asked_about_each_date(text, asked):
    found = statement(text)
    assert (found.text, found.of_change) == (asked, False)
    assert found.by_template is (text != asked)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Have houses been built?", "Have houses been built?"),
        ("Are there new houses?", "Are there new houses?"),
        ("new houses", "Are there new houses in the later image?"),
        ("Is there more water than before?", "Is there more water than before?"),
        ("When was the lake drained?", "Has the lake been drained?"),
        ("When were the houses built?", "Have the houses been built?"),
        ("when did the lake grow", "Has the lake grown?"),
        ("When has the wood been cleared?", "Has the wood been cleared?"),
    ],
)
def test_what_has_happened_is_asked_about_two_dates(text, asked):
    found = statement(text)
    assert (found.text, found.of_change) == (asked, True)


@pytest.mark.parametrize("text", ["Why did it burn?", "When did it rain cats?", "How many boats?"])
def test_what_has_no_yes_or_no_is_refused(text):
    with pytest.raises(UniRSError) as failure:
        statement(text)
    assert failure.value.code == "question_open"
    assert "at a date" in failure.value.message

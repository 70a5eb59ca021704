"""``when``, and ``change`` about a series, on a real (random) model."""

import csv
import json


def tiny(unirs, *words):
    return unirs(*words, "--model", "unirs-tiny", "--device", "cpu")


def test_the_sentence_goes_to_stdout_and_a_row_a_date_to_stderr(unirs, before, after, tmp_path):
    table = tmp_path / "when.csv"
    outcome = tiny(unirs, "when", after, before, "houses", "--table", table)
    assert outcome.code == 0, outcome.err
    assert outcome.out.count("\n") == 1
    assert "(0." in outcome.out
    assert "Asking: Are there houses in the image?" in outcome.err
    rows = [line.split()[0] for line in outcome.err.splitlines() if line[:2] == "20"]
    assert rows == ["2012-07-31", "2020-08-31"]
    with table.open() as file:
        assert [row["date"] for row in csv.DictReader(file)] == rows


def test_when_gives_one_json_object(unirs, before, after):
    outcome = tiny(unirs, "when", before, after, "Have houses been built?", "--json")
    facts = json.loads(outcome.out)
    assert facts["of_change"]
    assert facts["questions"] == 3
    assert [row["date"] for row in facts["rows"]] == ["2012-07-31", "2020-08-31"]


def test_a_series_is_described_from_date_to_date(unirs, before, after, tmp_path):
    later = tmp_path / "later-2022-01-01.tif"
    later.write_bytes(after.read_bytes())
    words = ("change", before, after, later, "--max-tokens", 4)
    facts = json.loads(tiny(unirs, *words, "--json").out)
    assert len(facts["intervals"]) == 2
    told = [each for each in facts["intervals"] if each["changed"]]
    assert facts["answer"].count(" to 20") == len(told)
    for option, value in (("--map", "map.tif"), ("--views", 2)):
        assert tiny(unirs, *words, option, value).code == 2
    assert tiny(unirs, "change", before, after, "--table", "story.csv").code == 2


def test_what_has_no_yes_or_no_is_refused_before_a_model_is_loaded(unirs, before, after):
    outcome = unirs("when", before, after, "How many boats?", "--model", "no-such-model")
    assert outcome.code == 2
    assert "cannot be answered with yes or no at a date" in outcome.err

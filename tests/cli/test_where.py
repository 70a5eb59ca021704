"""``where``: places on a real (random) model, their JSON, and the files that are written."""

import json

import pyogrio
import rasterio


def where(unirs, *words):
    return unirs("where", *words, "--model", "unirs-tiny", "--device", "cpu")


def test_where_answers_as_one_json_object_and_writes_its_files(unirs, before, tmp_path):
    files = tmp_path / "p.tif", tmp_path / "where.gpkg"
    options = ("--map", files[0], "--polygons", files[1], "--size", 30, "--threshold", 0.01)
    outcome = where(unirs, before, "Is there a road?", "--json", *options)
    assert outcome.code == 0, outcome.err
    facts = json.loads(outcome.out)
    assert facts["question"] == "Is there a road?"
    assert facts["model"] == "unirs-tiny"
    assert facts["windows"]["asked"] == 10
    assert facts["windows"]["full"] == 9
    assert facts["acquired"] == ["2012-07-31"]
    with rasterio.open(files[0]) as dataset:
        assert dataset.shape == (4, 4)
    assert pyogrio.read_info(files[1])["features"] == len(facts["places"]) > 0


def test_the_sentence_goes_to_stdout_and_the_rest_to_stderr(unirs, before):
    outcome = where(unirs, before, "boats", "--size", 60, "--threshold", 1)
    assert outcome.code == 0, outcome.err
    assert outcome.out == "no, in none of 4 squares of 30 m\n"
    assert "Are there boats in the image?" in outcome.err
    assert "1 asked" in outcome.err


def test_two_dates_are_searched(unirs, before, after):
    outcome = where(unirs, after, before, "Are there new buildings?", "--size", 60, "--json")
    assert json.loads(outcome.out)["acquired"] == ["2012-07-31", "2020-08-31"]


def test_places_of_two_dates_are_asked_what_they_were_and_are(unirs, before, after):
    words = (before, after, "Has anything changed?", "--size", 60, "--threshold", 0.01)
    facts = json.loads(where(unirs, *words, "--from-to", "--kinds", "water, road", "--json").out)
    kinds = [place["from"] for place in facts["places"]]
    assert {kind["text"] for kind in kinds if kind} <= {"water", "road"}
    outcome = where(unirs, before, "boats", "--from-to")
    assert (outcome.code, "takes two dates" in outcome.err) == (2, True)


def test_too_many_windows_need_a_yes(unirs, before):
    outcome = where(unirs, before, "boats", "--size", 0.5)
    assert outcome.code == 2
    assert "more than 10,000 and may take some" in outcome.err
    assert "--yes" in outcome.err


def test_a_question_without_yes_or_no_is_refused_before_a_model_is_loaded(unirs, before):
    outcome = unirs("where", before, "How many boats are there?", "--model", "no-such-model")
    assert outcome.code == 2
    assert "cannot be answered with yes or no" in outcome.err

"""``index`` and ``find`` on a real (random) model."""

import json

import pytest

pytestmark = pytest.mark.slow
MODEL = ("--model", "unirs-tiny", "--device", "cpu")


def test_tiles_are_indexed_and_found(unirs, before, after, tmp_path):
    index = tmp_path / "tiles.gpkg"
    options = ("--output", index, "--size", 30, "--json", *MODEL)
    outcome = unirs("index", before, after, *options)
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["added"] == 8
    outcome = unirs("find", index, "a road", "--limit", 3, "--rescore", 4, "--json", *MODEL)
    facts = json.loads(outcome.out)
    assert (len(facts["tiles"]), facts["searched"], facts["rescored"]) == (3, 8, 4)
    outcome = unirs("find", index, "--like", 1, "--limit", 2)
    assert outcome.code == 0, outcome.err
    assert "the images of 8 tiles" in outcome.err
    pair = unirs("index", before, after, "--pair", "--output", tmp_path / "pair.gpkg", *MODEL)
    assert pair.out == "4 tiles added to the index\n"

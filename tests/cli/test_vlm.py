"""The program with a model of another architecture."""

import json

import pytest

from tests.models.vlm import make_tiny_vlm
from unirs.samples import AFTER, BEFORE, CITY


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_tiny_vlm(tmp_path_factory.mktemp("vlm") / "tiny-gemma", "gemma3")


def test_a_question_with_options_is_answered(unirs, model):
    outcome = unirs("ask", CITY.path, "Is there water?", "--options", "yes,no", "--model", model)
    assert outcome.code == 0
    assert outcome.out.splitlines()[0] in {"yes", "no"}
    assert "tiny-gemma" in outcome.out + outcome.err


def test_the_answer_names_engine_model_and_digest(unirs, model):
    outcome = unirs(
        *("change", BEFORE.path, AFTER.path, "--max-tokens", 4, "--model", model, "--json")
    )
    answer = json.loads(outcome.out)
    assert (answer["engine"], answer["model"], answer["host"]) == ("transformers", model.name, None)
    assert len(answer["digest"]) == 64
    assert answer["clue"] is None
    assert answer["changed"] in {True, False}
    assert outcome.err == ""


def test_scenes_are_classified(unirs, model):
    classes = ("--classes", "farmland,forest,port")
    outcome = unirs("classify", CITY.path, *classes, "--model", model, "--json")
    options = json.loads(outcome.out)["options"]
    assert {option["text"] for option in options} == {"farmland", "forest", "port"}
    assert sum(option["probability"] for option in options) == pytest.approx(1)


def test_a_change_map_is_refused(unirs, model, tmp_path):
    words = ("change", BEFORE.path, AFTER.path, "--map", tmp_path / "map.tif", "--model", model)
    outcome = unirs(*words)
    assert outcome.code == 2
    assert "makes no change maps" in outcome.err


def test_a_broken_folder_is_a_sentence(unirs, model, tmp_path):
    (tmp_path / "config.json").write_text((model / "config.json").read_text())
    outcome = unirs("ask", CITY.path, "What?", "--model", tmp_path)
    assert outcome.code == 2
    assert "not usable" in outcome.err

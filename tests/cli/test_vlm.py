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


def test_a_model_in_the_cache_of_a_hub_is_found_by_its_repository(
    unirs, model, tmp_path, monkeypatch
):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    repository = tmp_path / "models--google--tiny"
    snapshot = repository / "snapshots" / ("c" * 40)
    snapshot.mkdir(parents=True)
    (repository / "blobs").mkdir()
    for file in model.iterdir():  # as the hub's own program lays them: links to blobs
        blob = repository / "blobs" / file.name.encode().hex()
        blob.write_bytes(file.read_bytes())
        (snapshot / file.name).symlink_to(blob)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(snapshot.name)
    words = ("ask", CITY.path, "What?", "--max-tokens", 2, "--json", "--model")
    answer = json.loads(unirs(*words, "hf:google/tiny").out)
    assert (answer["engine"], answer["model"]) == ("transformers", "tiny")
    outcome = unirs(*words, "hf:google/absent")
    assert outcome.code == 2
    assert "google/absent" in outcome.err

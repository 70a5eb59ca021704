"""The real worker with a random model: its answers mean nothing, how it gives them means all."""

import json
import shutil
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from safetensors.torch import load_file, save_file

from unirs.model import load_bundle
from unirs.worker import messages, protocol
from unirs.worker.client import WorkerClient, WorkerError
from unirs.worker.schema import protocol_schema

pytestmark = pytest.mark.slow

TIMEOUT = 120


def answer(worker, method, on_notification=None, **params):
    """The result of a task; its keys are those of the schema."""
    result = worker.request(method, params, on_notification, timeout=TIMEOUT)
    assert result.keys() == protocol_schema()["$defs"]["Answer"]["properties"].keys()
    return json.loads(json.dumps(result), object_hook=lambda facts: SimpleNamespace(**facts))


def refusal(worker, method, **params):
    with pytest.raises(WorkerError) as caught:
        worker.request(method, params, timeout=TIMEOUT)
    assert "Traceback" not in caught.value.message
    return caught.value.code


def test_the_model_that_is_loaded_tells_about_itself(worker, model_folder):
    loaded = worker.request("load", {"model": str(model_folder)}, timeout=TIMEOUT)
    facts = messages.LoadResult.model_validate_json(json.dumps(loaded))
    assert (facts.model, facts.engine, facts.device) == ("unirs-tiny", "unirs", "cpu")
    assert (facts.image_size, facts.frame_count, facts.demonstration) == (40, 4, False)
    assert facts.capabilities.change_maps
    assert facts.digest == load_bundle(model_folder).digest


def test_a_question_is_answered_token_by_token(worker, rasters):
    told = []
    result = answer(
        worker,
        "ask",
        lambda *message: told.append(message),
        paths=rasters[:1],
        text="is there a road?",
        max_new_tokens=5,
    )
    assert result.answer == "".join(facts["text"] for kind, facts in told if kind == "token")
    stages = [facts["stage"] for kind, facts in told if kind == "progress"]
    assert stages == ["read", "vision", "prefill", "decode"]
    assert result.tokens.answer == 5
    assert result.crop.crs == "EPSG:32633"
    assert result.crop.date == "2020-08-11"
    assert not result.stopped


def test_a_pair_comes_with_its_change_map(worker, rasters, tmp_path):
    files = {name: str(tmp_path / name) for name in ("map.tif", "overlay.png", "crop.png")}
    result = answer(
        worker,
        "change",
        paths=rasters[::-1],
        max_new_tokens=2,
        change_map=files["map.tif"],
        overlay=files["overlay.png"],
        save_crop=files["crop.png"],
    )
    assert result.change_map == files["map.tif"]
    assert [crop.date for crop in result.crop] == ["2020-08-11", "2023-08-11"]
    assert result.acquired == ["2020-08-11", "2023-08-11"]
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == ["crop-1.png", "crop-2.png", "map.tif", "overlay.png"]


def test_closed_sets_are_scored(worker, rasters):
    result = answer(worker, "ask", paths=rasters[:1], text="a road?", options=["yes", "no"])
    assert {option.text for option in result.options} == {"yes", "no"}
    assert sum(option.probability for option in result.options) == pytest.approx(1)
    assert result.answer == result.options[0].text
    classes = answer(worker, "classify", paths=rasters, classes=["flood", "fire", "party"])
    assert classes.options[0].text == classes.answer
    assert len(classes.options) == 3


def test_a_single_image_is_classified_by_the_classes_that_load_lists(worker, model_folder, rasters):
    loaded = worker.request("load", {"model": str(model_folder)}, timeout=TIMEOUT)
    result = answer(worker, "classify", paths=rasters[:1], views=3)
    assert {option.text for option in result.options} == set(loaded["classes"]["single"])
    assert loaded["classes"].keys() == {"single", "video"}


def test_a_cancelled_answer_keeps_its_tokens_and_stops_within_one(worker, rasters):
    told, third = [], threading.Event()

    def listen(kind, facts):
        if kind == "token":
            told.append(facts["text"])
            if len(told) == 3:
                third.set()

    params = {"paths": rasters[:1], "text": "is there a road?", "max_new_tokens": 100}
    pending = worker.submit("ask", params, listen)
    assert third.wait(TIMEOUT)
    seen = len(told)
    pending.cancel()
    result = pending.result(TIMEOUT)
    assert result["stopped"]
    assert result["answer"] == "".join(told)
    assert len(told) <= seen + 2  # one may have been on its way before the cancel was
    again = answer(worker, "ask", paths=rasters[:1], text="is there a road?", max_new_tokens=4)
    assert "".join(told).startswith(again.answer) or again.answer.startswith("".join(told))


def test_questions_in_a_row_get_their_own_answers(worker, rasters):
    texts = ["is there a road?", "is it rural or urban?", "the scenes?"]

    def params(text):
        return {"paths": rasters[:1], "text": text, "max_new_tokens": 3}

    pending = [worker.submit("ask", params(text)) for text in texts * 2]
    said = [request.result(TIMEOUT)["answer"] for request in pending]
    assert said[:3] == said[3:]


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("ask", {"paths": ["missing.tif"], "text": "a road?"}, "raster_missing"),
        ("ask", {"paths": [__file__], "text": "a road?"}, "raster_unreadable"),
        ("caption", {"paths": ["a.tif", "b.tif"]}, "input_count"),
        ("ask", {"paths": ["a.tif"], "crop": {"extent": [0, 0, 0, 0]}}, "extent_empty"),
        ("load", {"model": "no-such-model"}, "model_missing"),
        ("load", {"device": "cuda:99"}, "device_missing"),
    ],
)
def test_what_a_user_can_cause_has_a_code(worker, method, params, code):
    assert refusal(worker, method, **params) == code


def test_a_raster_that_is_missing_is_told_before_a_model_is_loaded(rasters):
    told = []
    with WorkerClient() as client:
        for paths in (["missing.tif"], [rasters[0], "missing.tif"], ["missing.mp4"]):
            with pytest.raises(WorkerError, match=r"There is no .* missing"):
                client.request("ask", {"paths": paths}, lambda *fact: told.append(fact), TIMEOUT)
    assert told == []


def test_hello_is_answered_while_a_hostile_model_is_refused(worker, model_folder, make_model):
    folder = make_model(clue_source="adapter")
    path = folder / "adapter/adapter_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "target_modules": "(a|a|aa)+$"}))
    pending = worker.submit("load", {"model": str(folder)})
    assert worker.request("hello", timeout=TIMEOUT)["pid"] == worker.process.pid
    with pytest.raises(WorkerError, match="target_modules"):
        pending.result(TIMEOUT)
    worker.request("load", {"model": str(model_folder), "device": "cpu"}, timeout=TIMEOUT)


def without_a_tensor(folder):
    path = folder / "model.safetensors"
    tensors = load_file(path)
    tensors.pop("projector.norm.weight")
    save_file(tensors, path, metadata={"format": "pt"})


@pytest.mark.parametrize(
    "damage",
    [
        shutil.rmtree,
        without_a_tensor,
        lambda folder: (folder / "tokenizer.json").write_text("{}"),
        lambda folder: (folder / "config.json").write_text('{"model_type": "unirs"}'),
    ],
)
def test_a_refused_model_leaves_the_loaded_one_in_place(worker, make_model, model_folder, damage):
    folder = make_model()
    damage(folder)
    worker.request("load", {"model": str(model_folder)}, timeout=TIMEOUT)
    messages = []
    assert refusal(worker, "load", model=str(folder)) in {"model_missing", "model_invalid"}
    worker.request("load", {}, lambda *message: messages.append(message), timeout=TIMEOUT)
    assert messages == []


def test_a_disk_that_does_not_take_the_map_leaves_the_answer(worker, rasters, tmp_path):
    (tmp_path / "map.tif").mkdir()
    params = {"paths": rasters, "max_new_tokens": 2, "change_map": str(tmp_path / "map.tif")}
    with pytest.raises(WorkerError) as caught:
        worker.request("change", params, timeout=TIMEOUT)
    assert caught.value.code == "output_unwritable"
    assert isinstance(caught.value.data["answer"], str)
    assert [path.name for path in tmp_path.iterdir()] == ["map.tif"]


def test_the_end_of_stdin_ends_it_in_the_middle_of_a_generation(
    start, slow_worker_command, model_folder, rasters
):
    params = {"model": str(model_folder), "paths": rasters[:1], "text": "is there a road?"}
    process = start(slow_worker_command)
    process.stdin.write(
        protocol.encode(protocol.request_message(protocol.Request("ask", params, 1)))
    )
    process.stdin.flush()
    for line in process.stdout:
        if json.loads(line)["method"] == "token":
            break
    process.stdin.close()
    assert process.wait(5) == 0
    *_, last = map(json.loads, process.stdout)
    assert last["result"]["stopped"]


MEMORY_EATER = """
import torch
from unirs.engines.unirs.stages import Stages
real_respond = Stages._respond
def respond(self, rows):
    if rows[0].question.text == "eat":
        torch.empty(2**60)
    if rows[0].question.text == "devour":
        bytearray(2**60)
    real_respond(self, rows)
Stages._respond = respond
from unirs.worker.__main__ import main
main()
"""


def test_exhausted_memory_is_an_error_and_the_worker_lives(model_folder, rasters):
    with WorkerClient((sys.executable, "-c", MEMORY_EATER)) as client:
        client.request("load", {"model": str(model_folder)}, timeout=TIMEOUT)
        pid = client.process.pid
        for text in ("eat", "devour"):
            assert refusal(client, "ask", paths=rasters[:1], text=text) == "out_of_memory"
        assert answer(client, "ask", paths=rasters[:1], text="a road?").model == "unirs-tiny"
        assert client.process.pid == pid
        unloaded = client.request("unload", timeout=TIMEOUT)
        assert unloaded == {"model": Path(model_folder).name}
        assert client.request("unload", timeout=TIMEOUT) == {"model": None}


def test_the_self_test_tells_case_by_case(worker):
    told = []
    result = worker.request(
        "self_test", {}, lambda kind, facts: told.append((kind, facts)), timeout=TIMEOUT
    )
    report = messages.SelfTestResult.model_validate(result)
    assert not report.stopped
    assert report.passed == all(case.passed for case in report.cases)
    assert [facts["done"] for kind, facts in told if kind == "progress"] == list(
        range(len(report.cases))
    )


def test_a_search_reports_each_window_and_gives_places(worker, rasters, tmp_path):
    told = []
    params = {"paths": rasters[:1], "question": "boats", "polygons": str(tmp_path / "where.gpkg")}
    result = worker.request("where", params, lambda *each: told.append(each), timeout=TIMEOUT)
    assert result.keys() == protocol_schema()["$defs"]["Places"]["properties"].keys()
    windows = [facts for kind, facts in told if kind == "window"]
    for facts in windows:
        messages.WindowParams.model_validate_json(json.dumps(facts))
    assert len(windows) == result["windows"]["asked"] > 0
    assert result["question"] == "Are there boats in the image?"
    assert (tmp_path / "where.gpkg").is_file()
    assert refusal(worker, "where", paths=rasters[:1], question="How many?") == "question_open"


def test_a_series_reports_each_answer_and_gives_a_timeline_and_a_story(worker, rasters):
    told = []
    params = {"paths": rasters, "names": ["first", "second"]}
    asked = {**params, "question": "Is there a road?"}
    result = worker.request("when", asked, lambda *each: told.append(each), timeout=TIMEOUT)
    definitions = protocol_schema()["$defs"]
    assert result.keys() == definitions["Timeline"]["properties"].keys()
    counted = [facts for kind, facts in told if kind == "progress" and facts["stage"] == "date"]
    assert [(facts["done"], facts["total"]) for facts in counted] == [(n, 3) for n in range(4)]
    story = worker.request("story", {**params, "max_new_tokens": 4}, timeout=TIMEOUT)
    assert story.keys() == definitions["Story"]["properties"].keys()
    assert len(story["intervals"]) == 1
    assert refusal(worker, "when", paths=rasters, question="How many?") == "question_open"


def test_a_cancelled_search_keeps_its_windows(worker, rasters):
    first = threading.Event()
    params = {"paths": rasters[:1], "question": "boats", "size": 4, "leave_below": 0}
    pending = worker.submit("where", params, lambda *_: first.set())
    assert first.wait(TIMEOUT)
    pending.cancel()
    result = pending.result(TIMEOUT)
    assert result["stopped"]
    assert 0 < result["windows"]["asked"] < result["windows"]["full"]

"""Questions that the real worker answers together, with a random model."""

import json
import os
import signal
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import rasterio

from unirs.worker import messages
from unirs.worker.client import WorkerClient, WorkerDied, WorkerError

pytestmark = pytest.mark.slow

TIMEOUT = 120
COUNT = 6

LOGGING_WORKER = """
import sys
from unirs.worker import together
from unirs.worker.service import Service
answer_together, prepare = together.answer_together, Service.prepare

def noted(questions, *rest):
    with open(sys.argv[1], "a") as log:
        print(len(questions), file=log)
    return answer_together(questions, *rest)

def prepare_slowly(service):
    prepare(service)
    from tests.worker import slow_worker
    from unirs.engines.unirs import reader, stages
    reader.decode = slow_worker.slow_decode
    respond = stages.Stages._respond
    def picky(self, rows):
        if any(row.question.text == "eat" for row in rows):
            raise ZeroDivisionError("this question is a defect")
        respond(self, rows)
    stages.Stages._respond = picky

import unirs.worker.service
unirs.worker.service.answer_together = noted
Service.prepare = prepare_slowly
from unirs.worker.__main__ import main
main()
"""


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("log") / "groups"


@pytest.fixture(scope="module")
def client(model_folder, log):
    root = Path(__file__).parents[2]
    program = f"import sys; sys.path.insert(0, {str(root)!r})\n{LOGGING_WORKER}"
    with WorkerClient((sys.executable, "-c", program, str(log))) as client:
        loaded = client.request("load", {"model": str(model_folder)}, timeout=TIMEOUT)
        assert messages.LoadResult.model_validate_json(json.dumps(loaded)).batch_size == 32
        yield client


@pytest.fixture
def tiles(tmp_path):
    noise, paths = np.random.default_rng(1), []
    for number in range(COUNT):
        paths.append(str(tmp_path / f"tile-{number}.png"))
        with rasterio.open(paths[-1], "w", "PNG", 40, 40, 3, dtype="uint8") as raster:
            raster.write(noise.integers(1, 255, (3, 40, 40), dtype=np.uint8))
    return paths


@pytest.fixture
def ask_behind(client, log, tiles):
    """Sends questions while another one is being answered, and gives them once that is done."""

    def ask(asked, count=8):
        begun = threading.Event()
        first = client.submit(
            "ask",
            {"paths": tiles[:1], "text": "first?", "max_new_tokens": 40},
            lambda kind, _: begun.set() if kind == "token" else None,
        )
        assert begun.wait(TIMEOUT)
        log.write_text("")
        received = [[] for _ in asked]
        pending = [
            client.submit(
                "ask",
                {"text": "is there a road?", "max_new_tokens": count, "background": True, **params},
                lambda kind, facts, notes=notes: notes.append((kind, facts)),
            )
            for params, notes in zip(asked, received, strict=True)
        ]
        first.cancel()
        assert first.result(TIMEOUT)["stopped"]
        return pending, received

    return ask


def texts_of(received):
    return ["".join(f["text"] for kind, f in notes if kind == "token") for notes in received]


def test_they_have_the_answers_tokens_and_files_of_each_alone(ask_behind, client, tiles, tmp_path):
    crops = [tmp_path / f"crop-{number}.png" for number in range(COUNT)]
    asked = [
        {"paths": [tile], "save_crop": str(crop)} for tile, crop in zip(tiles, crops, strict=True)
    ]
    pending, received = ask_behind(asked)
    together = [request.result(TIMEOUT) for request in pending]
    alone = [
        client.request("ask", {"paths": [tile], "text": "is there a road?", "max_new_tokens": 8})
        for tile in tiles
    ]
    assert [each["answer"] for each in together] == [each["answer"] for each in alone]
    assert len({each["answer"] for each in together}) > 1
    assert texts_of(received) == [each["answer"] for each in together]
    assert [each["crop"]["source"] for each in together] == tiles
    assert all(crop.exists() for crop in crops)
    for notes in received:
        stages = [facts["stage"] for kind, facts in notes if kind == "progress"]
        assert stages == ["read", "vision", "prefill", "decode"]


def test_they_are_answered_as_one_batch(ask_behind, log, tiles):
    pending, _ = ask_behind([{"paths": [tile]} for tile in tiles])
    for request in pending:
        request.result(TIMEOUT)
    assert log.read_text().split() == [str(COUNT)]


def test_a_bad_tile_fails_alone(ask_behind, tiles):
    Path(tiles[2]).write_bytes(b"no image")
    asked = [{"paths": [tile]} for tile in tiles]
    pending, _ = ask_behind([*asked[:4], {"paths": ["/nowhere.png"]}, *asked[4:]])
    codes = []
    for request in pending:
        try:
            codes.append(request.result(TIMEOUT)["stopped"])
        except WorkerError as error:
            codes.append(error.code)
    assert codes == [False, False, "raster_unreadable", False, "raster_missing", False, False]


def test_a_question_that_the_engine_fails_on_fails_alone(ask_behind, tiles):
    asked = [{"paths": [tile]} for tile in tiles]
    asked[1]["text"] = "eat"
    asked[3]["text"] = "road " * 5000
    pending, received = ask_behind(asked)
    codes = []
    for request in pending:
        try:
            codes.append(request.result(TIMEOUT)["stopped"])
        except WorkerError as error:
            codes.append(error.code)
    assert codes == [False, "defect", False, "question_too_long", False, False]
    assert all(texts_of(received)[number] for number in (0, 2, 4, 5))


def test_a_cancelled_one_leaves_and_the_others_go_on(ask_behind, tiles):
    pending, received = ask_behind([{"paths": [tile]} for tile in tiles], count=30)
    while not texts_of(received)[1]:
        assert not pending[1].future.done()
    pending[1].cancel()
    with pytest.raises(WorkerError) as caught:
        pending[1].result(2)
    assert caught.value.code == "cancelled"
    assert not pending[0].future.done()
    others = [pending[number].result(TIMEOUT) for number in (0, 2, 3, 4, 5)]
    assert not any(each["stopped"] for each in others)


def test_a_question_from_the_window_waits_for_one_step(ask_behind, client, tiles):
    """The batch is in the middle of its tokens, and ends as it would have."""
    asked = [{"paths": [tile]} for tile in tiles]
    expected, _ = ask_behind(asked, count=30)
    expected = [request.result(TIMEOUT)["answer"] for request in expected]
    pending, received = ask_behind(asked, count=30)
    while not texts_of(received)[1]:
        assert not pending[1].future.done()
    question = {"paths": tiles[:1], "text": "the scenes?", "max_new_tokens": 4}
    answer = client.request("ask", question, timeout=TIMEOUT)["answer"]
    assert not any(request.future.done() for request in pending)
    assert [request.result(TIMEOUT)["answer"] for request in pending] == expected
    assert client.request("ask", question, timeout=TIMEOUT)["answer"] == answer


def test_a_killed_worker_fails_all(ask_behind, client, tiles):
    asked = [{"paths": [tile]} for tile in tiles]
    pending, received = ask_behind(asked, count=30)
    while not texts_of(received)[1]:
        assert not pending[1].future.done()
    os.kill(client.process.pid, signal.SIGKILL)
    for request in pending:
        with pytest.raises(WorkerDied):
            request.result(TIMEOUT)

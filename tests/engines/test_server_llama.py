"""The server engine with a real llama.cpp: SmolLM2, and an image encoder with random weights."""

from __future__ import annotations

import math
import threading
import time

import httpx2
import numpy as np
import pytest

from tests.engines.servers import LlamaServer, write_image_encoder
from unirs.engines.chat import chat_messages
from unirs.engines.engine import Item
from unirs.engines.opening import open_engine
from unirs.engines.server.chat_request import request_body
from unirs.errors import UniRSError
from unirs.inputs import Crop, InputKind, Question, Task, Turn, VisualInput
from unirs.models.servers import ServedModel, find_servers, read_server

pytest.importorskip("xllamacpp")

RANDOM = np.random.default_rng(1)


def image(size=96):
    return Crop(RANDOM.integers(0, 256, (size, size, 3), dtype=np.uint8))


SINGLE = VisualInput.single(image())
PAIR = VisualInput.pair(image(), image())


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return write_image_encoder(tmp_path_factory.mktemp("encoder") / "encoder.gguf")


@pytest.fixture(scope="module")
def llama(encoder):
    server = LlamaServer(encoder)
    yield server
    server.kill()


@pytest.fixture(scope="module")
def engine(llama):
    engine = open_engine(f"server:{llama.url}#smollm")
    yield engine
    engine.close()


def caption(tokens=6):
    return Question(Task.CAPTION, max_new_tokens=tokens)


def test_an_answer_is_streamed_and_stays_on_this_computer(engine):
    pieces, stages = [], []
    answer = engine.answer(SINGLE, caption(), on_token=pieces.append, on_stage=stages.append)
    assert answer.text == "".join(pieces).strip()
    assert len(pieces) == answer.tokens.answer == 6
    assert answer.tokens.prompt > 16
    assert stages == ["prefill", "decode"]
    assert (answer.engine, answer.model, answer.host, engine.host) == (
        "server",
        "smollm",
        None,
        None,
    )
    assert 0 < answer.seconds.first_token < answer.seconds.total


def test_probabilities_of_options_are_those_of_the_models_own_tokens(engine, llama):
    question = Question(Task.ASK, "Is there a road in the image?", options=("yes", "no"))
    best, other = engine.answer(SINGLE, question).options
    # The whole vocabulary at the first place of the answer, asked for without the engine.
    body = request_body("smollm", chat_messages(SINGLE, question), 768, 1)
    body |= {"stream": False, "logprobs": True, "top_logprobs": 49152}
    reply = httpx2.post(f"{llama.url}/v1/chat/completions", json=body, trust_env=False).json()
    tokens = reply["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
    assert len(tokens) > 40000
    chances = {
        option: sum(
            math.exp(token["logprob"])
            for token in tokens
            if token["token"].strip().lower() == option
        )
        for option in question.options
    }
    expected = chances[best.text] / sum(chances.values())
    assert best.probability == pytest.approx(expected, abs=0.02)
    assert best.probability + other.probability == pytest.approx(1)
    assert engine.capabilities.option_scores == "server"


def test_options_that_begin_alike_are_decided_by_the_tokens_behind(engine):
    options = ("yes, a road", "yes, a river", "no")
    answer = engine.answer(SINGLE, Question(Task.ASK, "What is there?", options=options))
    chances = {each.text: each.probability for each in answer.options}
    assert set(chances) == set(options)
    assert sum(chances.values()) == pytest.approx(1)
    assert all(0 < each < 1 for each in chances.values())


def test_a_stop_keeps_the_part_and_ends_the_work_of_the_server(engine, llama):
    pieces = []
    answer = engine.answer(
        SINGLE, caption(500), on_token=pieces.append, stop=lambda: len(pieces) >= 3
    )
    assert answer.stopped
    assert "".join(pieces).startswith(answer.text[:5])
    assert 3 <= len(pieces) < 50
    until = time.monotonic() + 5
    while any(slot["is_processing"] for slot in httpx2.get(f"{llama.url}/slots").json()):
        assert time.monotonic() < until, "the server goes on"
        time.sleep(0.05)


def test_several_are_answered_at_once_in_order_and_one_is_stopped_alone(engine):
    first = engine.answer(SINGLE, caption()).text
    items = [
        Item(SINGLE, caption()),
        Item(SINGLE, caption(300), stop=lambda: True),
        Item(SINGLE, Question(Task.ASK, "Rural or urban?", options=("rural", "urban"))),
        *[Item(SINGLE, caption())] * 4,
    ]
    threads = set()
    followed = items[0]._replace(on_token=lambda _: threads.add(threading.get_ident()))
    answers = list(engine.answers([followed, *items[1:]]))
    assert len(answers) == 7
    assert answers[0].text.split()[:3] == first.split()[:3]  # batches round otherwise
    assert [each.stopped for each in answers] == [False, True, *[False] * 5]
    assert answers[2].text in {"rural", "urban"}
    assert threads == {threading.get_ident()}, "listeners are called by the caller's thread"


def test_a_stop_of_all_ends_the_batch(engine):
    started = []
    answers = engine.answers(
        (Item(SINGLE, caption(400), on_stage=started.append) for _ in range(50)),
        stop=lambda: bool(started),
    )
    assert [each.stopped for each in answers] == [True] * 4


def test_a_pair_gets_a_verdict_by_the_models_own_choice(engine):
    answer = engine.answer(PAIR, Question(Task.CHANGE, max_new_tokens=5))
    assert answer.changed in {True, False}
    assert answer.clue is None


def test_the_oldest_turns_are_left_out_where_the_context_is_too_short(engine):
    turns = tuple(Turn(f"Is it {word}? " * 40, "No. " * 30) for word in ("one", "two", "three"))
    question = Question(Task.ASK, "And now?", conversation=turns, max_new_tokens=4)
    assert engine.answer(SINGLE, question).conversation_turns == 1


def test_too_long_a_question_is_refused_after_frames_were_left_out(engine):
    video = VisualInput.video([image(48) for _ in range(8)])
    answer = engine.answer(video, Question(Task.ASK, "Why? " * 180, max_new_tokens=4))
    assert 0 < answer.frames_left_out < 8
    with pytest.raises(UniRSError) as caught:
        engine.answer(SINGLE, Question(Task.ASK, "Why? " * 400))
    assert caught.value.code == "context_too_short"
    assert "longer context" in caught.value.message
    assert engine.answer(SINGLE, caption(2)).text, "the engine stays usable"


def test_views_average_probabilities(engine):
    question = Question(Task.ASK, "Is there a road?", options=("yes", "no"))
    one = engine.answer(SINGLE, question).options
    two = engine.answer(SINGLE, Question(Task.ASK, "Is there a road?", ("yes", "no"), views=2))
    assert {each.text for each in two.options} == {"yes", "no"}
    assert two.options != one


def test_a_death_in_mid_answer_is_one_sentence(encoder):
    server = LlamaServer(encoder)
    engine = open_engine(f"server:{server.url}#smollm")
    try:
        with pytest.raises(UniRSError) as caught:
            engine.answer(SINGLE, caption(800), on_token=lambda _: server.kill())
        assert caught.value.code == "server_died"
        assert server.url.removeprefix("http://") in caught.value.message
        assert "\n" not in caught.value.message
        with pytest.raises(UniRSError, match="cannot be reached"):
            engine.answer(SINGLE, caption())
    finally:
        server.kill()
        engine.close()


def test_a_model_without_vision_and_a_missing_one_are_refused(llama):
    with pytest.raises(UniRSError) as caught:
        open_engine(f"server:{llama.url}#qwen")
    assert caught.value.code == "server_model_missing"
    assert "choose smollm." in caught.value.message
    blind = LlamaServer(None)
    try:
        with pytest.raises(UniRSError) as caught:
            open_engine(f"server:{blind.url}#smollm")
        assert caught.value.code == "image_refused"
        assert "does not read images" in caught.value.message
    finally:
        blind.kill()


def test_an_image_that_a_server_refuses_is_one_sentence(engine, monkeypatch):
    cut = "data:image/png;base64,iVBORw0KGgo="  # the first bytes of a file
    with monkeypatch.context() as patch:
        patch.setattr("unirs.engines.server.chat_request.data_url", lambda *_: cut)
        with pytest.raises(UniRSError) as caught:
            engine.answer(SINGLE, caption())
    assert caught.value.code == "image_refused"
    assert "refused the image (Failed to load image" in caught.value.message
    assert "\n" not in caught.value.message
    assert engine.answer(SINGLE, caption(2)).text, "the engine stays usable"


def test_servers_are_found_with_their_models(llama):
    port = int(llama.url.rpartition(":")[2])
    [server], problems = find_servers([port, 9])
    assert (server.kind, server.url, problems) == ("llama.cpp", f"http://localhost:{port}", [])
    [model] = server.models
    assert (model.name, model.vision) == ("smollm", True)
    assert model.size_bytes > 50_000_000
    assert read_server(llama.url).models == (ServedModel("smollm", True, model.size_bytes),)


def test_every_kind_of_input_is_taken(engine):
    assert engine.capabilities.inputs == tuple(InputKind)
    for visual in (PAIR, VisualInput.video([image(48)] * 3)):
        assert engine.answer(visual, Question(Task.ASK, "What?", max_new_tokens=3)).tokens.answer

"""The server engine with servers that reply in every wrong way, over real sockets."""

from __future__ import annotations

import gzip
import io
import json
import logging
import math
import socket
import threading
import time
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from tests.engines.servers import models, nothing_there, scripted_server, streamed
from unirs.engines.opening import open_engine
from unirs.engines.server import open_server_engine
from unirs.errors import UniRSError
from unirs.inputs import Crop, Question, Task, VisualInput
from unirs.models.server_client import Limits

KEY = "sk-secret-1234567890"
IMAGE = np.arange(80 * 60 * 3, dtype=np.uint8).reshape(80, 60, 3)
SINGLE = VisualInput.single(Crop(IMAGE))
CAPTION = Question(Task.CAPTION, max_new_tokens=20)
YES_NO = Question(Task.ASK, "Is there a road?", options=("yes", "no"))
IMPATIENT = Limits(5.0, 0.5, 0.5, 2**20, 0.5)
PACKED = gzip.compress(b"{}")
LOST = '{"choices": [{"delta": {"content": "The image sh'


@pytest.fixture(autouse=True)
def no_waits(monkeypatch):
    monkeypatch.setattr("unirs.engines.server.answering.BUSY_SECONDS", (0.0, 0.0))


@pytest.fixture
def server():
    with scripted_server() as server:
        yield server


@pytest.fixture
def engine(server):
    engine = open_server_engine(server.url, "any", limits=IMPATIENT)
    server.requests.clear()
    yield engine
    engine.close()


def failure(engine, question=CAPTION):
    """The code and the sentence of a failure, after which the engine still answers."""
    with pytest.raises(UniRSError) as caught:
        engine.answer(SINGLE, question)
    message = caught.value.message
    assert "\n" not in message
    assert engine.device in message
    return caught.value.code, message


def refused(status, value, **headers):
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return lambda exchange: exchange.send(content, status, **headers)


def test_a_question_is_sent_with_its_image_and_nothing_else(server, engine):
    server.chat = streamed("A ", "road.")
    pieces = []
    answer = engine.answer(SINGLE, CAPTION, on_token=pieces.append)
    assert (answer.text, pieces) == ("A road.", ["A ", "road."])
    assert (answer.tokens.prompt, answer.tokens.answer) == (40, 3)
    [body] = server.asked
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("any", 20, 0)
    [message] = body["messages"]
    picture, text = message["content"]
    url = picture["image_url"]["url"]
    sent = Image.open(io.BytesIO(b64decode(url.removeprefix("data:image/png;base64,"))))
    assert np.array_equal(np.asarray(sent), IMAGE)
    assert not sent.info, "the file holds pixels alone"
    assert text["text"].startswith("Describe")
    assert "Authorization" not in server.requests[0].headers


def test_a_large_image_is_made_smaller(server, engine):
    engine.answer(VisualInput.single(Crop(np.zeros((900, 3000, 3), np.uint8))), CAPTION)
    url = server.asked[0]["messages"][0]["content"][0]["image_url"]["url"]
    assert Image.open(io.BytesIO(b64decode(url.partition(",")[2]))).size == (768, 230)


def endless(exchange):
    exchange.begin(Content_Type="text/event-stream")
    while True:
        exchange.wfile.write(b": nothing\n" * 10000)


def half(exchange):
    exchange.begin(Content_Type="text/event-stream")
    exchange.event({"choices": [{"delta": {"content": "The "}}]})
    exchange.wfile.write(f"data: {LOST}".encode())


def hangs_up(exchange):
    exchange.begin(Content_Type="text/event-stream", Content_Length="9999")
    exchange.event({"choices": [{"delta": {"content": "The "}}]})


def ends(exchange):
    exchange.begin(Content_Type="text/event-stream")
    exchange.event({"choices": [{"delta": {"content": "The "}}]})


def silent(exchange):
    exchange.begin(Content_Type="text/event-stream")
    exchange.event({"choices": [{"delta": {"content": "The "}}]})
    time.sleep(2)


def talkative(exchange):
    exchange.begin(Content_Type="text/event-stream")
    for _ in range(500):
        exchange.event({"choices": [{"delta": {"content": "word " * 20}}]})


@pytest.mark.parametrize(
    ("reply", "code", "words"),
    [
        (refused(200, b"<!DOCTYPE html><p>Hello"), "server_reply_invalid", "web page"),
        (refused(200, b""), "server_reply_invalid", "empty reply"),
        (refused(200, b'{"choices": [{"mess'), "server_reply_invalid", "not JSON"),
        (refused(200, b"[" * 100_000), "server_reply_invalid", "JSON"),
        (refused(200, b'{"object": "list"}'), "server_reply_invalid", "without an answer"),
        (refused(200, [1]), "server_reply_invalid", "without an answer"),
        (refused(200, PACKED, Content_Encoding="gzip"), "server_reply_invalid", "packs"),
        (endless, "server_reply_invalid", "more than 1 MB"),
        (talkative, "server_reply_invalid", "longer answer"),
        (half, "server_reply_invalid", "JSON"),
        (hangs_up, "server_died", "in the middle of its reply"),
        (ends, "server_died", "in the middle of the answer"),
        (silent, "server_silent", "sent nothing"),
        (refused(302, b"", Location="https://u:p@evil.org/v1"), "server_reply_invalid", "evil.org"),
        (refused(401, {"error": f"wrong key {KEY}"}), "key_refused", "UNIRS_SERVER_KEY"),
        (refused(403, b"<html>"), "key_refused", "(403)"),
        (refused(404, b"<html>"), "server_reply_invalid", "/v1"),
        (refused(404, {"error": {"message": "model 'x' not found"}}), "server_model_missing", "x"),
        (refused(429, {"error": {"message": "Slow\ndown"}}), "server_busy", "Slow down"),
        (refused(503, {"error": {"message": "Loading model"}}), "server_busy", "Loading"),
        (refused(500, b"Internal Server Error"), "server_failed", "Internal Server Error"),
        (refused(400, {"detail": "no\x1b[2J way"}), "server_failed", "no [2J way"),
        (
            refused(500, {"error": {"message": "image input is not supported"}}),
            "image_refused",
            "vision-language model",
        ),
        (
            refused(400, {"message": "At most 1 image(s) may be provided in one prompt."}),
            "image_refused",
            "takes fewer images at a time (At most 1",
        ),
        (
            refused(400, {"error": {"message": "Image dimensions exceed the limit"}}),
            "image_refused",
            "refused the image (Image dimensions",
        ),
        (
            refused(400, {"error": {"message": "request exceeds the available context size"}}),
            "context_too_short",
            "longer context",
        ),
    ],
)  # fmt: skip
def test_a_wrong_reply_is_one_sentence_and_the_engine_stays_usable(
    server, engine, reply, code, words
):
    server.chat = reply
    got, message = failure(engine)
    assert (got, words in message) == (code, True), message
    assert KEY not in message
    assert "u:p" not in message
    server.chat = streamed("yes")
    assert engine.answer(SINGLE, CAPTION).text == "yes"


def test_an_error_within_the_stream_is_one_sentence(server, engine):
    def reply(exchange):
        exchange.begin(Content_Type="text/event-stream")
        exchange.event('{"error": "CUDA out of "memory""}')  # as one server really sends it

    server.chat = reply
    code, message = failure(engine)
    assert code == "server_failed"
    assert "CUDA out of" in message


def test_a_stop_closes_the_connection_even_before_the_first_byte(server):
    engine = open_server_engine(server.url, "any")

    def slow(exchange):
        exchange.begin(Content_Type="text/event-stream")
        for _ in range(200):
            exchange.wfile.write(b": waiting\n\n")
            time.sleep(0.02)

    server.chat = slow
    asked = threading.Event()
    threading.Timer(0.2, asked.set).start()
    began = time.monotonic()
    answer = engine.answer(SINGLE, CAPTION, stop=asked.is_set)
    assert (answer.stopped, answer.text) == (True, "")
    assert time.monotonic() - began < 2
    assert server.hung_up.wait(2)
    engine.close()


def test_a_busy_server_is_asked_again(server, engine):
    def busy_at_first(exchange):
        if len(server.asked) < 3:
            exchange.send_json({"error": {"message": "Rate limit"}}, 429)
        else:
            streamed("A road.")(exchange)

    server.chat = busy_at_first
    assert engine.answer(SINGLE, CAPTION).text == "A road."


def test_a_server_that_does_not_stream_is_read_as_a_whole(server, engine):
    choice = {"message": {"role": "assistant", "content": "A road."}, "finish_reason": "stop"}
    server.chat = lambda exchange: exchange.send_json({"choices": [choice]})
    assert engine.answer(SINGLE, CAPTION).text == "A road."


def test_what_a_model_thinks_is_no_part_of_its_answer(server, engine):
    server.chat = streamed("<thi", "nk>Is it a road?", " Yes.</th", "ink>\n", "A road.")
    pieces = []
    assert engine.answer(SINGLE, CAPTION, on_token=pieces.append).text == "A road."
    assert "".join(pieces) == "A road."
    server.chat = streamed("<b>A</b> road")
    assert engine.answer(SINGLE, CAPTION).text == "<b>A</b> road"
    server.chat = streamed("", reasoning_content="I see")
    code, message = failure(engine)
    assert (code, "thinking" in message) == ("answer_empty", True)


def test_an_unreachable_server_is_one_sentence(server, engine):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(UniRSError) as caught:
        open_engine(f"server:http://localhost:{port}#any")
    assert caught.value.code == "server_unreachable"
    assert f"localhost:{port}" in caught.value.message
    assert "start it" in caught.value.message
    assert time.monotonic() - began < 3
    server.close()
    assert failure(engine)[0] == "server_unreachable"


# Options without probabilities.


def schema_of(body):
    return body.get("response_format", {}).get("json_schema", {}).get("schema")


def test_a_constrained_choice_says_that_it_has_no_probabilities(server, engine):
    server.chat = streamed('{"answer":', ' "no"}')
    answer = engine.answer(SINGLE, YES_NO)
    assert answer.text == "no"
    assert [(each.text, each.probability) for each in answer.options] == [
        ("no", None),
        ("yes", None),
    ]
    assert not answer.unsure
    assert schema_of(server.asked[0])["properties"]["answer"]["enum"] == ["yes", "no"]
    assert engine.capabilities.option_scores == "none"


def test_without_a_schema_the_answer_is_matched_and_the_schema_not_tried_again(server, engine):
    server.chat = streamed(' **Yes**."')
    assert [engine.answer(SINGLE, YES_NO).text for _ in range(2)] == ["yes", "yes"]
    assert [bool(schema_of(body)) for body in server.asked] == [True, False, False]

    def strict(exchange):
        if "response_format" in exchange.body:
            exchange.send_json({"detail": "Unexpected fields"}, 422)
        else:
            streamed("No")(exchange)

    engine._model.follows_schema = None
    server.chat = strict
    assert engine.answer(SINGLE, YES_NO).text == "no"


def test_an_answer_that_is_no_option_is_one_sentence(server, engine):
    server.chat = streamed("It\x1b looks like a \x07road to me.")
    code, message = failure(engine, YES_NO)
    assert code == "option_unmatched"
    assert "It looks like a road to me." in message
    with pytest.raises(UniRSError, match="views"):
        engine.answer(SINGLE, Question(Task.ASK, "Road?", ("yes", "no"), views=8))


# Options by the probabilities of tokens.


def chance(token, probability, *others):
    top = [(token, probability), *others]
    return {
        "token": token,
        "logprob": math.log(probability),
        "top_logprobs": [{"token": each, "logprob": math.log(its)} for each, its in top],
    }


def scored(server, options, *tokens):
    """The probabilities that the engine reads from the tokens of an answer."""
    pieces = [each["token"] for each in tokens]
    server.chat = streamed("Yes", logprobs=[chance("Yes", 0.9, ("No", 0.1))])
    engine = open_server_engine(server.url, "any", limits=IMPATIENT)
    server.chat = streamed(*pieces, logprobs=list(tokens))
    try:
        answer = engine.answer(SINGLE, Question(Task.ASK, "What?", options=options))
    finally:
        engine.close()
    return {each.text: each.probability for each in answer.options}


def test_upper_case_and_a_space_before_are_the_same_option(server):
    got = scored(
        server, ("yes", "no"), chance("Yes", 0.5, (" yes", 0.1), ("No", 0.2), ("The", 0.15))
    )
    assert got == pytest.approx({"yes": 0.75, "no": 0.25})


def test_an_option_that_begins_another_ends_where_the_answer_ends(server):
    got = scored(
        server,
        ("park", "parking lot", "river"),
        chance("park", 0.8, ("river", 0.2)),
        chance("", 0.5, ("ing", 0.4), ("<|im_end|>", 0.05), (".", 0.05)),
    )
    assert got == pytest.approx({"park": 0.48, "parking lot": 0.32, "river": 0.2})


def test_parts_of_characters_are_put_together(server):
    def part(code, probability):
        return {"token": "?", "bytes": code, "logprob": math.log(probability)}

    first = {**part([0xC3], 1.0), "top_logprobs": [part([0xC3], 1.0)]}
    second = {**part([0x96], 0.75), "top_logprobs": [part([0x96], 0.75), part([0x84], 0.25)]}
    got = scored(server, ("Öl", "Äcker"), first, second)
    assert got == pytest.approx({"Öl": 0.75, "Äcker": 0.25})


def test_probabilities_that_decide_nothing_are_not_given(server):
    """Two options begin with the token that was not taken, and this server continues nothing."""
    got = scored(server, ("no road", "no house", "yes"), chance("yes", 0.6, ("no", 0.4)))
    assert got == {"yes": None, "no road": None, "no house": None}
    got = scored(server, ("farm", "wood", "sea"), chance("farm", 0.6, ("the", 0.4)))
    assert got == {"farm": None, "wood": None, "sea": None}


def test_a_text_is_as_sure_as_the_tokens_behind_its_thoughts(server):
    server.chat = streamed("Yes", logprobs=[chance("Yes", 0.9, ("No", 0.1))])
    engine = open_server_engine(server.url, "any", limits=IMPATIENT)
    tokens = [
        chance("<think>", 0.1),
        chance("</think>", 0.1),
        chance("two", 0.8),
        chance(" boats", 0.6),
    ]
    server.chat = streamed(*(each["token"] for each in tokens), logprobs=tokens)
    answer = engine.answer(SINGLE, Question(Task.ASK, "What?"))
    assert (answer.text, answer.confidence) == ("two boats", pytest.approx(0.7))
    assert (answer.agreement, answer.unsure) == (None, False)
    several = engine.answer(SINGLE, Question(Task.ASK, "What?", views=3))
    assert several.agreement == 1
    engine.close()


def test_a_server_without_probabilities_gives_no_confidence_but_views_can_be_compared(
    server, engine
):
    server.chat = streamed("two boats")
    assert engine.answer(SINGLE, Question(Task.ASK, "What?")).confidence is None
    answer = engine.answer(SINGLE, Question(Task.ASK, "What?", views=2))
    assert (answer.confidence, answer.agreement) == (None, 1)


def test_a_server_is_asked_for_as_many_probabilities_as_it_gives(server):
    def at_most_20(exchange):
        if exchange.body.get("top_logprobs", 0) > 20:
            exchange.send_json({"error": {"message": "top_logprobs must be at most 20"}}, 400)
        else:
            streamed("yes", logprobs=[chance("yes", 0.9, ("no", 0.1))])(exchange)

    server.chat = at_most_20
    engine = open_server_engine(server.url, "any", limits=IMPATIENT)
    assert engine.capabilities.option_scores == "server"
    assert [body["top_logprobs"] for body in server.asked] == [100, 20]
    engine.close()


# Other computers, and keys.


def test_another_host_is_refused_unless_it_was_allowed(server):
    with pytest.raises(UniRSError) as caught:
        open_engine("server:http://example.org:8000#m")
    assert caught.value.code == "remote_not_allowed"
    assert "example.org:8000" in caught.value.message
    assert "leave this computer" in caught.value.message
    assert not server.requests


def test_a_model_that_a_server_here_runs_elsewhere_is_another_host(server):
    server.replies["/v1/models"] = models("qwen3-vl:235b-cloud")
    entry = {"name": "qwen3-vl:235b-cloud", "remote_host": "https://ollama.com:443"}
    server.replies["/api/tags"] = lambda exchange: exchange.send_json({"models": [entry]})
    with pytest.raises(UniRSError) as caught:
        open_server_engine(server.url, "qwen3-vl:235b-cloud")
    assert caught.value.code == "remote_not_allowed"
    assert "ollama.com:443" in caught.value.message
    assert not server.asked, "no image was sent"
    engine = open_server_engine(server.url, "qwen3-vl:235b-cloud", allow_remote=True)
    assert engine.host == "ollama.com:443"
    assert engine.answer(SINGLE, CAPTION).host == "ollama.com:443"
    engine.close()


def test_the_key_goes_into_one_header_and_nowhere_else(server, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    engine = open_server_engine(server.url, "any", KEY, limits=IMPATIENT)
    assert {each.headers["Authorization"] for each in server.requests} == {f"Bearer {KEY}"}
    server.chat = streamed("The key is ", KEY, ".")
    answer = engine.answer(SINGLE, CAPTION)
    assert answer.text == "The key is …."
    messages = []
    for status in (400, 401, 500):
        server.chat = refused(status, {"error": {"message": f"bad {KEY} here"}})
        messages.append(failure(engine)[1])
    server.close()
    messages.append(failure(engine)[1])
    shown = [*messages, repr(engine), repr(vars(engine)), repr(engine._model), caplog.text]
    assert not any(KEY in each for each in [*shown, *capfd.readouterr()])
    assert KEY not in json.dumps(answer.to_json())
    engine.close()


def test_a_user_and_password_are_sent_as_they_are(server):
    open_server_engine(server.url, "any", "Basic dXNlcjpwYXNz", limits=IMPATIENT).close()
    assert server.requests[-1].headers["Authorization"] == "Basic dXNlcjpwYXNz"


def test_no_proxy_of_the_environment_sees_what_stays_here(server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    engine = open_engine(f"server:{server.url}#any")
    assert engine.answer(SINGLE, CAPTION).text == "yes"
    engine.close()


def test_a_server_that_lists_no_models_can_answer(server):
    server.replies["/v1/models"] = nothing_there
    open_server_engine(server.url, "any", limits=IMPATIENT).close()
    server.replies["/v1/models"] = models("other", owned_by="vllm")
    with pytest.raises(UniRSError, match="choose other"):
        open_server_engine(server.url, "any", limits=IMPATIENT)

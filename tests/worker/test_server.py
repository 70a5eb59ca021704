"""The server without a process: lines in, messages out, and a worker that the test controls."""

import json
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from unirs.errors import UniRSError
from unirs.worker import protocol
from unirs.worker.messages import METHODS, NOTIFICATIONS, Error
from unirs.worker.protocol import ClientGone
from unirs.worker.server import Server, Worker, hello


class Reply(BaseModel):
    text: str
    stopped: bool = False


class Fake(Worker):
    """A worker that is prepared, and answers, as a test wants."""

    def __init__(self, run, prepare=lambda: None):
        self._run, self._prepare = run, prepare

    def prepare(self):
        self._prepare()

    def run(self, job):
        return self._run(job)


class Echo(Worker):
    """Answers with the text of a request, letter by letter, once ``go`` is set."""

    def __init__(self):
        self.go = threading.Event()
        self.go.set()
        self.begun = threading.Semaphore(0)
        self.prepared = False

    def prepare(self):
        self.prepared = True

    def run(self, job):
        self.begun.release()
        assert self.go.wait(10)
        reply = ""
        for letter in job.params.text:
            if job.cancelled.is_set():
                return Reply(text=reply, stopped=True)
            reply += letter
            job.notify("token", text=letter)
        return Reply(text=reply)


class Talk:
    """A running server, with the messages that it has sent."""

    def __init__(self, worker):
        self.sent = []
        self.worker = worker
        self.server = Server(self.sent.append, lambda: worker)
        self._thread = threading.Thread(target=self.server.work, daemon=True)
        self._thread.start()

    def send(self, *lines):
        self.server.listen(line if isinstance(line, bytes) else encode(line) for line in lines)

    def answers(self, count):
        """The answers, once there are that many."""
        give_up = time.monotonic() + 10
        while time.monotonic() < give_up:
            answers = [message for message in list(self.sent) if "method" not in message]
            if len(answers) >= count:
                return answers
            time.sleep(0.001)
        raise AssertionError(f"only these were answered: {self.sent}")

    def answer(self, request_id):
        count = 0
        while True:
            found = [m for m in self.answers(count) if m["id"] == request_id]
            if found:
                return found[0]
            count += 1

    def end(self):
        self.server.close()
        self._thread.join(5)
        assert not self._thread.is_alive()


@pytest.fixture
def talk():
    talk = Talk(Echo())
    yield talk
    talk.worker.go.set()
    talk.end()


def encode(message):
    return json.dumps(message).encode()


def ask(request_id, text="hi", method="ask"):
    params = {"paths": ["a.tif"], "text": text}
    return {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}


def call(request_id, method, **params):
    return {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}


def code_of(answer):
    error = Error.model_validate(answer["error"])
    return error.code, error.data.code


def test_requests_are_answered_in_their_order_and_under_their_ids(talk):
    ids = ["b", 3, "3", -1, "", 2**70]
    talk.send(*(ask(request_id, f"text of {request_id!r}") for request_id in ids))
    answers = talk.answers(len(ids))
    assert [answer["id"] for answer in answers] == ids
    assert [answer["result"]["text"] for answer in answers] == [f"text of {i!r}" for i in ids]


def test_tokens_carry_the_id_of_their_request_and_come_before_its_answer(talk):
    talk.send(ask(1, "abc"), ask(2, "xyz"))
    talk.answers(2)
    tokens = [(m["params"]["id"], m["params"]["text"]) for m in talk.sent if "method" in m]
    assert tokens == [(1, "a"), (1, "b"), (1, "c"), (2, "x"), (2, "y"), (2, "z")]
    assert "result" in talk.sent[3]
    assert "result" in talk.sent[-1]


def test_nothing_is_prepared_before_hello_is_answered(talk):
    assert not talk.worker.prepared
    talk.send(call(1, "hello"))
    assert talk.sent[0]["result"] == hello()
    give_up = time.monotonic() + 5
    while not talk.worker.prepared and time.monotonic() < give_up:
        time.sleep(0.001)
    assert talk.worker.prepared


def test_hello_answers_clients_of_any_version(talk):
    talk.send(call(1, "hello", client="QGIS", since=2031))
    assert METHODS["hello"].result.model_validate(talk.answer(1)["result"])


def test_a_running_request_is_stopped_and_keeps_its_text(talk):
    talk.worker.go.clear()
    talk.send(ask(1))
    talk.worker.begun.acquire()
    talk.send(call(2, "cancel", id=1))
    assert talk.answer(2)["result"] == {"state": "stopping"}
    talk.worker.go.set()
    assert talk.answer(1)["result"] == {"text": "", "stopped": True}


def test_a_request_that_waits_is_dropped_and_the_others_keep_their_order(talk):
    talk.worker.go.clear()
    talk.send(ask(1), ask(2), ask(3))
    talk.worker.begun.acquire()
    talk.send(call("c", "cancel", id=2))
    assert code_of(talk.answer(2)) == (-32000, "cancelled")
    assert talk.answer("c")["result"] == {"state": "dropped"}
    talk.worker.go.set()
    assert talk.answer(3)["result"] == {"text": "hi", "stopped": False}
    assert [m["id"] for m in talk.answers(4)] == [2, "c", 1, 3]


@pytest.mark.parametrize("other", [1, "2", 99])
def test_a_cancel_touches_no_other_request(talk, other):
    talk.worker.go.clear()
    talk.send(ask("1"), ask(2), call("c", "cancel", id=other))
    assert talk.answer("c")["result"] == {"state": "unknown"}
    talk.worker.go.set()
    assert {a["id"] for a in talk.answers(3) if a["result"].get("stopped") is False} == {"1", 2}


def test_a_cancel_may_be_a_notification(talk):
    talk.worker.go.clear()
    talk.send(ask(1))
    talk.worker.begun.acquire()
    talk.send({"jsonrpc": "2.0", "method": "cancel", "params": {"id": 1}})
    talk.worker.go.set()
    assert talk.answers(1)[0]["result"]["stopped"]


def test_an_id_in_flight_is_refused_and_does_not_disturb_the_first(talk):
    talk.worker.go.clear()
    talk.send(ask(7, "first"), ask(7, "second"), call(7, "hello"), call(7, "nonsense"))
    talk.worker.go.set()
    answers = talk.answers(4)
    assert [answer["id"] for answer in answers] == [None, None, None, 7]
    assert [code_of(answer) for answer in answers[:3]] == [(-32600, "duplicate_id")] * 3
    assert answers[0]["error"]["data"]["id"] == 7
    assert answers[3]["result"]["text"] == "first"


def test_an_id_may_be_used_again_once_it_is_answered(talk):
    for text in ("first", "second"):
        talk.sent.clear()
        talk.send(ask(7, text))
        assert talk.answer(7)["result"]["text"] == text


def test_more_than_the_limit_is_refused_as_busy(talk):
    talk.worker.go.clear()
    talk.send(ask("running"))
    talk.worker.begun.acquire()
    talk.send(*(ask(number) for number in range(protocol.MAX_WAITING + 2)))
    refused = talk.answers(2)
    assert [answer["id"] for answer in refused] == [protocol.MAX_WAITING, protocol.MAX_WAITING + 1]
    assert {code_of(answer) for answer in refused} == {(-32000, "busy")}
    talk.worker.go.set()
    assert all("result" in answer for answer in talk.answers(protocol.MAX_WAITING + 3)[2:])


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (call(1, "nonsense"), (-32601, "method_unknown")),
        (call(1, "__init__"), (-32601, "method_unknown")),
        (call(1, "cancel"), (-32602, "params_invalid")),
        (call(1, "cancel", id=None), (-32602, "params_invalid")),
        (call(1, "ask"), (-32602, "params_invalid")),
        (call(1, "ask", paths=[]), (-32602, "params_invalid")),
        (call(1, "ask", paths="a.tif"), (-32602, "params_invalid")),
        (call(1, "ask", paths=[""]), (-32602, "params_invalid")),
        (call(1, "ask", paths=["a\0b"]), (-32602, "params_invalid")),
        (call(1, "ask", paths=["a\ud800"]), (-32602, "params_invalid")),
        (call(1, "ask", paths=["a"], text=3), (-32602, "params_invalid")),
        (call(1, "ask", paths=["a"], max_new_tokens=0), (-32602, "params_invalid")),
        (call(1, "ask", paths=["a"], max_new_tokens="9"), (-32602, "params_invalid")),
        (call(1, "ask", paths=["a"], question="typo of text"), (-32602, "params_invalid")),
        (call(1, "ask", paths=["a"], crop={"extent": [1, 2, 3]}), (-32602, "params_invalid")),
        (call(1, "ask", paths=["a"], crop={"stretch": "more"}), (-32602, "params_invalid")),
        (call(1, "load", precision="float64"), (-32602, "params_invalid")),
        (call(1, "unload", model="x"), (-32602, "params_invalid")),
        ({**call(1, "ask"), "params": ["a.tif"]}, (-32602, "params_invalid")),
    ],
)
def test_what_cannot_be_done_is_refused_under_its_id(talk, request_, code):
    talk.send(request_)
    assert code_of(talk.answer(1)) == code


def test_a_refusal_is_short_however_long_what_it_refuses_is(talk):
    talk.send(call(1, "ask", paths=["a"], **{"x" * 1_000_000: 1}))
    talk.send(call(2, "load", **{f"{n}": 1 for n in range(10_000)}))
    talk.send(call(3, "y" * 1_000_000))
    for answer in talk.answers(3):
        assert len(json.dumps(answer)) < 10_000


def test_infinity_in_disguise_is_refused(talk):
    line = b'{"jsonrpc":"2.0","id":1,"method":"ask","params":{"paths":["a"],"crop":{"extent":'
    talk.send(line + b"[0,0,1,1e999]}}}")
    assert code_of(talk.answer(1)) == (-32602, "params_invalid")


def test_a_refusal_names_what_is_wrong(talk):
    talk.send(call(1, "ask", paths=["a"], crop={"bands": [1, 2, "x"]}))
    error = talk.answer(1)["error"]
    assert "crop.bands.2" in error["message"]
    assert error["data"]["problems"][0]["where"] == "crop.bands.2"


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (UniRSError("raster_missing", "There is no a.tif."), (-32000, "raster_missing")),
        (UniRSError("odd", "A detail of any name.", number=3, id=1), (-32000, "odd")),
        (UniRSError("odd", "The details are not JSON.", what=object()), (-32603, "defect")),
        (UniRSError("odd", "The details are not JSON.", x=float("nan")), (-32603, "defect")),
        (ZeroDivisionError("x"), (-32603, "defect")),
        (OSError("the disk has a problem"), (-32603, "defect")),
    ],
)
def test_a_failure_is_an_answer_and_the_next_request_is_served(failure, code):
    def run(job):
        if job.params.text == "fail":
            raise failure
        return Reply(text="fine")

    talk = Talk(Fake(run))
    talk.send(ask(1, "fail"), ask(2))
    assert code_of(talk.answer(1)) == code
    assert talk.answer(2)["result"]["text"] == "fine"
    talk.end()


def test_only_a_defect_shows_a_traceback_and_only_in_its_data():
    def run(_):
        raise ZeroDivisionError("secret of the code")

    talk = Talk(Fake(run))
    talk.send(ask(1))
    error = talk.answer(1)["error"]
    assert "secret" not in error["message"]
    assert "Traceback" in error["data"]["log"]
    talk.end()


def test_a_broken_environment_is_reported_to_every_request():
    broken = UniRSError("environment_broken", "A library cannot be loaded.")

    def fail(*_):
        raise broken

    talk = Talk(Fake(fail, fail))
    talk.send(call("h", "hello"), ask(1), ask(2))
    assert code_of(talk.answer(1)) == code_of(talk.answer(2)) == (-32000, "environment_broken")
    talk.end()


def test_shutdown_is_answered_and_takes_the_rest_along(talk):
    talk.worker.go.clear()
    talk.send(ask(1), ask(2), call("s", "shutdown"), ask(3))
    talk.worker.begun.acquire()
    threading.Timer(0.05, talk.worker.go.set).start()
    talk.server.close()
    assert talk.answer("s")["result"] == {}
    assert code_of(talk.answer(2)) == (-32000, "cancelled")
    assert talk.answer(1)["result"]["stopped"]
    assert len(talk.answers(3)) == 3  # what came after shutdown is not heard


def test_notifications_are_never_answered(talk):
    talk.send(
        {"jsonrpc": "2.0", "method": "nonsense"},
        {"jsonrpc": "2.0", "method": "ask", "params": {"paths": ["a"]}},
        {"jsonrpc": "2.0", "method": "cancel"},
        {"jsonrpc": "2.0", "method": "cancel", "params": {"id": 5}},
        call(1, "hello"),
    )
    assert [message["id"] for message in talk.answers(1)] == [1]


def test_a_client_that_is_gone_ends_the_work():
    def send(_):
        raise ClientGone

    server = Server(send, Echo)
    with pytest.raises(ClientGone):
        server.listen([encode(call(1, "hello"))])
    server.listen([encode(ask(1))])
    with pytest.raises(ClientGone):
        server.work()


ids = st.sampled_from([1, 2, "1", "x"])
good = st.builds(ask, ids, st.text(max_size=8), st.sampled_from(protocol.WORK_METHODS[2:6]))
at_once = st.builds(lambda i, of: call(i, "cancel", id=of), ids, ids) | st.builds(
    lambda i: call(i, "hello"), ids
)
wrong = st.builds(call, ids, st.text(max_size=5).filter(lambda name: name not in METHODS))
notes = st.builds(
    lambda method, of: {"jsonrpc": "2.0", "method": method, "params": {"id": of}},
    st.sampled_from(["cancel", "ask", "hello", "?"]),
    ids,
)
cut = st.builds(lambda message, share: encode(message)[: int(share * 60)], good, st.floats(0, 1))
garbage = st.binary(max_size=30) | cut | st.sampled_from([b"[]", b"[1]", b"null", b"{}", b'"a"'])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(good, good, at_once, wrong, notes, garbage), max_size=25))
def test_every_request_has_one_answer_and_it_is_its_own(lines):
    lines = [line for line in lines if not isinstance(line, bytes) or is_garbage(line)]
    talk = Talk(Echo())
    talk.send(*lines)
    expected = [line for line in lines if isinstance(line, bytes) or "id" in line]
    answers = talk.answers(len(expected))
    talk.end()
    assert len([m for m in talk.sent if "method" not in m]) == len(expected)
    texts = [(m["id"], m["params"]["text"]) for m in lines if not isinstance(m, bytes) and "id" in m
             and "text" in m["params"]]  # fmt: skip
    for answer in answers:
        assert ("result" in answer) != ("error" in answer)
        if "error" in answer:
            Error.model_validate(answer["error"])
        elif "text" in answer["result"]:
            reply = answer["result"]["text"]
            asked = [text for request_id, text in texts if same(request_id, answer["id"])]
            assert any(text.startswith(reply) for text in asked)
            assert answer["result"]["stopped"] or reply in asked
    for note in (m for m in talk.sent if "method" in m):
        NOTIFICATIONS[note["method"]].model_validate(note["params"])


def is_garbage(line):
    """Neither blank nor, by chance, something that the worker understands."""
    try:
        protocol.parse_request(line)
    except protocol.RPCError:
        return True
    return False


def same(one, other):
    return type(one) is type(other) and one == other

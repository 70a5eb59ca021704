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
from unirs.worker.jobs import Worker
from unirs.worker.messages import METHODS, NOTIFICATIONS, Error
from unirs.worker.protocol import ClientGone
from unirs.worker.server import Server, hello


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


class BatchEcho(Echo):
    """Answers up to four questions together, letter by letter of all; keeps what it did."""

    def __init__(self):
        super().__init__()
        self.groups = []
        self.step = threading.Semaphore(0)
        self.stepped = threading.Semaphore(0)

    def at_once(self, _):
        return 4

    def run_together(self, jobs, between):
        self.groups.append([job.id for job in jobs])
        self.begun.release()
        assert self.go.wait(10)
        replies = dict.fromkeys(jobs, "")
        for place in range(max(len(job.params.text) for job in jobs)):
            between()
            if any(job.params.text == "slow" for job in jobs):
                self.stepped.release()
                assert self.step.acquire(timeout=10)
            for job in jobs:
                letter = job.params.text[place : place + 1]
                if letter:
                    replies[job] += letter
                    job.notify("token", text=letter)
        for job in jobs:
            yield job, lambda job=job: self._reply(job, replies[job])

    def _reply(self, job, text):
        if job.params.text == "bad":
            raise UniRSError("raster_unreadable", "It cannot be read.")
        return Reply(text=text, stopped=job.cancelled.is_set())


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


@pytest.fixture
def batching():
    talk = Talk(BatchEcho())
    yield talk
    talk.worker.go.set()
    talk.worker.step.release(100)
    talk.end()


def encode(message):
    return json.dumps(message).encode()


def ask(request_id, text="hi", method="ask", **params):
    params = {"paths": ["a.tif"], "text": text, **params}
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


def behind_a_first_one(batching, *requests):
    """Send requests while another one is being answered, and then let the worker go on."""
    batching.worker.go.clear()
    batching.send(ask("first"))
    assert batching.worker.begun.acquire(timeout=10)
    batching.send(*requests)
    batching.worker.go.set()


def test_a_lone_question_does_not_wait_for_company(batching):
    batching.send(ask(1, background=True))
    assert batching.answer(1)["result"]["text"] == "hi"
    assert batching.worker.groups == [[1]]


def test_waiting_questions_of_one_kind_are_answered_together_and_in_their_order(batching):
    texts = {1: "one", 2: "bad", 3: "three", 4: "four", 5: "five", 6: "six"}
    behind_a_first_one(batching, *(ask(n, text, background=True) for n, text in texts.items()))
    answers = batching.answers(7)
    assert [answer["id"] for answer in answers] == ["first", 1, 2, 3, 4, 5, 6]
    assert batching.worker.groups == [[1, 2, 3, 4], [5, 6]]
    assert code_of(answers[2]) == (-32000, "raster_unreadable")  # that one alone
    assert [a["result"]["text"] for a in answers[3:]] == ["three", "four", "five", "six"]
    for number, text in texts.items():
        pieces = [
            m["params"]["text"] for m in batching.sent if m.get("params", {}).get("id") == number
        ]
        assert "".join(pieces) == text


@pytest.mark.parametrize(
    "other",
    [
        ask(2, method="caption", background=True, model="small"),
        ask(2, background=True, model="big"),
        ask(2, background=True, model="small", precision="bfloat16"),
        ask(2, background=True, model="small", paths=["a.tif", "b.tif"]),
        call(2, "unload"),
    ],
)
def test_questions_that_differ_are_not_answered_together(batching, other):
    same = {"background": True, "model": "small"}
    behind_a_first_one(batching, ask(1, **same), other, ask(3, **same))
    batching.answers(4)
    assert [group for group in batching.worker.groups if group != [2]] == [[1], [3]]


def test_one_of_those_that_are_answered_together_is_cancelled_at_once_and_alone(batching):
    behind_a_first_one(batching, *(ask(n, "slow", background=True) for n in (1, 2, 3)))
    assert batching.worker.stepped.acquire(timeout=10)
    batching.send(call("c", "cancel", id=2))
    assert code_of(batching.answer(2)) == (-32000, "cancelled")
    assert batching.answer("c")["result"] == {"state": "dropped"}
    batching.send(ask(2, "again", background=True))  # its id is free while the others go on
    batching.worker.step.release(100)
    texts = {a["id"]: a["result"]["text"] for a in batching.answers(6) if a["id"] in (1, 3)}
    assert texts == {1: "slow", 3: "slow"}
    assert [a["result"]["text"] for a in batching.answers(6) if a["id"] == 2 and "result" in a] == [
        "again"
    ]
    pieces = [m["params"]["text"] for m in batching.sent if m.get("params", {}).get("id") == 2]
    assert "".join(pieces) == "again"


def test_a_question_goes_before_those_in_the_background_within_one_step(batching):
    behind_a_first_one(batching, *(ask(n, "slow", background=True) for n in (1, 2, 3, 4, 5)))
    assert batching.worker.stepped.acquire(timeout=10)
    batching.send(ask("q", "now"))
    batching.worker.step.release()  # the step at hand
    assert batching.answer("q")["result"]["text"] == "now"
    assert [a["id"] for a in batching.answers(2)] == ["first", "q"]
    batching.worker.step.release(100)
    assert [a["id"] for a in batching.answers(7)] == ["first", "q", 1, 2, 3, 4, 5]
    assert all(a["result"]["text"] == "slow" for a in batching.answers(7)[2:])


def test_a_question_goes_before_those_that_wait_in_the_background(talk):
    talk.worker.go.clear()
    talk.send(ask("first"), ask(1, background=True), ask(2, background=True), ask("q"), ask("r"))
    talk.worker.go.set()
    order = [answer["id"] for answer in talk.answers(5)]
    assert order[order.index("q") :][:2] == ["q", "r"]
    assert order.index("q") < order.index(1) < order.index(2)


@pytest.mark.parametrize(
    ("between", "question"),
    [
        ([call("load", "load", model="big")], ask("q", "now")),
        ([], ask("q", "now", model="big")),
    ],
)
def test_a_question_to_another_model_waits_for_its_turn(batching, between, question):
    """Else the model would be loaded twice more."""
    waiting = [ask(n, "slow", background=True) for n in (1, 2)]
    behind_a_first_one(batching, *waiting, *between, question)
    assert batching.worker.stepped.acquire(timeout=10)
    batching.worker.step.release(100)
    order = [answer["id"] for answer in batching.answers(4 + len(between))]
    assert order == ["first", 1, 2, *(b["id"] for b in between), "q"]


def test_a_shutdown_answers_all_that_are_answered_together(batching):
    behind_a_first_one(batching, *(ask(n, "slow", background=True) for n in (1, 2)))
    assert batching.worker.stepped.acquire(timeout=10)
    threading.Timer(0.05, batching.worker.step.release, (100,)).start()
    batching.server.close()
    assert {code_of(batching.answer(n)) for n in (1, 2)} == {(-32000, "cancelled")}
    assert len(batching.answers(3)) == 3


ids = st.sampled_from([1, 2, "1", "x"])
good = st.builds(
    lambda *of, background: ask(*of, background=background),
    ids,
    st.text(max_size=8),
    st.sampled_from(protocol.TASK_METHODS),
    background=st.booleans(),
)
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
    talk = Talk(BatchEcho())
    talk.worker.step.release(10_000)
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

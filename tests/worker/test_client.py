import concurrent.futures
import os
import signal
import subprocess
import sys
import threading

import pytest

from unirs.worker import process as process_module
from unirs.worker.client import WorkerClient, WorkerDied, WorkerError
from unirs.worker.process import WorkerProcess, clean_environment
from unirs.worker.process import describe_exit as describe
from unirs.worker.protocol import MAX_LINE_BYTES

TASK = {"paths": ["a.tif"]}


def task(text):
    return {**TASK, "text": text}


def test_answers_find_their_questions_whatever_their_order(stand_in):
    pending = {number: stand_in.submit("ask", task(f"echo {number}")) for number in range(30)}
    for number in reversed(pending):
        assert pending[number].result(20)["text"] == str(number)


def test_many_threads_may_ask_at_once(stand_in):
    stand_in.request("hello", timeout=20)
    wrong = []

    def ask(thread):
        for number in range(10):
            text = f"{thread}/{number}"
            if stand_in.request("ask", task(f"echo {text}"), timeout=20)["text"] != text:
                wrong.append(text)

    threads = [threading.Thread(target=ask, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_notifications_reach_their_own_request(stand_in):
    told = {1: "", 2: ""}

    def listener(number):
        def listen(kind, params):
            assert kind == "token"
            told[number] += params["text"]

        return listen

    first = stand_in.submit("ask", task("count 3"), listener(1))
    second = stand_in.submit("ask", task("count 5"), listener(2))
    second.result(20)
    first.result(20)
    assert told == {1: "0 1 2 ", 2: "0 1 2 3 4 "}


def test_an_error_is_no_death(stand_in):
    pid = stand_in.process.pid
    with pytest.raises(WorkerError) as caught:
        stand_in.request("ask", task("memory"), timeout=20)
    assert (caught.value.code, caught.value.number) == ("out_of_memory", -32000)
    assert caught.value.message == "Memory ran out."
    assert stand_in.request("ask", task("echo still there"), timeout=20)["text"] == "still there"
    assert stand_in.process.pid == pid


def test_a_cancelled_request_brings_what_it_said(stand_in):
    begun = threading.Event()
    pending = stand_in.submit("ask", task("count 5000"), lambda *_: begun.set())
    assert begun.wait(20)
    pending.cancel()
    result = pending.result(5)
    assert result["stopped"]
    assert result["text"].startswith("0 ")


def test_a_killed_worker_is_told_with_its_reason_and_another_one_starts(stand_in):
    begun = threading.Event()
    running = stand_in.submit("ask", task("count 5000"), lambda *_: begun.set())
    waiting = stand_in.submit("ask", task("echo never"))
    assert begun.wait(20)
    pid = stand_in.process.pid
    os.kill(pid, signal.SIGKILL)
    for pending in (running, waiting):
        with pytest.raises(WorkerDied, match="killed by the system, probably for memory") as caught:
            pending.result(20)
    assert "long imports" in caught.value.log
    assert stand_in.request("ask", task("echo again"), timeout=20)["text"] == "again"
    assert stand_in.process.pid != pid


def test_a_program_that_is_no_worker_is_told_with_its_last_words():
    command = (sys.executable, "-c", "import sys; sys.exit('no module named unirs')")
    with WorkerClient(command) as client:
        with pytest.raises(WorkerDied) as caught:
            client.request("hello", timeout=20)
        assert caught.value.reason == "ended with exit code 1"
        assert "no module named unirs" in caught.value.log


def test_a_program_that_speaks_otherwise_is_ended():
    command = (sys.executable, "-c", "import time; print('Welcome!', flush=True); time.sleep(60)")
    with WorkerClient(command) as client:
        with pytest.raises(WorkerDied) as caught:
            client.request("hello", timeout=20)
        assert "Welcome!" in caught.value.log
        assert "no message" in caught.value.reason, "the system did not kill it"
        assert caught.value.status is None


def test_a_worker_of_another_protocol_is_refused():
    answer = '{"jsonrpc": "2.0", "id": 1, "result": {"protocol": 2}}'
    program = f"import sys; sys.stdin.readline(); print({answer!r}, flush=True); sys.stdin.read()"
    with WorkerClient((sys.executable, "-c", program)) as client:
        with pytest.raises(WorkerError, match="version 2 of its protocol instead of 1") as caught:
            client.process.hello(20)
        assert caught.value.code == "protocol_mismatch"


def test_a_death_is_told_after_all_requests_know_of_it():
    told = []
    command = (sys.executable, "-c", "import sys; sys.stdin.readline(); sys.exit(3)")
    process = WorkerProcess(command, os.environ, lambda death: told.append((death, pending.done())))
    pending = process.submit("hello", {}).future
    process.stop()
    assert [(death.status, known) for death, known in told] == [(3, True)]


def test_a_request_that_is_too_long_fails_alone(stand_in):
    with pytest.raises(WorkerError) as caught:
        stand_in.request("ask", task("x" * MAX_LINE_BYTES), timeout=20)
    assert caught.value.code == "line_too_long"
    assert stand_in.request("ask", task("echo next"), timeout=20)["text"] == "next"


def test_on_windows_no_console_opens(monkeypatch):
    asked = {}

    def popen(*_, **options):
        asked.update(options)
        raise OSError("seen enough")

    monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 0x08000000, raising=False)
    monkeypatch.setattr(subprocess, "Popen", popen)
    with pytest.raises(OSError, match="seen enough"):
        WorkerProcess(["python"], {})
    assert asked["creationflags"] == 0x08000000


def test_closing_asks_first(stand_in):
    process = stand_in.process
    stand_in.request("hello", timeout=20)
    assert process.stop() == 0


@pytest.mark.parametrize(
    ("program", "status"),
    [
        ("import time; time.sleep(60)", -signal.SIGTERM),
        (
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
            "print('', file=__import__('sys').stderr, flush=True); time.sleep(60)",
            -signal.SIGKILL,
        ),
    ],
    ids=["deaf", "stubborn"],
)
def test_closing_gets_harder_step_by_step(program, status, monkeypatch):
    monkeypatch.setattr(process_module, "STOP_SECONDS", 1.0)
    process = WorkerClient((sys.executable, "-c", program)).process
    while "SIG_IGN" in program and not process.log:
        pass
    assert process.stop() == status


def test_closing_twice_or_before_the_start_is_fine(stand_in_command):
    client = WorkerClient(stand_in_command)
    client.close()
    client.request("hello", timeout=20)
    client.close()
    client.close()


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (0, "ended"),
        (3, "ended with exit code 3"),
        (-9, "was killed by the system, probably for memory (signal 9)"),
        (-11, "crashed (signal 11, SIGSEGV)"),
        (-99, "crashed (signal 99, unknown)"),
        (0xC0000005, "crashed (code 0xC0000005)"),
    ],
)
def test_the_end_of_a_process_is_put_into_words(status, reason):
    assert describe(status) == reason


def test_variables_of_other_programs_stay_outside():
    kept = {"PATH": "/usr/bin", "UNIRS_MODELS": "/models"}
    other = {"PYTHONPATH": "/qgis", "PYTHONHOME": "/qgis", "PROJ_LIB": "x", "GDAL_DATA": "x"}
    assert clean_environment({**kept, **other}) == kept


@pytest.fixture
def soon(monkeypatch):
    """The watch over a worker is a few times as impatient as it is."""
    monkeypatch.setattr(process_module, "SILENCE_SECONDS", 20)
    monkeypatch.setattr(process_module, "CANCEL_SECONDS", 10)
    monkeypatch.setattr(process_module, "WATCH_SECONDS", 0.05)


def frozen(client, text):
    """A request to a worker that is stopped in the middle of it."""
    begun = threading.Event()
    pending = client.submit("ask", task(text), lambda *_: begun.set())
    assert begun.wait(20)
    os.kill(client.process.pid, signal.SIGSTOP)
    return pending


@pytest.mark.usefixtures("soon")
def test_a_frozen_worker_is_ended_and_another_one_starts(stand_in):
    pending = frozen(stand_in, "count 5000")
    with pytest.raises(WorkerDied, match="did not react") as caught:
        pending.result(20)
    assert caught.value.cause == process_module.FROZEN
    assert stand_in.request("ask", task("echo again"), timeout=20)["text"] == "again"


@pytest.mark.usefixtures("soon")
def test_a_worker_that_is_frozen_from_its_start_is_ended(monkeypatch):
    monkeypatch.setattr(process_module, "HELLO_SECONDS", 10)
    program = (sys.executable, "-c", "import time; time.sleep(60)")
    with WorkerClient(program) as client, pytest.raises(WorkerDied, match="did not react"):
        client.request("ask", task("echo x"), timeout=20)


@pytest.mark.usefixtures("soon")
def test_a_cancel_that_is_not_heard_ends_the_worker(stand_in, monkeypatch):
    monkeypatch.setattr(process_module, "SILENCE_SECONDS", 10_000)
    pending = frozen(stand_in, "count 5000")
    pending.cancel()
    with pytest.raises(WorkerDied, match="did not react"):
        pending.result(20)


@pytest.mark.usefixtures("soon")
def test_a_cancel_that_is_heard_but_not_obeyed_ends_the_worker(stand_in):
    pending = stand_in.submit("ask", task("hang"))
    stand_in.request("hello", timeout=20)
    pending.cancel()
    with pytest.raises(WorkerDied, match="did not stop"):
        pending.result(20)


@pytest.mark.usefixtures("soon")
def test_a_worker_that_works_long_without_a_word_is_left_alone(stand_in):
    """It answers hello meanwhile."""
    pending = stand_in.submit("ask", task("hang"))
    with pytest.raises(concurrent.futures.TimeoutError):
        pending.result(3)
    assert stand_in.process.is_alive


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_that_this_client_did_not_order_is_a_death(stand_in, number):
    """Part of an answer, or a refusal of what waits, would pass for what the client wanted."""
    begun = threading.Event()
    running = stand_in.submit("ask", task("count 5000"), lambda *_: begun.set())
    waiting = stand_in.submit("ask", task("echo never"))
    assert begun.wait(20)
    os.kill(stand_in.process.pid, number)
    for pending in (running, waiting):
        with pytest.raises(WorkerDied) as caught:
            pending.result(20)
        assert caught.value.cause == process_module.INTERRUPTED
    assert stand_in.request("ask", task("echo again"), timeout=20)["text"] == "again"


def test_ctrl_c_in_the_terminal_does_not_reach_the_worker(stand_in):
    stand_in.request("hello", timeout=20)
    assert os.getsid(stand_in.process.pid) == stand_in.process.pid != os.getsid(0)


@pytest.mark.parametrize(
    "answer",
    ["[" * 100_000, '{"id": 1, "error": {"code": 1}}', '{"id": 1, "result": 5}', "[]", "5"],
    ids=["deep", "no message", "no object", "a list", "a number"],
)
def test_an_answer_of_another_form_is_a_death_and_no_wait(answer):
    program = (
        "import sys, time; sys.stdin.readline(); print(sys.argv[1], flush=True); time.sleep(60)"
    )
    with WorkerClient((sys.executable, "-c", program, answer)) as client:
        with pytest.raises(WorkerDied) as caught:
            client.request("ask", task("echo x"), timeout=20)
        assert caught.value.cause == process_module.NO_MESSAGE

import concurrent.futures
import os
import signal
import subprocess
import sys
import threading

import pytest

from unirs.worker import failures
from unirs.worker import process as process_module
from unirs.worker.client import WorkerClient, WorkerDied, WorkerError, clean_environment
from unirs.worker.failures import describe_exit
from unirs.worker.process import WorkerProcess
from unirs.worker.protocol import MAX_LINE_BYTES

TASK = {"paths": ["a.tif"]}


def task(text):
    return {**TASK, "text": text}


def test_answers_belong_to_their_requests_in_any_order(stand_in):
    pending = {number: stand_in.submit("ask", task(f"echo {number}")) for number in range(30)}
    for number in reversed(pending):
        assert pending[number].result(20)["text"] == str(number)


def test_many_threads_can_ask_at_once(stand_in):
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


def test_a_cancelled_request_has_a_partial_result(stand_in):
    begun = threading.Event()
    pending = stand_in.submit("ask", task("count 5000"), lambda *_: begun.set())
    assert begun.wait(20)
    pending.cancel()
    result = pending.result(5)
    assert result["stopped"]
    assert result["text"].startswith("0 ")


def test_a_killed_worker_is_reported_with_its_reason_and_another_one_starts(stand_in):
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


def test_a_program_that_is_no_worker_is_reported_with_its_log():
    command = (sys.executable, "-c", "import sys; sys.exit('no module named unirs')")
    with WorkerClient(command) as client:
        with pytest.raises(WorkerDied) as caught:
            client.request("hello", timeout=20)
        assert caught.value.reason == "ended with exit code 1"
        assert "no module named unirs" in caught.value.log


def test_a_program_with_other_output_is_ended():
    command = (sys.executable, "-c", "import time; print('Welcome!', flush=True); time.sleep(60)")
    with WorkerClient(command) as client:
        with pytest.raises(WorkerDied) as caught:
            client.request("hello", timeout=20)
        assert "Welcome!" in caught.value.log
        assert "no message" in caught.value.reason, "the system did not kill it"
        assert caught.value.status is None


def test_a_worker_of_another_protocol_is_refused():
    answer = '{"jsonrpc": "2.0", "id": 1, "result": {"protocol": 1}}'
    program = f"import sys; sys.stdin.readline(); print({answer!r}, flush=True); sys.stdin.read()"
    with WorkerClient((sys.executable, "-c", program)) as client:
        with pytest.raises(WorkerDied, match="version 1 of its protocol instead of 3") as caught:
            client.request("ask", task("echo x"), timeout=20)
        assert caught.value.code == "protocol_mismatch"


def test_a_death_is_reported_after_all_requests_have_failed():
    told = []
    command = (sys.executable, "-c", "import sys; sys.stdin.readline(); sys.exit(3)")
    process = WorkerProcess(command, os.environ)
    pending = process.submit("hello", {}).future
    process.ended.add_done_callback(lambda end: told.append((end.result(), pending.done())))
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
    with pytest.raises(WorkerDied, match="seen enough"):
        WorkerProcess(["python"], {}).hello.result(20)
    assert asked["creationflags"] == 0x08000000


def test_stop_requests_a_shutdown_first(stand_in):
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
def test_stop_escalates_step_by_step(program, status, monkeypatch):
    monkeypatch.setattr(process_module, "STOP_SECONDS", 1.0)
    process = WorkerClient((sys.executable, "-c", program)).process
    while "SIG_IGN" in program and not process.log:
        pass
    assert process.stop() == status


def test_close_can_be_called_twice_and_before_the_start(stand_in_command):
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
def test_an_exit_status_is_described(status, reason):
    assert describe_exit(status) == reason


def test_variables_of_other_programs_are_removed():
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
    os.waitid(os.P_PID, client.process.pid, os.WSTOPPED | os.WNOWAIT)  # it stops a moment later
    return pending


@pytest.mark.usefixtures("soon")
def test_a_frozen_worker_is_ended_and_another_one_starts(stand_in):
    pending = frozen(stand_in, "count 5000")
    with pytest.raises(WorkerDied, match="did not respond") as caught:
        pending.result(20)
    assert caught.value.cause == failures.FROZEN
    assert stand_in.request("ask", task("echo again"), timeout=20)["text"] == "again"


@pytest.mark.usefixtures("soon")
def test_a_worker_that_never_answers_is_ended(monkeypatch):
    monkeypatch.setattr(process_module, "HELLO_SECONDS", 10)
    program = (sys.executable, "-c", "import time; time.sleep(60)")
    with WorkerClient(program) as client, pytest.raises(WorkerDied, match="did not respond"):
        client.request("ask", task("echo x"), timeout=20)


@pytest.mark.usefixtures("soon")
def test_a_cancel_that_is_not_received_ends_the_worker(stand_in, monkeypatch):
    monkeypatch.setattr(process_module, "SILENCE_SECONDS", 10_000)
    pending = frozen(stand_in, "count 5000")
    pending.cancel()
    with pytest.raises(WorkerDied, match="did not respond"):
        pending.result(20)


@pytest.mark.usefixtures("soon")
def test_a_cancel_without_effect_ends_the_worker(stand_in):
    begun = threading.Event()
    pending = stand_in.submit("ask", task("hang"), lambda *_: begun.set())
    assert begun.wait(20)
    pending.cancel()
    with pytest.raises(WorkerDied, match="did not stop"):
        pending.result(20)


@pytest.mark.usefixtures("soon")
def test_a_worker_with_a_long_request_is_not_ended(stand_in):
    """It answers hello meanwhile."""
    pending = stand_in.submit("ask", task("hang"))
    with pytest.raises(concurrent.futures.TimeoutError):
        pending.result(3)
    assert stand_in.process.is_alive


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_by_another_program_is_a_death(stand_in, number):
    """Part of an answer, or a refusal of what waits, would pass for what the client wanted."""
    begun = threading.Event()
    running = stand_in.submit("ask", task("count 5000"), lambda *_: begun.set())
    waiting = stand_in.submit("ask", task("echo never"))
    assert begun.wait(20)
    os.kill(stand_in.process.pid, number)
    for pending in (running, waiting):
        with pytest.raises(WorkerDied) as caught:
            pending.result(20)
        assert caught.value.cause == failures.INTERRUPTED
    assert stand_in.request("ask", task("echo again"), timeout=20)["text"] == "again"


def test_ctrl_c_in_the_terminal_does_not_reach_the_worker(stand_in):
    stand_in.request("hello", timeout=20)
    assert os.getsid(stand_in.process.pid) == stand_in.process.pid != os.getsid(0)


@pytest.mark.parametrize(
    "answer",
    ["[" * 100_000, '{"id": 1, "error": {"code": 1}}', '{"id": 1, "result": 5}', "[]", "5"],
    ids=["deep", "no message", "no object", "a list", "a number"],
)
def test_an_answer_of_another_form_ends_the_worker(answer):
    program = (
        "import sys, time; sys.stdin.readline(); print(sys.argv[1], flush=True); time.sleep(60)"
    )
    with WorkerClient((sys.executable, "-c", program, answer)) as client:
        with pytest.raises(WorkerDied) as caught:
            client.request("ask", task("echo x"), timeout=20)
        assert caught.value.cause == failures.NO_MESSAGE

"""The worker as the window uses it: jobs, signals, deaths, and no wait on the GUI thread."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from unirs_qgis.shared.client import WorkerClient, WorkerError

from tests.plugin.running import is_running
from unirs_qgis.runtime.worker import Worker, WorkerState
from unirs_qgis.shared import process

ROOT = Path(__file__).parents[2]
STAND_IN = ROOT / "tests/worker/stand_in.py"
TIMEOUT = 60_000
"""Milliseconds; generous, because the machine may be busy."""

SILENT = "import time; time.sleep(600)"
UNRESPONSIVE = """
import sys, time
sys.stdin.readline()
print('{"jsonrpc": "2.0", "id": 1, "result": {"protocol": 3}}', flush=True)
time.sleep(600)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SILENT
OTHER_VERSION = UNRESPONSIVE.replace('"protocol": 3', '"protocol": 1')
NO_MESSAGE = "import sys, time; sys.stdin.readline(); print('Welcome!', flush=True); " + SILENT
BROKEN = "raise SystemExit('no module named unirs')"
CLOSING_QGIS = """
import os, sys
from qtpy.QtCore import QCoreApplication, QTimer
from unirs_qgis.runtime.worker import Worker, WorkerState
app = QCoreApplication([])
worker = Worker(lambda: sys.argv[2:])
job = worker.submit("ask", {"paths": ["a"], "text": "count 100000"})
job.text_received.connect(lambda _: leave())
def leave():
    print(worker.pid, flush=True)
    os._exit(0) if sys.argv[1] == "crash" else app.quit()
app.exec()
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc, sends signals")


class Signals(list):
    """The signals of a job, in order."""

    def __init__(self, job):
        super().__init__()
        job.progressed.connect(lambda stage: self.append(("progressed", stage)))
        job.text_received.connect(lambda text: self.append(("text", text)))
        job.finished.connect(lambda result: self.append(("finished", result)))
        job.failed.connect(lambda code, sentence: self.append(("failed", code, sentence)))

    @property
    def ended(self):
        return bool(self) and self[-1][0] in {"finished", "failed"}

    @property
    def text(self):
        return "".join(fact[1] for fact in self if fact[0] == "text")


@pytest.fixture
def start(qtbot, worker_python):
    """Makes a worker: a stand-in without a model, or any other program."""
    workers = []

    def start(*arguments):
        command = [str(worker_python), *map(str, arguments or [STAND_IN])]
        workers.append(Worker(lambda: command))
        return workers[-1]

    yield start
    for worker in workers:
        pid = worker.pid
        worker.close()
        qtbot.waitUntil(lambda pid=pid: not is_running(pid), timeout=TIMEOUT)


@pytest.fixture
def worker(start):
    return start()


def ask(worker, text):
    """A job and its signals."""
    job = worker.submit("ask", {"paths": ["a.tif"], "text": text})
    return job, Signals(job)


@pytest.fixture
def wait(qtbot):
    return lambda condition: qtbot.waitUntil(lambda: bool(condition()), timeout=TIMEOUT)


def test_an_answer_is_streamed(worker, wait, gap_timer):
    states = []
    worker.changed.connect(lambda: states.append(worker.state))
    assert worker.state is WorkerState.STOPPED
    with gap_timer:
        _, signals = ask(worker, "count 5")
        assert not signals
        wait(lambda: signals.ended)
    assert signals == [
        *(("text", f"{number} ") for number in range(5)),
        ("finished", {"text": "0 1 2 3 4 ", "stopped": False}),
    ]
    assert states == [WorkerState.STARTING, WorkerState.BUSY, WorkerState.IDLE]
    assert gap_timer.longest < 0.1


def test_answers_in_flight_do_not_mix(worker, wait):
    texts = [f"echo {number}" for number in range(20)]
    signals = [ask(worker, text)[1] for text in [*texts, "count 3", "memory", "count 2"]]
    wait(lambda: all(one.ended for one in signals))
    texts = [one[-1][1].get("text") for one in signals[:20]]
    assert texts == [str(number) for number in range(20)]
    assert [one.text for one in signals] == [""] * 20 + ["0 1 2 ", "", "0 1 "]
    assert signals[21][-1] == ("failed", "out_of_memory", "Memory ran out.")
    assert worker.state is WorkerState.IDLE


def test_stop_keeps_the_partial_answer(worker, wait, gap_timer):
    with gap_timer:
        job, signals = ask(worker, "count 5000")
        wait(lambda: len(signals) > 3)
        job.cancel()
        job.cancel()
        wait(lambda: signals.ended)
    assert signals[-1] == ("finished", {"text": signals.text, "stopped": True})
    assert gap_timer.longest < 0.1
    job.cancel()
    _, after = ask(worker, "echo next")
    wait(lambda: after.ended)
    assert after == [("finished", {"text": "next", "stopped": False})]
    assert len([fact for fact in signals if fact[0] in {"finished", "failed"}]) == 1


def test_a_question_can_be_cancelled_before_the_worker_is_ready(worker, wait):
    job, cancelled = ask(worker, "count 5000")
    _, signals = ask(worker, "echo next")
    job.cancel()
    job.cancel()
    assert not cancelled
    wait(lambda: cancelled.ended and signals.ended)
    assert [fact[:2] for fact in cancelled] == [("failed", "cancelled")]
    assert signals == [("finished", {"text": "next", "stopped": False})]
    wait(lambda: "ask took" in worker.log)
    assert worker.log.count("ask took") == 1, "the cancelled one was never sent"


def test_cancel_does_not_wait_for_a_worker_that_never_gets_ready(start, wait):
    worker = start("-c", SILENT)
    job, signals = ask(worker, "echo x")
    job.cancel()
    wait(lambda: signals.ended)
    assert signals[-1][:2] == ("failed", "cancelled")
    assert worker.state is WorkerState.STARTING


def test_a_waiting_question_can_be_cancelled(worker, wait):
    _, running = ask(worker, "count 30")
    wait(lambda: running)
    job, waiting = ask(worker, "count 5")
    job.cancel()
    wait(lambda: waiting.ended and running.ended)
    assert [fact[:2] for fact in waiting] == [("failed", "cancelled")]
    assert running[-1][1]["text"].endswith("29 ")


def test_a_dropped_question_sends_no_signal(worker, wait):
    job, dropped = ask(worker, "count 5000")
    wait(lambda: dropped)
    job.drop()
    count = len(dropped)
    _, signals = ask(worker, "echo next")
    wait(lambda: signals.ended)
    assert len(dropped) == count


@pytest.mark.parametrize("moment", ["start", "idle", "answer"])
def test_a_killed_worker_is_reported_and_the_next_question_starts_another(
    start, wait, gap_timer, moment
):
    worker = start("-c", SILENT) if moment == "start" else start()
    with gap_timer:
        _, first = ask(worker, "echo up")
        if moment == "start":
            wait(lambda: worker.pid)
        else:
            wait(lambda: first.ended)
        lost = [first] if moment == "start" else []
        if moment == "answer":
            lost = [ask(worker, "count 5000")[1], ask(worker, "echo never")[1]]
            wait(lambda: lost[0])
        killed = worker.pid
        os.kill(killed, signal.SIGKILL)
        wait(lambda: worker.state is WorkerState.DIED)
    assert "was killed" in worker.reason
    assert all(one[-1] == ("failed", "worker_died", worker.reason) for one in lost)
    assert gap_timer.longest < 0.1
    if moment != "start":
        _, again = ask(worker, "echo again")
        assert worker.state is WorkerState.STARTING
        assert not worker.reason
        wait(lambda: again.ended)
        assert again == [("finished", {"text": "again", "stopped": False})]
        assert worker.pid != killed


def test_a_frozen_worker_is_reported_and_the_next_question_starts_another(
    worker, wait, monkeypatch
):
    monkeypatch.setattr(process, "SILENCE_SECONDS", 20)
    monkeypatch.setattr(process, "WATCH_SECONDS", 0.05)
    _, first = ask(worker, "count 5000")
    wait(lambda: first)
    os.kill(worker.pid, signal.SIGSTOP)
    wait(lambda: worker.state is WorkerState.DIED)
    assert first[-1] == ("failed", "worker_died", worker.reason)
    assert "stopped responding" in worker.reason
    _, again = ask(worker, "echo again")
    wait(lambda: again.ended)
    assert again == [("finished", {"text": "again", "stopped": False})]


def test_a_partial_answer_without_a_cancel_is_a_failure(worker, wait):
    _, signals = ask(worker, "count 5000")
    wait(lambda: signals)
    os.kill(worker.pid, signal.SIGTERM)
    wait(lambda: signals.ended)
    assert signals[-1][:2] == ("failed", "worker_died")


def test_a_slot_can_ask_again(worker, wait):
    signals = []
    job, first = ask(worker, "count 5000")
    job.failed.connect(lambda *_: signals.append(ask(worker, "echo again")[1]))
    wait(lambda: first)
    os.kill(worker.pid, signal.SIGKILL)
    wait(lambda: signals and signals[0].ended)
    assert signals[0][-1][0] == "finished"


def test_without_a_runtime_a_question_fails_by_a_signal(wait):
    worker = Worker(lambda: None)
    job, signals = ask(worker, "echo x")
    assert not signals
    wait(lambda: signals.ended)
    assert signals[-1][:2] == ("failed", "runtime_missing")
    assert "Settings ▸ Options ▸ UniRS" in signals[-1][2]
    assert worker.state is WorkerState.STOPPED
    job.cancel()


@pytest.mark.parametrize(
    ("program", "code", "words"),
    [
        (BROKEN, "worker_died", ["exit code 1", "no module named unirs", "repair"]),
        (OTHER_VERSION, "protocol_mismatch", ["does not fit", "repair"]),
        (NO_MESSAGE, "worker_died", ["does not fit", "repair"]),
    ],
    ids=["broken", "other version", "no message"],
)
def test_a_program_that_is_no_compatible_worker_is_reported(start, wait, program, code, words):
    worker = start("-c", program)
    _, signals = ask(worker, "echo x")
    wait(lambda: signals.ended)
    assert signals[-1][:2] == ("failed", code)
    assert worker.state is WorkerState.DIED
    assert worker.reason == signals[-1][2]
    assert all(word in worker.reason for word in words)


def test_a_missing_program_is_reported(wait, tmp_path):
    for _ in range(50):  # it fails so soon that nobody may be listening yet
        worker = Worker(lambda: [str(tmp_path / "python")])
        _, signals = ask(worker, "echo x")
        wait(lambda signals=signals: signals.ended)
        assert signals[-1][:2] == ("failed", "worker_died")
        assert str(tmp_path / "python") in worker.reason


def test_a_request_that_cannot_be_encoded_fails_alone(worker, wait):
    signals = [Signals(worker.submit("ask", {"paths": {1, 2}})), ask(worker, "echo next")[1]]
    signals.append(ask(worker, "x" * 2**24)[1])
    wait(lambda: all(one.ended for one in signals))
    assert signals[0][-1][:2] == ("failed", "params_invalid")
    assert signals[1][-1][1]["text"] == "next"
    assert signals[2][-1][:2] == ("failed", "line_too_long")


def test_a_full_pipe_does_not_block_the_window(start, wait, gap_timer):
    worker = start("-c", UNRESPONSIVE)
    with gap_timer:
        jobs = [ask(worker, "x" * 2**20) for _ in range(5)]
        wait(lambda: worker.state is WorkerState.BUSY)
        wait(lambda: not time.sleep(0.02) and gap_timer.ticks > 20)
        for job, _ in jobs:
            job.cancel()
        pid = worker.pid
        worker.stop()
        wait(lambda: not is_running(pid))
    assert [signals[-1][:2] for _, signals in jobs] == [("failed", "cancelled")] * 5
    assert gap_timer.longest < 0.1


def test_no_call_waits_for_slow_starts_and_stops(start, wait, monkeypatch):
    """Wall clock, but seconds against a moment: it is sharp on a busy machine as well."""
    popen, started = subprocess.Popen, []

    def start_slowly(*arguments, **options):
        time.sleep(4)
        started.append(popen(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", start_slowly)
    worker = start("-c", STUBBORN)
    before = time.monotonic()
    ask(worker, "echo x")[0].cancel()
    worker.restart()
    ask(worker, "echo x")[0].drop()
    assert time.monotonic() - before < 4
    wait(lambda: worker.pid)
    before = time.monotonic()
    worker.stop()
    worker.close()
    assert time.monotonic() - before < 2, "stopping it takes 4 s and more"
    wait(lambda: len(started) == 2 and all(one.poll() is not None for one in started))


def test_a_restart_cancels_jobs_in_flight(worker, wait, gap_timer):
    _, first = ask(worker, "count 5000")
    wait(lambda: first)
    old = worker.pid
    with gap_timer:
        worker.restart()
        assert worker.state is WorkerState.STARTING
        assert first[-1][:2] == ("failed", "cancelled")
        count = len(first)
        wait(lambda: worker.state is WorkerState.IDLE)
        wait(lambda: not is_running(old))
    assert gap_timer.longest < 0.1
    assert worker.pid != old
    assert len(first) == count


def test_close_cancels_jobs_and_is_final(worker, wait, gap_timer):
    _, signals = ask(worker, "hang")
    wait(lambda: worker.state is WorkerState.BUSY)
    pid = worker.pid
    with gap_timer:
        worker.close()
        assert signals[-1][:2] == ("failed", "cancelled")
        _, late = ask(worker, "echo late")
        wait(lambda: late.ended and not is_running(pid))
    assert late[-1][:2] == ("failed", "cancelled")
    assert worker.state is WorkerState.STOPPED
    assert gap_timer.longest < 0.1
    worker.close()


def test_close_during_the_start_leaves_no_process(start, wait):
    for _ in range(5):
        worker = start()
        ask(worker, "echo x")
        wait(lambda worker=worker: worker.pid)
        worker.close()
        assert worker.state is WorkerState.STOPPED


@pytest.mark.parametrize("way", ["crash", "quit"])
def test_no_worker_outlives_qgis(worker_python, wait, way):
    left = subprocess.run(
        [sys.executable, "-c", CLOSING_QGIS, way, str(worker_python), str(STAND_IN)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
        timeout=TIMEOUT / 1000,
    )
    assert not left.stderr
    pid = int(left.stdout.split()[0])
    wait(lambda: not is_running(pid))


def test_an_idle_worker_unloads_its_model_once(worker, wait):
    worker.idle_minutes = 0.3 / 60
    _, signals = ask(worker, "count 60")
    wait(lambda: signals.ended)
    assert "unload" not in worker.log
    wait(lambda: "unload took" in worker.log)
    assert worker.state is WorkerState.IDLE
    worker.idle_minutes = 0
    _, again = ask(worker, "echo again")
    wait(lambda: again.ended)
    assert worker.log.count("unload took") == 1


def test_a_client_of_a_background_thread_waits_for_its_answers(worker_python):
    notifications = []
    with WorkerClient([str(worker_python), str(STAND_IN)]) as client:
        counting = client.submit(
            "ask", {"paths": ["a"], "text": "count 3"}, lambda *fact: notifications.append(fact)
        )
        assert counting.result(60)["text"] == "0 1 2 "
        with pytest.raises(WorkerError) as caught:
            client.submit("ask", {"paths": ["a"], "text": "memory"}).result(60)
        assert (caught.value.code, caught.value.message) == ("out_of_memory", "Memory ran out.")
    assert [facts["text"] for kind, facts in notifications if kind == "token"] == ["0 ", "1 ", "2 "]

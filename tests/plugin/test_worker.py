"""The worker as the window meets it: jobs, signals, deaths, and never a wait on the GUI thread."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from unirs_qgis.shared.client import WorkerDied, WorkerError

from tests.plugin.running import is_running
from unirs_qgis.runtime.worker.worker import Worker, WorkerSession, WorkerState
from unirs_qgis.shared import process

ROOT = Path(__file__).parents[2]
STAND_IN = ROOT / "tests/worker/stand_in.py"
TIMEOUT = 60_000
"""Milliseconds; generous, because the machine may be busy."""

SILENT = "import time; time.sleep(600)"
DEAF = """
import sys, time
sys.stdin.readline()
print('{"jsonrpc": "2.0", "id": 1, "result": {"protocol": 1}}', flush=True)
time.sleep(600)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SILENT
OF_ANOTHER_TIME = DEAF.replace('"protocol": 1', '"protocol": 2')
OUT_OF_TUNE = "import sys, time; sys.stdin.readline(); print('Welcome!', flush=True); " + SILENT
BROKEN = "raise SystemExit('no module named unirs')"
FORGETFUL_QGIS = """
import os, sys
from qtpy.QtCore import QCoreApplication, QTimer
from unirs_qgis.runtime.worker.worker import Worker, WorkerState
app = QCoreApplication([])
worker = Worker(lambda: sys.argv[2:])
worker.submit("ask", {"paths": ["a"], "text": "count 100000"}).said.connect(lambda _: leave())
def leave():
    print(worker.pid, flush=True)
    os._exit(0) if sys.argv[1] == "crash" else app.quit()
app.exec()
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc, sends signals")


class Heard(list):
    """What a job tells, in order."""

    def __init__(self, job):
        super().__init__()
        job.progressed.connect(lambda stage: self.append(("progressed", stage)))
        job.said.connect(lambda text: self.append(("said", text)))
        job.finished.connect(lambda result: self.append(("finished", result)))
        job.failed.connect(lambda code, sentence: self.append(("failed", code, sentence)))

    @property
    def ended(self):
        return bool(self) and self[-1][0] in {"finished", "failed"}

    @property
    def text(self):
        return "".join(fact[1] for fact in self if fact[0] == "said")


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
    """A job with what it tells."""
    job = worker.submit("ask", {"paths": ["a.tif"], "text": text})
    return job, Heard(job)


@pytest.fixture
def wait(qtbot):
    return lambda condition: qtbot.waitUntil(lambda: bool(condition()), timeout=TIMEOUT)


def test_a_question_is_answered_piece_by_piece(worker, wait, gap_timer):
    states = []
    worker.changed.connect(lambda: states.append(worker.state))
    assert worker.state is WorkerState.STOPPED
    with gap_timer:
        _, heard = ask(worker, "count 5")
        assert not heard
        wait(lambda: heard.ended)
    assert heard == [
        *(("said", f"{number} ") for number in range(5)),
        ("finished", {"text": "0 1 2 3 4 ", "stopped": False}),
    ]
    assert states == [WorkerState.STARTING, WorkerState.BUSY, WorkerState.IDLE]
    assert gap_timer.longest < 0.1


def test_answers_in_flight_do_not_mix(worker, wait):
    texts = [f"echo {number}" for number in range(20)]
    heard = [ask(worker, text)[1] for text in [*texts, "count 3", "memory", "count 2"]]
    wait(lambda: all(one.ended for one in heard))
    said = [one[-1][1].get("text") for one in heard[:20]]
    assert said == [str(number) for number in range(20)]
    assert [one.text for one in heard] == [""] * 20 + ["0 1 2 ", "", "0 1 "]
    assert heard[21][-1] == ("failed", "out_of_memory", "Memory ran out.")
    assert worker.state is WorkerState.IDLE


def test_stopping_keeps_what_was_said(worker, wait, gap_timer):
    with gap_timer:
        job, heard = ask(worker, "count 5000")
        wait(lambda: len(heard) > 3)
        job.cancel()
        job.cancel()
        wait(lambda: heard.ended)
    assert heard[-1] == ("finished", {"text": heard.text, "stopped": True})
    assert gap_timer.longest < 0.1
    job.cancel()
    _, after = ask(worker, "echo next")
    wait(lambda: after.ended)
    assert after == [("finished", {"text": "next", "stopped": False})]
    assert len([fact for fact in heard if fact[0] in {"finished", "failed"}]) == 1


def test_a_question_can_be_withdrawn_before_the_worker_is_up(worker, wait):
    job, withdrawn = ask(worker, "count 5000")
    _, heard = ask(worker, "echo next")
    job.cancel()
    job.cancel()
    assert not withdrawn
    wait(lambda: withdrawn.ended and heard.ended)
    assert [fact[:2] for fact in withdrawn] == [("failed", "cancelled")]
    assert heard == [("finished", {"text": "next", "stopped": False})]
    assert worker.log.count("ask took") == 1, "it was never sent"


def test_withdrawing_does_not_wait_for_a_worker_that_does_not_come_up(start, wait):
    worker = start("-c", SILENT)
    job, heard = ask(worker, "echo x")
    job.cancel()
    wait(lambda: heard.ended)
    assert heard[-1][:2] == ("failed", "cancelled")
    assert worker.state is WorkerState.STARTING


def test_a_question_in_line_can_be_withdrawn(worker, wait):
    _, running = ask(worker, "count 30")
    wait(lambda: running)
    job, waiting = ask(worker, "count 5")
    job.cancel()
    wait(lambda: waiting.ended and running.ended)
    assert [fact[:2] for fact in waiting] == [("failed", "cancelled")]
    assert running[-1][1]["text"].endswith("29 ")


def test_of_a_dropped_question_nothing_is_heard(worker, wait):
    job, dropped = ask(worker, "count 5000")
    wait(lambda: dropped)
    job.drop()
    told = len(dropped)
    _, heard = ask(worker, "echo next")
    wait(lambda: heard.ended)
    assert len(dropped) == told


@pytest.mark.parametrize("moment", ["start", "idle", "answer"])
def test_a_killed_worker_is_told_and_the_next_question_starts_another(
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


def test_a_frozen_worker_is_told_and_the_next_question_starts_another(worker, wait, monkeypatch):
    monkeypatch.setattr(process, "SILENCE_SECONDS", 20)
    monkeypatch.setattr(process, "WATCH_SECONDS", 0.05)
    _, first = ask(worker, "count 5000")
    wait(lambda: first)
    os.kill(worker.pid, signal.SIGSTOP)
    wait(lambda: worker.state is WorkerState.DIED)
    assert first[-1] == ("failed", "worker_died", worker.reason)
    assert "did not react" in worker.reason
    _, again = ask(worker, "echo again")
    wait(lambda: again.ended)
    assert again == [("finished", {"text": "again", "stopped": False})]


def test_part_of_an_answer_that_was_not_stopped_here_is_no_answer(worker, wait):
    _, heard = ask(worker, "count 5000")
    wait(lambda: heard)
    os.kill(worker.pid, signal.SIGTERM)
    wait(lambda: heard.ended)
    assert heard[-1][:2] == ("failed", "worker_died")


def test_a_slot_may_ask_again_at_once(worker, wait):
    heard = []
    job, first = ask(worker, "count 5000")
    job.failed.connect(lambda *_: heard.append(ask(worker, "echo again")[1]))
    wait(lambda: first)
    os.kill(worker.pid, signal.SIGKILL)
    wait(lambda: heard and heard[0].ended)
    assert heard[0][-1][0] == "finished"


def test_without_a_runtime_a_question_fails_by_a_signal(wait):
    worker = Worker(lambda: None)
    job, heard = ask(worker, "echo x")
    assert not heard
    wait(lambda: heard.ended)
    assert heard[-1][:2] == ("failed", "runtime_missing")
    assert "Settings ▸ Options ▸ UniRS" in heard[-1][2]
    assert worker.state is WorkerState.STOPPED
    job.cancel()


@pytest.mark.parametrize(
    ("program", "code", "words"),
    [
        (BROKEN, "worker_died", ["exit code 1", "no module named unirs", "repair"]),
        (OF_ANOTHER_TIME, "protocol_mismatch", ["does not fit", "repair"]),
        (OUT_OF_TUNE, "worker_died", ["does not fit", "repair"]),
    ],
    ids=["broken", "of another time", "out of tune"],
)
def test_a_program_that_is_no_fitting_worker_is_told(start, wait, program, code, words):
    worker = start("-c", program)
    _, heard = ask(worker, "echo x")
    wait(lambda: heard.ended)
    assert heard[-1][:2] == ("failed", code)
    assert worker.state is WorkerState.DIED
    assert worker.reason == heard[-1][2]
    assert all(word in worker.reason for word in words)


def test_a_program_that_is_not_there_is_told(wait, tmp_path):
    for _ in range(50):  # it fails so soon that nobody may be listening yet
        worker = Worker(lambda: [str(tmp_path / "python")])
        _, heard = ask(worker, "echo x")
        wait(lambda heard=heard: heard.ended)
        assert heard[-1][:2] == ("failed", "worker_died")
        assert str(tmp_path / "python") in worker.reason


def test_a_request_without_a_form_in_json_fails_alone(worker, wait):
    heard = [Heard(worker.submit("ask", {"paths": {1, 2}})), ask(worker, "echo next")[1]]
    heard.append(ask(worker, "x" * 2**24)[1])
    wait(lambda: all(one.ended for one in heard))
    assert heard[0][-1][:2] == ("failed", "params_invalid")
    assert heard[1][-1][1]["text"] == "next"
    assert heard[2][-1][:2] == ("failed", "line_too_long")


def test_a_full_pipe_holds_nobody_up(start, wait, gap_timer):
    worker = start("-c", DEAF)
    with gap_timer:
        jobs = [ask(worker, "x" * 2**20) for _ in range(5)]
        wait(lambda: worker.state is WorkerState.BUSY)
        wait(lambda: not time.sleep(0.02) and gap_timer.ticks > 20)
        for job, _ in jobs:
            job.cancel()
        pid = worker.pid
        worker.stop()
        wait(lambda: not is_running(pid))
    assert [heard[-1][:2] for _, heard in jobs] == [("failed", "cancelled")] * 5
    assert gap_timer.longest < 0.1


def test_no_call_waits_for_what_takes_long(start, wait, monkeypatch):
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


def test_a_restart_lets_go_of_what_is_in_flight(worker, wait, gap_timer):
    _, first = ask(worker, "count 5000")
    wait(lambda: first)
    old = worker.pid
    with gap_timer:
        worker.restart()
        assert worker.state is WorkerState.STARTING
        assert first[-1][:2] == ("failed", "cancelled")
        told = len(first)
        wait(lambda: worker.state is WorkerState.IDLE)
        wait(lambda: not is_running(old))
    assert gap_timer.longest < 0.1
    assert worker.pid != old
    assert len(first) == told


def test_closing_lets_go_and_is_for_good(worker, wait, gap_timer):
    _, heard = ask(worker, "hang")
    wait(lambda: worker.state is WorkerState.BUSY)
    pid = worker.pid
    with gap_timer:
        worker.close()
        assert heard[-1][:2] == ("failed", "cancelled")
        _, late = ask(worker, "echo late")
        wait(lambda: late.ended and not is_running(pid))
    assert late[-1][:2] == ("failed", "cancelled")
    assert worker.state is WorkerState.STOPPED
    assert gap_timer.longest < 0.1
    worker.close()


def test_closing_while_the_worker_starts_leaves_no_process(start, wait):
    for _ in range(5):
        worker = start()
        ask(worker, "echo x")
        wait(lambda worker=worker: worker.pid)
        worker.close()
        assert worker.state is WorkerState.STOPPED


@pytest.mark.parametrize("way", ["crash", "quit"])
def test_no_worker_outlives_qgis(worker_python, wait, way):
    left = subprocess.run(
        [sys.executable, "-c", FORGETFUL_QGIS, way, str(worker_python), str(STAND_IN)],
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


def test_an_idle_worker_gives_its_memory_back_once(worker, wait):
    worker.idle_minutes = 0.3 / 60
    _, heard = ask(worker, "count 60")
    wait(lambda: heard.ended)
    assert "unload" not in worker.log
    wait(lambda: "unload took" in worker.log)
    assert worker.state is WorkerState.IDLE
    worker.idle_minutes = 0
    _, again = ask(worker, "echo again")
    wait(lambda: again.ended)
    assert worker.log.count("unload took") == 1


def test_a_session_waits_for_its_answers(worker_python):
    told = []
    with WorkerSession([str(worker_python), str(STAND_IN)]) as session:
        counting = session.submit(
            "ask", {"paths": ["a"], "text": "count 3"}, lambda *fact: told.append(fact)
        )
        assert counting.result(60)["text"] == "0 1 2 "
        with pytest.raises(WorkerError) as caught:
            session.submit("ask", {"paths": ["a"], "text": "memory"}).result(60)
        assert (caught.value.code, caught.value.message) == ("out_of_memory", "Memory ran out.")
    assert [facts["text"] for kind, facts in told if kind == "token"] == ["0 ", "1 ", "2 "]


@pytest.mark.parametrize(
    ("program", "error", "words"),
    [
        (BROKEN, WorkerDied, "exit code 1"),
        (OF_ANOTHER_TIME, WorkerError, "version 2"),
    ],
    ids=["broken", "of another time"],
)
def test_a_session_refuses_what_is_no_fitting_worker(worker_python, program, error, words):
    with pytest.raises(error, match=words), WorkerSession([str(worker_python), "-c", program]):
        pass

"""The real worker with the default model, killed and stopped at every stage of an answer."""

import os
import signal
import sys
from pathlib import Path

import pytest

from unirs_qgis.runtime.worker import Worker, WorkerState

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="sends signals"),
]

ROOT = Path(__file__).parents[2]
SLOW_WORKER = ROOT / "tests/worker/slow_worker.py"
TIMEOUT = 900_000
"""Milliseconds, for the start, the libraries and the model on a busy machine."""


@pytest.fixture
def wait(qtbot):
    return lambda condition: qtbot.waitUntil(lambda: bool(condition()), timeout=TIMEOUT)


@pytest.fixture
def worker(qapp, worker_python):
    """A worker that takes its time over each token."""
    worker = Worker(lambda: [str(worker_python), str(SLOW_WORKER)])
    yield worker
    worker.close()


class Question:
    """A question about one raster, and what came of it."""

    def __init__(self, worker, raster):
        self.stages, self.pieces, self.result, self.failure = [], [], None, None
        params = {"paths": [str(raster)], "text": "Describe the image.", "max_new_tokens": 30}
        self.job = worker.submit("ask", {**params, "model": "unirs-small", "device": "cpu"})
        self.job.progressed.connect(self.stages.append)
        self.job.text_received.connect(self.pieces.append)
        self.job.finished.connect(lambda result: setattr(self, "result", result))
        self.job.failed.connect(lambda *failure: setattr(self, "failure", failure))

    @property
    def answer(self):
        return "".join(self.pieces)


def test_a_kill_at_any_stage_is_reported_and_the_next_question_is_answered(
    worker, wait, gap_timer, dated_rasters
):
    """One after the other, so that a death at one stage leaves nothing for the next."""
    with gap_timer:
        for stage in ("load", "vision", "decode"):
            question = Question(worker, dated_rasters[0])
            wait(lambda stage=stage, question=question: stage in question.stages)
            os.kill(worker.pid, signal.SIGKILL)
            wait(lambda question=question: question.failure)
            assert question.failure == ("worker_died", worker.reason)
            assert "was killed" in worker.reason
            assert worker.state is WorkerState.DIED
            assert question.result is None
        question = Question(worker, dated_rasters[0])
        wait(lambda: question.result)
    assert question.result["answer"] == question.answer
    assert question.stages == ["load", "read", "vision", "prefill", "decode"]
    assert gap_timer.longest < 0.1


def test_a_stop_while_the_model_loads_or_answers_keeps_the_partial_answer(
    worker, wait, gap_timer, dated_rasters
):
    with gap_timer:
        first = Question(worker, dated_rasters[0])
        wait(lambda: first.stages)
        assert first.stages == ["load"]
        first.job.cancel()
        wait(lambda: first.failure)
        second = Question(worker, dated_rasters[1])
        wait(lambda: len(second.pieces) > 3)
        received = len(second.pieces)
        second.job.cancel()
        wait(lambda: second.result)
    assert (first.failure[0], first.answer) == ("cancelled", "")
    assert second.result["stopped"]
    assert second.result["answer"] == second.answer
    assert len(second.pieces) <= received + 2, "one token may have been on its way"
    assert gap_timer.longest < 0.1


def test_two_questions_in_flight_get_their_own_answers(worker, wait, dated_rasters):
    questions = [Question(worker, raster) for raster in dated_rasters]
    wait(lambda: all(question.result for question in questions))
    for question, raster in zip(questions, dated_rasters, strict=True):
        assert question.result["answer"] == question.answer
        assert question.result["crop"]["source"] == str(raster)

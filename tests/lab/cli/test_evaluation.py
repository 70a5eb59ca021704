"""The benchmarks as commands: what they print, where they write it, and that they resume."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from unirs_lab.cli.evaluation import BENCHMARKS
from unirs_lab.data.examples import write_example


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small RSVQA-LR."""
    return write_example("rsvqa-lr", tmp_path_factory.mktemp("data"), 3, size=64)


@pytest.fixture
def evaluate(unirs, data, tmp_path, monkeypatch):
    """Evaluates the tiny model on the benchmark."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object):
        return unirs("evaluate", "rsvqa-lr", data, "--model", "unirs-tiny", *words)

    return run


def test_a_row_stands_beside_the_papers_in_every_form(evaluate, tmp_path) -> None:
    plain = evaluate()
    assert plain.code == 0
    assert "unirs-tiny" in plain.out
    assert "Table III of the UniRS paper" in plain.out
    assert "the best of its column" in plain.out
    folder = tmp_path / "runs" / "evaluate" / "rsvqa-lr-test-unirs-tiny"
    assert "runs/evaluate" in plain.out.replace("\\", "/")
    assert "Answering RSVQA-LR" in plain.err
    scores = json.loads((folder / "scores.json").read_text())

    record = json.loads(evaluate("--json").out)
    assert record == scores, "what was asked is not asked again"
    assert evaluate("--markdown").out.startswith("**RSVQA-LR**")
    assert evaluate("--latex").out.startswith(r"\begin{table}")


def test_clues_and_a_folder_can_be_chosen(evaluate, tmp_path) -> None:
    assert evaluate("--no-clue", "--limit", 2, "--json").code == 0
    assert (tmp_path / "runs" / "evaluate" / "rsvqa-lr-test-unirs-tiny-no-clue").is_dir()
    out = evaluate("--limit", 2, "--out", "there", "--gallery", "--json", "--all-types")
    assert json.loads(out.out)["asked"] == 2
    assert (tmp_path / "there" / "gallery.html").is_file()
    refused = evaluate("--no-clue", "--out", "there")
    assert refused.code == 2
    assert "clues" in refused.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--markdown", "--json"], "--latex"),
        (["--split", "best"], "test"),
        (["--scored"], "--scored"),
        (["--tokenisation", "ptb"], "--tokenisation"),
        (["--batch-size", "0"], "--batch-size"),
    ],
)
def test_invalid_options_are_refused_in_one_sentence(evaluate, words, message) -> None:
    outcome = evaluate(*words)
    assert outcome.code == 2
    assert message in outcome.err
    assert outcome.err.count("\n") <= 2


def test_every_benchmark_is_a_command_with_the_options_that_it_has() -> None:
    from unirs_lab.evaluation import benchmarks

    assert list(BENCHMARKS) == list(benchmarks.BENCHMARKS)
    for name, one in benchmarks.BENCHMARKS.items():
        assert BENCHMARKS[name][1] == {
            option
            for option, there in (
                ("all_types", bool(one.left_out)),
                ("scored", bool(one.options)),
                ("tokenisation", one.compares_captions),
            )
            if there
        }


@pytest.fixture
def heeds_interrupts() -> Iterator[None]:
    """What is started heeds SIGINT, even where the tests run behind a shell's ``&`` and do not."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, before)


def ids(path: Path) -> list[str]:
    """The samples that are answered, by whole lines."""
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [json.loads(line)["id"] for line in lines if line.endswith("\n")]


@pytest.mark.slow
@pytest.mark.usefixtures("heeds_interrupts")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_an_evaluation_that_was_stopped_resumes_and_asks_nothing_twice(
    unirs, tmp_path, end
) -> None:
    root = write_example("rsvqa-lr", tmp_path / "data", 10, size=64)
    words = [
        *("evaluate", "rsvqa-lr", str(root), "--batch-size", "1"),
        *("--model", "unirs-tiny", "--out", str(tmp_path / "out"), "--all-types", "--json"),
    ]
    path = tmp_path / "out" / "predictions.jsonl"
    program = [sys.executable, "-m", "unirs", *words]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while process.poll() is None and not ids(path):
            time.sleep(0.005)
        process.send_signal(end)
        _, error = process.communicate()
    kept = ids(path)
    if end == signal.SIGINT:
        assert process.returncode == 2
        assert b"are kept in" in error
    done = unirs(*words)
    assert done.code == 0
    everything = ids(path)
    assert everything[: len(kept)] == kept
    assert len(everything) == len(set(everything)) == json.loads(done.out)["asked"]
    assert 0 < len(kept) < len(everything)
    assert f"{len(kept)} of {len(everything)} are answered already." in done.err

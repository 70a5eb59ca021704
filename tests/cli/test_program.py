"""The program as a process: its start, its help, a terminal, Ctrl-C, a pipe that closes."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-m", "unirs"]
COMMANDS = [
    *("ask", "caption", "change", "classify", "models", "convert", "doctor", "worker", "bench"),
    *("world", "train", "train joint", "evaluate", "evaluate generated", "download", "remove"),
    *("batch", "batch status", "batch export"),
]
QUESTION_OPTIONS = {
    *("--bbox", "--bbox-crs", "--bands", "--stretch", "--model", "--device", "--precision"),
    *("--clue", "--no-clue", "--options", "--views", "--save-crop", "--max-tokens", "--json"),
}
OPTIONS = {
    "ask": QUESTION_OPTIONS,
    "caption": QUESTION_OPTIONS,
    "change": QUESTION_OPTIONS | {"--question", "--map"},
    "classify": QUESTION_OPTIONS | {"--classes"},
    "batch": {"--tile-size", "--clip", "--pairs", "--ray", "--dry-run", "--retry-failed"},
    "train joint": {"--from", "--preset", "--data", "--plan"},
    "evaluate generated": {"--json", "--naip", "--sheet"},
    "bench": {"--json"},
    "doctor": {"--json"},
    "models": {"--json"},
    "download": {"--to", "--revision", "--dry-run", "--json-lines"},
    "remove": {"--yes"},
}


def test_help_names_every_command(unirs):
    outcome = unirs("--help")
    assert outcome.code == 0
    assert {command.split()[0] for command in COMMANDS} <= set(outcome.out.split())


def test_no_arguments_print_the_help(unirs):
    assert unirs().out == unirs("--help").out


def test_version(unirs):
    assert re.fullmatch(r"unirs \d+\.\d+\.\d+\n", unirs("--version").out)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_its_options(unirs, command):
    outcome = unirs(*command.split(), "--help")
    assert "<bool>" not in outcome.out
    assert "-h" in outcome.out.split()
    assert outcome.code == 0
    assert OPTIONS.get(command, set()) <= set(re.findall(r"--[a-z-]+", outcome.out))
    if OPTIONS.get(command):
        assert "Examples" in outcome.out


LOADED_FOR_HELP = """
import sys
from unirs.cli import main

main(["--help"])
packages = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names
print(*packages, file=sys.stderr)
"""
OF_TYPER = {
    "annotated_doc",
    "attr",
    "colorama",
    "markdown_it",
    "mdurl",
    "pygments",
    "rich",
    "shellingham",
}


def test_help_loads_only_the_library_of_the_command_line():
    """This keeps it fast; ``unirs bench`` measures how fast."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED_FOR_HELP], capture_output=True, text=True, check=True
    )
    loaded = {name for name in done.stderr.split() if not name.startswith("_")}
    assert loaded <= {"unirs", "unirs_lab", "typer"} | OF_TYPER


def test_exit_codes_reach_the_shell(tmp_path):
    missing = [*PROGRAM, "ask", str(tmp_path / "none.tif"), "road?", "--model", "unirs-tiny"]
    done = subprocess.run(missing, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "none.tif" in done.stderr


def test_json_is_the_only_output_on_stdout(before):
    words = ["ask", str(before), "road?", "--model", "unirs-tiny", "--max-tokens", "3", "--json"]
    done = subprocess.run([*PROGRAM, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["task"] == "ask"
    assert done.stderr == ""


def test_a_closed_reader_is_not_a_failure():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*PROGRAM, "models", "--json"], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert done.returncode == 0
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
def test_a_full_output_is_reported():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "models"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr.startswith("unirs: The standard output cannot be written (")
    assert done.stderr.count("\n") == 1


def test_a_closed_output_is_reported_before_the_work():
    words = shlex.join([*PROGRAM, "models"])
    done = subprocess.run(["sh", "-c", f"{words} >&-"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "unirs: The standard output is closed; open it.\n"


@pytest.mark.parametrize("end", ["2>&-", "2>/dev/full"])
def test_work_continues_without_stderr(before, end):
    words = ["ask", str(before), "road?", "--model", "unirs-tiny", "--max-tokens", "3"]
    command = f"{shlex.join([*PROGRAM, *words])} {end}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.strip()


def test_ctrl_c_while_libraries_are_loaded_is_reported():
    code = """
import sys
class Interrupted:
    def find_spec(self, name, *_):
        if name == "unirs.cli":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupted())
from unirs.__main__ import run
sys.exit(run())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "unirs: Stopped before it was done.\n"


UNREAD = """
import time
from unirs.cli.streams import ends_unread

with ends_unread():
    print("up", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="not detectable there")
def test_work_ends_when_its_output_is_closed():
    with subprocess.Popen([sys.executable, "-c", UNREAD], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(10) == 0


NOISY = """
import logging, sys, warnings
from unirs.cli import main, model_list

def list_models():
    warnings.warn("for developers")
    logging.getLogger("library").error("for developers")
    return [], []

model_list.list_models = list_models
sys.exit(main(["models"]))
"""


@pytest.mark.parametrize(("debug", "heard"), [("", 0), ("1", 2)])
def test_messages_of_libraries_are_shown_only_to_developers(monkeypatch, debug, heard):
    monkeypatch.setenv("UNIRS_DEBUG", debug)
    done = subprocess.run([sys.executable, "-c", NOISY], capture_output=True, text=True, check=True)
    assert done.stderr.count("for developers") >= heard
    assert bool(done.stderr) is bool(debug)


class Terminal:
    """The program with a terminal of its own, and a person who reads it."""

    def __init__(self, *words: object) -> None:
        self.text = ""
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            [*PROGRAM, *map(str, words)], stdin=slave, stdout=slave, stderr=slave, close_fds=True
        )
        os.close(slave)

    def read_until(self, condition) -> None:
        """Read until the output fulfils a condition, or the program has ended."""
        deadline = time.monotonic() + 90
        while not condition(self.text):
            assert time.monotonic() < deadline, self.text
            if select.select([self._master], [], [], 0.1)[0]:
                try:
                    piece = os.read(self._master, 4096)
                except OSError:  # how Linux signals the end of a terminal
                    return
                self.text += piece.decode(errors="replace")

    def interrupt(self) -> None:
        """What Ctrl-C does."""
        self._process.send_signal(signal.SIGINT)

    def finish(self) -> int:
        """Read the rest, and give the exit code."""
        self.read_until(lambda _: False)
        os.close(self._master)
        return self._process.wait(timeout=30)


@pytest.mark.slow
def test_a_terminal_shows_stages_then_the_answer_then_details(before):
    terminal = Terminal("ask", before, "road?", "--model", "unirs-tiny", "--max-tokens", 5)
    assert terminal.finish() == 0
    assert "Loading unirs-tiny" in terminal.text
    assert terminal.text.rindex("Loading") < terminal.text.index("unirs-tiny on cpu")


WORK_THAT_GOES_ON = """
import time
from unirs.cli.questions import ctrl_c_stops
with ctrl_c_stops() as stop:
    print("ready", flush=True)
    while not stop.requested():
        time.sleep(0.05)
    print("asked to stop", flush=True)
    time.sleep(60)
"""


def test_a_second_ctrl_c_ends_the_program_at_once():
    words = [sys.executable, "-c", WORK_THAT_GOES_ON]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout.readline() == "ready\n"
        program.send_signal(signal.SIGINT)
        assert program.stdout.readline() == "asked to stop\n"
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=30) == -signal.SIGINT


@pytest.mark.slow
def test_ctrl_c_keeps_the_partial_answer_and_marks_it(before):
    words = ("--model", "unirs-tiny", "--max-tokens", 4000, "--no-clue")
    terminal = Terminal("ask", before, "road?", *words)
    terminal.read_until(lambda text: "\x1b[?25h" in text)  # the spinner gives the cursor back
    time.sleep(0.3)
    terminal.interrupt()
    assert terminal.finish() == 0
    assert "the answer is not complete" in terminal.text


@pytest.mark.slow
def test_worker_serves_stdin_and_stdout():
    hello = {"jsonrpc": "2.0", "id": 1, "method": "hello", "params": {}}
    done = subprocess.run(
        [*PROGRAM, "worker"],
        input=json.dumps(hello) + "\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[0])["id"] == 1

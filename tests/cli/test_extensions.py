"""The program with and without the package ``unirs-lab``."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest
import typer

from unirs.cli import extensions
from unirs.errors import UniRSError

WITHOUT_LABORATORY = """
import importlib.metadata, sys
importlib.metadata.entry_points = lambda group: []
sys.modules["unirs_lab"] = None
from unirs.cli import main
sys.exit(main(sys.argv[1:]))
"""


def run_without_laboratory(*words):
    command = [sys.executable, "-c", WITHOUT_LABORATORY, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def failure_of(words, points, monkeypatch):
    """How a command fails in a program that has nothing but these entry points."""
    monkeypatch.setattr(extensions, "entry_points", lambda group: points)  # noqa: ARG005
    app = typer.Typer()
    extensions.add_extensions(app)
    with pytest.raises(UniRSError) as caught:
        app(words, standalone_mode=False)
    return caught.value


@pytest.mark.parametrize("command", extensions.LABORATORY_COMMANDS)
def test_the_laboratory_adds_its_commands(unirs, command):
    outcome = unirs(command, "--help")
    assert outcome.code == 0
    assert outcome.err == ""
    assert f"unirs {command}" in outcome.out
    assert command in unirs("--help").out.split()


@pytest.mark.parametrize("command", extensions.LABORATORY_COMMANDS)
@pytest.mark.parametrize("words", [[], ["--help"], ["mini", "--stage", "base"]])
def test_without_the_laboratory_its_commands_fail_with_how_to_install_it(
    monkeypatch, command, words
):
    failure = failure_of([command, *words], [], monkeypatch)
    assert failure.code == "command_missing"
    assert "unirs-lab" in failure.message
    assert "pip install ./backend" in failure.message


def test_without_the_laboratory_a_process_prints_one_sentence_and_ends_with_2():
    done = run_without_laboratory("train", "joint", "--plan")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("unirs: 'unirs train' is part of the package unirs-lab")
    assert done.stderr.count("\n") == 1


def test_without_the_laboratory_help_lists_the_other_commands():
    done = run_without_laboratory("--help")
    assert done.returncode == 0
    assert {"ask", "change", "models", "worker"} <= set(done.stdout.split())
    assert not set(extensions.LABORATORY_COMMANDS) & set(done.stdout.split())


def test_a_package_that_cannot_be_loaded_breaks_only_its_own_command(monkeypatch):
    broken = EntryPoint("train", "no_such_package.cli:register", extensions.GROUP)
    failure = failure_of(["train", "joint"], [broken], monkeypatch)
    assert failure.code == "environment_broken"
    assert "no_such_package" in failure.message
    assert failure_of(["world"], [broken], monkeypatch).code == "command_missing"

"""Finding the runtime, and running programs. All without uv."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from unirs_qgis.shared.client import clean_environment

from tests.plugin.running import ends_soon
from unirs_qgis.background import Stopped
from unirs_qgis.errors import UserError
from unirs_qgis.runtime import environment
from unirs_qgis.runtime.environment import (
    Record,
    RuntimeState,
    describe_runtime,
    environment_python,
    find_payload,
    runtime_python,
    write_record,
)
from unirs_qgis.runtime.own_python import inspect_python
from unirs_qgis.runtime.programs import _TARGETS, clean_variables, run_program
from unirs_qgis.settings import Settings

RECORD = Record("0123abcd", "unirs-0.1.0-py3-none-any.whl", 10, "3.11.2", "0.1.0", "2.13.0", ())


def never() -> bool:
    return False


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture(autouse=True)
def no_chosen_python(monkeypatch, qgis_app):
    monkeypatch.delenv("UNIRS_PYTHON", raising=False)


class TestWhereTheRuntimeIs:
    def test_before_any_set_up_there_is_none(self, tmp_path):
        runtime = describe_runtime(Settings(), tmp_path / "not there")
        assert (runtime.state, runtime.python) == (RuntimeState.MISSING, None)

    def test_a_recorded_environment_is_the_runtime(self, tmp_path):
        python = environment_python(tmp_path / RECORD.folder)
        python.parent.mkdir(parents=True)
        python.touch()
        write_record(tmp_path, RECORD)
        runtime = describe_runtime(Settings(), tmp_path)
        assert (runtime.state, runtime.python) == (RuntimeState.READY, python)
        assert "2.13.0" in runtime.message

    def test_an_unused_graphics_card_is_reported(self, tmp_path):
        python = environment_python(tmp_path / RECORD.folder)
        python.parent.mkdir(parents=True)
        python.touch()
        write_record(tmp_path, replace(RECORD, build="cu130", devices=("cpu",)))
        assert "graphics card" in describe_runtime(Settings(), tmp_path).message
        write_record(tmp_path, replace(RECORD, build="cu130", devices=("cuda:0", "cpu")))
        assert "graphics card" not in describe_runtime(Settings(), tmp_path).message

    def test_an_environment_without_a_record_is_unfinished(self, tmp_path):
        environment_python(tmp_path / "0123abcd").parent.mkdir(parents=True)
        runtime = describe_runtime(Settings(), tmp_path)
        assert (runtime.state, runtime.python) == (RuntimeState.MISSING, None)
        assert "not finished" in runtime.message

    def test_a_record_without_its_environment_needs_a_repair(self, tmp_path):
        write_record(tmp_path, RECORD)
        runtime = describe_runtime(Settings(), tmp_path)
        assert (runtime.state, runtime.python) == (RuntimeState.BROKEN, None)
        assert "Repair" in runtime.message

    def test_a_runtime_of_another_version_of_the_plugin_still_works(self, tmp_path, monkeypatch):
        python = environment_python(tmp_path / RECORD.folder)
        python.parent.mkdir(parents=True)
        python.touch()
        write_record(tmp_path, RECORD)
        wheels = tmp_path / "wheels"
        wheels.mkdir()
        (wheels / "unirs-0.2.0-py3-none-any.whl").write_bytes(b"newer")
        (wheels / "locks").mkdir()
        (wheels / "index.txt").touch()
        monkeypatch.setattr(environment, "find_payload", lambda: find_payload(wheels))
        runtime = describe_runtime(Settings(), tmp_path)
        assert (runtime.state, runtime.python) == (RuntimeState.OUTDATED, python)

    @pytest.mark.parametrize(
        "text",
        ["", "{", "[]", '{"folder": "0123abcd"}', json.dumps({**vars(RECORD), "folder": "../.."})],
    )
    def test_an_invalid_record_is_ignored(self, tmp_path, text):
        (tmp_path / "current.json").write_text(text)
        assert describe_runtime(Settings(), tmp_path).state is RuntimeState.MISSING

    def test_the_variable_takes_precedence_over_a_chosen_python(self, tmp_path, monkeypatch):
        one, other = tmp_path / "one", tmp_path / "other"
        one.touch()
        other.touch()
        assert runtime_python(Settings(python=str(one))) == one
        monkeypatch.setenv("UNIRS_PYTHON", str(other))
        assert runtime_python(Settings(python=str(one))) == other

    def test_a_missing_chosen_python_is_reported_and_not_replaced(self, tmp_path):
        runtime = describe_runtime(Settings(python=str(tmp_path / "gone")))
        assert (runtime.state, runtime.python) == (RuntimeState.BROKEN, None)
        assert "gone" in runtime.message

    def test_the_description_is_fast_enough_for_the_gui_thread(self, tmp_path):
        write_record(tmp_path, RECORD)
        begin = time.perf_counter()
        for _ in range(20):
            describe_runtime(Settings(), tmp_path)
        assert (time.perf_counter() - begin) / 20 < 0.01

    def test_a_source_tree_needs_the_package(self, tmp_path):
        with pytest.raises(UserError, match="make package") as caught:
            find_payload(tmp_path)
        assert caught.value.code == "package_unbuilt"


@pytest.mark.skipif(sys.platform == "win32", reason="the programs are shell scripts")
class TestRunningPrograms:
    def test_lines_of_both_streams_are_delivered_separately(self, tmp_path):
        program = script(tmp_path / "p", "echo one; echo two >&2; printf 'thr\\303\\251e'; exit 3")
        out, err = [], []
        assert run_program([program], never, out.append, err.append) == 3
        assert (out, err) == (["one", "thrée"], ["two"])

    def test_a_stop_ends_the_program_and_its_children_soon(self, tmp_path):
        pids: list[str] = []
        program = script(tmp_path / "p", "sleep 60 & echo $!; echo $$; wait")
        begin = time.monotonic()
        with pytest.raises(Stopped):
            run_program([program], lambda: len(pids) == 2, pids.append)
        assert time.monotonic() - begin < 10
        for pid in pids:
            assert ends_soon(int(pid))

    def test_a_program_that_ignores_termination_is_killed(self, tmp_path):
        pids: list[str] = []
        text = "trap '' TERM; echo $$; while true; do sleep 0.2; done"
        with pytest.raises(Stopped):
            run_program([script(tmp_path / "p", text)], lambda: bool(pids), pids.append)
        assert ends_soon(int(pids[0]))

    def test_variables_for_qgis_libraries_are_removed(self, monkeypatch):
        monkeypatch.setenv("PROJ_LIB", "/qgis/proj")
        monkeypatch.setenv("UV_PYTHON", "3.9")
        monkeypatch.setenv("VIRTUAL_ENV", "/elsewhere")
        variables = clean_variables({"NEW": "1"})
        assert not {"PROJ_LIB", "UV_PYTHON", "VIRTUAL_ENV"} & set(variables)
        assert variables["NEW"] == "1"

    def test_set_up_and_worker_run_without_the_same_variables(self, monkeypatch):
        for name in ("PYTHONHOME", "PROJ_LIB", "LD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH"):
            monkeypatch.setenv(name, "of QGIS")
        inherited = set(clean_variables())
        assert inherited == set(clean_environment(os.environ)) - _TARGETS
        assert "DYLD_FRAMEWORK_PATH" not in inherited


@pytest.mark.skipif(sys.platform == "win32", reason="the programs are shell scripts")
class TestAPythonOfTheUsers:
    def test_its_version_and_whether_it_has_unirs_are_found(self, monkeypatch, tmp_path):
        monkeypatch.setenv("PYTHONHOME", str(tmp_path))  # QGIS's own must not reach it
        found = inspect_python(Path("/usr/bin/python3"), never)
        assert found.version.startswith("3.")
        assert not found.has_unirs

    @pytest.mark.parametrize("text", ["exit 127", "echo hello", "echo '[]'"])
    def test_what_is_no_python_is_refused(self, tmp_path, text):
        with pytest.raises(UserError, match="does not work as a Python"):
            inspect_python(script(tmp_path / "python", text), never)
        with pytest.raises(UserError, match="does not work as a Python"):
            inspect_python(tmp_path / "missing", never)

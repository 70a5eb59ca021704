"""``download`` and ``remove``: what a person and what a program see of them."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
VILA = "Efficient-Large-Model/VILA1.5-3b"
PROGRAM = [sys.executable, "-m", "unirs"]


@pytest.fixture
def hub(monkeypatch, tmp_path, models_folder):
    """A hub with the tiny model and a small checkpoint, and an empty models folder."""
    path = TESTS / "models" / "hub_server.py"
    spec = importlib.util.spec_from_file_location("hub_server", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setenv("UNIRS_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with module.HubServer() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        server.add_folder("someone/tiny", models_folder / "unirs-tiny")
        server.add_folder(VILA, TESTS / "model" / "reference-7x7" / "vila")
        yield server


def events(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.usefixtures("hub")
def test_a_dry_run_prints_the_size_and_downloads_nothing(unirs, tmp_path):
    outcome = unirs("download", "someone/tiny", "--dry-run")
    assert outcome.code == 0
    assert "MB in" in outcome.out or "kB in" in outcome.out
    assert "Licence: cc-by-4.0" in outcome.out
    [plan] = events(unirs("download", "someone/tiny", "--dry-run", "--json-lines").out)
    assert plan["event"] == "plan"
    assert plan["total_bytes"] == sum(file["bytes"] for file in plan["files"])
    assert not (tmp_path / "models").exists()


@pytest.mark.usefixtures("hub")
def test_a_downloaded_model_answers_by_its_name_and_can_be_removed(unirs, before, tmp_path):
    outcome = unirs("download", "someone/tiny")
    assert outcome.code == 0
    assert "--model" in outcome.out
    asked = unirs("ask", before, "road?", "--model", "tiny", "--max-tokens", 3, "--device", "cpu")
    assert asked.code == 0, asked.err
    assert "someone" not in asked.err
    refused = unirs("remove", "tiny")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "--yes" in refused.err
    assert unirs("remove", "tiny", "--yes").code == 0
    assert list((tmp_path / "models").iterdir()) == []
    assert unirs("remove", "tiny", "--yes").code == 2
    assert unirs("remove", "unirs-small", "--yes").code == 2


@pytest.mark.usefixtures("hub")
def test_a_downloaded_checkpoint_answers_after_the_printed_conversion(unirs, before):
    *_, done = events(unirs("download", "vila-1.5-3b", "--json-lines").out)
    assert done["event"] == "done"
    assert done["needs_conversion"]
    words = done["next"]
    assert "unirs convert" in unirs("models").out.replace("\n", " ")
    [problem] = json.loads(unirs("models", "--json").out)["problems"]
    assert (problem["code"], problem["next"]) == ("model_unconverted", words)
    assert problem["removable"]
    assert unirs("ask", before, "road?", "--model", "VILA1.5-3b").code == 2
    stages = events(unirs(*words, "--json-lines").out)
    assert [each["event"] for each in stages] == ["stage", "stage", "done"]
    model = Path(stages[-1]["folder"]).name
    answer = unirs("caption", before, "--model", model, "--max-tokens", 2, "--device", "cpu")
    assert answer.code == 0, answer.err


def test_json_lines_have_progress_retries_and_failures(unirs, hub):
    hub.faults.cut["model.safetensors"] = (1000, 1)
    printed = events(unirs("download", "someone/tiny", "--json-lines").out)
    kinds = [each["event"] for each in printed]
    assert kinds[0] == "plan"
    assert kinds[-1] == "done"
    assert {"progress", "retry"} <= set(kinds)
    last = [each for each in printed if each["event"] == "progress"][-1]
    assert last["done_bytes"] == last["total_bytes"] == printed[0]["total_bytes"]
    outcome = unirs("download", "no/such", "--json-lines")
    assert outcome.code == 2
    [error] = events(outcome.out)
    assert (error["event"], error["code"]) == ("error", "model_not_on_hub")
    assert error["message"] in outcome.err


@contextmanager
def heeding_ctrl_c():
    """What is started heeds SIGINT, even where the tests run behind a shell's ``&`` and do not."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_a_download_and_the_same_command_resumes_it(hub, tmp_path, number):
    hub.models["someone/tiny"]["model.safetensors"] += b"\0" * 2_000_000
    hub.faults.slow = 0.2
    command = [*PROGRAM, "download", "someone/tiny", "--json-lines"]
    with heeding_ctrl_c():
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "progress" and event["done_bytes"] > 300_000:
            break
    process.send_signal(number)
    rest, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert events(rest)[-1]["code"] == "download_stopped"
    assert err.count("\n") == 1
    assert not (tmp_path / "models" / "tiny").exists()
    hub.faults.slow = 0
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    plan, *_, last = events(done.stdout)
    assert plan["present_bytes"] > 200_000
    assert last["event"] == "done"


@pytest.mark.slow
@pytest.mark.usefixtures("hub")
def test_an_unreachable_proxy_is_one_sentence(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY")
    command = [*PROGRAM, "download", "someone/tiny"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "proxy" in done.stderr


@pytest.mark.usefixtures("hub")
def test_control_characters_in_names_from_a_hub_are_removed(unirs, hub, tmp_path):
    hub.models["someone/tiny"]["a\x1b[2Jb.json"] = b"{}"
    outcome = unirs("download", "someone/tiny")
    assert "\x1b[2J" not in outcome.out + outcome.err
    shutil.rmtree(tmp_path / "models")

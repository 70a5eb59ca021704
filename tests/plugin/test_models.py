"""Models through the real runtime, and a hub that this computer serves itself."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import time
from pathlib import Path

import pytest

from unirs_qgis.background import Stopped
from unirs_qgis.errors import UserError
from unirs_qgis.runtime.model_list import ModelQuery
from unirs_qgis.runtime.model_manager import ModelManager
from unirs_qgis.runtime.models import ModelCommands

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parents[1]
BUNDLED = TESTS.parent / "resources" / "models" / "unirs-small"
VILA = TESTS / "model" / "reference-7x7" / "vila"
SMALL, CHECKPOINT = "someone/small", "someone/VILA-tiny"
TIMEOUT = 300_000


def load_hub_server():
    path = TESTS / "models" / "hub_server.py"
    spec = importlib.util.spec_from_file_location("hub_server_of_models", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.HubServer


@pytest.fixture
def models_folder(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "modèles d'essai"
    monkeypatch.setenv("UNIRS_MODELS", str(folder))
    return folder


@pytest.fixture
def hub(models_folder, monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    with load_hub_server()() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        server.add_folder(SMALL, BUNDLED)
        server.add_folder(CHECKPOINT, VILA)
        yield server


@pytest.fixture
def commands(worker_python) -> ModelCommands:
    return ModelCommands(worker_python, {}, lambda: False)


def ignore(_event) -> None:
    pass


def test_the_bundled_model_is_listed_as_a_demonstration(commands, models_folder):
    found = commands.list_models()
    bundled = next(model for model in found.models if model.name == "unirs-small")
    assert bundled.demonstration
    assert not bundled.removable
    assert bundled.size_bytes > 1_000_000
    assert found.user_folder == models_folder
    assert found.downloadable


def test_added_folders_are_listed_and_answer_by_their_path(commands, models_folder, tmp_path):
    elsewhere = tmp_path / "elsewhere" / "my model"
    shutil.copytree(BUNDLED, elsewhere)
    found = commands.list_models(ModelQuery((str(elsewhere), str(tmp_path / "gone"))))
    added = next(model for model in found.models if model.added)
    assert (added.name, added.folder, added.removable) == (str(elsewhere), elsewhere, False)
    problem = next(problem for problem in found.problems if problem.added)
    assert "gone" in problem.message
    assert found.user_folder == models_folder


def test_a_download_has_a_plan_is_resumed_and_can_be_removed(commands, hub):
    plan = commands.plan_download(SMALL)
    assert plan.repository == SMALL
    assert plan.total_bytes > 1_000_000
    assert not plan.needs_conversion
    assert not any(path.name == "model.safetensors" for path in BUNDLED.parent.glob("small/*"))

    hub.faults.cut["model.safetensors"] = (1_000_000, 1)
    events: list[dict] = []
    assert commands.download(SMALL, events.append) == ()
    progress = [event["done_bytes"] for event in events if event["event"] == "progress"]
    assert progress[-1] == plan.total_bytes
    assert any(event["event"] == "retry" for event in events)
    model = next(model for model in commands.list_models().models if model.name == "small")
    assert model.removable
    commands.remove_model("small")
    assert all(model.name != "small" for model in commands.list_models().models)


def test_a_stopped_download_keeps_partial_files_and_is_resumed(worker_python, hub):
    hub.faults.slow = 0.05
    events: list[dict] = []

    def stopped() -> bool:
        return any(event["event"] == "progress" and event["done_bytes"] for event in events)

    with pytest.raises(Stopped):
        ModelCommands(worker_python, {}, stopped).download(SMALL, events.append)
    hub.faults.slow = 0.0
    commands = ModelCommands(worker_python, {}, lambda: False)
    rest = commands.list_models()
    assert all(model.name != "small" for model in rest.models)
    assert rest.problems[0].remedy[0] == "download"
    assert commands.plan_download(SMALL).present_bytes > 0
    commands.download(SMALL, ignore)
    assert any(model.name == "small" for model in commands.list_models().models)


def test_a_damaged_download_never_becomes_a_model(commands, hub, models_folder):
    hub.faults.flip["model.safetensors"] = 100
    with pytest.raises(UserError) as caught:
        commands.download(SMALL, ignore)
    assert caught.value.code == "download_damaged"
    assert not (models_folder / "small").exists()


def test_a_checkpoint_is_converted_after_its_download(commands, hub):
    plan = commands.plan_download(CHECKPOINT)
    assert plan.needs_conversion
    word, source, target = commands.download(CHECKPOINT, ignore)
    assert word == "convert"
    stages: list[str] = []
    commands.convert(source, target, lambda event: stages.append(event["event"]))
    assert "stage" in stages
    assert any(model.folder == Path(target) for model in commands.list_models().models)


def test_failures_are_one_sentence_with_their_code(commands, hub, monkeypatch):
    with pytest.raises(UserError) as caught:
        commands.plan_download("no/such-model")
    assert caught.value.code == "model_not_on_hub"
    with pytest.raises(UserError) as caught:
        commands.remove_model("unirs-small")
    assert "\n" not in caught.value.message
    assert not caught.value.message.startswith("unirs:")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(UserError) as caught:
        commands.plan_download(SMALL)
    assert caught.value.code == "hub_unreachable"
    assert hub.asked


@pytest.mark.parametrize("program", ["missing", "silent", "chatty"])
@pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")
def test_a_runtime_that_does_not_answer_is_reported(tmp_path, program):
    python = tmp_path / program
    if program != "missing":
        python.write_text("#!/bin/sh\n" + ("echo hello\n" if program == "chatty" else "exit 3\n"))
        python.chmod(0o755)
    with pytest.raises(UserError, match="repair"):
        ModelCommands(python, {}, lambda: False).list_models()


class TestManager:
    @pytest.fixture
    def manager(self, worker_python, qgis_app) -> ModelManager:  # noqa: ARG002
        return ModelManager(lambda: worker_python)

    def test_a_download_does_not_block_the_window(self, manager, hub, qtbot, gap_timer):
        with gap_timer:
            with qtbot.waitSignal(manager.planned, timeout=TIMEOUT):
                manager.plan(SMALL)
            with qtbot.waitSignal(manager.downloaded, timeout=TIMEOUT):
                manager.download(SMALL)
            with qtbot.waitSignal(manager.listed, timeout=TIMEOUT) as listed:
                manager.refresh(ModelQuery())
        assert any(model.name == "small" for model in listed.args[0].models)
        assert hub.sent["model.safetensors"] > 0
        assert gap_timer.longest < 0.1

    def test_one_command_at_a_time_and_a_cancel_ends_it_soon(self, manager, hub, qtbot):
        hub.faults.slow = 0.2
        with qtbot.waitSignal(manager.progressed, timeout=TIMEOUT):
            manager.download(SMALL)
        assert manager.is_busy
        manager.remove("small")  # passed over
        begin = time.monotonic()
        with qtbot.waitSignal(manager.cancelled, timeout=TIMEOUT):
            manager.cancel()
        assert time.monotonic() - begin < 10
        assert not manager.is_busy

    def test_only_the_latest_listing_is_passed_on(self, manager, models_folder, qtbot):
        listings = []
        manager.listed.connect(listings.append)
        manager.refresh(ModelQuery(("/nowhere/one",)))
        with qtbot.waitSignal(manager.listed, timeout=TIMEOUT):
            manager.refresh(ModelQuery(("/nowhere/two",)))
        qtbot.wait(1500)
        assert [problem.name for problem in listings[-1].problems if problem.added] == [
            "/nowhere/two"
        ]
        assert len(listings) == 1
        assert listings[0].user_folder == models_folder

    def test_without_a_runtime_there_is_an_empty_list_and_a_sentence(self, qtbot):
        manager = ModelManager(lambda: None)
        with qtbot.waitSignal(manager.listed) as listed:
            manager.refresh(ModelQuery())
        assert listed.args[0].models == ()
        with qtbot.waitSignal(manager.failed) as failed:
            manager.plan(SMALL)
        assert failed.args[0] == "runtime_missing"

"""Models from a hub: what is fetched, and what becomes of every way in which that can fail."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.numpy import save_file

from tests.models.vlm import make_tiny_vlm
from unirs.engines.model_name import find_by_name
from unirs.errors import UniRSError
from unirs.models import download as download_module
from unirs.models import find_model, hub, store
from unirs.models.download import download, exclusive_access, plan_download
from unirs.models.listing import list_models
from unirs.models.removal import remove_model
from unirs.models.store import survey_models

UNIRS, VILA = "someone/unirs-remote", "Efficient-Large-Model/VILA1.5-3b"
WEIGHTS = "model.safetensors"
PROCESSOR_FILES = ("tokenizer.json", "tokenizer_config.json", "processor_config.json")


def load_hub_server():
    path = Path(__file__).with_name("hub_server.py")
    spec = importlib.util.spec_from_file_location("hub_server", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.HubServer


@pytest.fixture
def server(monkeypatch, tmp_path):
    """A hub with a UniRS model of 2 MB and a checkpoint; models go to ``tmp_path/models``."""
    monkeypatch.setenv("UNIRS_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download_module.time, "sleep", lambda _: None)
    folder = tmp_path / "source"
    (folder / "clue").mkdir(parents=True)
    sizes = {"num_hidden_layers": 2, "hidden_size": 8, "max_position_embeddings": 16}
    config = {"model_type": "unirs", "kind": "unirs", "text_config": sizes}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "README.md").write_text("# Small\n\nA small model.\n", encoding="utf-8")
    for name in PROCESSOR_FILES:
        (folder / name).write_text("{}", encoding="utf-8")
    numbers = np.random.default_rng(0).random(500_000, dtype=np.float32)
    save_file({"numbers": numbers}, folder / WEIGHTS)
    save_file({"more": numbers[:12_500]}, folder / "clue" / WEIGHTS)
    for useless in ("pytorch_model.bin", "training_args.bin", "code.py", "trainer_state.json"):
        (folder / useless).write_bytes(b"useless")
    with load_hub_server()() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        server.add_folder(UNIRS, folder)
        parts = {
            f"{part}/{name}": b"{}"
            for part in ("llm", "vision_tower", "mm_projector")
            for name in ("config.json", WEIGHTS)
        }
        server.models[VILA] = {"config.json": b"{}", "llm/tokenizer.model": b"tokens", **parts}
        yield server


def code_of(call, *arguments, **named) -> str:
    with pytest.raises(UniRSError) as caught:
        call(*arguments, **named)
    assert caught.value.message.endswith(".")
    assert "\n" not in caught.value.message
    return caught.value.code


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != store.DOWNLOAD_RECORD
    }


@pytest.mark.parametrize("resumed", [False, True])
def test_a_file_ends_at_the_stated_size(server, resumed):
    """Whatever the hub sends behind it is not waited for."""
    if resumed:
        server.faults.cut[WEIGHTS] = (300_000, 1)
    server.faults.endless |= {WEIGHTS, "config.json"}
    folder = download(plan_download(UNIRS))
    assert contents(folder)[WEIGHTS] == server.models[UNIRS][WEIGHTS]
    assert server.sent[WEIGHTS] < 100_000_000


def test_only_needed_files_are_downloaded_and_the_model_is_found_by_its_name(server, tmp_path):
    plan = plan_download(UNIRS)
    assert plan.folder == tmp_path / "models" / "unirs-remote"
    assert not plan.needs_conversion
    assert plan.remote.licence == "cc-by-4.0"
    offered = server.models[UNIRS]
    needed = {"config.json", "README.md", WEIGHTS, f"clue/{WEIGHTS}", *PROCESSOR_FILES}
    assert {file.name for file in plan.files} == needed
    assert plan.total_bytes == sum(len(offered[name]) for name in needed)
    seen = []
    assert download(plan, lambda file, done: seen.append((file, done))) == plan.folder
    assert contents(plan.folder) == {name: offered[name] for name in needed}
    assert find_model("unirs-remote") == plan.folder
    done = [done for _, done in seen]
    assert done == sorted(done)
    assert done[-1] == plan.total_bytes
    assert not list((tmp_path / "models").glob(".*"))


def test_a_plan_fetches_no_weights(server):
    plan_download(UNIRS)
    plan_download("VILA-1.5-3b")
    assert set(server.sent) <= {"", "config.json"}


@pytest.mark.usefixtures("server")
def test_a_short_name_selects_a_checkpoint_that_needs_conversion():
    plan = plan_download("vila-1.5-3b")
    assert plan.remote.repository == VILA
    assert plan.needs_conversion
    folder = download(plan)
    assert (folder / "llm/tokenizer.model").read_bytes() == b"tokens"
    [problem] = survey_models()[1]
    assert problem.code == "model_unconverted"
    assert problem.remedy == ("convert", str(folder), f"{folder}-converted")


def test_an_interrupted_transfer_resumes_by_itself(server):
    server.faults.cut[WEIGHTS] = (300_000, 3)
    waits = []
    download(plan_download(UNIRS), on_retry=lambda *facts: waits.append(facts))
    assert len(waits) == 3
    assert "again" in waits[0][1]
    assert 2_000_000 < server.sent[WEIGHTS] < 2_200_000, "bytes came twice"
    assert any(range_ for _, _, range_ in server.asked)


def test_a_failed_download_is_resumed_by_the_next_one(server, tmp_path):
    server.faults.cut[WEIGHTS] = (0, 99)
    server.faults.cut[f"clue/{WEIGHTS}"] = (20_000, 1)
    assert code_of(download, plan_download(UNIRS)) == "hub_unreachable"
    assert not (tmp_path / "models" / "unirs-remote").exists()
    [problem] = survey_models()[1]
    assert (problem.name, problem.code) == ("unirs-remote", "download_incomplete")
    assert problem.remedy[:2] == ("download", UNIRS)
    server.faults.cut.clear()
    server.sent.clear()
    plan = plan_download(UNIRS)
    assert plan.present_bytes > 50_000
    download(plan)
    assert server.sent[f"clue/{WEIGHTS}"] == 0
    assert contents(plan.folder)[WEIGHTS] == server.models[UNIRS][WEIGHTS]


class Killed(BaseException):
    pass


def test_an_interrupted_file_is_resumed_at_its_last_byte(server):
    def die(_file, done):
        if done > 1_000_000:
            raise Killed

    plan = plan_download(UNIRS)
    with pytest.raises(Killed):
        download(plan, die)
    assert not plan.folder.exists()
    server.sent.clear()
    again = plan_download(UNIRS)
    assert again.present_bytes > 900_000
    seen = []
    download(again, lambda _, done: seen.append(done))
    assert server.sent[WEIGHTS] < 1_200_000
    assert contents(again.folder)[WEIGHTS] == server.models[UNIRS][WEIGHTS]


def test_a_server_without_ranges_sends_the_whole_file_again(server):
    server.faults.cut[WEIGHTS] = (300_000, 1)
    server.faults.whole_only = True
    plan = plan_download(UNIRS)
    download(plan)
    assert contents(plan.folder)[WEIGHTS] == server.models[UNIRS][WEIGHTS]


@pytest.mark.parametrize("name", [WEIGHTS, "config.json"])
def test_a_damaged_file_is_refused_and_deleted(server, tmp_path, name):
    plan = plan_download(UNIRS)
    server.faults.flip[name] = 9
    assert code_of(download, plan) == "download_damaged"
    assert not plan.folder.exists()
    assert not list((tmp_path / "models").rglob(f"{name}*.part"))
    server.faults.flip.clear()
    download(plan_download(UNIRS))
    assert find_model("unirs-remote") == plan.folder


def test_damage_in_a_partial_file_is_found_and_repaired(server):
    plan = plan_download(UNIRS)
    file = next(file for file in plan.files if file.name == WEIGHTS)
    part = download_module._part(store.download_folder(plan.folder), file)
    part.parent.mkdir(parents=True)
    part.write_bytes(b"\0" * 70_000)
    download(plan_download(UNIRS))
    assert contents(plan.folder)[WEIGHTS] == server.models[UNIRS][WEIGHTS]


def test_a_new_version_reuses_unchanged_files(server):
    server.faults.status[WEIGHTS] = (503, 99)
    code_of(download, plan_download(UNIRS))
    server.faults.status.clear()
    server.models[UNIRS][WEIGHTS] += b"new"
    server.models[UNIRS]["README.md"] = b"New.\n"
    server.sent.clear()
    plan = plan_download(UNIRS)
    download(plan)
    assert contents(plan.folder)[WEIGHTS].endswith(b"new")
    assert server.sent[f"clue/{WEIGHTS}"] == 0
    assert not list(plan.folder.rglob("*.part"))


def test_a_revision_is_pinned(server):
    commit = server.commit(UNIRS)
    assert plan_download(UNIRS, revision=commit).remote.commit == commit
    assert code_of(plan_download, UNIRS, revision="v9") == "revision_missing"


def test_an_existing_version_is_not_downloaded_again_and_another_one_is_refused(server):
    download(plan_download(UNIRS))
    plan = plan_download(UNIRS)
    assert plan.is_there
    server.sent.clear()
    download(plan)
    assert not server.sent
    server.models[UNIRS]["README.md"] = b"New.\n"
    assert code_of(plan_download, UNIRS) == "target_exists"


@pytest.mark.usefixtures("server")
def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    (tmp_path / "file").write_text("work")
    for target in ("mine", "file"):
        assert code_of(plan_download, UNIRS, tmp_path / target) == "target_exists"
    (tmp_path / "empty").mkdir()
    assert download(plan_download(UNIRS, tmp_path / "empty")) == tmp_path / "empty"


def test_a_download_does_not_hide_a_bundled_model(server):
    server.models["someone/unirs-small"] = server.models[UNIRS]
    assert code_of(plan_download, "someone/unirs-small") == "target_exists"


@pytest.mark.parametrize(
    "name",
    [
        "../evil.json",
        "a/../../evil.json",
        "/etc/evil.json",
        "C:\\evil.json",
        "C:evil.json",
        "a\\..\\evil.json",
        "\\\\host\\share\\evil.json",
        "./a.json",
    ],
)
def test_files_outside_of_the_folder_are_refused(server, name):
    server.extra_names.append(name)
    assert code_of(plan_download, UNIRS) == "model_invalid"


@pytest.mark.parametrize(
    "name", ["", "gpt2", "a/b/c", "../b", "a/..", "a/b c", "https://x/y", "-a/b"]
)
@pytest.mark.usefixtures("server")
def test_the_hub_is_not_asked_about_an_invalid_name(name):
    assert code_of(plan_download, name) == "name_invalid"


def test_a_model_of_another_kind_is_refused_before_its_weights_are_sent(server):
    server.models["x/other"] = {"config.json": b'{"model_type": "gpt2"}', WEIGHTS: b"w" * 100_000}
    server.models["x/pickles"] = {"config.json": b'{"model_type": "unirs"}', "weights.bin": b"w"}
    server.models["x/odd"] = {"config.json": b"\xff{", WEIGHTS: b"w"}
    assert code_of(plan_download, "x/other") == "model_unsupported"
    assert code_of(plan_download, "x/pickles") == "model_unsupported"
    assert code_of(plan_download, "x/odd") == "model_invalid"
    assert server.sent[WEIGHTS] == 0


def test_a_vision_language_model_of_transformers_is_downloaded_and_found_by_its_repository(
    server, tmp_path
):
    folder = make_tiny_vlm(tmp_path / "tiny", "idefics3")
    (folder / "modeling_own.py").write_text("raise SystemExit")
    (folder / "original").mkdir()
    (folder / "original" / "other.safetensors").write_bytes(b"w" * 1000)
    (folder / "consolidated.safetensors").write_bytes(b"w" * 1000)
    server.add_folder("x/tiny-vlm", folder)
    plan = plan_download("x/tiny-vlm")
    assert not plan.needs_conversion
    assert {"model.safetensors", "tokenizer.json", "chat_template.jinja"} <= {
        file.name for file in plan.files
    }
    target = download(plan)
    assert not [*target.glob("*.py"), *target.glob("consolidated*"), *target.glob("original")]
    found = find_by_name("hf:x/tiny-vlm")
    assert (found.folder, found.engine) == (target, "transformers")
    [listed] = [each for each in list_models()[0] if each.model == target.name]
    assert (listed.engine, listed.kind) == ("transformers", "idefics3")


@pytest.mark.parametrize("field", ["prompt_template", "conversation", "kind", "clue_source"])
def test_a_model_of_an_unsupported_version_is_refused_before_its_weights_are_sent(server, field):
    config = json.loads(server.models[UNIRS]["config.json"])
    server.models[UNIRS]["config.json"] = json.dumps({**config, field: "new"}).encode()
    assert code_of(plan_download, UNIRS) == "model_invalid"
    assert server.sent[WEIGHTS] == 0


@pytest.mark.parametrize("name", PROCESSOR_FILES)
def test_an_incomplete_model_is_refused_before_its_weights_are_sent(server, name):
    del server.models[UNIRS][name]
    assert code_of(plan_download, UNIRS) == "model_invalid"
    assert server.sent[WEIGHTS] == 0


@pytest.mark.parametrize(
    ("api", "code"),
    [
        ((401, {"X-Error-Code": "RepoNotFound"}, b"{}"), "model_not_on_hub"),
        ((403, {"X-Error-Code": "GatedRepo"}, b"{}"), "model_gated"),
        ((403, {}, b"{}"), "hub_failed"),
        ((500, {}, b"oops"), "hub_failed"),
        ((429, {}, b"slow down"), "hub_failed"),
        ((200, {}, b"<html>Log in to the hotel's network</html>"), "hub_invalid"),
        ((200, {}, b"{}"), "hub_invalid"),
        ((200, {}, b'{"id": "a/b", "sha": "x", "siblings": []}'), "hub_invalid"),
        ((200, {}, b"[1]"), "hub_invalid"),
    ],
)
def test_every_response_of_a_hub_is_one_sentence(server, api, code):
    server.faults.api = api
    assert code_of(plan_download, UNIRS) == code


@pytest.mark.usefixtures("server")
def test_a_missing_model_and_an_unreachable_hub(monkeypatch):
    assert code_of(plan_download, "no/such") == "model_not_on_hub"
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert code_of(plan_download, UNIRS) == "hub_unreachable"


def test_temporary_failures_of_the_hub_are_retried(server):
    server.faults.status[WEIGHTS] = (503, 2)
    download(plan_download(UNIRS))
    server.faults.status[WEIGHTS] = (503, 99)
    remove_model("unirs-remote")
    assert code_of(download, plan_download(UNIRS)) == "hub_failed"


def test_a_token_goes_to_the_hub(server, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    download(plan_download(UNIRS))
    assert server.tokens[0] == "Bearer hf_secret"


def test_offline_mode_is_respected(server, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert code_of(plan_download, UNIRS) == "hub_offline"
    assert not server.asked


def test_a_full_disk_is_reported_before_and_during_a_download(server, monkeypatch):
    plan = plan_download(UNIRS)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    assert code_of(download, plan_download(UNIRS)) == "disk_full"
    assert server.sent[WEIGHTS] == 0
    monkeypatch.undo()
    monkeypatch.setenv("HF_ENDPOINT", server.url)

    def no_space(_file, done):
        if done > 500_000:
            raise OSError(28, "No space left on device")

    assert code_of(download, plan, no_space) == "disk_full"
    assert plan_download(UNIRS, plan.folder).present_bytes > 400_000


def test_a_target_that_cannot_be_written(server, tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert code_of(download, plan_download(UNIRS, tmp_path / "file" / "model")) == (
        "output_unwritable"
    )
    assert server.sent[WEIGHTS] == 0


@pytest.mark.usefixtures("server")
def test_two_downloads_of_one_model_exclude_each_other():
    plan = plan_download(UNIRS)
    plan.folder.parent.mkdir(parents=True)
    with exclusive_access(plan.folder):
        assert code_of(download, plan) == "download_running"
        store.download_folder(plan.folder).mkdir(exist_ok=True)
        assert code_of(remove_model, "unirs-remote") == "download_running"
    download(plan)


def test_a_silent_hub_is_unreachable(server, monkeypatch):
    plan = plan_download(UNIRS)
    monkeypatch.setattr(hub, "SECONDS", 0.3)
    server.faults.slow = 30
    assert code_of(download, plan) == "hub_unreachable"


@pytest.mark.usefixtures("server")
def test_a_closed_output_ends_the_download():
    def gone(_file, _done):
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        download(plan_download(UNIRS), gone)


def test_remove_deletes_models_downloads_and_checkpoints(server, tmp_path):
    models = tmp_path / "models"
    for name in (UNIRS, VILA):
        download(plan_download(name))
        remove_model(name.split("/")[1])
    server.faults.cut[WEIGHTS] = (0, 99)
    code_of(download, plan_download(UNIRS))
    remove_model("unirs-remote")
    assert list(models.iterdir()) == []


def test_remove_deletes_nothing_else(tmp_path, monkeypatch):
    models, outside = tmp_path / "models", tmp_path / "outside"
    monkeypatch.setenv("UNIRS_MODELS", str(models))
    bundled = tmp_path / "bundled"
    for folder in (outside, models / "thesis", models / "mine", bundled / "boxed"):
        folder.mkdir(parents=True)
        (folder / "work.txt").write_text("years of work")
    for folder in (outside, models / "mine", bundled / "boxed"):
        (folder / "config.json").write_text("{}")
    monkeypatch.setattr(store, "models_folders", lambda: [models, bundled])
    monkeypatch.setattr("unirs.models.removal.models_folders", lambda: [models, bundled])
    for name in ("../outside", str(outside), ".", "..", "", "thesis", "boxed", ".hidden", "a/b"):
        assert code_of(remove_model, name) == "model_not_removable"
    assert code_of(remove_model, "no-such") == "model_missing"
    (models / "link").symlink_to(outside)
    remove_model("link")
    remove_model("mine")
    assert (outside / "work.txt").is_file()
    assert sorted(path.name for path in models.iterdir()) == ["thesis"]


@pytest.mark.usefixtures("server")
def test_a_copied_model_can_be_removed(tmp_path):
    download(plan_download(UNIRS, tmp_path / "elsewhere"))
    shutil.copytree(tmp_path / "elsewhere", tmp_path / "models" / "copy")
    remove_model("copy")
    assert not (tmp_path / "models" / "copy").exists()

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from unirs.engines.opening import open_engine
from unirs.engines.unirs import load_pipeline
from unirs.errors import UniRSError
from unirs.model.folder import folder_bytes, read_folder
from unirs.model.language_model import LanguageModel
from unirs.models import find_model, store
from unirs.models.listing import list_models
from unirs.models.store import survey_models


@pytest.fixture
def models(tmp_path, monkeypatch, model_folder):
    """A user's models folder with one model in it."""
    shutil.copytree(model_folder, tmp_path / "mine")
    monkeypatch.setenv("UNIRS_MODELS", str(tmp_path))
    return tmp_path


def test_a_model_is_found_by_name_or_by_path(models):
    assert find_model("mine") == models / "mine"
    assert find_model(models / "mine") == models / "mine"
    assert find_model(str(models / "mine")) == models / "mine"


def test_a_relative_path_is_a_path(models, monkeypatch):
    monkeypatch.chdir(models / "mine")
    assert find_model(".").resolve() == models / "mine"


def test_the_users_model_hides_a_bundled_one_of_its_name(models, monkeypatch, tmp_path_factory):
    bundled = tmp_path_factory.mktemp("bundled")
    for name in ("mine", "unirs-small"):
        shutil.copytree(models / "mine", bundled / name)
    monkeypatch.setattr(store, "models_folders", lambda: [models, bundled])
    assert find_model("mine") == models / "mine"
    assert [info.path for info in survey_models()[0]] == [models / "mine", bundled / "unirs-small"]
    assert find_model() == bundled / "unirs-small"


def test_bundled_models_are_found_without_any_setting(monkeypatch, tmp_path):
    monkeypatch.setenv("UNIRS_MODELS", str(tmp_path / "none"))
    bundled = Path(__file__).parents[2] / "resources/models"
    expected = sorted(path.parent.name for path in bundled.glob("*/config.json"))
    assert [info.name for info in survey_models()[0]] == expected


NO_MODELS = ["nothing-here", "/nothing/here", "", "~/nothing-here", "~nobody-here/x", "a\0b"]


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("name", NO_MODELS)
def test_a_missing_model_is_reported_with_the_available_ones(name):
    with pytest.raises(UniRSError) as caught:
        find_model(name)
    assert caught.value.code == "model_missing"
    assert f'"{name}"' in caught.value.message
    assert "mine" in caught.value.message


@pytest.mark.usefixtures("models")
def test_a_model_folder_describes_its_model():
    [info] = [info for info in survey_models()[0] if info.name == "mine"]
    bundle = load_pipeline("mine", "cpu", "float32").bundle
    parts = [bundle.model, bundle.clue_language_model]
    assert info.parameters == sum(t.numel() for part in parts for t in part.state_dict().values())
    assert (info.kind, info.clue_source, info.card.demonstration) == ("unirs", "second", True)
    assert info.card.summary == "A random model for tests."
    assert folder_bytes(info.path) == sum(
        p.stat().st_size for p in info.path.rglob("*") if p.is_file()
    )
    assert info.needs_bytes["float32"] > info.needs_bytes["bfloat16"] > 2 * info.parameters


def test_a_model_that_names_its_language_model_needs_the_memory_of_both(models):
    plain = read_folder(models / "mine")
    shutil.rmtree(models / "mine" / "clue")
    named = LanguageModel("a-language-model", "0" * 64, 10_000_000)
    named.path.parent.mkdir()
    named.path.touch()

    rewrite_config(models / "mine", clue_source="adapter", language_model=named.to_dict())
    info = read_folder(models / "mine")

    assert info.parameters > 10_000_000
    assert info.needs_bytes["float32"] > plain.needs_bytes["float32"] + 35_000_000
    rewrite_config(models / "mine", language_model={"name": "no-numbers"})
    with pytest.raises(UniRSError, match="language model"):
        read_folder(models / "mine")


@pytest.mark.parametrize(
    ("card", "summary", "demonstration"),
    [
        (None, "", False),
        ("# Title\n\nOne thing. Another.", "One thing.", False),
        ("Trained on 1.5 million\nscenes! Yes.", "Trained on 1.5 million scenes!", False),
        ("---\ntags:\n- demonstration\n---\n", "", True),
        ("# Only a title", "", False),
    ],
)
def test_a_card_has_a_summary_and_tags(models, card, summary, demonstration):
    path = models / "mine" / "README.md"
    path.unlink()
    if card is not None:
        path.write_text(card, encoding="utf-8")
    info = read_folder(models / "mine")
    assert (info.card.summary, info.card.demonstration) == (summary, demonstration)


def rewrite_config(folder, **changes):
    path = folder / "config.json"
    config = {**json.loads(path.read_text(encoding="utf-8")), **changes}
    path.write_text(json.dumps(config), encoding="utf-8")


DAMAGE = {
    "cut-weights": lambda folder: os.truncate(folder / "model.safetensors", 100),
    "cut-header": lambda folder: os.truncate(folder / "model.safetensors", 5),
    "empty-weights": lambda folder: os.truncate(folder / "model.safetensors", 0),
    "huge-header": lambda folder: (folder / "model.safetensors").write_bytes(b"\xff" * 64),
    "no-weights": lambda folder: [path.unlink() for path in folder.rglob("*.safetensors")],
    "no-tokenizer": lambda folder: (folder / "tokenizer.json").unlink(),
    "no-tokenizer-config": lambda folder: (folder / "tokenizer_config.json").unlink(),
    "no-processor": lambda folder: (folder / "processor_config.json").unlink(),
    "no-clue": lambda folder: shutil.rmtree(folder / "clue"),
    "no-clue-config": lambda folder: (folder / "clue/config.json").unlink(),
    "cut-config": lambda folder: os.truncate(folder / "config.json", 20),
    "not-utf-8": lambda folder: (folder / "config.json").write_bytes(b'{"model_type": "\xff"}'),
    "a-list": lambda folder: (folder / "config.json").write_text("[]"),
    "deep": lambda folder: (folder / "config.json").write_text("[" * 100_000),
    "no-sizes": lambda folder: rewrite_config(folder, text_config={"hidden_size": 48}),
    "null-sizes": lambda folder: rewrite_config(folder, text_config=None),
    "odd-sizes": lambda folder: rewrite_config(
        folder,
        text_config={
            "hidden_size": "wide",
            "num_hidden_layers": [],
            "max_position_embeddings": None,
        },
    ),
    "no-frames": lambda folder: rewrite_config(folder, frame_count=0),
    "odd-kind": lambda folder: rewrite_config(folder, kind=["unirs"]),
    "odd-clue": lambda folder: rewrite_config(folder, clue_source="magic"),
    "odd-template": lambda folder: rewrite_config(folder, prompt_template="unirs-99"),
    "odd-conversation": lambda folder: rewrite_config(folder, conversation="magic"),
    "odd-aspect": lambda folder: rewrite_config(folder, aspect_mode="magic"),
    "odd-adapters": lambda folder: rewrite_config(folder, adapters={"clue": {"rank": 2}}),
    "card-not-utf-8": lambda folder: (folder / "README.md").write_bytes(b"caf\xe9"),
    "card-odd-yaml": lambda folder: (folder / "README.md").write_text("---\n- a: [\n---\nText."),
    "card-a-list": lambda folder: (folder / "README.md").write_text("---\n- a\n- b\n---\nText."),
    "card-odd-tags": lambda folder: (folder / "README.md").write_text("---\ntags: 7\n---\nText."),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_folder_is_listed_and_refused_with_the_same_sentence(models, name):
    folder = models / name
    shutil.copytree(models / "mine", folder)
    DAMAGE[name](folder)
    usable, problems = survey_models()
    assert "mine" in [info.name for info in usable]
    [problem] = problems
    assert (problem.name, problem.folder, problem.code) == (name, folder, "model_invalid")
    assert str(folder) in problem.message
    assert "\n" not in problem.message
    with pytest.raises(UniRSError) as caught:
        load_pipeline(folder, "cpu", "float32")
    assert (caught.value.code, caught.value.message) == (problem.code, problem.message)


def test_a_folder_of_another_architecture_belongs_to_the_engine_transformers(models):
    folder = models / "llava"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "llava"}')
    assert folder not in [problem.folder for problem in survey_models()[1]]
    [problem] = [problem for problem in list_models()[1] if problem.folder == folder]
    with pytest.raises(UniRSError) as caught:
        open_engine(folder, "cpu")
    assert (caught.value.code, caught.value.message) == (problem.code, problem.message)


def test_a_card_without_metadata_is_read_without_a_warning(models):
    (models / "mine" / "README.md").write_text("# Title\n\nOne thing.\n", encoding="utf-8")
    code = "from unirs.models.store import survey_models; assert survey_models()[0]"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""


@pytest.mark.usefixtures("models")
def test_listing_models_does_not_import_torch():
    code = (
        "import sys; from unirs.models.listing import list_models\n"
        "assert [m.name for m in list_models()[0]].count('mine') == 1\n"
        "assert not {'torch', 'transformers'} & set(sys.modules), 'heavy'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.usefixtures("models")
def test_the_default_precision_on_the_cpu_is_float32():
    assert load_pipeline("mine", "cpu").bundle.model.dtype is torch.float32


def test_an_impossible_folder_name_is_missing():
    with pytest.raises(UniRSError) as caught:
        find_model("a" * 300)

    assert caught.value.code == "model_missing"

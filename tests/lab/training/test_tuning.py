"""Full tuning and LoRA end in model folders that ask loads; the frozen base writes their clues."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open

from unirs.cli import main
from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs.model import load_bundle, save_bundle
from unirs_lab.data.samples import Row
from unirs_lab.training.answer_objective import answer_losses
from unirs_lab.training.loop import LoopOptions, MicroBatch, fit
from unirs_lab.training.rows import collate, encode_row
from unirs_lab.training.tuning import LoraOptions, Tuning, finish, learn

OPTIONS = LoopOptions(steps=2, learning_rate=1e-2)
LORA = LoraOptions(rank=4, alpha=8, dropout=0.1)
QUESTION = "is there a road?"


class SayYes:
    """Teaches the LLM to answer one question, whatever the image and the clue."""

    def __init__(self, bundle, modules):
        self.bundle, self.model, self.modules = bundle, bundle.model, modules

    def trainable(self):
        return self.modules

    def micro_batches(self, step):
        clues = ("a river", "the two scenes", "12 houses", None)
        processor, row = self.bundle.processor, Row(QUESTION, "yes")
        encoded = [[encode_row(processor, InputKind.SINGLE, row, 1, clue)] for clue in clues]
        tokens = collate(encoded, self.model.config.visual_tokens)
        torch.manual_seed(step)
        visual = torch.randn(len(clues), self.model.config.visual_tokens, 48)
        return [MicroBatch((tokens, visual), int((tokens.labels >= 0).sum()))]

    def loss(self, content):
        return {"words": answer_losses(self.model, *content)[0].sum()}

    def validate(self):
        return {}


@pytest.fixture
def start(make_model):
    """The folder of the change stage: its LLM is the base, which nothing has tuned."""
    return make_model("change", clue_source="none")


def train(start, run, lora, steps=2):
    bundle = load_bundle(start, dtype=torch.bfloat16)
    fit(SayYes(bundle, learn(bundle, Tuning(lora=lora))), replace(OPTIONS, steps=steps), run)
    return bundle


def ask(folder, image, capsys):
    words = ["ask", str(image), QUESTION, "--model", str(folder), "--device", "cpu"]
    code = main([*words, "--max-tokens", "6", "--json"])
    out, err = capsys.readouterr()
    assert code == 0, err
    return json.loads(out)


@pytest.mark.parametrize("lora", [LORA, None], ids=["lora", "full"])
def test_tuning_ends_in_a_folder_that_answers_and_whose_base_writes_the_clue(
    start, tmp_path, capsys, lora
):
    image = tmp_path / "image.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 40, 3), np.uint8)).save(image)
    base = load_bundle(start, dtype=torch.bfloat16)
    base.config.clue_source = "self"
    save_bundle(base, tmp_path / "base")

    train(start, tmp_path / "run", lora, steps=30)
    finish(start, tmp_path / "run", tmp_path / "tuned", Tuning(lora=lora), card="# Tuned\n")

    untuned = ask(tmp_path / "base", image, capsys)
    tuned = ask(tmp_path / "tuned", image, capsys)
    assert tuned["answer"] == "yes"
    assert untuned["answer"] != "yes"
    assert tuned["clue"] == untuned["clue"]
    assert load_bundle(tmp_path / "tuned").config.clue_source == ("adapter" if lora else "second")
    assert (tmp_path / "tuned" / "README.md").read_text() == "# Tuned\n"


def test_an_adapter_alone_learns_in_float32_over_a_base_that_stays_as_it_is(start, tmp_path):
    before = load_bundle(start, dtype=torch.bfloat16).model.state_dict()

    bundle = train(start, tmp_path / "run", LORA)

    after = bundle.model.state_dict()
    for name, weights in before.items():
        kept = after.get(name, after.get(name.replace("_proj.", "_proj.base_layer.")))
        assert torch.equal(kept, weights), name
    learning = {n: p for n, p in bundle.model.named_parameters() if p.requires_grad}
    assert all(".lora_" in name and p.dtype == torch.float32 for name, p in learning.items())
    with safe_open(tmp_path / "run" / "checkpoint.safetensors", "pt") as file:
        modules = [name for name in file.keys() if name.startswith("module.")]  # noqa: SIM118
    assert len(modules) == len(learning)


def test_full_tuning_learns_the_llm_alone_and_in_float32(start, tmp_path):
    bundle = train(start, tmp_path / "run", None)

    for name, weights in bundle.model.named_parameters():
        of_llm = name.startswith("language_model.")
        assert weights.requires_grad == of_llm
        batch_norm = name.startswith("change.") and "_norm." in name
        assert (weights.dtype == torch.float32) == (of_llm or batch_norm)


def test_an_adapter_has_the_options_that_were_asked_for(start, tmp_path):
    lora = LoraOptions(rank=3, alpha=12, dropout=0.0, targets=("q_proj", "down_proj"))

    train(start, tmp_path / "run", lora)
    finish(start, tmp_path / "run", tmp_path / "tuned", Tuning(lora=lora))

    written = json.loads((tmp_path / "tuned" / "adapter" / "adapter_config.json").read_text())
    assert (written["r"], written["lora_alpha"], written["lora_dropout"]) == (3, 12, 0.0)
    weights = tmp_path / "tuned" / "adapter" / "adapter_model.safetensors"
    with safe_open(weights, "pt") as file:
        names = set(file.keys())
        assert {file.get_tensor(name).dtype for name in names} == {torch.float32}
    assert {name.split(".")[-3] for name in names} == {"q_proj", "down_proj"}
    assert len(names) == 2 * 2 * 2  # layers, targets, matrices


def test_the_same_seed_makes_the_same_adapter(start):
    first, second = load_bundle(start), load_bundle(start)
    learn(first, Tuning(lora=LORA, seed=5))
    torch.rand(7)
    learn(second, Tuning(lora=LORA, seed=5))

    for name, weights in first.model.state_dict().items():
        assert torch.equal(second.model.state_dict()[name], weights), name


def test_targets_that_no_layer_has_are_refused(start):
    with pytest.raises(UniRSError) as caught:
        learn(load_bundle(start), Tuning(lora=LoraOptions(targets=("nothing",))))

    assert caught.value.code == "lora_invalid"


@pytest.mark.parametrize("clue_source", ["second", "adapter"])
def test_a_model_that_is_tuned_already_is_no_base(make_model, clue_source):
    with pytest.raises(UniRSError) as caught:
        learn(load_bundle(make_model(clue_source=clue_source)), Tuning())

    assert caught.value.code == "model_tuned"


def test_a_tuned_language_model_is_no_other_folders_any_more(make_model):
    bundle = load_bundle(make_model(clue_source="none"))
    bundle.config.language_model = {"name": "shared", "sha256": "0" * 64, "parameters": 1}

    learn(bundle, Tuning())

    assert bundle.config.language_model is None


def test_a_model_with_adapters_is_no_base(make_model):
    bundle = load_bundle(make_model(clue_source="none"))
    bundle.config.adapters = {"answer": {"rank": 4, "alpha": 8.0}}

    with pytest.raises(UniRSError) as caught:
        learn(bundle, Tuning())

    assert caught.value.code == "model_tuned"


def test_the_adapter_that_a_model_has_learns_on_and_nothing_else_of_its_llm(make_bundle):
    bundle = make_bundle(adapters={"answer": {"rank": 4, "alpha": 8.0}}, change_head=2)

    learn(bundle, Tuning(("projector", "language_model", "change"), own_adapter=True))

    learning = {name for name, p in bundle.model.named_parameters() if p.requires_grad}
    assert {name.split(".")[0] for name in learning} == {
        *("projector", "language_model", "change", "change_head"),
    }
    assert all(".lora_" in name for name in learning if name.startswith("language_model."))


def test_a_model_without_an_adapter_has_none_that_could_learn_on(start):
    with pytest.raises(UniRSError) as caught:
        learn(load_bundle(start), Tuning(own_adapter=True))

    assert caught.value.code == "adapter_missing"

"""Model folders of the new default's kind: a named language model, adapters, small storage."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from unirs.errors import UniRSError
from unirs.model import load_bundle, save_bundle
from unirs.model.language_weights import open_language_model


def logits(language_model):
    with torch.inference_mode():
        return language_model(input_ids=torch.arange(3, 20).unsqueeze(0)).logits


def rewrite(path, change):
    written = json.loads(path.read_text())
    change(written)
    path.write_text(json.dumps(written))


def test_a_saved_folder_has_no_language_model_and_loads_to_nearly_the_same_weights(
    make_small, tmp_path
):
    bundle = make_small()

    save_bundle(bundle, tmp_path / "saved", card="# Card\n")
    loaded = load_bundle(tmp_path / "saved")

    stored = load_file(tmp_path / "saved" / "model.safetensors")
    assert not [name for name in stored if name.startswith("language_model.")]
    before, after = bundle.model.state_dict(), loaded.model.state_dict()
    assert before.keys() == after.keys()
    for name, tensor in before.items():
        exact = name.startswith("language_model.") and "lora_" not in name
        assert torch.allclose(tensor, after[name], rtol=0, atol=0 if exact else 0.02), name
    assert loaded.processor.conversation == "smollm2"


def test_a_loaded_folder_is_saved_bit_for_bit(make_small, tmp_path):
    save_bundle(make_small(), tmp_path / "first")

    save_bundle(load_bundle(tmp_path / "first"), tmp_path / "second")

    for name in ("model.safetensors", "tokenizer.json"):
        first, second = (tmp_path / folder / name for folder in ("first", "second"))
        assert first.read_bytes() == second.read_bytes(), name


def test_each_role_has_its_adapter_on_one_language_model(make_small, tmp_path):
    save_bundle(make_small(), tmp_path / "saved")
    bundle = load_bundle(tmp_path / "saved")
    shared = bundle.model.language_model

    with bundle.language_model("answer") as model:
        answer = logits(model)
        assert model is shared
    with bundle.language_model("clue") as model:
        clue = logits(model)
        assert model is shared
    shared.disable_adapters()
    plain = logits(shared)
    shared.enable_adapters()

    pairs = [(answer, clue), (answer, plain), (clue, plain)]
    assert not any(torch.allclose(first, second, atol=1e-2) for first, second in pairs)
    assert torch.equal(logits(shared), answer)
    for name, weights in open_language_model(bundle.config.shared_language_model).items():
        layer, _, kind = name.rpartition(".")
        module = shared.get_submodule(layer)
        assert torch.equal(
            getattr(getattr(module, "base_layer", module), kind), weights[...].float()
        )


def test_a_failure_in_a_clue_leaves_the_answer_adapter_active(make_small):
    bundle = make_small()
    answer = logits(bundle.model.language_model)

    with pytest.raises(KeyError), bundle.language_model("clue"):
        raise KeyError

    assert torch.equal(logits(bundle.model.language_model), answer)


def test_without_a_clue_adapter_the_plain_model_writes_the_clue(make_small, tmp_path):
    save_bundle(make_small(roles=("answer",)), tmp_path / "saved")
    bundle = load_bundle(tmp_path / "saved")
    shared = bundle.model.language_model
    shared.disable_adapters()
    plain = logits(shared)
    shared.enable_adapters()

    with bundle.language_model("clue") as model:
        assert torch.equal(logits(model), plain)
    bundle.config.clue_source = "none"
    with pytest.raises(UniRSError, match="no base model"), bundle.language_model("clue"):
        pass


@pytest.mark.parametrize("part", ["projector.norm.weight", "adapters.clue."])
@pytest.mark.parametrize("problem", ["missing", "unexpected", "misshapen"])
def test_every_tensor_must_be_there_and_no_other(make_small, tmp_path, part, problem):
    save_bundle(make_small(), tmp_path / "saved")
    path = tmp_path / "saved" / "model.safetensors"
    tensors = load_file(path)
    name = min(name for name in tensors if name.startswith(part) and name + ".scale" not in tensors)
    if problem == "missing":
        del tensors[name]
    elif problem == "unexpected":
        name = f"{part}stray"
        tensors[name] = torch.zeros(1)
    else:
        tensors[name] = torch.zeros(2, 2)
    save_file(tensors, path)

    with pytest.raises(UniRSError) as caught:
        load_bundle(tmp_path / "saved")

    assert caught.value.code == "model_invalid"
    assert name.removeprefix("adapters.clue.").removesuffix(".scale") in caught.value.message


@pytest.mark.parametrize(
    "change",
    [
        lambda config: config.update(adapters={"clue": {"rank": 2, "alpha": 8.0}}),
        lambda config: config.update(adapters={"answer": {"rank": 4}}),
        lambda config: config["adapters"].update(other={"rank": 2, "alpha": 8.0}),
        lambda config: config["language_model"].update(name="../elsewhere"),
        lambda config: config["language_model"].update(sha256="../elsewhere"),
        lambda config: config["language_model"].pop("sha256"),
    ],
)
def test_an_impossible_configuration_is_refused(make_small, tmp_path, change):
    save_bundle(make_small(), tmp_path / "saved")
    rewrite(tmp_path / "saved" / "config.json", change)

    with pytest.raises(UniRSError) as caught:
        load_bundle(tmp_path / "saved")

    assert caught.value.code == "model_invalid"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda config: config["adapters"]["answer"].update(rank=4096), "rank 4096"),
        (
            lambda config: config["vision_config"].update(hidden_size=60_000),
            r"has shape .* instead of \[60000",
        ),
        (
            lambda config: config["text_config"].update(num_hidden_layers=500),
            "is missing from its weights",
        ),
    ],
)
def test_a_configuration_of_a_larger_model_is_refused_before_it_is_loaded(
    make_small, tmp_path, change, reason
):
    save_bundle(make_small(), tmp_path / "saved")
    rewrite(tmp_path / "saved" / "config.json", change)

    with pytest.raises(UniRSError, match=reason) as caught:
        load_bundle(tmp_path / "saved")

    assert caught.value.code == "model_invalid"

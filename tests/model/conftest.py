import pytest
import torch

from unirs.model import PRESETS, new_bundle, replace_config, train_tokenizer
from unirs.model.language_weights import keep_language_model

TEXTS = [
    "Is there a road in the image?",
    "the two scenes seem identical",
    "some houses are built on the bare land in the top left corner",
    "A lake lies between trees and farmland.",
] * 20


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory):
    return train_tokenizer(TEXTS, 400, tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture
def make_bundle(tokenizer, tmp_path):
    def make(seed=1, preset="unirs-tiny", **changes):
        config = replace_config(PRESETS[preset](), **changes)
        return new_bundle(config, tokenizer, tmp_path / "unirs-tiny", seed)

    return make


@pytest.fixture
def models(tmp_path, monkeypatch):
    """The user's folder of models: empty, and this test's alone."""
    monkeypatch.setenv("UNIRS_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


RANKS = {"answer": 4, "clue": 2}


@pytest.fixture
def make_small(make_bundle, models):  # noqa: ARG001 - where the language model is kept
    """Makes random bundles of ``unirs-small``'s kind, whose tiny language model is kept."""

    def make(roles=("answer", "clue"), **changes):
        adapters = {role: {"rank": RANKS[role], "alpha": 8.0} for role in roles}
        bundle = make_bundle(
            preset="unirs-tiny-small", adapters=adapters, clue_source="adapter", **changes
        )
        for name, weights in bundle.model.named_parameters():
            weights.data = weights.data.bfloat16().float()
            if "lora_B" in name:
                torch.nn.init.normal_(weights, std=0.5)
        bundle.config.language_model = keep_language_model(
            "tiny-lm", plain_tensors(bundle.model.language_model)
        ).to_dict()
        return bundle

    return make


def plain_tensors(language_model):
    """The weights of a language model without its adapters and its tied head."""
    return {
        name.replace(".base_layer.", "."): tensor
        for name, tensor in language_model.state_dict().items()
        if "lora_" not in name and name != "lm_head.weight"
    }

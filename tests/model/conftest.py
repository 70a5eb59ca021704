import pytest

from unirs.model import PRESETS, new_bundle, replace_config, train_tokenizer

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

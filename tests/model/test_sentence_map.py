"""A sentence map is an optional part of a model folder, written and read back, and validated."""

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from unirs.errors import UniRSError
from unirs.model import load_bundle, save_bundle
from unirs.model.sentence_map import (
    FOLDER,
    POOLS,
    SENTENCE_WIDTH,
    WEIGHTS,
    SentenceMap,
    pool,
    write_sentence_map,
)


@pytest.fixture
def folder(make_bundle, tmp_path):
    bundle = make_bundle(clue_source="none")
    save_bundle(bundle, tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def sentences(make_bundle):
    width = POOLS * make_bundle().config.vision_config.hidden_size
    rng = np.random.default_rng(1)
    weight = np.asfortranarray(rng.normal(size=(SENTENCE_WIDTH, width)).astype(np.float32))
    return SentenceMap(weight, rng.normal(size=SENTENCE_WIDTH).astype(np.float32))


def refused(folder):
    with pytest.raises(UniRSError, match=FOLDER) as caught:
        load_bundle(folder)
    return caught.value.code == "model_invalid"


def test_a_folder_has_the_map_that_was_written_or_none(folder, sentences):
    assert load_bundle(folder).sentence_map is None
    write_sentence_map(sentences, folder)
    loaded = load_bundle(folder)
    features = np.random.default_rng(2).normal(size=sentences.weight.shape[1]).astype(np.float32)
    found = loaded.sentence_map.embed(features)
    assert found == pytest.approx(sentences.embed(features), abs=1e-3)
    assert np.linalg.norm(found) == pytest.approx(1)


def test_a_model_that_was_trained_on_does_not_keep_the_map(folder, sentences, tmp_path):
    write_sentence_map(sentences, folder)
    save_bundle(load_bundle(folder), tmp_path / "trained")
    assert load_bundle(tmp_path / "trained").sentence_map is None


def test_a_map_that_does_not_fit_is_refused(folder, sentences):
    path = folder / FOLDER / WEIGHTS
    narrow = SentenceMap(sentences.weight[:, 1:], sentences.bias)
    write_sentence_map(narrow, folder)
    assert refused(folder)
    write_sentence_map(SentenceMap(sentences.weight, sentences.bias * np.nan), folder)
    assert refused(folder)
    write_sentence_map(sentences, folder)
    save_file(load_file(path), path, metadata={"format": "another"})
    assert refused(folder)


def test_patches_are_pooled_to_mean_maximum_and_deviation():
    pooled = pool(np.array([[1.0, 0.0], [3.0, 0.0]], np.float32))
    assert pooled.tolist() == [2, 0, 3, 0, 1, 0]

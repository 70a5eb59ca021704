"""The measures at full size, with a tiny model: they end, and their figures make sense."""

import pytest
import torch

from unirs.bench.full_size import (
    all_logits,
    copy_bandwidth,
    read_bytes,
    run_full_size,
    write_full_size,
)
from unirs.engines.unirs import load_pipeline


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("full") / "unirs-tiny"
    write_full_size(folder, "unirs-tiny")
    return folder


@pytest.mark.slow
def test_every_precision_is_measured(folder):
    result = run_full_size("cpu", preset="unirs-tiny", folder=folder).to_json()

    assert set(result["precisions"]) == {"bfloat16", "int8", "int4"}
    for figures in result["precisions"].values():
        assert 0 < figures["bandwidth_share"] < 1
        assert 0 < figures["logits_error"] < 0.2
    assert result["int4_decode_speedup"] > 0.1
    assert result["bandwidth_share"] == result["precisions"]["bfloat16"]["bandwidth_share"]
    assert 100 < result["worker_peak_mb"] <= result["worker_peak_with_video_mb"]


def test_logits_computed_block_by_block_are_those_of_the_model(folder):
    bundle = load_pipeline(folder, "cpu", "float32").bundle
    with bundle.language_model("clue") as language_model:
        assert torch.allclose(
            all_logits(language_model, exactly=True), all_logits(language_model), atol=1e-5
        )


def test_a_token_reads_all_weights_but_the_embedding(folder):
    language_model = load_pipeline(folder, "cpu", "bfloat16").bundle.model.language_model
    sizes = language_model.config
    width, wide = sizes.hidden_size, sizes.intermediate_size
    block = 4 * width**2 + 3 * width * wide + 2 * width
    expected = sizes.num_hidden_layers * block + width * sizes.vocab_size
    assert read_bytes(language_model) == 2 * expected


def test_a_copy_moves_bytes():
    assert copy_bandwidth() > 1e8

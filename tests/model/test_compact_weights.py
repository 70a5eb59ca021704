"""Weights stored small: how exact they are, and what is refused."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from unirs.model.compact_weights import SCALE, read_compact, write_compact


@pytest.fixture
def path(tmp_path):
    return tmp_path / "weights.safetensors"


def test_the_error_of_each_number_is_at_most_half_a_step_of_its_row(path):
    generator = torch.Generator().manual_seed(0)
    sizes = 10.0 ** torch.linspace(-6, 3, 24)
    weights = torch.randn(24, 80, 3, 3, generator=generator) * sizes.view(-1, 1, 1, 1)

    write_compact({"weights": weights}, path)

    steps = weights.flatten(1).abs().amax(dim=1) / 127
    off = (read_compact(path)["weights"] - weights).flatten(1).abs().amax(dim=1)
    assert (off <= 0.51 * steps * 1.004).all()
    assert load_file(path)["weights"].dtype == torch.int8


def test_vectors_and_small_convolutions_become_float16_and_counters_stay(path):
    tensors = {
        "bias": torch.randn(500),
        "depthwise": torch.randn(60, 1, 3, 3),
        "early": torch.randn(24, 96, 1, 1),
        "counter": torch.tensor(7),
    }

    write_compact(tensors, path)

    read = read_compact(path)
    for name in ("bias", "depthwise", "early"):
        assert torch.equal(read[name], tensors[name].half().float())
    assert torch.equal(read["counter"], torch.tensor(7))
    assert {tensor.dtype for tensor in read.values()} == {torch.float32, torch.int64}


@given(seed=st.integers(0, 2**32), exponent=st.integers(-30, 4))
def test_weights_that_were_read_are_written_bit_for_bit(tmp_path_factory, seed, exponent):
    paths = [tmp_path_factory.mktemp("compact") / name for name in ("first", "second")]
    generator = torch.Generator().manual_seed(seed)
    weights = torch.randn(6, 32, generator=generator) * 10.0**exponent
    weights[2] = 0.0

    write_compact({"weights": weights}, paths[0])
    write_compact(read_compact(paths[0]), paths[1])

    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert (read_compact(paths[0])["weights"][2] == 0).all()


@pytest.mark.parametrize(
    ("shape", "value"),
    [((4, 32), float("nan")), ((4, 32), float("inf")), ((32,), float("nan")), ((32,), 1e6)],
)
def test_weights_that_are_not_finite_are_refused(path, shape, value):
    weights = torch.zeros(shape)
    weights.view(-1)[5] = value

    with pytest.raises(ValueError, match="layer"):
        write_compact({"layer": weights}, path)

    assert not path.exists()


@pytest.mark.parametrize("problem", ["no scale", "a scale too many", "too few scales"])
def test_a_tensor_without_matching_scales_is_refused(path, problem):
    write_compact({"layer": torch.randn(4, 32)}, path)
    stored = load_file(path)
    if problem == "no scale":
        del stored["layer" + SCALE]
    elif problem == "a scale too many":
        stored["other" + SCALE] = torch.ones(4)
    else:
        stored["layer" + SCALE] = torch.ones(3)
    save_file(stored, path)

    with pytest.raises(ValueError, match=r"layer|other"):
        read_compact(path)

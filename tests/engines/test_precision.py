"""Which precision is chosen, by device and free memory, and what is refused."""

import pytest
import torch

from unirs.engines import precision as precisions
from unirs.engines.precision import resolve_precision, supports
from unirs.errors import UniRSError
from unirs.model.memory import PRECISION_NAMES, MemoryNeed

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
SMALL, HUGE = MemoryNeed(1, 1, 1), MemoryNeed(1 << 60, 1, 1)


@pytest.fixture
def machine(monkeypatch):
    """A computer of that kind, for the questions PyTorch is asked."""

    def make(capabilities=(), capability=(8, 0), kernels=True, free=8_000_000_000):
        known = dict.fromkeys(capabilities, True)
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: known, raising=False)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
        monkeypatch.setattr(precisions, "int4_kernel_works", lambda _: kernels)
        monkeypatch.setattr(precisions, "supports", lambda _, name: kernels or name != "int4")
        monkeypatch.setattr(precisions, "free_memory", lambda _: free)

    return make


def gigabytes(products, rest=0.1):
    return MemoryNeed(int(products * 1e9), int(rest * 1e9), 0)


@pytest.mark.parametrize(
    ("capabilities", "need", "expected", "wide"),
    [
        ((), SMALL, "float32", torch.float32),
        (("avx512_bf16",), SMALL, "float32", torch.float32),
        (("avx512_bf16",), gigabytes(3), "bfloat16", torch.bfloat16),
        ((), gigabytes(3), "int8", torch.float32),  # bfloat16 would seem to hang
        (("avx512_bf16",), gigabytes(7), "int8", torch.bfloat16),
        (("avx512_bf16",), gigabytes(10), "int4", torch.bfloat16),
        ((), HUGE, "int4", torch.float32),
    ],
)
def test_a_cpu_takes_the_most_exact_precision_that_fits_and_is_not_slow(
    machine, capabilities, need, expected, wide
):
    machine(capabilities)
    chosen = resolve_precision("auto", CPU, need)
    assert (chosen.name, chosen.dtype) == (expected, wide)


@pytest.mark.parametrize(
    ("capability", "kernels", "need", "expected", "wide"),
    [
        ((8, 0), True, SMALL, "bfloat16", torch.bfloat16),
        ((7, 5), False, SMALL, "float16", torch.float16),
        ((7, 5), False, HUGE, "int8", torch.float16),
        ((9, 0), True, gigabytes(7), "int8", torch.bfloat16),
        ((9, 0), True, HUGE, "int4", torch.bfloat16),
    ],
)
def test_a_gpu_computes_in_float16_before_ampere_and_in_bfloat16_after(
    machine, capability, kernels, need, expected, wide
):
    machine(capability=capability, kernels=kernels)
    chosen = resolve_precision("auto", CUDA, need)
    assert (chosen.name, chosen.dtype) == (expected, wide)


@pytest.mark.parametrize("name", PRECISION_NAMES)
def test_this_cpu_computes_in_every_precision(name):
    assert supports(CPU, name)
    assert resolve_precision(name, CPU, HUGE).name == name


def test_what_a_device_cannot_do_is_refused(machine):
    machine(kernels=False)
    with pytest.raises(UniRSError, match="cpu cannot multiply with weights in int4") as caught:
        resolve_precision("int4", CPU, SMALL)
    assert caught.value.code == "precision_unsupported"


def test_a_device_without_a_kernel_is_found_out():
    from unirs.model import quantised

    def missing(*_):
        raise NotImplementedError("no such kernel")

    assert quantised._agrees("cpu", "int4", quantised.int4_product)
    assert not quantised._agrees("cpu", "int4", missing)
    assert not quantised._agrees("cpu", "int4", lambda rows, *_: torch.zeros(len(rows), 128))


def test_an_unknown_precision_is_refused():
    with pytest.raises(UniRSError, match=r"float32, .* or int4") as caught:
        resolve_precision("int2", CPU, SMALL)
    assert caught.value.code == "precision_unknown"


def test_the_smaller_a_precision_the_less_memory_a_model_needs():
    need = MemoryNeed(products=2_500_000_000, rest=600_000_000, context=300_000_000).by_precision()
    assert list(need) == list(PRECISION_NAMES)
    assert need["float32"] > need["bfloat16"] == need["float16"] > need["int8"] > need["int4"]
    assert 3.0e9 < need["int4"] < 4.0e9

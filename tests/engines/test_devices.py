import weakref

import pytest
import torch

from unirs.engines import devices
from unirs.engines.devices import (
    fast_products,
    fast_vectors,
    guard_memory,
    list_devices,
    multiplies_bfloat16,
    resolve_device,
)
from unirs.errors import UniRSError

CPU = torch.device("cpu")


@pytest.fixture
def machine(monkeypatch):
    """A machine with so many accelerators of a type, for the questions PyTorch is asked."""

    def make(kind, count):
        accelerator = torch.device(kind) if kind else None
        monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: accelerator)
        monkeypatch.setattr(torch.accelerator, "is_available", lambda: count > 0)
        monkeypatch.setattr(torch.accelerator, "device_count", lambda: count)

    return make


@pytest.mark.parametrize(
    ("kind", "count", "name", "expected"),
    [
        (None, 0, "auto", "cpu"),
        ("cuda", 0, "auto", "cpu"),  # built for CUDA, no driver or no card
        ("cuda", 2, "auto", "cuda:0"),
        ("cuda", 2, "cuda", "cuda:0"),
        ("cuda", 2, "cuda:1", "cuda:1"),
        ("mps", 1, "auto", "mps:0"),
        ("xpu", 1, "xpu", "xpu:0"),
        ("cuda", 2, "cpu", "cpu"),
    ],
)
def test_a_device_is_found_by_name(machine, kind, count, name, expected):
    machine(kind, count)
    assert resolve_device(name) == torch.device(expected)


@pytest.mark.parametrize(
    ("kind", "count", "name"),
    [(None, 0, "cuda"), ("cuda", 2, "cuda:2"), ("cuda", 1, "mps"), ("cuda", 0, "cuda"),
     (None, 0, "tpu please"), (None, 0, "")],
)  # fmt: skip
def test_a_device_that_is_not_there_is_named_with_those_that_are(machine, kind, count, name):
    machine(kind, count)
    with pytest.raises(UniRSError) as caught:
        resolve_device(name)
    assert caught.value.code == "device_missing"
    assert f'"{name}"' in caught.value.message
    assert all(present in caught.value.message for present in list_devices())


@pytest.mark.parametrize(
    ("device", "capabilities", "expected"),
    [
        ("cpu", {"avx2": True, "avx512_bf16": False, "amx_bf16": False}, False),
        ("cpu", {"avx512_bf16": True, "amx_bf16": False}, True),
        ("cpu", {"neon": True, "bf16": True}, True),
        ("cpu", {"neon": True, "bf16": False}, False),
        ("cuda", {"avx2": True}, True),
    ],
)
def test_products_are_in_bfloat16_where_there_are_instructions_for_it(
    monkeypatch, device, capabilities, expected
):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    assert multiplies_bfloat16(torch.device(device)) is expected


@pytest.mark.parametrize(
    ("made_for_it", "expected"), [(True, torch.bfloat16), (False, torch.float32)]
)
def test_fast_products_use_bfloat16_only_where_that_is_fast(monkeypatch, made_for_it, expected):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"bf16": made_for_it}, raising=False)
    with fast_products(CPU):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype is expected


@pytest.mark.parametrize(
    ("dtype", "rows", "preferred"),
    [(torch.bfloat16, 1, False), (torch.bfloat16, 2, True), (torch.float32, 1, True)],
)
def test_one_row_in_bfloat16_is_multiplied_by_the_kernel_that_is_fast_for_it(
    dtype, rows, preferred
):
    def fail():
        with fast_vectors(CPU, dtype, rows):
            assert torch._C._get_mkldnn_enabled() is preferred
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert torch._C._get_mkldnn_enabled()  # as before, whatever happens


def test_a_pytorch_without_capabilities_multiplies_in_float32(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert not multiplies_bfloat16(CPU)


def test_real_exhaustion_of_memory_becomes_an_error():
    with pytest.raises(UniRSError) as caught:
        guard_memory(lambda: torch.empty(1 << 60), lambda: None, "testing")
    assert caught.value.code == "out_of_memory"
    assert "while testing" in caught.value.message


def test_what_the_failed_work_held_is_gone_before_the_error_is_raised():
    held = []

    def work():
        big = torch.zeros(1000)
        held.append(weakref.ref(big))
        torch.empty(1 << 60)
        return big

    def release():
        devices.gc.collect()
        held.append(held[0]())

    with pytest.raises(UniRSError) as caught:
        guard_memory(work, release, "testing")
    assert held[1] is None
    assert caught.value.__context__ is None


def test_work_that_fails_otherwise_fails_as_it_did():
    def work():
        raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="shapes do not fit"):
        guard_memory(work, lambda: None, "testing")

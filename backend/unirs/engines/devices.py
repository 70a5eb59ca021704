"""Devices, and exhausted memory."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import psutil
import torch

from unirs.errors import UniRSError

Result = TypeVar("Result")

BFLOAT16_INSTRUCTIONS = ("avx512_bf16", "amx_bf16", "bf16")
"""Names of a processor's instructions for products in bfloat16: of x86 two, of ARM one."""

# The CPU's allocator, and some accelerators', raise a plain RuntimeError with one of these.
_MEMORY_WORDS = ("can't allocate memory", "not enough memory", "out of memory")


def list_devices() -> list[str]:
    """Available devices, the best first, such as ``["cuda:0", "cuda:1", "cpu"]``."""
    accelerator = torch.accelerator.current_accelerator()
    if accelerator is None or not torch.accelerator.is_available():
        return ["cpu"]
    indices = range(torch.accelerator.device_count())
    return [*(f"{accelerator.type}:{index}" for index in indices), "cpu"]


def resolve_device(name: str = "auto") -> torch.device:
    """The device of that name; ``"auto"`` is the first accelerator, or the CPU without one.

    Args:
        name: ``"auto"``, ``"cpu"``, or an accelerator of PyTorch, such as ``"cuda"``,
            ``"cuda:1"`` or ``"mps"``.

    Raises:
        UniRSError: ``device_missing`` if there is no such device.
    """
    present = list_devices()
    if name == "auto":
        return torch.device(present[0])
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is not None and device.type == "cpu":
        return torch.device("cpu")
    if device is None or f"{device.type}:{device.index or 0}" not in present:
        raise UniRSError(
            "device_missing",
            f'There is no device "{name}" here; available: {", ".join(present)}.',
            available=present,
        )
    return torch.device(device.type, device.index or 0)


def multiplies_bfloat16(device: torch.device) -> bool:
    """Whether a device has instructions for products in bfloat16.

    A processor without them computes such products many times slower than float32 ones. An
    older PyTorch has no such information; the processor then counts as one without.
    """
    if device.type != "cpu":
        return True
    capabilities: Mapping[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(capabilities.get(name) for name in BFLOAT16_INSTRUCTIONS)


def fast_products(device: torch.device) -> torch.autocast:
    """A context in which matrix products run in bfloat16, if the device has instructions for it."""
    return torch.autocast(device.type, torch.bfloat16, multiplies_bfloat16(device))


@contextmanager
def fast_vectors(device: torch.device, dtype: torch.dtype, rows: int) -> Iterator[None]:
    """A context in which a single row is multiplied fast in bfloat16 on a CPU.

    There PyTorch's own kernel reads the weights 1.5 times as fast as that of oneDNN, which it
    prefers, and which is the faster one for several rows.
    """
    applies = device.type == "cpu" and dtype is torch.bfloat16 and rows == 1
    before = torch.backends.mkldnn.set_flags(False)[0] if applies else None
    try:
        yield
    finally:
        if before is not None:
            torch.backends.mkldnn.set_flags(before)


def synchronize(device: torch.device) -> None:
    """Wait until an accelerator has done its work, so that times are correct."""
    if device.type != "cpu":
        torch.accelerator.synchronize(device)


def guard_memory(work: Callable[[], Result], release: Callable[[], None], doing: str) -> Result:
    """Do work; if memory runs out, free what can be freed and raise an error that helps the user.

    Args:
        work: The work.
        release: Clears caches.
        doing: The work in a word, for the message: ``"answering"``.

    Raises:
        UniRSError: ``out_of_memory``.
    """
    try:
        return work()
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
    # Here the traceback is gone, and with its frames the large tensors that they held.
    release()
    free_unused_memory()
    raise UniRSError(
        "out_of_memory",
        f"Memory ran out while {doing}; close other programs, or choose a smaller model, "
        "a smaller precision (int4 is the smallest), fewer frames or another device.",
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception means exhausted memory, of the host or of an accelerator."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(word in str(error) for word in _MEMORY_WORDS)


def free_memory(device: torch.device) -> int:
    """Free bytes of a device; those of the computer where the device does not report its own."""
    module: Any = torch if device.type == "cpu" else torch.get_device_module(device)
    if hasattr(module, "mem_get_info"):
        return int(module.mem_get_info(device)[0])
    return int(psutil.virtual_memory().available)


def free_unused_memory() -> None:
    """Collect garbage, and give an accelerator's unused blocks back."""
    gc.collect()
    if torch.accelerator.is_available():
        device = torch.accelerator.current_accelerator()
        torch.get_device_module(device).empty_cache()

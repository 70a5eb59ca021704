"""Number types of weights: their names, what a device can do, and the choice between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from unirs.engines.devices import free_memory, multiplies_bfloat16
from unirs.errors import UniRSError
from unirs.model.memory import PRECISION_NAMES, MemoryNeed
from unirs.model.quantised import Quantisation, int4_kernel_works

_AMPERE = (8, 0)
"""Compute capability from which on CUDA devices multiply bfloat16."""


@dataclass(frozen=True)
class Precision:
    """How the weights of a model are stored.

    Attributes:
        dtype: Type of computation, and of all weights that are not quantised.
        quantisation: Type of the weights of the language model's linear layers, if another.
    """

    dtype: torch.dtype
    quantisation: Quantisation | None = None

    @property
    def name(self) -> str:
        """``"float32"``, ``"bfloat16"``, ``"float16"``, ``"int8"`` or ``"int4"``."""
        return self.quantisation or str(self.dtype).removeprefix("torch.")

    def loading_options(self) -> dict[str, Any]:
        """Arguments of ``from_pretrained`` that load weights so."""
        from unirs.model.quantiser import loading_options

        return loading_options(self.dtype, self.quantisation)


def resolve_precision(name: str, device: torch.device, need: MemoryNeed) -> Precision:
    """The precision of a name.

    ``"auto"`` is the first of these that fits the free memory of the device, or else the last:
    on a CPU float32, bfloat16 (if it has instructions for it), int8, int4; on an accelerator
    bfloat16 (before Ampere float16), int8, int4.

    Args:
        name: ``"auto"`` or one of ``PRECISION_NAMES``.
        device: Where the model will run.
        need: Memory that it needs.

    Raises:
        UniRSError: ``precision_unknown`` for another name, ``precision_unsupported`` for what the
            device cannot do.
    """
    if name == "auto":
        names = [each for each in _preferred(device) if supports(device, each)]
        free = free_memory(device)
        fitting = [each for each in names if need.bytes(each, _wide(device).itemsize) <= free]
        name = next(iter(fitting), names[-1])
    if name not in PRECISION_NAMES:
        raise UniRSError(
            "precision_unknown",
            f'There is no precision "{name:.40}"; choose auto, {", ".join(PRECISION_NAMES[:-1])} '
            f"or {PRECISION_NAMES[-1]}.",
        )
    if not supports(device, name):
        raise UniRSError(
            "precision_unsupported",
            f"The device {device} cannot multiply with weights in {name}; choose "
            f"{'bfloat16' if name == 'float16' else 'int8'}, or another device.",
        )
    if name in ("int8", "int4"):
        return Precision(_wide(device), "int8" if name == "int8" else "int4")
    return Precision(getattr(torch, name))


def supports(device: torch.device, name: str) -> bool:
    """Whether a device can compute in a precision, found by trying it.

    int8 works everywhere, because its weights can be restored.
    """
    if name == "int4":
        return int4_kernel_works(device.type)
    if name == "int8":
        return True
    dtype = getattr(torch, name)
    try:
        ones = torch.ones(2, 2, dtype=dtype, device=device)
        return bool((ones @ ones).sum().item() == 8)
    except (RuntimeError, NotImplementedError, TypeError):  # MPS refuses a type with a TypeError
        return False


def _wide(device: torch.device) -> torch.dtype:
    """The 16-bit type that a device multiplies fast; float32 on a CPU that has none."""
    if device.type == "cuda" and torch.cuda.get_device_capability(device) < _AMPERE:
        return torch.float16
    return torch.bfloat16 if multiplies_bfloat16(device) else torch.float32


def _preferred(device: torch.device) -> list[str]:
    """Precisions that ``"auto"`` may choose, the most exact first."""
    wide = str(_wide(device)).removeprefix("torch.")
    first = ["float32", wide] if device.type == "cpu" else [wide]
    return [*dict.fromkeys(first), "int8", "int4"]

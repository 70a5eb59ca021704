"""GPUs whose figures are known, so that a run can be planned for a machine that is elsewhere."""

from __future__ import annotations

import os
from dataclasses import dataclass

import psutil
import torch

from unirs.errors import UniRSError

GIB = 2**30


@dataclass(frozen=True)
class Gpu:
    """A GPU, after its vendor's data sheet.

    Attributes:
        title: Its name.
        model: What of it stands in the name that the driver gives.
        memory: Bytes.
        peak: Dense bfloat16 matrix operations a second, accumulated in float32.
        bandwidth: Bytes a second from and to its memory.
    """

    title: str
    model: str
    memory: float
    peak: float
    bandwidth: float


GPUS = {
    "rtx-4090": Gpu("NVIDIA GeForce RTX 4090", "4090", 24 * GIB, 165.2e12, 1.008e12),
    "a100-40": Gpu("NVIDIA A100 SXM 40 GB", "A100", 40 * GIB, 312e12, 1.555e12),
    "a100-80": Gpu("NVIDIA A100 SXM 80 GB", "A100", 80 * GIB, 312e12, 2.039e12),
    "h100": Gpu("NVIDIA H100 SXM 80 GB", "H100", 80 * GIB, 989e12, 3.35e12),
    "h200": Gpu("NVIDIA H200 SXM 141 GB", "H200", 139 * GIB, 989e12, 4.8e12),
}
"""The data sheets of Ada, A100, H100 and H200, without sparsity."""


CORE_PEAK, CPU_BANDWIDTH, UNKNOWN_PEAK, UNKNOWN_BANDWIDTH = 5e10, 2e10, 1e14, 1e12
"""What is assumed of a core of a CPU, and of a GPU that is not among those above."""


def gpu_of(device: torch.device) -> Gpu:
    """The device of this computer, with its own memory; a CPU counts as a slow GPU."""
    if device.type != "cuda":
        cores, memory = os.cpu_count() or 1, psutil.virtual_memory().total
        return Gpu(f"{cores} CPU cores", "", memory, cores * CORE_PEAK, CPU_BANDWIDTH)
    found = torch.cuda.get_device_properties(device)
    alike = _like(found.name)
    peak, bandwidth = (alike.peak, alike.bandwidth) if alike else (UNKNOWN_PEAK, UNKNOWN_BANDWIDTH)
    return Gpu(found.name, found.name, found.total_memory, peak, bandwidth)


def known_peak(device: torch.device) -> float:
    """Operations a second that a data sheet gives for a device, or 0."""
    if device.type != "cuda":
        return 0.0
    alike = _like(torch.cuda.get_device_name(device))
    return alike.peak if alike else 0.0


def _like(name: str) -> Gpu | None:
    """The known GPU whose model number is in a name."""
    return next((gpu for gpu in GPUS.values() if gpu.model in name), None)


def gpu_named(name: str) -> Gpu:
    """A GPU of ``GPUS``.

    Raises:
        UniRSError: ``gpu_unknown``.
    """
    if name not in GPUS:
        raise UniRSError("gpu_unknown", f'No GPU "{name}" is known; choose {", ".join(GPUS)}.')
    return GPUS[name]

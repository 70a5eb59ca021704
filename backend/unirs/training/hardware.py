"""GPUs whose figures are known, so that a run can be planned for a machine that is elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from unirs.errors import UniRSError

GIB = 2**30


@dataclass(frozen=True)
class Gpu:
    """A GPU, after its vendor's data sheet.

    Attributes:
        title: Its name.
        memory: Bytes.
        peak: Dense bfloat16 matrix operations a second, accumulated in float32.
        bandwidth: Bytes a second from and to its memory.
    """

    title: str
    memory: float
    peak: float
    bandwidth: float


GPUS = {
    "rtx-4090": Gpu("NVIDIA GeForce RTX 4090", 24 * GIB, 165.2e12, 1.008e12),
    "a100-40": Gpu("NVIDIA A100 SXM 40 GB", 40 * GIB, 312e12, 1.555e12),
    "a100-80": Gpu("NVIDIA A100 SXM 80 GB", 80 * GIB, 312e12, 2.039e12),
    "h100": Gpu("NVIDIA H100 SXM 80 GB", 80 * GIB, 989e12, 3.35e12),
    "h200": Gpu("NVIDIA H200 SXM 141 GB", 139 * GIB, 989e12, 4.8e12),
}
"""The data sheets of Ada, A100, H100 and H200, without sparsity."""


def gpu_named(name: str) -> Gpu:
    """A GPU of ``GPUS``.

    Raises:
        UniRSError: ``gpu_unknown``.
    """
    if name not in GPUS:
        raise UniRSError("gpu_unknown", f'No GPU "{name}" is known; choose {", ".join(GPUS)}.')
    return GPUS[name]

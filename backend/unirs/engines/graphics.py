"""The graphics cards of this computer, and whether the installed PyTorch is built for them."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass

_SECONDS = 10


@dataclass(frozen=True)
class Graphics:
    """What this computer and its PyTorch compute with.

    Attributes:
        build: What the installed PyTorch is built for, such as ``"CUDA 13.0"`` or ``"CPU"``.
        cards: Names of the cards that PyTorch uses, such as ``"NVIDIA H200"``.
        driver: Name and driver of NVIDIA's card, as the driver gives them; empty if there is none.
    """

    build: str
    cards: tuple[str, ...]
    driver: str

    @property
    def sentence(self) -> str:
        """What follows for the speed, and what to do."""
        if self.cards:
            return f"PyTorch is built for {self.build}, and uses {', '.join(self.cards)}."
        if not self.driver:
            return f"PyTorch is built for {self.build}; no graphics card for it was found."
        if self.build == "CPU":
            return (
                f"PyTorch is built for the CPU and leaves {self.driver} unused; install its build "
                "for CUDA, in QGIS by 'Repair' on the options page."
            )
        return (
            f"PyTorch is built for {self.build}, but cannot use {self.driver}; update its driver."
        )


def find_graphics() -> Graphics:
    """The graphics cards, and the build of PyTorch; the driver is asked for at most ten seconds."""
    import torch

    version = torch.version
    build = "CPU"
    if version.cuda:
        build = f"CUDA {version.cuda}"
    elif getattr(version, "hip", None):
        build = f"ROCm {version.hip}"
    elif getattr(version, "xpu", None):
        build = "XPU"
    elif torch.backends.mps.is_built():
        build = "Apple silicon"
    cards: list[str] = []
    if torch.cuda.is_available():
        cards = [torch.cuda.get_device_name(each) for each in range(torch.cuda.device_count())]
    elif hasattr(torch, "xpu") and torch.xpu.is_available():
        cards = [torch.xpu.get_device_name(each) for each in range(torch.xpu.device_count())]
    elif torch.backends.mps.is_available():
        cards = ["Apple GPU"]
    return Graphics(build, tuple(cards), _nvidia_driver())


def _nvidia_driver() -> str:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ""
    try:
        found = subprocess.run(  # noqa: S603 - our own words
            [program, "--query-gpu=name,driver_version", "--format=csv,noheader"],
            check=True,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    name, _, driver = found.stdout.partition("\n")[0].rpartition(",")
    return f"{name.strip()} (driver {driver.strip()})" if name else ""

"""Which graphics card this computer has, and which build of PyTorch is for it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from unirs_qgis.runtime.programs import run_program

CUDA13_DRIVER = 580
"""The first NVIDIA driver for CUDA 13, which PyTorch is built with in the package index."""


@dataclass(frozen=True)
class Graphics:
    """A graphics card that PyTorch can compute with.

    Attributes:
        vendor: ``"nvidia"``, ``"amd"``, ``"apple"``, or empty if there is none.
        name: Its name, for people; empty if it is not known.
        driver: Version of its driver; empty if it is not known.
    """

    vendor: str = ""
    name: str = ""
    driver: str = ""

    @property
    def has_cuda13(self) -> bool:
        """Whether its driver is new enough for CUDA 13."""
        major = self.driver.partition(".")[0]
        return self.vendor == "nvidia" and major.isdigit() and int(major) >= CUDA13_DRIVER

    @property
    def text(self) -> str:
        """What it is, in one line; empty if there is none."""
        driver = f"driver {self.driver}" if self.driver else ""
        return ", ".join(filter(None, (self.name or self.vendor, driver)))


def find_graphics(stopped: Callable[[], bool]) -> Graphics:
    """The graphics card of this computer. It waits.

    Intel's are not looked for: nearly every laptop has one, on which PyTorch is no faster than on
    the processor. Its build can be chosen.

    Raises:
        Stopped: It was stopped.
    """
    if sys.platform == "darwin":
        return Graphics("apple", "Apple GPU")
    found = _find_nvidia(stopped)
    if found:
        return found
    if Path("/dev/kfd").exists():  # the computing interface of AMD's driver for Linux
        return Graphics("amd", "AMD GPU")
    return Graphics()


def _find_nvidia(stopped: Callable[[], bool]) -> Graphics | None:
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    lines: list[str] = []
    command = [program, "--query-gpu=name,driver_version", "--format=csv,noheader"]
    try:
        status = run_program(command, stopped, lines.append, lambda _line: None)
    except OSError:
        return None
    name, _, driver = lines[0].rpartition(",") if lines else ("", "", "")
    return Graphics("nvidia", name.strip(), driver.strip()) if status == 0 and name else None

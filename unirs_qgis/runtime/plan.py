"""What a set-up will install, before anything is downloaded: which PyTorch, how much, where."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qtpy.QtCore import QCoreApplication

from unirs_qgis.runtime.graphics import Graphics, find_graphics
from unirs_qgis.runtime.locks import (
    USUAL_PYTHON,
    LockedFile,
    files_for,
    packages_lock,
    torch_lock,
    torch_version,
)
from unirs_qgis.runtime.sources import Sources
from unirs_qgis.runtime.uv import UNPACKED
from unirs_qgis.settings import SetupOptions
from unirs_qgis.units import size_text

OUTSIDE_THE_LOCK = {"cpu": 200, "xpu": 2000, "rocm": 5000, "cu": 3000}
"""About the size of builds that the package index lacks, in MB; their own index gives none."""

RESERVE_BYTES = 300 * 10**6
"""For uv, a Python, and what uv writes beside packages."""


@dataclass(frozen=True)
class TorchSource:
    """One way to get PyTorch.

    Attributes:
        words: Options and requirement for ``uv pip install``; empty: the lock.
        bytes: Size of the download; of builds outside of the lock, about.
        files: The files of the lock; empty for builds outside of it.
    """

    words: tuple[str, ...]
    bytes: int
    files: tuple[LockedFile, ...] = ()

    @property
    def disk_bytes(self) -> int:
        """Its size on the disk; the libraries of an accelerator, most of a build, compress less."""
        return self.bytes * 2 if self.bytes > 10**9 else int(self.bytes * 3.7)


@dataclass(frozen=True)
class Plan:
    """What a set-up installs.

    Attributes:
        platform: Platform, such as ``"linux-x86_64"``.
        python: Version of Python that the sizes are for.
        build: The build of PyTorch that was chosen: ``"cpu"``, ``"mps"``, ``"cuda"``, or a name
            that uv uses.
        why: Why this build was chosen, for a log.
        files: The locked files but those of PyTorch.
        torch_files: Those of PyTorch in the package index.
        sources: Ways to get PyTorch, in the order of trying.
        folder: Where it goes.
        free: Free space there, in bytes.
    """

    platform: str
    python: str
    build: str
    why: str
    files: tuple[LockedFile, ...]
    torch_files: tuple[LockedFile, ...]
    sources: tuple[TorchSource, ...]
    folder: Path
    free: int

    @property
    def download_bytes(self) -> int:
        """Size of the download."""
        return sum(file.size for file in self.files) + self.sources[0].bytes

    def needed_bytes(self, source: TorchSource) -> int:
        """Free space that it takes, with PyTorch from a source."""
        packages = int(sum(file.size for file in self.files) * UNPACKED)
        return packages + source.disk_bytes + RESERVE_BYTES

    @property
    def text(self) -> str:
        """One or two sentences about it, for the user."""
        build = {
            "cpu": QCoreApplication.translate("Setup", "for the processor"),
            "mps": QCoreApplication.translate("Setup", "for Apple silicon"),
        }.get(self.build, self.build.upper())
        text = QCoreApplication.translate(
            "Setup",
            "Set-up downloads {download} (PyTorch {build}) and takes {disk} in {folder}, where "
            "{free} are free.",
        )
        return text.format(
            download=size_text(self.download_bytes),
            build=build,
            disk=size_text(self.needed_bytes(self.sources[0])),
            folder=self.folder,
            free=size_text(self.free),
        )


def make_plan(
    platform: str,
    locks: Path,
    options: SetupOptions,
    folder: Path,
    stopped: Callable[[], bool],
    python: str = USUAL_PYTHON,
) -> Plan:
    """What a set-up would install. It waits for the driver of a graphics card.

    Args:
        platform: Platform to set up on.
        locks: Folder of the locks.
        options: The options of the set-up.
        folder: Folder of the environments; need not exist.
        stopped: Whether to stop.
        python: Version of Python.

    Raises:
        Stopped: It was stopped.
        OSError: The lock cannot be read.
    """
    graphics = find_graphics(stopped) if options.build == "auto" else Graphics()
    build, why = choose_build(platform, options.build, graphics)
    torch_files = files_for(torch_lock(locks, platform), python)
    locked = locked_source(torch_files)
    version = torch_version(locks, platform)
    return Plan(
        platform=platform,
        python=python,
        build=build,
        why=why,
        files=tuple(files_for(packages_lock(locks, platform), python)),
        torch_files=tuple(torch_files),
        sources=tuple(_sources(platform, options.build, build, version, locked)),
        folder=folder,
        free=shutil.disk_usage(_existing(folder)).free,
    )


def choose_build(platform: str, chosen: str, graphics: Graphics) -> tuple[str, str]:
    """The build of PyTorch for a computer, and why."""
    if platform.startswith("macos"):
        return "mps", "Apple silicon"
    if chosen != "auto":
        return chosen, "chosen in the options"
    if graphics.vendor == "nvidia":
        build = "cu130" if graphics.has_cuda13 else "cuda"
        return build, graphics.text
    if graphics.vendor == "amd" and platform == "linux-x86_64":
        return "rocm", graphics.text
    return "cpu", "no graphics card that PyTorch uses was found"


def _sources(
    platform: str, chosen: str, build: str, version: str, locked: TorchSource
) -> list[TorchSource]:
    """Ways to get a build of PyTorch; the last of an automatic choice always works."""
    in_index = {"linux": "cu130", "windows": "cpu", "macos": "mps"}[platform.partition("-")[0]]
    if build == in_index:
        return [locked]
    # uv chooses among the builds for CUDA and ROCm by the driver.
    backend = "auto" if build in ("cuda", "rocm") else build
    kind = next(size for name, size in OUTSIDE_THE_LOCK.items() if build.startswith(name))
    own = TorchSource((f"torch=={version}", "--torch-backend", backend), kind * 10**6)
    if chosen not in ("auto", "cpu"):
        return [own]
    cpu = TorchSource((f"torch=={version}", "--torch-backend", "cpu"), 200 * 10**6)
    return [own, locked] if build == "cpu" else [own, cpu, locked]


def locked_source(files: Sequence[LockedFile]) -> TorchSource:
    """PyTorch as the package index has it."""
    return TorchSource((), sum(file.size for file in files), tuple(files))


def torch_sources(plan: Plan, sources: Sources, lock: Sequence[str]) -> list[TorchSource]:
    """The ways to get PyTorch with all words for ``uv pip install``, in the order of trying.

    Args:
        plan: The plan.
        sources: Where packages come from; further folders and indexes are tried first.
        lock: The words that name the lock.
    """
    ways = list(plan.sources) if sources.index else [locked_source(plan.torch_files)]
    if sources.has_more:
        version = next(file.version for file in plan.torch_files if file.package == "torch")
        ways.insert(0, local_source(version, plan.build))
    found = []
    for way in ways:
        if way.words:
            found.append(replace(way, words=(*sources.all_words, *way.words)))
            continue
        found.append(replace(way, words=(*sources.words, *lock)))
        if sources.all_words != sources.words:
            found.append(replace(way, words=(*sources.all_words, *lock)))
    return found


def local_source(version: str, build: str) -> TorchSource:
    """PyTorch in further indexes and folders, where a build has its name in the version."""
    kind = next((each for each in OUTSIDE_THE_LOCK if build.startswith(each)), "cpu")
    return TorchSource((f"torch=={version}+{build}",), OUTSIDE_THE_LOCK[kind] * 10**6)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder

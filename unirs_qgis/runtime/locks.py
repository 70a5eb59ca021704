"""The lock: the exact files that a set-up installs, as ``make lock`` has compiled them.

For each platform there are two files of requirements with hashes, which ``uv`` reads: all packages
but PyTorch, and PyTorch as the package index has it, with the packages that only it needs. A third
file has the builds of ``uv`` itself. Before each requirement stand its files as comments:

    #: 16777216 3.11,3.12 numpy-2.4.6-….whl sha256:…
    numpy==2.4.6 ; python_version >= '3.11' --hash=sha256:…

that is size in bytes, versions of Python, name and digest. The sums of a set-up come from there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PLATFORMS = ("linux-x86_64", "linux-aarch64", "macos-arm64", "windows-x86_64")
"""Platforms that the runtime can be set up on."""

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
"""Versions of Python that the runtime can be set up with."""

USUAL_PYTHON = "3.12"
"""The version that is fetched if the computer has none of them."""

UV_TAGS = {
    "linux-x86_64": "manylinux_2_17_x86_64",
    "linux-aarch64": "manylinux_2_17_aarch64",
    "macos-arm64": "macosx_11_0_arm64",
    "windows-x86_64": "win_amd64",
}
"""What the name of uv's wheel for a platform contains."""

_FILE = re.compile(r"#: (\d+) ([\d.,]+) (\S+\.whl) sha256:([0-9a-f]{64})")
_PIN = re.compile(r"([A-Za-z0-9][\w.-]*)==([^\s;]+)")


@dataclass(frozen=True)
class LockedFile:
    """A wheel of the lock.

    Attributes:
        package: Name of the package, such as ``"numpy"``.
        version: Its version.
        name: Name of the file.
        size: Its size, in bytes.
        sha256: Its digest, as 64 hexadecimal digits.
        pythons: The versions of Python that it is for, such as ``("3.11", "3.12")``.
    """

    package: str
    version: str
    name: str
    size: int
    sha256: str
    pythons: tuple[str, ...]


def read_lock(path: Path) -> list[LockedFile]:
    """The files of a lock.

    Raises:
        OSError: It cannot be read.
    """
    files: list[LockedFile] = []
    pending: list[re.Match[str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        file, pin = _FILE.match(line), _PIN.match(line)
        if file:
            pending.append(file)
        elif pin:
            package, version = pin.groups()
            for size, pythons, name, digest in (each.groups() for each in pending):
                versions = tuple(pythons.split(","))
                files.append(LockedFile(package, version, name, int(size), digest, versions))
            pending = []
    return files


def files_for(path: Path, python: str) -> list[LockedFile]:
    """The files of a lock for one version of Python, such as ``"3.12"``."""
    return [file for file in read_lock(path) if python in file.pythons]


def packages_lock(locks: Path, platform_name: str) -> Path:
    """The lock of all packages but PyTorch."""
    return locks / f"{platform_name}.txt"


def torch_lock(locks: Path, platform_name: str) -> Path:
    """The lock of PyTorch as the package index has it."""
    return locks / f"{platform_name}-torch.txt"


def torch_version(locks: Path, platform_name: str) -> str:
    """The version of PyTorch."""
    files = read_lock(torch_lock(locks, platform_name))
    return next(file.version for file in files if file.package == "torch")


def uv_file(locks: Path, platform_name: str) -> LockedFile:
    """The wheel with uv for a platform."""
    files = read_lock(locks / "uv.txt")
    return next(file for file in files if UV_TAGS[platform_name] in file.name)

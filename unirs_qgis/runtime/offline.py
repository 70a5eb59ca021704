"""A folder that another computer can be set up from without a network.

folder.json     platform, version of Python, and every file with its size and SHA-256
wheels/         uv and all packages of the lock, with the language model
python/         an archive of Python, as uv keeps it; missing if it was not available
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from qtpy.QtCore import QCoreApplication

from unirs_qgis.errors import UserError
from unirs_qgis.runtime.download import digest_of, fetch_file, index_links, sentence
from unirs_qgis.runtime.environment import Payload
from unirs_qgis.runtime.locks import (
    USUAL_PYTHON,
    LockedFile,
    files_for,
    packages_lock,
    torch_lock,
    uv_file,
)
from unirs_qgis.runtime.platforms import this_platform
from unirs_qgis.runtime.programs import clean_variables, run_program
from unirs_qgis.runtime.setup_failures import explain_os_error
from unirs_qgis.runtime.sources import find_sources, mirror_address
from unirs_qgis.runtime.uv import SetupReport, UvFinder, store_folder
from unirs_qgis.settings import SetupOptions
from unirs_qgis.units import size_text

LIST_NAME = "folder.json"

_PYTHON_KEYS = {
    "linux-x86_64": "linux-x86_64-gnu",
    "linux-aarch64": "linux-aarch64-gnu",
    "macos-arm64": "macos-aarch64-none",
    "windows-x86_64": "windows-x86_64-none",
}
"""How uv names the platforms of Pythons."""


@dataclass(frozen=True)
class SavedFolder:
    """What a folder to set up from is for.

    Attributes:
        platform: Platform, such as ``"windows-x86_64"``.
        python: Version of Python that its wheels are for.
    """

    platform: str
    python: str


@dataclass
class Saving:
    """Saves what a set-up needs into a folder; a second try continues the first.

    Attributes:
        target: The folder; it is created.
        platform: Platform of the other computer.
        runtime: Folder of the environments of this one.
        payload: Locks and index.
        options: The user's options of the set-up.
        variables: Environment variables of the proxy.
        report: Receives stages, log lines and progress.
        python: Version of Python to save, and to save wheels for.
    """

    target: Path
    platform: str
    runtime: Path
    payload: Payload
    options: SetupOptions
    variables: Mapping[str, str]
    report: SetupReport
    python: str = USUAL_PYTHON

    def run(self) -> Path:
        """Save it; the folder.

        Raises:
            UserError: A failure that the user can act on.
            Stopped: It was stopped.
        """
        try:
            return self._run()
        except OSError as error:
            raise explain_os_error(error) from error

    def _run(self) -> Path:
        locks = self.payload.locks
        files = [
            uv_file(locks, self.platform),
            *files_for(packages_lock(locks, self.platform), self.python),
            *files_for(torch_lock(locks, self.platform), self.python),
        ]
        self._sources = find_sources(self.options, self.payload.index)
        if not self._sources.index:
            raise UserError("network", sentence("network"))
        wheels = self.target / "wheels"
        wheels.mkdir(parents=True, exist_ok=True)
        self._check_space(files, wheels)
        self._fetch_all(files, wheels)
        self._save_python()
        self._write_list()
        self.report.progress(100)
        return self.target

    def _check_space(self, files: list[LockedFile], wheels: Path) -> None:
        missing = [file for file in files if not (wheels / file.name).is_file()]
        needed, free = sum(file.size for file in missing), shutil.disk_usage(self.target).free
        if needed <= free:
            return
        text = QCoreApplication.translate(
            "Setup",
            "The folder needs {needed}, but {free} are free on its disk; choose another one.",
        )
        facts = {"needed": size_text(needed), "free": size_text(free)}
        raise UserError("disk_full", text.format(**facts))

    def _fetch_all(self, files: list[LockedFile], wheels: Path) -> None:
        total, done = sum(file.size for file in files), 0
        for file in files:
            target = wheels / file.name
            if not (target.is_file() and digest_of(target) == file.sha256):
                self._fetch(file, target, done, total)
            done += file.size
            self.report.progress(95 * done / total)

    def _fetch(self, file: LockedFile, target: Path, done: int, total: int) -> None:
        def show(present: int) -> None:
            text = QCoreApplication.translate("Setup", "Downloading {package}… {done} of {total}")
            facts = {"done": size_text(done + present), "total": size_text(total)}
            self.report.stage(text.format(package=file.package, **facts))
            self.report.progress(95 * (done + present) / total)

        show(0)
        for index in (self._sources.index, *self._sources.extra_indexes):
            links = index_links(index, file.package, self.report.stopped)
            if file.name in links:
                self.report.line(file.name)
                fetch_file(links[file.name], target, file.sha256, self.report.stopped, show)
                return
        text = QCoreApplication.translate(
            "Setup", "The package index has no {name}; name an index that has it in the options."
        )
        raise UserError("no_build", text.format(name=file.name))

    def _save_python(self) -> None:
        """Let uv fetch the archive of a Python; without it the other computer needs its own."""
        self.report.stage(QCoreApplication.translate("Setup", "Downloading Python…"))
        self.runtime.mkdir(parents=True, exist_ok=True)
        store, own = store_folder(self.runtime), uv_file(self.payload.locks, this_platform())
        finder = UvFinder(own, store, self._sources.index, self.report)
        uv = finder.find(self.options.uv, ())
        archives, scratch = self.target / "python", self.target / f"scratch-{uuid4().hex[:8]}"
        variables = {
            **self.variables,
            "UV_PYTHON_CACHE_DIR": str(archives.resolve()),
            "UV_SYSTEM_CERTS": "1",
            "NO_COLOR": "1",
        }
        if self.options.python_mirror:
            variables["UV_PYTHON_INSTALL_MIRROR"] = mirror_address(self.options.python_mirror)
        key = f"cpython-{self.python}-{_PYTHON_KEYS[self.platform]}"
        words = ["python", "install", key, "--no-bin", "--no-registry", "--install-dir", scratch]
        try:
            run_program(
                [uv, *words],
                self.report.stopped,
                self.report.line,
                variables=clean_variables(variables),
            )
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        if not has_python(self.target):
            shutil.rmtree(archives, ignore_errors=True)
            text = QCoreApplication.translate(
                "Setup", "No Python could be saved; the other computer needs a Python {version}."
            )
            self.report.line(text.format(version=self.python))

    def _write_list(self) -> None:
        paths = sorted(self.target.glob("wheels/*.whl")) + sorted(
            self.target.glob("python/*.tar.*")
        )
        files = {
            path.relative_to(self.target).as_posix(): [path.stat().st_size, digest_of(path)]
            for path in paths
        }
        facts = {"platform": self.platform, "python": self.python, "files": files}
        text = json.dumps(facts, indent=1)
        (self.target / LIST_NAME).write_text(text, encoding="utf-8")


def has_python(folder: Path) -> bool:
    """Whether a saved folder has a Python, so that the other computer needs none."""
    return any(folder.glob("python/*.tar.*"))


def read_folder(folder: Path) -> SavedFolder | None:
    """What a saved folder is for; ``None`` if it is a folder of wheels that somebody collected.

    Raises:
        UserError: ``folder`` if a file is missing or damaged, or it is for another platform.
    """
    try:
        facts = json.loads((folder / LIST_NAME).read_text(encoding="utf-8"))
        saved = SavedFolder(str(facts["platform"]), str(facts["python"]))
        files = {
            str(name): (int(size), str(digest)) for name, (size, digest) in facts["files"].items()
        }
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        files, saved = {LIST_NAME: (-1, "")}, SavedFolder("", "")
    for name, (size, digest) in files.items():
        path = folder / name
        # uv compares the wheels with the lock; the archive of Python is compared here.
        wrong = not path.is_file() or path.stat().st_size != size
        if wrong or (name.startswith("python/") and digest_of(path) != digest):
            text = QCoreApplication.translate(
                "Setup", "{file} of the folder is missing or damaged; copy or save the folder anew."
            )
            raise UserError("folder", text.format(file=name))
    if saved.platform != this_platform():
        text = QCoreApplication.translate(
            "Setup", "The folder was saved for {platform}, but this computer is {own}."
        )
        raise UserError("folder", text.format(platform=saved.platform, own=this_platform()))
    return saved

"""The steps of a set-up, on a background thread.

An environment is created in a folder of its own, checked by running it, and only then recorded as
the one in use. After an error, a stop or a crash the old one is still in use, and the packages that
were downloaded are kept for the next try.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from qtpy.QtCore import QCoreApplication

from unirs_qgis.errors import UserError
from unirs_qgis.runtime.environment import (
    Payload,
    Record,
    environment_python,
    unirs_command,
    write_record,
)
from unirs_qgis.runtime.housekeeping import LOCK_NAME, remove_leftovers, remove_stopped, setup_lock
from unirs_qgis.runtime.locks import PYTHONS, USUAL_PYTHON, packages_lock, torch_lock, uv_file
from unirs_qgis.runtime.offline import read_folder
from unirs_qgis.runtime.plan import Plan, make_plan, torch_sources
from unirs_qgis.runtime.platforms import this_platform
from unirs_qgis.runtime.programs import Redactor, run_program
from unirs_qgis.runtime.setup_failures import (
    NETWORK_CODES,
    explain_check,
    explain_os_error,
    explain_uv,
)
from unirs_qgis.runtime.sources import find_sources, mirror_address, wheel_folders
from unirs_qgis.runtime.uv import SetupReport, UvFinder, store_folder
from unirs_qgis.runtime.uv_runs import (
    ELSEWHERE_CODES,
    SetupLog,
    UvRuns,
    full_disk_or,
    locked_words,
)
from unirs_qgis.settings import SetupOptions
from unirs_qgis.units import size_text

LARGER = 1.5
"""A download that many times larger than announced is not begun unasked."""

_PROBE = """
import ctypes, ssl, sqlite3, struct, sys
print("{}.{}".format(*sys.version_info), struct.calcsize("P") * 8)
"""
"""What the runtime needs of a Python; some are built without ``ssl``, or for 32 bits."""


@dataclass
class Setup:
    """One set-up.

    Attributes:
        folder: Folder of the environments.
        payload: Wheel and locks.
        options: The user's options.
        variables: Environment variables of the proxy.
        report: Receives stages, log lines and progress.
        accepts_larger: Whether the user agrees to a build of PyTorch that is larger than announced.
    """

    folder: Path
    payload: Payload
    options: SetupOptions
    variables: Mapping[str, str]
    report: SetupReport
    accepts_larger: bool = False

    def __post_init__(self) -> None:
        self._log = SetupLog(self.report, Redactor(self.variables))

    def run(self) -> Record:
        """Create an environment, check it, and put it in use.

        Raises:
            UserError: A failure that the user can act on.
            Stopped: It was stopped.
        """
        with setup_lock(self.folder.parent / LOCK_NAME):
            try:
                return self._run()
            except OSError as error:
                raise explain_os_error(error) from error

    def _run(self) -> Record:
        platform = this_platform()
        self._sources = find_sources(self.options, self.payload.index)
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_leftovers(self.folder)
        self._store = store_folder(self.folder)
        remove_stopped(self._cache)
        self._saved = read_folder(Path(self.options.wheels_folder)) if self._is_offline else None
        plan = self._plan(platform, self._saved.python if self._saved else USUAL_PYTHON)
        self._log(plan.text)
        self._check_space(plan)
        self._uv = self._find_uv(platform)
        environment = self.folder / uuid4().hex[:8]
        try:
            python = self._make(environment)
            plan = self._with_torch(self._plan(platform, python), environment)
            self._install(plan, environment)
            record = self._check(environment, plan)
            write_record(self.folder, record)
        except BaseException:
            shutil.rmtree(environment, ignore_errors=True)
            raise
        remove_leftovers(self.folder)
        self.report.progress(100)
        return record

    @property
    def _is_offline(self) -> bool:
        return bool(self.options.wheels_folder)

    def _plan(self, platform: str, python: str) -> Plan:
        folder, stopped = self.folder, self.report.stopped
        return make_plan(platform, self.payload.locks, self.options, folder, stopped, python)

    def _check_space(self, plan: Plan) -> None:
        """Refuse to begin what does not fit; links to what the store has take no space."""
        needed = plan.needed_bytes(plan.sources[0])
        free = shutil.disk_usage(self.folder).free
        if free >= needed or self._is_stored(plan):
            return
        text = QCoreApplication.translate(
            "Setup",
            "The set-up needs {needed} on the disk of {folder}, but {free} are free; free some "
            "space and set up again.",
        )
        facts = {"needed": size_text(needed), "free": size_text(free), "folder": self.folder}
        raise UserError("disk_full", text.format(**facts))

    def _is_stored(self, plan: Plan) -> bool:
        """Whether nothing has to be downloaded."""
        return self._stored_mark(plan).exists()

    def _stored_mark(self, plan: Plan) -> Path:
        """A file that is there once the packages of a plan have been installed."""
        names = "".join(file.sha256 for file in (*plan.files, *plan.torch_files)) + plan.build
        return self._cache / f"complete-{hashlib.sha256(names.encode()).hexdigest()[:12]}"

    @property
    def _cache(self) -> Path:
        return self._store / "packages"

    def _find_uv(self, platform: str) -> UvRuns:
        self._log.begin(QCoreApplication.translate("Setup", "Looking for uv…"), 1)
        folders = wheel_folders(Path(self.options.wheels_folder)) if self._is_offline else []
        wheel, index = uv_file(self.payload.locks, platform), self._sources.index
        report = replace(self.report, line=self._log)
        program = UvFinder(wheel, self._store, index, report).find(self.options.uv, folders)
        uv = UvRuns(
            program, self.folder, self._cache, self._sources, self._uv_variables(), self._log
        )
        uv.run(["--version"])
        self._uv_version = self._log.tail[-1] if self._log.tail else ""
        return uv

    def _uv_variables(self) -> dict[str, str]:
        archives = Path(self.options.wheels_folder, "python")
        if not (self._is_offline and archives.is_dir()):
            archives = self._store / "python"
        variables = {
            **self.variables,
            "UV_PYTHON_INSTALL_DIR": str(self.folder / "python"),
            "UV_PYTHON_CACHE_DIR": str(archives),
            "UV_PYTHON_INSTALL_BIN": "0",
            "UV_PYTHON_INSTALL_REGISTRY": "0",
            "UV_SYSTEM_CERTS": "1",
            "NO_COLOR": "1",
            "PATH": search_path(),
        }
        if self._sources.certificate:
            variables["SSL_CERT_FILE"] = self._sources.certificate
        if self.options.python_mirror:
            variables["UV_PYTHON_INSTALL_MIRROR"] = mirror_address(self.options.python_mirror)
        return variables

    # ------------------------------------------------------------ environment

    def _make(self, environment: Path) -> str:
        """Make an empty environment; the version of its Python, such as ``"3.12"``."""
        self._log.begin(QCoreApplication.translate("Setup", "Making the environment…"), 3)
        chosen = self.options.base_python
        if chosen:
            return self._make_chosen(environment, chosen)
        usual = self._saved.python if self._saved else USUAL_PYTHON
        wanted = usual if self._saved else f">={PYTHONS[0]},<{_after(PYTHONS[-1])}"
        found = self._venv(environment, ["--python", wanted, "--no-python-downloads"])
        if found is None:
            self._log.begin(QCoreApplication.translate("Setup", "Downloading Python…"), 4)
            shutil.rmtree(environment, ignore_errors=True)
            found = self._venv(environment, ["--python", usual, "--managed-python"])
        if found is None:
            error = UserError("no_python", self._no_python())
            own = Path(sys.exec_prefix) / "python.exe"  # QGIS's own changes with QGIS: the last
            found = self._venv(environment, ["--python", own]) if own.is_file() else None
            if found is None:
                raise full_disk_or(error, self.folder)
        return found

    def _make_chosen(self, environment: Path, chosen: str) -> str:
        found = self._venv(environment, ["--python", chosen, "--no-python-downloads"])
        if found:
            return found
        text = QCoreApplication.translate(
            "Setup",
            "The runtime cannot be set up with {path}: it needs a complete Python of 64 bits, "
            "version 3.10 to 3.14. Choose another one, or leave the field empty.",
        )
        raise full_disk_or(UserError("no_python", text.format(path=chosen)), self.folder)

    def _venv(self, environment: Path, words: list[str]) -> str | None:
        """The version of the Python of a new environment; ``None`` if there is none that fits."""
        if self._uv.run(["venv", "--no-project", *words, environment]) != 0:
            return None
        lines: list[str] = []
        python = environment_python(environment)
        try:
            command = [python, "-I", "-c", probe()]
            status = run_program(command, self.report.stopped, lines.append, self._log)
        except OSError as error:
            self._log(str(error))
            return None
        version, _, bits = lines[-1].partition(" ") if lines else ("", "", "")
        self._log(f"Python {version}, {bits} bits")
        return version if status == 0 and version in PYTHONS and bits == "64" else None

    def _no_python(self) -> str:
        """Why there is no Python, where none could be brought."""
        if self._saved:
            text = QCoreApplication.translate(
                "Setup",
                "The folder holds packages for Python {version}, which neither it nor this "
                "computer has; install Python {version} (64 bit) and set up again.",
            )
            return text.format(version=self._saved.python)
        cause = explain_uv(list(self._log.tail), 1, offline=False)
        if cause.code in NETWORK_CODES:
            return QCoreApplication.translate(
                "Setup",
                "This computer has no Python 3.10 to 3.14 that fits, and none could be "
                "downloaded; install Python 3.12 (64 bit), or name a mirror in the set-up "
                "options.",
            )
        return QCoreApplication.translate(
            "Setup",
            "This computer has no Python 3.10 to 3.14 that fits; install Python 3.12 (64 bit), or "
            "choose one in the set-up options.",
        )

    # --------------------------------------------------------------- packages

    def _install(self, plan: Plan, environment: Path) -> None:
        """Install the runtime in the exact versions that the tests use."""
        self._log.begin(QCoreApplication.translate("Setup", "Collecting packages…"), 5)
        share = 5 + 85 * sum(file.size for file in plan.files) / max(plan.download_bytes, 1)
        lock = packages_lock(self.payload.locks, plan.platform)
        self._uv.install_lock(environment, lock, (5, share), plan.files)
        [torch] = plan.sources
        self._uv.install(environment, torch.words, (share, 90), torch.files)
        runtime = ["--no-deps", "--no-index", str(self.payload.wheel)]
        self._uv.install(environment, runtime, (90, 91))
        self._stored_mark(plan).touch()

    def _with_torch(self, plan: Plan, environment: Path) -> Plan:
        """The plan with the first source that has PyTorch, before anything of it is downloaded.

        Raises:
            UserError: ``larger_build`` if the set-up would be much larger than announced, and the
                user has not agreed; else why the last source has none.
        """
        self._log.begin(QCoreApplication.translate("Setup", "Looking for PyTorch…"), 5)
        lock = locked_words(torch_lock(self.payload.locks, plan.platform))
        sources = torch_sources(plan, self._sources, lock)
        for number, source in enumerate(sources):
            try:
                self._uv.look_up(environment, source.words)
            except UserError as error:
                if error.code not in ELSEWHERE_CODES or number == len(sources) - 1:
                    raise
                self._log(error.message)
                self._log(
                    QCoreApplication.translate(
                        "Setup", "This build of PyTorch is not available there; trying another one."
                    )
                )
                continue
            found = replace(plan, sources=(source,))
            self._check_announced(plan, found)
            self._check_space(found)
            break
        return found

    def _check_announced(self, plan: Plan, found: Plan) -> None:
        """Do not download gigabytes where megabytes were announced, unless the user agrees."""
        is_larger = found.download_bytes > LARGER * plan.download_bytes
        if not is_larger or self.accepts_larger or self._is_offline or self._is_stored(found):
            return
        text = QCoreApplication.translate(
            "Setup",
            "The small build of PyTorch, for the processor, is not available here. With the one "
            "for graphics cards, which works as well, the set-up downloads {download} and takes "
            "{disk}: set up again to take it, or name another index in the options.",
        )
        facts = {
            "download": size_text(found.download_bytes),
            "disk": size_text(found.needed_bytes(found.sources[0])),
        }
        raise UserError("larger_build", text.format(**facts))

    # ------------------------------------------------------------------ check

    def _check(self, environment: Path, plan: Plan) -> Record:
        """Run ``unirs doctor``: it imports everything and answers known questions."""
        self._log.begin(QCoreApplication.translate("Setup", "Checking the runtime…"), 92)
        self._log.tail.clear()
        python = environment_python(environment)
        output: list[str] = []
        command = unirs_command(python, "doctor", "--json")
        status = run_program(command, self.report.stopped, output.append, self._log)
        try:
            facts = json.loads("\n".join(output))
            versions = facts["versions"]
            record = Record(
                folder=environment.name,
                wheel=self.payload.wheel.name,
                wheel_bytes=self.payload.wheel.stat().st_size,
                python=versions["python"],
                unirs=versions["unirs"],
                torch=versions["torch"],
                devices=tuple(facts["devices"]),
                build=plan.build,
                why=plan.why,
                uv=self._uv_version,
                graphics=str(facts.get("graphics", {}).get("sentence", "")),
            )
        except (ValueError, KeyError, TypeError):
            record = None
        if status == 0 and record:
            return record
        raise full_disk_or(explain_check(list(self._log.tail), status), self.folder)


def probe() -> str:
    """The program that finds out whether a Python is complete."""
    return _PROBE


def search_path() -> str:
    """Where uv looks for a Python: without the one of QGIS, and with the places that Macs use."""
    own = os.path.normcase(sys.exec_prefix)
    folders = os.get_exec_path()
    if sys.platform == "win32":
        folders = [each for each in folders if not os.path.normcase(each).startswith(own)]
    if sys.platform == "darwin":
        folders += ["/opt/homebrew/bin", "/usr/local/bin"]
    return os.pathsep.join(folders)


def _after(version: str) -> str:
    major, minor = map(int, version.split("."))
    return f"{major}.{minor + 1}"

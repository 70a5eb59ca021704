"""Which runtime there is: the interpreter with ``unirs``, and the record of the set-up.

The environment is in the profile:

    runtime/
        current.json    names the folder in use; written last, after all checks
        1a2b3c4d/       an environment; unfinished if current.json does not name it

A new one is created beside the old one and replaces it in one step, so that an incomplete
environment is never in use. Everything here reads a few small files.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path

from qtpy.QtCore import QCoreApplication

from unirs_qgis.errors import UserError
from unirs_qgis.paths import profile_folder
from unirs_qgis.settings import Settings

PYTHON_VARIABLE = "UNIRS_PYTHON"
RECORD_NAME = "current.json"

_FOLDER_NAME = re.compile(r"[0-9a-f]{8}")
_WHEELS = Path(__file__).parents[1] / "wheels"


class RuntimeState(Enum):
    """Whether there is a runtime."""

    MISSING = "missing"
    READY = "ready"
    OUTDATED = "outdated"  # of an earlier version of the plugin: it works, and can be renewed
    BROKEN = "broken"


@dataclass(frozen=True)
class Runtime:
    """The runtime, as far as its files show.

    Attributes:
        state: Whether it can be used.
        python: Its interpreter; ``None`` if it cannot be used.
        message: One sentence about it, for the user.
        own: Whether the set-up created it, so that it can be repaired and removed.
        record: The facts that the set-up has recorded about it; ``None`` if there are none.
    """

    state: RuntimeState
    python: Path | None
    message: str
    own: bool
    record: Record | None = None


@dataclass(frozen=True)
class Record:
    """The facts that the set-up has recorded about the environment in use.

    Attributes:
        folder: Name of its folder.
        wheel: Name of the runtime's wheel.
        wheel_bytes: Size of that wheel.
        python: Version of its Python.
        unirs: Version of the runtime.
        torch: Version of PyTorch.
        devices: Devices that it can use, the best first.
        build: The requested build of PyTorch, such as ``"cpu"`` or ``"cu130"``.
        why: Why this build was chosen.
        uv: Version of uv that made it.
        graphics: One sentence about graphics card, driver and build, for a report.
    """

    folder: str
    wheel: str
    wheel_bytes: int
    python: str
    unirs: str
    torch: str
    devices: tuple[str, ...]
    build: str = "cpu"
    why: str = ""
    uv: str = ""
    graphics: str = ""

    @property
    def lacks_cuda(self) -> bool:
        """Whether a graphics card is there that this PyTorch cannot use."""
        return self.build.startswith("cu") and not any(
            name.startswith("cuda") for name in self.devices
        )


@dataclass(frozen=True)
class Payload:
    """Files of the plugin package for the set-up.

    Attributes:
        wheel: Wheel of the runtime.
        locks: Folder of the locks: the exact files to install.
        index: Address of the package index, if none is configured.
    """

    wheel: Path
    locks: Path
    index: str


def runtime_folder() -> Path:
    """Folder of the environments; need not exist."""
    return profile_folder() / "runtime"


def runtime_python(settings: Settings) -> Path | None:
    """The interpreter with ``unirs``: ``UNIRS_PYTHON``, the user's choice, or the one set up."""
    return describe_runtime(settings).python


def unirs_command(python: Path, *words: str) -> list[str]:
    """A command of the runtime.

    ``-I`` keeps the current folder, the user's own packages and PYTHON variables out of it.
    """
    return [str(python), "-I", "-X", "utf8", "-m", "unirs", *words]


def worker_command(python: Path) -> list[str]:
    """The command that starts the worker."""
    return [str(python), "-I", "-X", "utf8", "-m", "unirs.worker"]


def describe_runtime(settings: Settings, folder: Path | None = None) -> Runtime:
    """The runtime, and whether it can be used.

    Args:
        settings: The user's settings.
        folder: Folder of the environments; ``runtime_folder()`` if ``None``.
    """
    chosen = os.environ.get(PYTHON_VARIABLE, "") or settings.python
    if chosen:
        return _describe_chosen(Path(chosen))
    folder = runtime_folder() if folder is None else folder
    record = read_record(folder)
    return _describe_own(folder, record) if record else _missing(folder)


def environment_python(environment: Path) -> Path:
    """The interpreter of an environment."""
    if sys.platform == "win32":
        return environment / "Scripts" / "python.exe"
    return environment / "bin" / "python"


def read_record(folder: Path) -> Record | None:
    """The record of the environment in use; ``None`` if there is none that can be read."""
    try:
        facts = json.loads((folder / RECORD_NAME).read_text(encoding="utf-8"))
        record = Record(**{**facts, "devices": tuple(facts["devices"])})
        # The name becomes part of a path: only one of our own folders is valid.
        return record if _FOLDER_NAME.fullmatch(record.folder) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_record(folder: Path, record: Record) -> None:
    """Put an environment in use, in one step.

    Raises:
        OSError: The record cannot be written.
    """
    partial = folder / f"{RECORD_NAME}.part"
    with partial.open("w", encoding="utf-8") as file:
        json.dump(asdict(record), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / RECORD_NAME)


def find_payload(folder: Path = _WHEELS) -> Payload:
    """The wheel and the locks in the plugin package.

    Raises:
        UserError: ``package_unbuilt`` in a source tree, where they have not been built.
    """
    wheels = sorted(folder.glob("unirs-*.whl"))
    locks, index = folder / "locks", folder / "index.txt"
    if len(wheels) != 1 or not locks.is_dir() or not index.is_file():
        raise UserError(
            "package_unbuilt",
            QCoreApplication.translate(
                "Setup",
                "This copy of the plugin carries no runtime. Install the plugin's zip ('make "
                "package' builds it), or choose a Python that has unirs, such as that of '.venv'.",
            ),
        )
    return Payload(wheels[0], locks, index.read_text(encoding="utf-8").strip())


def _describe_chosen(python: Path) -> Runtime:
    if python.is_file():
        text = QCoreApplication.translate("Setup", "Ready: {python} was chosen.")
        return Runtime(RuntimeState.READY, python, text.format(python=python), own=False)
    text = QCoreApplication.translate(
        "Setup",
        "The chosen Python {python} does not exist; choose another one in Settings ▸ Options ▸ "
        "UniRS, or correct {variable}.",
    )
    text = text.format(python=python, variable=PYTHON_VARIABLE)
    return Runtime(RuntimeState.BROKEN, None, text, own=False)


def _missing(folder: Path) -> Runtime:
    # An environment without a record: QGIS or the computer ended during a set-up.
    unfinished = folder.is_dir() and any(map(is_environment_folder, folder.iterdir()))
    text = (
        QCoreApplication.translate("Setup", "An earlier set-up was not finished; set up again.")
        if unfinished
        else QCoreApplication.translate("Setup", "Not set up yet.")
    )
    return Runtime(RuntimeState.MISSING, None, text, own=True)


def _describe_own(folder: Path, record: Record) -> Runtime:
    python = environment_python(folder / record.folder)
    if not python.is_file():
        text = QCoreApplication.translate(
            "Setup", "The runtime is damaged: its files are gone. Repair it."
        )
        return Runtime(RuntimeState.BROKEN, None, text, own=True)
    state = RuntimeState.OUTDATED if _is_outdated(record) else RuntimeState.READY
    facts = {"unirs": record.unirs, "python": record.python, "torch": record.torch}
    text = _ready_sentence(state, record).format(**facts)
    return Runtime(state, python, text, own=True, record=record)


def _ready_sentence(state: RuntimeState, record: Record) -> str:
    if state is RuntimeState.OUTDATED:
        return QCoreApplication.translate(
            "Setup",
            "Ready, but made by another version of the plugin (unirs {unirs}); repair it to renew "
            "it.",
        )
    if record.lacks_cuda:
        return QCoreApplication.translate(
            "Setup",
            "Ready, but PyTorch {torch} cannot use the graphics card: update its driver, or choose "
            "another build of PyTorch in the options, and repair.",
        )
    return QCoreApplication.translate(
        "Setup", "Ready: unirs {unirs}, Python {python}, PyTorch {torch}."
    )


def is_environment_folder(path: Path) -> bool:
    """Whether a path has the name of one of our environments."""
    return bool(_FOLDER_NAME.fullmatch(path.name)) and path.is_dir()


def _is_outdated(record: Record) -> bool:
    try:
        wheel = find_payload().wheel
        return (record.wheel, record.wheel_bytes) != (wheel.name, wheel.stat().st_size)
    except (UserError, OSError):
        return False  # a source tree has no wheel

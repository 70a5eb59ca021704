"""A Python of the user's own: whether it works, and whether it has ``unirs``."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qtpy.QtCore import QCoreApplication

from unirs_qgis.errors import UserError
from unirs_qgis.runtime.programs import run_program

_PROBE = """
import importlib.util, json, sys
has_unirs = importlib.util.find_spec("unirs") is not None
print(json.dumps({"version": "{}.{}.{}".format(*sys.version_info), "has_unirs": has_unirs}))
"""


@dataclass(frozen=True)
class OwnPython:
    """A Python interpreter.

    Attributes:
        version: Its version, such as ``"3.12.4"``.
        has_unirs: Whether the runtime is installed in it.
    """

    version: str
    has_unirs: bool


def inspect_python(path: Path, stopped: Callable[[], bool]) -> OwnPython:
    """Run a Python to learn what it has. It waits.

    Raises:
        UserError: ``interpreter_broken`` if it does not work.
        Stopped: It was stopped.
    """
    lines: list[str] = []
    try:
        command = [path, "-I", "-c", _PROBE]
        status = run_program(command, stopped, lines.append, lambda _line: None)
        if status == 0:
            return OwnPython(**json.loads(lines[-1]))
    except (OSError, ValueError, TypeError, IndexError):
        pass
    text = QCoreApplication.translate(
        "Setup", "{path} does not work as a Python; choose another one."
    )
    raise UserError("interpreter_broken", text.format(path=path))

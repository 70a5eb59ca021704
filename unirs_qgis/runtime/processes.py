"""Programs that a background thread runs: their lines as they come, and a stop that works.

Never called on the GUI thread: ``run_program`` waits.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from unirs_qgis.shared.process import clean_environment

OnLine = Callable[[str], None]

STOP_SECONDS = 2.0
"""How long a program may take to end after it was asked to, before it is killed."""

_POLL_SECONDS = 0.1

_OF_PIP = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"}
"""They would make pip install elsewhere."""


class Stopped(Exception):  # noqa: N818 - what happened, not an error
    """The user stopped the work."""


def clean_variables(additions: Mapping[str, str] | None = None) -> dict[str, str]:
    """Environment variables for a program of another Python than that of QGIS.

    Args:
        additions: Variables on top of those of this process.
    """
    inherited = clean_environment(os.environ)
    kept = {name: value for name, value in inherited.items() if name not in _OF_PIP}
    return {**kept, **(additions or {})}


def run_program(
    command: Sequence[str | Path],
    stopped: Callable[[], bool],
    on_line: OnLine,
    on_error_line: OnLine | None = None,
    variables: Mapping[str, str] | None = None,
) -> int:
    """Run a program to its end.

    Args:
        command: Program and arguments.
        stopped: Asked ten times a second whether to stop.
        on_line: Told each line of stdout, on the calling thread, without its end.
        on_error_line: The same for stderr; ``on_line`` if ``None``.
        variables: Its environment variables; ``clean_variables()`` if ``None``.

    Returns:
        The exit status, as ``subprocess`` gives it: negative for a signal.

    Raises:
        Stopped: It was stopped; it and its children have ended.
        OSError: There is no such program, or it cannot be started.
    """
    process = subprocess.Popen(  # noqa: S603 - no shell; the callers' own commands
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(clean_variables() if variables is None else variables),
        **_own_group(),
    )
    try:
        _follow(process, stopped, on_line, on_error_line or on_line)
    except BaseException:
        _end(process)
        raise
    return process.wait()


def _follow(
    process: subprocess.Popen[bytes],
    stopped: Callable[[], bool],
    on_line: OnLine,
    on_error_line: OnLine,
) -> None:
    """Pass lines on until both streams have ended."""
    lines: queue.Queue[tuple[OnLine, str | None]] = queue.Queue()
    for stream, told in ((process.stdout, on_line), (process.stderr, on_error_line)):
        threading.Thread(target=_read, args=(stream, told, lines), daemon=True).start()
    open_streams = 2
    while open_streams or process.poll() is None:
        if stopped():
            raise Stopped
        with suppress(queue.Empty):
            told, line = lines.get(timeout=_POLL_SECONDS)
            if line is None:
                open_streams -= 1
            else:
                told(line)


def _read(stream: IO[bytes], told: OnLine, lines: queue.Queue[tuple[OnLine, str | None]]) -> None:
    with stream:
        for line in stream:
            lines.put((told, line.decode("utf-8", errors="replace").rstrip("\r\n")))
    lines.put((told, None))


def _own_group() -> dict[str, object]:
    """Arguments that let a program be ended with its children, and show no console window."""
    if sys.platform == "win32":
        # The launcher of a Windows environment takes its child with it.
        return {"creationflags": subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _end(process: subprocess.Popen[bytes]) -> None:
    """Terminate the program and its children, wait, kill."""
    for name in ("SIGTERM", "SIGKILL"):
        if sys.platform == "win32":
            process.kill()
        else:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, getattr(signal, name))
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return

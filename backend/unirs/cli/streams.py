"""Standard output and error as a program of the shell should treat them.

What is said about work on stderr never ends the work: nobody may read it any more. What stdout
cannot take is told, because the answer is lost with it; a reader that has left has seen enough.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO, TextIOWrapper
from typing import Any

from unirs.errors import UniRSError
from unirs.worker.streams import wait_until_unread


@contextmanager
def careful_streams() -> Iterator[None]:
    """Within this block stdout and stderr behave so.

    Raises:
        UniRSError: ``output_unwritable`` if stdout is closed, or takes no more.
    """
    before = sys.stdout, sys.stderr
    if sys.stderr is None:
        sys.stderr = StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # No file name or model output breaks a terminal with a small character set.
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.stderr = _Notes(sys.stderr)
        if sys.stdout is None:
            raise UniRSError("output_unwritable", "The standard output is closed; open it.")
        sys.stdout = _Output(sys.stdout)
        yield
    finally:
        sys.stdout, sys.stderr = before
        try:
            if sys.stdout:
                sys.stdout.flush()
        except OSError:
            drop_output()


@contextmanager
def ends_unread() -> Iterator[None]:
    """Within this block the program ends with 0 as soon as nobody reads its stdout any more.

    It is for work whose one fruit is what is printed at its end.
    """
    done = threading.Event()

    def watch(descriptor: int) -> None:
        wait_until_unread(descriptor)
        if not done.is_set():
            os._exit(0)  # from a thread, and in the middle of PyTorch: there is no other way

    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError, AttributeError):  # it is no file, but a stand-in for one
        descriptor = None
    if descriptor is not None and sys.platform != "win32":
        threading.Thread(target=watch, args=(descriptor,), daemon=True).start()
    try:
        yield
    finally:
        done.set()


def drop_output() -> None:
    """Let what stdout still holds, and cannot get rid of, go nowhere: Python tries at its end."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Stream:
    """A text stream that is written to in another way."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        """Whatever else the stream can do."""
        return getattr(self._stream, name)


class _Output(_Stream):
    """Tells what cannot be written."""

    def write(self, text: str) -> int:
        """Write text."""
        with _told():
            return int(self._stream.write(text))

    def flush(self) -> None:
        """Let what is written be on its way."""
        with _told():
            self._stream.flush()


class _Notes(_Stream):
    """Writes what it can."""

    def write(self, text: str) -> int:
        """Write text, if anybody listens."""
        with suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Let what is written be on its way."""
        with suppress(OSError, ValueError):
            self._stream.flush()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or error
        raise UniRSError(
            "output_unwritable",
            f"The standard output cannot be written ({reason}); send it elsewhere.",
        ) from error

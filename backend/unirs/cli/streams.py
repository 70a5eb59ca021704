"""Standard output and error, treated as the shell expects.

A failure to write to stderr never ends the work. A failure to write to stdout is an error, because
the answer is lost with it; but if the reader has closed the pipe, the program ends quietly.
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
    """Within this block stdout and stderr are treated so.

    Raises:
        UniRSError: ``output_unwritable`` if stdout is closed or cannot be written.
    """
    before = sys.stdout, sys.stderr
    if sys.stderr is None:
        sys.stderr = StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal with a small character set must not fail at a file name or model output.
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
    """Within this block the program ends with 0 as soon as the reader of its stdout is gone.

    It is for work whose only result is printed at its end.
    """
    done = threading.Event()

    def watch(descriptor: int) -> None:
        wait_until_unread(descriptor)
        if not done.is_set():
            os._exit(0)  # the only way out from a thread, in the middle of PyTorch

    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError, AttributeError):  # not a file
        descriptor = None
    if descriptor is not None and sys.platform != "win32":
        threading.Thread(target=watch, args=(descriptor,), daemon=True).start()
    try:
        yield
    finally:
        done.set()


def drop_output() -> None:
    """Discard what is buffered for stdout, which Python would try to write when it ends."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Stream:
    """A text stream with another way of writing."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        """Everything else of the stream."""
        return getattr(self._stream, name)


class _Output(_Stream):
    """Raises ``output_unwritable`` if it cannot be written."""

    def write(self, text: str) -> int:
        """Write text."""
        with _writing():
            return int(self._stream.write(text))

    def flush(self) -> None:
        """Flush the stream."""
        with _writing():
            self._stream.flush()


class _Notes(_Stream):
    """Ignores failures."""

    def write(self, text: str) -> int:
        """Write text if possible."""
        with suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        with suppress(OSError, ValueError):
            self._stream.flush()


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or error
        raise UniRSError(
            "output_unwritable",
            f"The standard output cannot be written ({reason}); redirect it elsewhere.",
        ) from error

"""Standard input and output, reserved for the protocol."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Iterator
from typing import BinaryIO

from unirs.worker.protocol import MAX_LINE_BYTES, ClientGone, Message, encode


def take_standard_streams() -> tuple[BinaryIO, int]:
    """Reserve stdin and stdout for the protocol.

    From here on, output of libraries, from Python or from C, goes to stderr, and reading from
    stdin finds the end of the file.

    Returns:
        The real stdin as a binary stream, and the file descriptor of the real stdout.
    """
    real_stdin, real_stdout = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr  # which is not buffered
    return os.fdopen(real_stdin, "rb"), real_stdout


def read_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream; a line that is too long is cut shortly behind the limit.

    Blank lines are skipped.
    """
    limit = MAX_LINE_BYTES + 2  # the line's end may take two bytes
    while line := stream.readline(limit):
        if len(line) == limit and not line.endswith(b"\n"):
            _skip_line(stream)
        if not line.isspace():
            yield line


def wait_until_unread(descriptor: int) -> None:
    """Wait until the reading end of a pipe is closed. Not on Windows.

    Args:
        descriptor: The writing end. For a file, which has no reading end, it waits forever.
    """
    ends = select.poll()
    ends.register(descriptor, 0)  # errors are always reported, and nothing else is needed
    ends.poll()


class MessageWriter:
    """Writes messages as whole lines, from any thread.

    Args:
        descriptor: File descriptor to write to.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def __call__(self, message: Message) -> None:
        """Send a message; waits while the other side does not read.

        Raises:
            ClientGone: If the other side has closed the stream.
            TypeError, ValueError: If the message has no form in JSON; nothing is written then.
        """
        rest = memoryview(encode(message))
        try:
            with self._lock:
                while rest:
                    rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            raise ClientGone(str(error)) from error


def _skip_line(stream: BinaryIO) -> None:
    while (piece := stream.readline(MAX_LINE_BYTES)) and not piece.endswith(b"\n"):
        pass

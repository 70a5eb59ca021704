"""What a client reports when a worker fails: an error that it answered, or its end.

Standard library only, and Python 3.9: the QGIS plugin ships this file.
"""

from __future__ import annotations

import signal

from .protocol import Message, RPCError, error_message

NOT_STARTED = "not_started"  # the program cannot be started: ``__cause__`` is the ``OSError``
NO_HELLO = "no_hello"  # it has not answered within ``HELLO_SECONDS``
MISMATCH = "protocol_mismatch"  # it speaks another version of the protocol
NO_MESSAGE = "no_message"  # it sent something that is not a message
FROZEN = "frozen"  # it stopped reacting
INTERRUPTED = "interrupted"  # another program interrupted it


class WorkerError(Exception):
    """The worker answered with an error. It lives on.

    Attributes:
        code: Stable identifier, such as ``"raster_missing"``.
        message: One sentence for the user.
        number: JSON-RPC's number.
        data: Further facts.
    """

    def __init__(self, error: Message) -> None:
        super().__init__(error["message"])
        self.message: str = error["message"]
        self.number: int = error["code"]
        self.data: Message = error["data"]
        self.code: str = self.data["code"]

    @classmethod
    def of(cls, number: int, code: str, message: str) -> WorkerError:
        """An error that the client finds without asking the worker."""
        return cls(error_message(None, RPCError(number, code, message))["error"])


class WorkerDied(Exception):  # noqa: N818 - an event, in the usual words for it
    """The worker ended before it answered. The next request starts another one.

    Attributes:
        reason: Why, as far as it is known; the rest of a sentence about the worker.
        log: The last lines of its stderr.
        status: Its exit status, as ``subprocess`` gives it; ``None`` if this client ended it.
        cause: ``NOT_STARTED``, or why this client ended it; empty if it ended by itself.
    """

    def __init__(
        self, reason: str, log: str = "", status: int | None = None, cause: str = ""
    ) -> None:
        super().__init__(f"The worker {reason}.")
        self.reason = reason
        self.log = log
        self.status = status
        self.cause = cause

    @property
    def code(self) -> str:
        """The stable code of this failure."""
        return "protocol_mismatch" if self.cause == MISMATCH else "worker_died"


def describe_exit(status: int) -> str:
    """Why a process ended, as the rest of a sentence about it.

    Args:
        status: As ``subprocess`` gives it: negative for a signal.
    """
    if status == -getattr(signal, "SIGKILL", 9):
        return "was killed by the system, probably for memory (signal 9)"
    if status < 0:
        return f"crashed (signal {-status}, {_signal_name(-status)})"
    if status > 0xC0000000:  # Windows: an exception that nobody caught
        return f"crashed (code 0x{status:X})"
    return f"ended with exit code {status}" if status else "ended"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"

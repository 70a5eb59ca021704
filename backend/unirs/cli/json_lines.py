"""Long work that another program can follow (JSON lines on stdout) and stop (SIGTERM)."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from unirs.errors import UniRSError

JsonLines = Annotated[
    bool,
    typer.Option("--json-lines", help="Print one JSON object for each event, for programs."),
]


def print_line(event: str, **facts: Any) -> None:
    """Print an event as one line; in ASCII, which every pipe accepts."""
    print(json.dumps({"event": event, **facts}, allow_nan=False), flush=True)


@contextmanager
def stoppable(code: str, message: str, *, json_lines: bool) -> Iterator[None]:
    """Make Ctrl-C and SIGTERM failures of the work inside, and print failures as events.

    Args:
        code: Code of the failure when the work is stopped.
        message: Its sentence.
        json_lines: Whether to print an event for each failure.

    Raises:
        UniRSError: What the work raises, or ``code``.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        try:
            yield
        except KeyboardInterrupt:
            raise UniRSError(code, message) from None
    except UniRSError as error:
        if json_lines:
            print_line("error", code=error.code, message=error.message)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)

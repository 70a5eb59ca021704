"""Long work that another program watches: JSON lines on stdout, and an end in order."""

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
    """Print an event as one line; in ASCII, which every pipe takes."""
    print(json.dumps({"event": event, **facts}, allow_nan=False), flush=True)


@contextmanager
def told(code: str, stopped: str, *, json_lines: bool) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end work as a failure, and tell failures as events, too.

    Args:
        code: Code of the failure that a stop is.
        stopped: Its sentence.
        json_lines: Whether a program listens.

    Raises:
        UniRSError: Whatever the work raises, or the stop.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        try:
            yield
        except KeyboardInterrupt:
            raise UniRSError(code, stopped) from None
    except UniRSError as error:
        if json_lines:
            print_line("error", code=error.code, message=error.message)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)

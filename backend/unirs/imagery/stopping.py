"""Reading that can be ended, whatever a library is busy with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from unirs.errors import UniRSError

Stop = Callable[[], bool]
"""Asked again and again; true ends the work."""

Result = TypeVar("Result")

_ASKED_EVERY = 0.1
"""Seconds."""

_PATIENCE = 1.0
"""Seconds for a reader to end by itself between two parts, before it is left behind."""


def check_stop(stop: Stop | None) -> None:
    """End here if that is wanted.

    Raises:
        UniRSError: ``cancelled``.
    """
    if stop is not None and stop():
        raise UniRSError("cancelled", "Stopped while the images were read.")


def until_stopped(work: Callable[[], Result], stop: Stop | None) -> Result:
    """What work returns or raises, or ``cancelled`` within two seconds of a stop.

    Readers end by themselves between two parts of a file. Some files are one part (an interlaced
    PNG, a TIFF of one strip): then the reader is left behind, in a thread that nobody waits for.

    Args:
        work: Reads something; it runs in a thread of its own if it can be stopped.
        stop: See ``Stop``.

    Raises:
        UniRSError: ``cancelled``, and what the work raises.
    """
    if stop is None:
        return work()
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # it belongs to the thread that waits for it
            errors.append(error)

    reader = threading.Thread(target=run, name="unirs-reader", daemon=True)
    reader.start()
    while reader.is_alive():
        reader.join(_ASKED_EVERY)
        if reader.is_alive() and stop():
            reader.join(_PATIENCE)
            break
    if results:
        return results[0]
    if errors:
        raise errors[0]
    raise UniRSError("cancelled", "Stopped while the images were read.")

"""A polite end: a cluster sends SIGTERM some seconds before it takes a machine back."""

from __future__ import annotations

import signal
import threading
from contextlib import AbstractContextManager
from typing import Any


class StopSignal(AbstractContextManager["StopSignal"]):
    """Notes SIGTERM instead of dying of it, so that the step at hand can be finished and kept.

    Attributes:
        asked: Whether the signal has come.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None

    def __enter__(self) -> StopSignal:
        if threading.current_thread() is threading.main_thread():  # others may not handle signals
            self._before = signal.signal(signal.SIGTERM, self._note)
        return self

    def __exit__(self, *_failure: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGTERM, self._before)

    def _note(self, *_signal: object) -> None:
        self.asked = True

"""Where a running training reports what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from unirs_lab.training.loop import Progress


@dataclass(frozen=True)
class Report:
    """Callbacks of a running training.

    Attributes:
        stage: Called with the name of each part of the work as it starts.
        making: Called with done and total while something is made or read.
        training: Called with the progress of a training loop.
    """

    stage: Callable[[str], None] = lambda _name: None
    making: Callable[[int, int], None] = lambda _done, _total: None
    training: Callable[[Progress], None] = lambda _progress: None

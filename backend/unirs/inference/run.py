"""One answer in the making: its clock, its listeners, and what has been said so far."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray

from unirs.inference.decoding import Stop
from unirs.inference.devices import synchronize
from unirs.inputs import OptionScore, StageSeconds


class Run:
    """Collects one answer while it is made, so that a stop loses nothing of it.

    Args:
        device: Where the work is done.
        on_token: Told each piece of the answer's text.
        on_stage: Told each stage as it begins; stages that a cache makes free are not begun.
        stop: Asked often whether to stop.
    """

    def __init__(
        self,
        device: torch.device,
        on_token: Callable[[str], None] | None = None,
        on_stage: Callable[[str], None] | None = None,
        stop: Stop | None = None,
    ) -> None:
        self.device = device
        self.stop: Stop = stop or (lambda: False)
        self.text = ""
        self.clue: str | None = None
        self.options: tuple[OptionScore, ...] = ()
        self.changed: bool | None = None
        self.stopped = False
        self.change_map: NDArray[np.float32] | None = None
        self.prompt_tokens = self.visual_tokens = self.answer_tokens = 0
        self._on_token = on_token or _ignore
        self._on_stage = on_stage or _ignore
        self._started = time.perf_counter()
        self._first_token = 0.0
        self._stages: dict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Announce a stage and take its time, however it ends."""
        self._on_stage(name)
        started = time.perf_counter()
        try:
            yield
            synchronize(self.device)
        finally:
            self._stages[name] += time.perf_counter() - started

    def say(self, piece: str, tokens: int = 1) -> None:
        """A piece of the answer (it may be empty), and the number of tokens it took."""
        if tokens and not self._first_token:
            self._first_token = self._elapsed()
        self.answer_tokens += tokens
        self.text += piece
        if piece:
            self._on_token(piece)

    def seconds(self, load: float) -> StageSeconds:
        """The time of each stage; ``load`` is the model's, and not a part of the total."""
        stages = self._stages
        return StageSeconds(
            load=load,
            vision=stages["vision"],
            clue=stages["clue"],
            prefill=stages["prefill"],
            decode=stages["decode"] + stages["score"],
            first_token=self._first_token,
            total=self._elapsed(),
        )

    def _elapsed(self) -> float:
        return time.perf_counter() - self._started


def _ignore(_: str) -> None:
    """Nobody listens."""

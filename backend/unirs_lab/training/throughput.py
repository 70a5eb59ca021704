"""How fast a training runs: time of a step, tokens a second, memory, use of the device."""

from __future__ import annotations

from dataclasses import dataclass, field

import psutil
import torch


@dataclass(frozen=True)
class Speed:
    """The speed of some steps.

    Attributes:
        step_seconds: Mean time of a step.
        tokens_per_second: Tokens that the LLM read, of all processes together.
        peak_memory: Bytes: an accelerator's highest use, or what the process has on a CPU.
        utilisation: Model FLOPs utilisation, 0 to 1: operations that the model asks for, without
            recomputed ones, as a share of what the devices could do; ``None`` if not known.
    """

    step_seconds: float
    tokens_per_second: float
    peak_memory: int
    utilisation: float | None

    def figures(self) -> dict[str, float]:
        """What curves and boards show."""
        shown = {"step_seconds": self.step_seconds, "tokens_per_second": self.tokens_per_second}
        return shown if self.utilisation is None else {**shown, "utilisation": self.utilisation}


@dataclass
class Meter:
    """Adds up steps until it is read.

    Attributes:
        device: Of this process.
        peak_flops: Operations that all devices together can do in a second; 0 if not known.
    """

    device: torch.device
    peak_flops: float
    _steps: int = field(default=0, init=False)
    _seconds: float = field(default=0.0, init=False)
    _tokens: float = field(default=0.0, init=False)
    _flops: float = field(default=0.0, init=False)

    def add(self, seconds: float, tokens: float, flops: float) -> None:
        """Count a step of all processes."""
        self._steps += 1
        self._seconds += seconds
        self._tokens += tokens
        self._flops += flops

    def read(self) -> Speed | None:
        """The speed since the last reading; ``None`` where no tokens are counted."""
        speed = None
        if self._tokens:
            known = self.peak_flops > 0 and self._flops > 0
            speed = Speed(
                step_seconds=self._seconds / self._steps,
                tokens_per_second=self._tokens / self._seconds,
                peak_memory=peak_memory(self.device),
                utilisation=self._flops / self._seconds / self.peak_flops if known else None,
            )
        self._steps, self._seconds, self._tokens, self._flops = 0, 0.0, 0.0, 0.0
        return speed


def peak_memory(device: torch.device) -> int:
    """Bytes: the highest use of an accelerator so far, or what the process has on a CPU."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return int(psutil.Process().memory_info().rss)

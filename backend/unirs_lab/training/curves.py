"""Loss and validation curves: as CSV and PNG; the speed of a run."""

from __future__ import annotations

import csv
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import torch

from unirs.errors import UniRSError
from unirs.files import whole_file

REDRAW_SECONDS = 60


class Curves:
    """Figures by step, appended while a run goes on.

    Attributes:
        rows: One dictionary for each recorded step: ``step``, ``seconds``, losses, figures.
        board: TensorBoard's writer, if it shows them too.
        first_seconds: Training time when the curves were opened.
        drawn: When the PNG was drawn last, on the monotonic clock.
    """

    def __init__(self, path: Path, rows: list[dict[str, float]], board: Any = None) -> None:
        self.path = path
        self.rows = rows
        self.board = board
        self.first_seconds = self.seconds
        self.drawn = time.monotonic()

    @classmethod
    def open(cls, path: Path, first_step: int, board: bool = False) -> Curves:
        """Read the curves of a run that resumes at ``first_step``; later rows are forgotten.

        Args:
            path: The CSV.
            first_step: The last step that is kept.
            board: Whether what is added goes to TensorBoard as well, in a folder beside the CSV.

        Raises:
            UniRSError: ``curves_broken`` if the CSV is none of ours, ``tensorboard_missing``.
        """
        rows = _read(path) if path.is_file() and first_step else []
        kept = [row for row in rows if row["step"] <= first_step]
        return cls(path, kept, _board(path.with_name("tensorboard"), first_step) if board else None)

    @property
    def seconds(self) -> float:
        """Training time so far."""
        return self.rows[-1]["seconds"] if self.rows else 0.0

    def add(self, step: int, seconds: float, figures: dict[str, float]) -> None:
        """Record the figures of a step."""
        self.rows.append({"step": step, "seconds": round(seconds, 2), **figures})
        if self.board:
            for name, value in figures.items():
                self.board.add_scalar(name, value, step)

    def last(self, name: str) -> float | None:
        """The latest value of a figure."""
        return next((row[name] for row in reversed(self.rows) if name in row), None)

    def is_highest(self, name: str) -> bool:
        """Whether the latest value of a figure is above all before it."""
        *before, latest = [row[name] for row in self.rows if name in row]
        return all(latest > value for value in before)

    def save(self, at_end: bool = False) -> None:
        """Write the CSV and the PNG , each whole.

        Args:
            at_end: Whether the run is over. Until then the PNG is drawn once a minute at most.

        Raises:
            UniRSError: ``output_unwritable``.
        """
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        with (
            whole_file(self.path) as path,
            path.open("w", encoding="utf-8", newline="") as stream,
        ):
            writer = csv.DictWriter(stream, names)
            writer.writeheader()
            writer.writerows(self.rows)
        if self.board:
            self.board.flush()
        if not at_end and time.monotonic() - self.drawn < REDRAW_SECONDS:
            return
        self.drawn = time.monotonic()
        with whole_file(self.path.with_suffix(".png")) as path:
            self._plot([name for name in names if name not in ("step", "seconds")], path)

    def _plot(self, names: list[str], path: Path) -> None:
        from matplotlib.figure import Figure

        lines = max(1, (len(names) + 1) // 2)  # a checkpoint may come before the first figures
        figure = Figure(figsize=(9, 3 * lines), layout="constrained")
        axes = figure.subplots(lines, 2, squeeze=False).ravel()
        for axis, name in zip(axes, names, strict=False):
            points = [(row["step"], row[name]) for row in self.rows if name in row]
            axis.plot(*zip(*points, strict=True), linewidth=1)
            axis.set_title(name, fontsize=9)
            axis.grid(alpha=0.3)
        for axis in axes[len(names) :]:
            axis.set_visible(False)
        figure.savefig(path, dpi=100)


def _read(path: Path) -> list[dict[str, float]]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows: list[dict[str, float]] = [
                {name: float(value) for name, value in row.items() if value}
                for row in csv.DictReader(stream)
            ]
        return [{**row, "step": int(row["step"])} for row in rows]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UniRSError(
            "curves_broken",
            f"{path} cannot be read, to which the run adds its figures; mend its last line, or "
            "delete it and lose the figures until now.",
        ) from error


def tensorboard_missing() -> UniRSError:
    """The error for a missing TensorBoard, which is no dependency of the package."""
    return UniRSError(
        "tensorboard_missing",
        "TensorBoard is not installed; install it with 'pip install tensorboard', or train "
        "without it.",
    )


def _board(folder: Path, first_step: int) -> Any:
    """TensorBoard's writer, which forgets what a killed run wrote behind ``first_step``."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise tensorboard_missing() from error
    return SummaryWriter(str(folder), purge_step=first_step + 1)


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

"""Loss and validation curves: CSV for programs, PNG to look at."""

from __future__ import annotations

import csv
from pathlib import Path


class Curves:
    """Figures by step, appended while a run goes on.

    Attributes:
        rows: One dictionary for each recorded step: ``step``, ``seconds``, losses, figures.
    """

    def __init__(self, path: Path, rows: list[dict[str, float]]) -> None:
        self.path = path
        self.rows = rows
        self.first_seconds = self.seconds

    @classmethod
    def open(cls, path: Path, first_step: int) -> Curves:
        """Read the curves of a run that resumes at ``first_step``; later rows are forgotten."""
        rows: list[dict[str, float]] = []
        if path.is_file() and first_step:
            with path.open(encoding="utf-8", newline="") as stream:
                for row in csv.DictReader(stream):
                    rows.append({name: float(value) for name, value in row.items() if value})
        return cls(path, [row for row in rows if row["step"] <= first_step])

    @property
    def seconds(self) -> float:
        """Training time so far."""
        return self.rows[-1]["seconds"] if self.rows else 0.0

    def add(self, step: int, seconds: float, figures: dict[str, float]) -> None:
        """Record the figures of a step."""
        self.rows.append({"step": step, "seconds": round(seconds, 2), **figures})

    def last(self, name: str) -> float | None:
        """The latest value of a figure."""
        return next((row[name] for row in reversed(self.rows) if name in row), None)

    def save(self) -> None:
        """Write the CSV and the PNG (with matplotlib, of the extra ``[train]``)."""
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        with self.path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, names)
            writer.writeheader()
            writer.writerows(self.rows)
        self._plot([name for name in names if name not in ("step", "seconds")])

    def _plot(self, names: list[str]) -> None:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9, 3 * ((len(names) + 1) // 2)), layout="constrained")
        axes = figure.subplots((len(names) + 1) // 2, 2, squeeze=False).ravel()
        for axis, name in zip(axes, names, strict=False):
            points = [(row["step"], row[name]) for row in self.rows if name in row]
            axis.plot(*zip(*points, strict=True), linewidth=1)
            axis.set_title(name, fontsize=9)
            axis.grid(alpha=0.3)
        for axis in axes[len(names) :]:
            axis.set_visible(False)
        figure.savefig(self.path.with_suffix(".png"), dpi=100)

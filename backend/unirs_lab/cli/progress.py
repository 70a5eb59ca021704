"""Progress bars of a training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unirs.cli.screen import Bars

if TYPE_CHECKING:
    from unirs_lab.training.progress import Report


def training_report(bars: Bars) -> Report:
    """Show the stages and steps of a training as progress bars."""
    from unirs_lab.training.progress import Report

    return Report(
        stage=bars.begin,
        making=bars.update,
        training=lambda at: bars.update(at.step, at.steps, f"loss {at.loss:.3f}"),
    )

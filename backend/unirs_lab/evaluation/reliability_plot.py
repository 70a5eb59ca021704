"""Reliability plots: how often answers of each confidence are right."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from unirs.files import whole_file
from unirs_lab.evaluation.scores.calibration import Bin, calibration_error


def write_reliability_png(
    groups: Mapping[str, Sequence[Bin]], path: str | os.PathLike[str]
) -> None:
    """Draw one plot for each group of answers; below the diagonal, a model is too confident.

    Args:
        groups: The bins of each group, by its title.
        path: The file, such as ``reliability.png``; it appears when it is complete.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.6 * len(groups), 4.0), layout="constrained")
    for axes, (title, bins) in zip(
        figure.subplots(1, len(groups), squeeze=False)[0], groups.items(), strict=True
    ):
        most = max(each.answers for each in bins)
        axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        axes.scatter(
            [each.confidence for each in bins],
            [each.right for each in bins],
            s=[20 + 180 * each.answers / most for each in bins],
            alpha=0.7,
        )
        answers, error = sum(each.answers for each in bins), calibration_error(bins) or 0.0
        axes.set_title(
            f"{title}\n{answers} answers, error {error:.1%}", fontsize=9, parse_math=False
        )
        axes.set_xlabel("confidence")
        axes.set_ylabel("share right")
        axes.set(xlim=(0, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    with whole_file(path) as target:
        figure.savefig(target, dpi=120, format="png")

"""Commands that other packages add: those of ``unirs-lab``, which makes and scores models."""

from __future__ import annotations

from importlib.metadata import entry_points

import typer

from unirs.errors import UniRSError

GROUP = "unirs.commands"
"""Entry points that take the program and add their command to it."""

OF_THE_LABORATORY = ("data", "evaluate", "experiments", "train", "world")


def add_extensions(app: typer.Typer) -> None:
    """Add the commands of installed packages, and a sentence for those that are not installed."""
    points = {point.name: point for point in entry_points(group=GROUP)}
    for _name, point in sorted(points.items()):
        point.load()(app)
    for name in OF_THE_LABORATORY:
        if name not in points:
            _add_missing(app, name)


def _add_missing(app: typer.Typer, name: str) -> None:
    @app.command(
        name,
        hidden=True,
        add_help_option=False,
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )
    def missing() -> None:
        raise UniRSError(
            "command_missing",
            f"'unirs {name}' belongs to the package unirs-lab, which is not installed; install "
            "the same version of it as of unirs.",
        )

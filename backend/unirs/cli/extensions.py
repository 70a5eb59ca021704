"""Commands that other packages add: those of ``unirs-lab``, which trains and evaluates models."""

from __future__ import annotations

from importlib.metadata import entry_points

import typer

from unirs import __version__
from unirs.cli.environment import broken_environment
from unirs.errors import UniRSError

GROUP = "unirs.commands"
"""Group of the entry points: functions that add a command to the program."""

LABORATORY_COMMANDS = ("data", "evaluate", "experiments", "train", "world")


def add_extensions(app: typer.Typer) -> None:
    """Add the commands of installed packages.

    A command of the laboratory that is not installed, or that cannot be loaded, fails with one
    sentence when it is used, so that a broken package does not break the other commands.
    """
    points = {point.name: point for point in entry_points(group=GROUP)}
    for name, point in sorted(points.items()):
        try:
            register = point.load()
        except ImportError as error:
            _add_failing(app, name, broken_environment(error))
        else:
            register(app)
    for name in LABORATORY_COMMANDS:
        if name not in points:
            _add_failing(app, name, _not_installed(name))


def _not_installed(name: str) -> UniRSError:
    return UniRSError(
        "command_missing",
        f"'unirs {name}' is part of the package unirs-lab, which is not installed; install it with "
        f"'pip install ./backend' from the sources of UniRS {__version__}.",
    )


def _add_failing(app: typer.Typer, name: str, failure: UniRSError) -> None:
    @app.command(
        name,
        hidden=True,
        add_help_option=False,
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )
    def fail() -> None:
        raise failure

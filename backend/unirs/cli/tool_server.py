"""``mcp``: rasters and questions as tools of an agent."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from unirs.cli.options import AllowRemote, Device, Model, Precision
from unirs.models import DEFAULT_MODEL

EXAMPLES = """
[bold]Examples[/bold]

unirs mcp --root imagery --output answers

unirs mcp --root /data/2010 --root /data/2020 --output /data-out --device cuda
"""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(epilog=EXAMPLES, rich_help_panel="Programs")(mcp)


def mcp(
    root: Annotated[
        list[Path],
        typer.Option(
            metavar="FOLDER",
            help="Folder whose rasters may be read; can be repeated.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            help="Folder for pictures, change maps and GeoJSON, apart from the roots; nothing is "
            "written elsewhere.",
            show_default=False,
        ),
    ],
    model: Model = DEFAULT_MODEL,
    device: Device = "auto",
    precision: Precision = "auto",
    allow_remote: AllowRemote = False,
) -> None:
    """Serve an agent over stdin and stdout (Model Context Protocol)."""
    from unirs.engines.opening import KEY_VARIABLE
    from unirs.tool_server.serving import serve

    chosen = {"model": model, "device": device, "precision": precision}
    key = os.environ.get(KEY_VARIABLE)
    serve(root, output, {**chosen, "key": key, "allow_remote": allow_remote})

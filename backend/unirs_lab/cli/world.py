"""``world``: generated scenes with known truth, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unirs.cli.screen import Bars, clean

EXAMPLES = """
[bold]Examples[/bold]

unirs world scenes

unirs world scenes --count 20 --seed 7 --size 256

unirs world demo-output --demo
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EXAMPLES, rich_help_panel="Making models")(world)


def world(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder for the files.", show_default=False)
    ],
    count: Annotated[int, typer.Option(min=1, metavar="N", help="Number of scenes.")] = 5,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="The same seed gives the same scenes.")
    ] = 0,
    size: Annotated[int, typer.Option(metavar="PIXELS", help="Side of the rasters.")] = 512,
    demo: Annotated[
        bool, typer.Option("--demo", help="Write the scene of 'make demo' instead.")
    ] = False,
) -> None:
    """Write generated scenes with known truth: dated GeoTIFFs, change masks, videos, captions."""
    from unirs_lab.world.write import write_demo, write_world

    with Bars() as bars:
        bars.begin("Rendering")
        if demo:
            write_demo(folder)
            count = 1
        else:
            write_world(folder, seed, count, size, on_scene=lambda done: bars.update(done, count))
    where = clean(str(folder), one_line=True)
    print(f"Wrote {count} scene{'s' if count > 1 else ''} to {where}.")

"""``worker``, ``world``, ``bench``: the service, generated scenes, and how fast all is."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from unirs.cli.options import Device, Json, Model, Precision
from unirs.cli.screen import Bars, Watch, clean, print_json, print_table
from unirs.inference import DEFAULT_MODEL

BENCH_SIDE = 256
"""Pixels of the images that are measured on; a model brings them to its own size."""

WORLD_EXAMPLES = """
[bold]Examples[/bold]

unirs world scenes

unirs world scenes --count 20 --seed 7 --size 256

unirs world demo-output --demo
"""
BENCH_EXAMPLES = """
[bold]Examples[/bold]

unirs bench

unirs bench --model models/vila-3b --device cuda --json
"""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(rich_help_panel="Programs")(worker)
    app.command(epilog=WORLD_EXAMPLES, rich_help_panel="Making models")(world)
    app.command(epilog=BENCH_EXAMPLES, rich_help_panel="Programs")(bench)


def worker() -> None:
    """Serve another program over stdin and stdout (JSON-RPC 2.0, one message a line)."""
    from unirs.worker.__main__ import main

    main()


def world(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Takes the files.", show_default=False)
    ],
    count: Annotated[int, typer.Option(min=1, metavar="N", help="How many places.")] = 5,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="The same seed gives the same places.")
    ] = 0,
    size: Annotated[int, typer.Option(metavar="PIXELS", help="Side of the rasters.")] = 512,
    demo: Annotated[
        bool, typer.Option("--demo", help="The one place that 'make demo' shows instead.")
    ] = False,
) -> None:
    """Write generated places with known truth: dated GeoTIFFs, change masks, videos, captions."""
    from unirs.world.write import write_demo, write_world

    with Bars() as bars:
        bars.begin("Rendering")
        if demo:
            write_demo(folder)
            count = 1
        else:
            write_world(folder, seed, count, size, on_scene=lambda done: bars.update(done, count))
    where = clean(str(folder), one_line=True)
    print(f"Wrote {count} place{'s' if count > 1 else ''} into {where}.")


def bench(
    model: Model = DEFAULT_MODEL,
    device: Device = "auto",
    precision: Precision = "auto",
    json: Json = False,
) -> None:
    """Measure speed and memory, as ratios within one run."""
    with Watch("Starting") as watch, tempfile.TemporaryDirectory() as folder:
        from unirs.bench import BenchInputs, run_bench
        from unirs.imagery import read_pair
        from unirs.inference import load_pipeline
        from unirs.inputs import VisualInput
        from unirs.world.write import write_demo

        demo = write_demo(Path(folder))
        pair = VisualInput.pair(*read_pair(demo.before, demo.after, BENCH_SIDE))
        result = run_bench(
            lambda: load_pipeline(model, device, precision),
            BenchInputs(pair, demo.before, demo.after, demo.video),
            watch.stage,
        )
    facts = result.to_json()
    if json:
        print_json(facts)
    else:
        print_table(
            ("Measure", "Result"), ((name, _figure(value)) for name, value in facts.items())
        )


def _figure(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)

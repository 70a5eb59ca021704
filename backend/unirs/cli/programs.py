"""``worker`` and ``bench``: the service, and how fast answers are."""

from __future__ import annotations

import tempfile
from pathlib import Path

import typer

from unirs.cli.options import Device, Json, Model, Precision
from unirs.cli.screen import Watch, print_json, print_table
from unirs.models import DEFAULT_MODEL

BENCH_SIDE = 256
"""Pixels of the images that are measured on; a model brings them to its own size."""

BENCH_EXAMPLES = """
[bold]Examples[/bold]

unirs bench

unirs bench --model models/vila-3b --device cuda --json
"""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(rich_help_panel="Programs")(worker)
    app.command(epilog=BENCH_EXAMPLES, rich_help_panel="Programs")(bench)


def worker() -> None:
    """Serve another program over stdin and stdout (JSON-RPC 2.0, one message a line)."""
    from unirs.worker.__main__ import main

    main()


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
        from unirs_lab.world.write import write_demo

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

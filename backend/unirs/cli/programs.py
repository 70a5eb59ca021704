"""``worker`` and ``bench``: the service, and its speed and memory."""

from __future__ import annotations

import typer

from unirs.cli.options import Device, Json, Model, Precision
from unirs.cli.screen import Watch, print_json, print_table
from unirs.models import DEFAULT_MODEL

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
    """Measure speed and memory on the sample imagery: seconds, and ratios within one run."""
    with Watch("Starting") as watch:
        from unirs.bench import run_bench
        from unirs.engines.unirs import load_pipeline

        result = run_bench(lambda: load_pipeline(model, device, precision), watch.stage)
    facts = result.to_json()
    if json:
        print_json(facts)
    else:
        print_table(
            ("Measure", "Result"), ((name, _figure(value)) for name, value in facts.items())
        )


def _figure(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)

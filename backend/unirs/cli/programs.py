"""``worker`` and ``bench``: the service, and its speed and memory."""

from __future__ import annotations

from typing import Annotated

import typer

from unirs.cli.options import Device, Json, Model, Precision
from unirs.cli.screen import Watch, print_json, print_table
from unirs.models import DEFAULT_MODEL

BENCH_EXAMPLES = """
[bold]Examples[/bold]

unirs bench

unirs bench --model models/vila-3b --device cuda --json

unirs bench --full-size
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
    full_size: Annotated[
        bool,
        typer.Option(
            "--full-size",
            help="Instead, measure unirs-3b with random weights in bfloat16, int8 and int4 "
            "(7 GB of memory, 6 GB of disk for a while).",
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Measure speed and memory on the sample imagery: seconds, and ratios within one run."""
    if full_size:
        _bench_full_size(device, json)
        return
    with Watch("Starting") as watch:
        from unirs.bench.run import run_bench
        from unirs.engines.unirs import load_pipeline

        result = run_bench(lambda: load_pipeline(model, device, precision), watch.stage)
    facts = result.to_json()
    if json:
        print_json(facts)
    else:
        print_table(
            ("Measure", "Result"), ((name, _figure(value)) for name, value in facts.items())
        )


def _bench_full_size(device: str, json: bool) -> None:
    with Watch("Starting") as watch:
        from unirs.bench.full_size import run_full_size

        facts = run_full_size(device, watch.stage).to_json()
    if json:
        print_json(facts)
        return
    by_precision = facts.pop("precisions")
    print_table(("Measure", "Result"), ((name, _figure(value)) for name, value in facts.items()))
    print()
    names = list(by_precision["int4"])
    print_table(
        ("Measure", *by_precision),
        ((name, *(_figure(each[name]) for each in by_precision.values())) for name in names),
    )


def _figure(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)

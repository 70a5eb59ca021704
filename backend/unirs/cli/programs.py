"""``worker`` and ``bench``: the service, and its speed and memory."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from unirs.cli.options import Device, Json, Model, Precision
from unirs.cli.screen import Watch, print_json, print_table
from unirs.models import DEFAULT_MODEL

BENCH_EXAMPLES = """
[bold]Examples[/bold]

unirs bench

unirs bench --model models/vila-3b --device cuda --json

unirs bench --vlm

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
    vlm: Annotated[
        bool,
        typer.Option(
            "--vlm",
            help="Instead, measure a model of transformers: --model, or one of SmolVLM-256M's "
            "shape with random weights.",
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Measure speed and memory on the sample imagery: seconds, and ratios within one run."""
    if full_size:
        _bench_full_size(device, json)
        return
    if vlm:
        _bench_vlm(model, device, json)
        return
    with Watch("Starting") as watch:
        from unirs.bench.run import run_bench
        from unirs.engines.unirs import load_pipeline

        result = run_bench(lambda: load_pipeline(model, device, precision), watch.stage)
    _show(result.to_json(), json)


def _bench_vlm(model: str, device: str, json: bool) -> None:
    with Watch("Measuring a model of transformers"):
        from unirs.bench.run import PAIR_QUESTIONS
        from unirs.bench.vlm import measure_vlm
        from unirs.engines.model_name import LocalModel, find_by_name
        from unirs.errors import UniRSError

        folder = None
        if model != DEFAULT_MODEL:
            found = find_by_name(model)
            if not isinstance(found, LocalModel) or found.engine != "transformers":
                raise UniRSError(
                    "model_invalid",
                    f"{model} is no model of transformers on this computer; name one, or leave "
                    "out --vlm.",
                )
            folder = found.folder
        figures = measure_vlm(PAIR_QUESTIONS, folder, device)
    _show(figures.to_json(), json)


def _bench_full_size(device: str, json: bool) -> None:
    with Watch("Starting") as watch:
        from unirs.bench.full_size import run_full_size

        facts = run_full_size(device, watch.stage).to_json()
    if json:
        print_json(facts)
        return
    by_precision = facts.pop("precisions")
    _show(facts, json=False)
    print()
    names = list(by_precision["int4"])
    print_table(
        ("Measure", *by_precision),
        ((name, *(_figure(each[name]) for each in by_precision.values())) for name in names),
    )


def _show(facts: dict[str, Any], json: bool) -> None:
    if json:
        print_json(facts)
        return
    print_table(("Measure", "Result"), ((name, _figure(value)) for name, value in facts.items()))


def _figure(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)

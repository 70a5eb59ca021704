"""The command ``batch``: a plan, or the same as options."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from unirs.cli import batch_output
from unirs.cli.batch_options import PlanOptions, plan_values
from unirs.cli.environment import require_extra
from unirs.cli.options import takes_options
from unirs.cli.screen import Bars, Watch, print_table
from unirs.errors import UniRSError
from unirs.files import file_size

if TYPE_CHECKING:
    from unirs.batch.cluster import Cluster
    from unirs.batch.plan import Asked, Plan
    from unirs.batch.preview import Preview
    from unirs.batch.running import Summary

EXAMPLES = """
[bold]Examples[/bold]

unirs batch plan.yaml

unirs batch scenes/ --ask "Is there water?" --options yes,no --output answers --dry-run

unirs batch 2012/ 2020/ --pairs earliest-latest --change --tile-size "500 m" --output changes

unirs batch plan.yaml --ray local --workers 4

unirs batch status answers

unirs batch export answers answers.gpkg
"""
PLAN_ENDINGS = {".yaml", ".yml"}
MACHINES = "Machines"


class _Group(TyperGroup):
    """``batch`` with rasters or a plan, unless its first word is one of the other commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in self.commands:
            args = ["run", *(args or ["--help"])]
        return super().parse_args(ctx, args)


class _Run(TyperCommand):
    """A command that is called by the name of its group."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        name = parent.info_name if parent else info_name
        return super().make_context(name, args, parent=parent and parent.parent, **extra)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    batch = typer.Typer(
        cls=_Group,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Ask about every tile of many rasters, on one computer or a cluster.",
    )
    batch.command(cls=_Run, epilog=EXAMPLES, hidden=True)(run)
    batch_output.register(batch)
    app.add_typer(batch, name="batch", rich_help_panel="Questions")


@takes_options(PlanOptions)
def run(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="PLAN.yaml|RASTER...",
            help="A plan; or rasters, folders, globs, GDAL tile indexes, STAC items "
            "(.json, .parquet) or a .csv of pairs.",
            show_default=False,
        ),
    ],
    common: PlanOptions,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count rasters, tiles and parts.")
    ] = False,
    retry_failed: Annotated[
        bool,
        typer.Option("--retry-failed", help="Answer parts with failed tiles once more."),
    ] = False,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="local|ADDRESS",
            help="Run on Ray: start it on this computer, or join a cluster.",
            show_default=False,
            rich_help_panel=MACHINES,
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Models that answer at a time; by default as many as fit.",
            show_default=False,
            rich_help_panel=MACHINES,
        ),
    ] = None,
    cpus_per_worker: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="CPU threads of each.", rich_help_panel=MACHINES),
    ] = None,
    gpus_per_worker: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="N",
            help="GPUs of each; 0.5: two share one.",
            show_default=False,
            rich_help_panel=MACHINES,
        ),
    ] = None,
) -> None:
    """Ask about every tile of many rasters, on one computer or a cluster.

    The same command goes on with a run that has ended before its end.
    """
    from unirs.imagery.storage import reading_from

    require_extra("batch", "pyarrow")
    plan = _plan(inputs, common)
    cluster = _cluster(ray, workers, cpus_per_worker, gpus_per_worker)
    with reading_from(plan.storage):
        if dry_run:
            _show_preview(plan)
        else:
            _run(plan, cluster, retry_failed)


def _plan(inputs: list[str], options: PlanOptions) -> Plan:
    """The plan of the command line.

    Raises:
        typer.BadParameter: Options beside a plan, or none where they are needed.
        UniRSError: What is wrong with the plan.
    """
    from unirs.batch.plan import Plan

    plans = [name for name in inputs if Path(name).suffix.lower() in PLAN_ENDINGS]
    if not plans:
        return Plan.of(plan_values(inputs, options), Path.cwd(), "These options")
    if len(inputs) > 1:
        raise typer.BadParameter(f"{plans[0]} is a plan, which is given alone", param_hint="RASTER")
    if given := options.given():
        raise typer.BadParameter(
            f"is a part of the plan; write it into {plans[0]}", param_hint=given[0]
        )
    return Plan.read(Path(plans[0]))


def _cluster(
    ray: str | None, workers: int | None, cpus: int | None, gpus: float | None
) -> Cluster | None:
    """Where the workers are; ``None`` for this process.

    Raises:
        typer.BadParameter: Workers are described, and there is no cluster for them.
    """
    from unirs.batch.cluster import Cluster

    if ray is not None:
        return Cluster(ray, workers, cpus or 1, gpus)
    for name, value in (("workers", workers), ("cpus-per-worker", cpus), ("gpus-per-worker", gpus)):
        if value is not None:
            raise typer.BadParameter("needs --ray local or --ray ADDRESS", param_hint=f"--{name}")
    return None


def _run(plan: Plan, cluster: Cluster | None, retry_failed: bool) -> None:
    from unirs.batch.running import run_batch
    from unirs.cli.batch_progress import BatchProgress

    if plan.output.export and not os.access(plan.output.export.parent, os.W_OK):
        raise UniRSError(
            "output_unwritable",
            f"{plan.output.export} cannot be written because its folder is missing or read-only; "
            "choose another folder.",
        )
    try:
        with Bars() as bars:
            show = BatchProgress(bars).show
            summary = run_batch(plan, cluster, retry_failed=retry_failed, on_event=show)
    except KeyboardInterrupt:
        raise UniRSError(
            "stopped", "Stopped before it was done; the same command goes on with it."
        ) from None
    print_table(("Batch", str(plan.output.folder)), _summary_rows(summary))
    if plan.output.export and summary.tiles:
        print()
        batch_output.export(plan.output.folder, plan.output.export)


def _summary_rows(summary: Summary) -> Iterator[tuple[str, str]]:
    yield "tiles", f"{summary.tiles:,}"
    if summary.skipped:
        yield "skipped", f"{summary.skipped:,}, with too little data"
    for code, count in Counter(summary.failed).most_common():
        yield "failed", f"{count:,} × {code}"
    before = f", {summary.parts_before:,} of them by earlier runs" if summary.parts_before else ""
    yield "parts", f"{summary.parts:,}{before}"
    yield "time", str(dt.timedelta(seconds=round(summary.seconds)))


def _show_preview(plan: Plan) -> None:
    from unirs.batch.preview import preview

    with Watch("Finding the rasters") as watch:
        seen = preview(plan, lambda number: watch.stage(f"Finding the rasters: {number:,}"))
    print_table(("Plan", str(plan.output.folder)), _preview_rows(plan, seen))


def _preview_rows(plan: Plan, seen: Preview) -> list[tuple[str, str]]:
    good = seen.sources - seen.failed.total()
    size = "one for each" if plan.tiles.size == "whole" else f"of {plan.tiles.size}"
    return [
        ("pairs" if plan.makes_pairs else "rasters", f"{good:,}"),
        *[("failed", f"{count:,} × {code}") for code, count in seen.failed.most_common()],
        *[("first failure", each.message) for each in (seen.first_failure,) if each],
        *[("CRS", f"{_crs_name(crs)} ({count:,})") for crs, count in seen.crs.most_common(5)],
        ("tiles", f"{seen.tiles:,} {size}"),
        ("parts", f"{seen.parts:,}"),
        *[("question", _question(asked)) for asked in plan.ask.questions],
        ("model", plan.ask.model),
        ("output", f"{seen.rows:,} rows, some {file_size(seen.bytes)}"),
    ]


def _question(asked: Asked) -> str:
    answers = ", ".join(asked.options or asked.classes)
    return f"{asked.question or asked.task.value}{f' ({answers})' if answers else ''}"


def _crs_name(crs: str | None) -> str:
    if crs is None:
        return "none, pixels are counted"
    return crs if len(crs) < 30 else crs.split('"')[1]

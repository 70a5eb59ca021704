"""``models``, ``convert`` and ``doctor``: models of this computer, and a check of its devices."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unirs.cli.environment import broken_environment
from unirs.cli.json_lines import JsonLines, print_line, stoppable
from unirs.cli.options import Device, Json, Model, Precision
from unirs.cli.screen import Watch, clean, print_json, print_table
from unirs.errors import UniRSError
from unirs.files import file_size
from unirs.models import DEFAULT_MODEL

if TYPE_CHECKING:
    from unirs.cli.model_list import ModelList
    from unirs.models.listing import ListedModel
    from unirs.self_test import SelfTestReport

MODELS_EXAMPLES = """
[bold]Examples[/bold]

unirs models

unirs models --find-servers

unirs models --json
"""
CONVERT_EXAMPLES = """
[bold]Examples[/bold]

unirs convert VILA1.5-3b models/vila-3b

unirs convert unirs-checkpoint models/unirs-3b --base VILA1.5-3b
"""
DOCTOR_EXAMPLES = """
[bold]Examples[/bold]

unirs doctor

unirs doctor --model models/vila-3b --device cuda --json
"""

PACKAGES = (
    "unirs",
    "torch",
    "transformers",
    "peft",
    "safetensors",
    "numpy",
    "pillow",
    "rasterio",
    "pyproj",
    "shapely",
    "av",
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    panel = "Models"
    app.command(epilog=MODELS_EXAMPLES, rich_help_panel=panel)(models)
    app.command(epilog=CONVERT_EXAMPLES, rich_help_panel=panel)(convert)
    app.command(epilog=DOCTOR_EXAMPLES, rich_help_panel=panel)(doctor)


def models(
    json: Json = False,
    find_servers: Annotated[
        bool,
        typer.Option(
            "--find-servers",
            help="Also ask the usual ports of this computer for servers and their models.",
        ),
    ] = False,
    server: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="Also list the models of this server; its key is UNIRS_SERVER_KEY.",
            show_default=False,
        ),
    ] = None,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Let that server be on another computer.")
    ] = False,
    add: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Also list this folder, hf:OWNER/NAME or server:URL#MODEL; no server is asked.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """List the models on this computer and on servers, and the memory that they need."""
    from unirs.cli.model_list import gather

    found = gather(tuple(add or ()), tuple(server or ()), find_servers, allow_remote)
    if json:
        print_json(found.to_json())
    else:
        _show_models(found)


def _show_models(found: ModelList) -> None:
    print_table(
        ("Model", "Engine", "On disk", "Memory (f32 / bf16 / int4)", "Fits here", "Use", "About"),
        (
            (
                each.model,
                f"{each.engine}, {each.kind}" if each.kind != each.engine else each.engine,
                file_size(each.size_bytes) if each.size_bytes else "",
                _memory(each),
                _fits(each, found.memory_bytes),
                each.use,
                each.summary,
            )
            for each in found.models
        ),
    )
    if found.servers:
        print()
        print_table(
            ("Server", "Program", "Models"),
            ((each.url, each.kind, str(len(each.models))) for each in found.servers),
        )
    if found.problems:
        print()
        print_table(("Not usable", "Why"), ((each.name, each.message) for each in found.problems))
    folders = " and ".join(map(str, found.folders))
    print(clean(f"\nModels are found by name in {folders}."))


def _memory(model: ListedModel) -> str:
    needs = model.needs_bytes or {}
    shown = ("float32", "bfloat16", "int4")
    return " / ".join(file_size(needs[each]) for each in shown if each in needs)


def _fits(model: ListedModel, memory_bytes: int) -> str:
    """The widest precision in which a model fits into the memory of this computer."""
    fits = model.fits(memory_bytes)
    if fits is None:
        return ""
    return next((f"in {name}" for name, it_does in fits.items() if it_does), "no")


def convert(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SRC", help="A VILA-1.5 or authors' UniRS checkpoint.", show_default=False
        ),
    ],
    target: Annotated[
        Path,
        typer.Argument(metavar="DST", help="The model folder to write.", show_default=False),
    ],
    base: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="The VILA-1.5 folder that SRC was tuned from: its LLM writes the clues.",
        ),
    ] = None,
    json_lines: JsonLines = False,
) -> None:
    """Convert a VILA-1.5 or an authors' UniRS checkpoint to a model folder."""
    message = "The conversion was stopped; nothing was written."
    with stoppable("convert_stopped", message, json_lines=json_lines), Watch("Starting") as watch:
        from unirs.model.convert import convert as convert_folder

        def stage(name: str) -> None:
            watch.stage(name)
            if json_lines:
                print_line("stage", stage=name)

        convert_folder(source, target, base, stage)
    if json_lines:
        print_line("done", folder=str(target))
    else:
        where = clean(str(target), one_line=True)
        print(f"Wrote the model folder {where}; try: unirs caption RASTER --model {where}")


def doctor(
    model: Model = DEFAULT_MODEL,
    device: Device = "auto",
    precision: Precision = "auto",
    json: Json = False,
) -> None:
    """Check versions, devices, and answers to known images."""
    versions = _versions()
    if not json:  # first, because a broken library may end this program
        print_table(("Part", "Version"), versions.items())
        sys.stdout.flush()
    devices: list[str] = []
    report = problem = None
    try:
        devices = _devices()
        report = _self_test(model, device, precision)
    except UniRSError as error:
        problem = error
    if json:
        self_test = report.to_json() if report else None
        wrong = {"code": problem.code, "message": problem.message} if problem else None
        print_json(
            {
                "versions": versions,
                "devices": devices,
                "graphics": _graphics(devices),
                "slow_in_bfloat16": _slow_in_bfloat16(devices),
                "self_test": self_test,
                "problem": wrong,
            }
        )
    else:
        _show_health(devices, report)
    if problem:
        raise problem
    if report and not report.passed:
        right = sum(case.passed for case in report.cases)
        raise UniRSError(
            "self_test_failed",
            f"The model {report.model} gave {right} of {len(report.cases)} known answers; "
            "if it is the default model, something is wrong with this installation.",
        )


def _devices() -> list[str]:
    """Devices of this computer, after importing everything that answering needs.

    Raises:
        UniRSError: ``environment_broken``.
    """
    try:
        import unirs.engines.unirs.pipeline
        import unirs.tasks  # noqa: F401
        from unirs.engines.devices import list_devices

        return list_devices()
    except Exception as error:  # incompatible libraries fail in many ways
        raise broken_environment(error) from error


def _graphics(devices: list[str]) -> dict[str, object]:
    """The graphics cards, their driver, the build of PyTorch, and what follows."""
    if not devices:
        return {}
    from unirs.engines.graphics import find_graphics

    found = find_graphics()
    facts = {"build": found.build, "cards": found.cards, "driver": found.driver}
    return {**facts, "sentence": found.sentence}


def _slow_in_bfloat16(devices: list[str]) -> list[str]:
    """Devices without bfloat16 instructions, on which a large model would seem to hang."""
    if not devices:
        return []
    import torch

    from unirs.engines.devices import multiplies_bfloat16

    return [name for name in devices if not multiplies_bfloat16(torch.device(name))]


def _self_test(model: str, device: str, precision: str) -> SelfTestReport:
    with Watch(f"Loading {model}") as watch:
        from unirs.engines.opening import open_engine
        from unirs.self_test import run_self_test

        engine = open_engine(model, device, precision)
        return run_self_test(
            engine, on_case=lambda done, count: watch.stage(f"Known image {done + 1} of {count}")
        )


def _show_health(devices: list[str], report: SelfTestReport | None) -> None:
    if devices:
        print(f"\nDevices, fastest first: {', '.join(devices)}\n")
        print(f"{_graphics(devices)['sentence']}\n")
    for name in _slow_in_bfloat16(devices):
        print(
            f"{name} has no instructions for bfloat16: a model that does not fit into memory in "
            "float32 will be very slow.\n"
        )
    if report:
        verdicts = {True: "right", False: "wrong"}
        print_table(
            ("Known image", "Expected", "Answer", f"{report.model} on {report.device}"),
            (
                (case.name, case.expected, case.answer, verdicts[case.passed])
                for case in report.cases
            ),
        )


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version(), "platform": platform.platform()}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "missing"
    return versions


def _count(number: int) -> str:
    return f"{number / 1e9:.2f} B" if number >= 1e9 else f"{number / 1e6:.1f} M"

"""A plan for the runtime's ``unirs batch``, from the layers of the dock."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any

from qgis.core import QgsProject, QgsProviderRegistry, QgsRasterLayer
from qtpy.QtCore import QCoreApplication
from qtpy.QtWidgets import QWidget

from unirs_qgis.dock.batch_dialog import BatchChoice, BatchDialog
from unirs_qgis.settings import Settings

translate = QCoreApplication.translate


class BatchError(Exception):
    """There can be no plan; the text is one sentence for the user."""


def open_batch_dialog(
    layers: Sequence[QgsRasterLayer],
    question: str,
    options: Sequence[str],
    settings: Settings,
    parent: QWidget | None,
) -> BatchDialog:
    """Show the dialog; it writes the plan and shows the command.

    Args:
        layers: What is asked about, in order of time.
        question: Proposed question.
        options: Proposed closed set of answers.
        settings: The model and how it answers.
        parent: QGIS's window.

    Raises:
        BatchError: The layers cannot be read by another computer.
    """
    paths = raster_paths(layers)
    names = [layer.name() for layer in layers]
    dialog = BatchDialog(names, _proposed_path(), question, options, parent)

    written: set[Path] = set()

    def write(choice: BatchChoice) -> None:
        try:
            if choice.path not in written:
                refuse_existing(choice.path)
            write_plan(choice.path, plan_of(choice, paths, settings))
        except BatchError as error:
            dialog.show_problem(str(error))
        else:
            written.add(choice.path)
            dialog.show_written(command_of(choice))

    dialog.chosen.connect(write)
    dialog.open()
    return dialog


def raster_paths(layers: Sequence[QgsRasterLayer]) -> list[str]:
    """The files of layers.

    Raises:
        BatchError: There are none, or one is no file.
    """
    if not layers:
        raise BatchError(
            translate("Batch", "A batch reads raster layers; choose one or more in the dock.")
        )
    paths = []
    for layer in layers:
        decoded = QgsProviderRegistry.instance().decodeUri("gdal", layer.source())
        path = decoded.get("path", "") if layer.providerType() == "gdal" else ""
        if not path or decoded.get("layerName"):
            raise BatchError(
                translate(
                    "Batch",
                    "The layer “{layer}” is not a raster file, which a batch needs; save it as "
                    "one first.",
                ).format(layer=layer.name())
            )
        paths.append(path)
    return list(dict.fromkeys(paths))


def plan_of(choice: BatchChoice, paths: Sequence[str], settings: Settings) -> dict[str, Any]:
    """The plan as ``unirs batch`` reads it; what is left out is as by default there.

    Args:
        choice: What the user has chosen.
        paths: Rasters.
        settings: The model and how it answers.
    """
    asked: dict[str, Any] = {"task": choice.task, "max_tokens": settings.max_new_tokens}
    if choice.question:
        asked["question"] = choice.question
    if choice.options:
        asked["classes" if choice.task == "classify" else "options"] = list(choice.options)
    if settings.clue is not None:
        asked["clue"] = settings.clue
    plan: dict[str, Any] = {
        "inputs": {"rasters": list(paths)},
        "tiles": {"size": f"{choice.tile_size} {choice.unit}"},
        "ask": {
            "questions": [asked],
            "model": settings.model,
            "precision": settings.precision,
        },
        "output": {"folder": f"{choice.path.stem}-answers"},
    }
    if choice.in_pairs:
        plan["pairs"] = "earliest-latest" if len(paths) == 2 else "each-to-next"
    return plan


def refuse_existing(path: Path) -> None:
    """Never overwrite what somebody else has written.

    Raises:
        BatchError: The file is there already.
    """
    if path.exists():
        raise BatchError(
            translate("Batch", "{file} already exists; choose another file.").format(file=path)
        )


def write_plan(path: Path, plan: dict[str, Any]) -> None:
    """Write a plan: JSON, which is YAML as well.

    Raises:
        BatchError: The file cannot be written.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        text = json.dumps(plan, indent=2, ensure_ascii=False) + "\n"
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except (OSError, ValueError) as error:
        temporary.unlink(missing_ok=True)
        raise BatchError(
            translate("Batch", "{file} cannot be written ({reason}); choose another file.").format(
                file=path, reason=getattr(error, "strerror", None) or error
            )
        ) from error


def command_of(choice: BatchChoice) -> str:
    """The command that runs a plan, as a shell of this computer takes it."""
    words = ["unirs", "batch", str(choice.path)]
    if choice.ray:
        words += ["--ray", choice.ray]
    if sys.platform == "win32":
        return subprocess.list2cmdline(words)
    return " ".join(map(shlex.quote, words))


def _proposed_path() -> Path:
    """A new plan beside the project, else in the home folder."""
    folder = Path(QgsProject.instance().homePath() or Path.home())
    names = chain(["unirs-batch.yaml"], (f"unirs-batch-{number}.yaml" for number in count(2)))
    return next(folder / name for name in names if not (folder / name).exists())

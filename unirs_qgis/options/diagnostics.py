"""Diagnostics for a report of a problem, without anything about the user."""

from __future__ import annotations

import configparser
import json
import os
import platform
from collections.abc import Callable
from pathlib import Path

from osgeo import gdal
from qgis.core import Qgis
from qtpy.QtCore import QCoreApplication, qVersion

from unirs_qgis.runtime.access import KEY_VARIABLE
from unirs_qgis.runtime.environment import Runtime
from unirs_qgis.runtime.model_names import server_of, short_name
from unirs_qgis.runtime.programs import run_program
from unirs_qgis.settings import Settings

_PACKAGES = ("unirs", "torch", "transformers", "peft", "numpy", "rasterio", "pyproj", "av")

_PROBE = """
import importlib.metadata as metadata, json, platform, sys
def version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"
print(json.dumps({"Python": platform.python_version(), **{n: version(n) for n in sys.argv[1:]}}))
"""


def runtime_versions(python: Path, stopped: Callable[[], bool]) -> dict[str, str]:
    """Versions of the runtime's Python and packages, without importing them. It waits.

    Returns:
        An empty dictionary if the interpreter does not answer.
    """
    lines: list[str] = []
    try:
        command = [python, "-I", "-c", _PROBE, *_PACKAGES]
        run_program(command, stopped, lines.append, lambda _line: None)
        return {str(name): str(value) for name, value in json.loads("".join(lines)).items()}
    except (OSError, ValueError, AttributeError):
        return {}


def report(
    settings: Settings,
    runtime: Runtime,
    versions: dict[str, str],
    test: str,
    log: str,
) -> str:
    """A report of plain lines.

    Args:
        settings: The user's settings.
        runtime: The runtime.
        versions: From ``runtime_versions``.
        test: Result of the self-test; empty if it was not run.
        log: Last lines of the worker's log.
    """
    lines = [
        f"UniRS for QGIS {plugin_version()}",
        f"QGIS {Qgis.QGIS_VERSION}, Qt {qVersion()}, GDAL {gdal.__version__}, "
        f"Python {platform.python_version()}",
        f"System: {platform.platform()}",
        f"Runtime: {runtime.state.value} ({'set up here' if runtime.own else 'chosen'})",
        *(f"  {name} {version}" for name, version in versions.items()),
        *(f"  {line}" for line in _build_lines(runtime)),
        f"Model: {short_name(settings.model)}, device: {settings.device}, "
        f"precision: {settings.precision}, clue: {settings.clue}",
        f"Self-test: {test or 'not run'}",
    ]
    if log.strip():
        lines += ["Log of the worker:", *(f"  {line}" for line in log.strip().splitlines()[-40:])]
    return without_home(without_access("\n".join(lines), settings)) + "\n"


def _build_lines(runtime: Runtime) -> list[str]:
    """Which build of PyTorch the set-up has installed, why, and what it can compute with."""
    record = runtime.record
    if record is None:
        return []
    return [
        f"build of PyTorch: {record.build} ({record.why or 'unknown'}), "
        f"devices: {', '.join(record.devices)}",
        *filter(None, (record.graphics, record.uv)),
    ]


def without_home(text: str) -> str:
    """The text with ``~`` in the place of the user's folder, which holds the user's name."""
    home = str(Path.home())
    if len(home) <= 1:
        return text
    return text.replace(home, "~").replace(home.replace("\\", "/"), "~")


def without_access(text: str, settings: Settings) -> str:
    """The text without the other hosts that the user has named, and without the key of servers.

    No part of UniRS writes a key; a server might, into the sentence of an error.
    """
    hosts = {*settings.confirmed_hosts, *(each.split(" ")[0] for each in settings.server_logins)}
    server = server_of(settings.model)
    if server is not None and server.is_remote:
        hosts.add(server.host)
    for host in hosts:
        text = text.replace(host, "(host)").replace(host.rpartition(":")[0], "(host)")
    key = os.environ.get(KEY_VARIABLE, "").strip()
    return text.replace(key, "(key)") if key else text


def plugin_version() -> str:
    """The version in the plugin's ``metadata.txt``, beside the package or above it."""
    package = Path(__file__).parents[1]
    for folder in (package, package.parent):
        parser = configparser.ConfigParser(interpolation=None)
        if parser.read(folder / "metadata.txt", encoding="utf-8"):
            return parser.get("general", "version", fallback="?")
    return QCoreApplication.translate("Options", "of an unknown version")

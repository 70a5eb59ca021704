"""The built package in a fresh profile of the real QGIS, and two dates of a generated place."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from scripts.qgis_session import Session, make_profile

ROOT = Path(__file__).parents[2]
PYTHON = Path(os.environ.get("UNIRS_PYTHON") or ROOT / ".venv/bin/python")
PATIENCE = float(os.environ.get("UNIRS_TEST_PATIENCE") or 1)
"""How many times longer than on a quiet machine to wait, where others keep it busy."""
PACKAGE = os.environ.get("UNIRS_PACKAGE")
"""A package that is built already; else it is built."""
PLACE = os.environ.get("UNIRS_PLACE")
"""A folder with two dates that are made already; else they are made, which takes the laboratory."""
PICTURES = ROOT / "window-output"
"""Where the screenshots go: look at them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = [name for name in ("qgis", "Xvfb", "xdotool") if not shutil.which(name)]
    if missing or not PYTHON.exists():
        reason = f"needs {', '.join(missing) or PYTHON}; `make env qgis-env` makes what is missing"
        for item in items:
            if item.path.is_relative_to(Path(__file__).parent):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def pictures() -> Path:
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir()
    return PICTURES


@pytest.fixture(scope="session")
def place(tmp_path_factory) -> Path:
    """A folder with 2019-06-15.tif and 2021-08-02.tif, in which houses are built."""
    folder = tmp_path_factory.mktemp("Gelände mit Häusern")
    if PLACE:
        shutil.copytree(PLACE, folder, dirs_exist_ok=True)
    else:
        subprocess.run([PYTHON, "-m", "unirs", "world", folder, "--demo"], check=True)
    return folder


@pytest.fixture(scope="module")
def profiles(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("qgis")
    if not PACKAGE:
        subprocess.run([PYTHON, "-m", "scripts.package", folder], cwd=ROOT, check=True)
    package = Path(PACKAGE) if PACKAGE else next(folder.glob("*.zip"))
    return make_profile(folder / "profiles", package)


@pytest.fixture(scope="module")
def start(profiles, pictures) -> Callable[..., AbstractContextManager[Session]]:
    """Opens QGIS, with files if some are given; once more for a restart."""
    log = pictures / "qgis.log"
    return lambda *opened: Session(profiles, PYTHON, log, opened=opened, patience=PATIENCE)

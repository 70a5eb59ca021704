"""Which tests this Python can run: the plugin's want QGIS, the dock's want Qt."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest

NEEDS = {"plugin": "qgis", "window": "qgis", "dock": "qtpy", "qt6": "PyQt6"}

collect_ignore = [folder for folder, module in NEEDS.items() if not find_spec(module)]

if find_spec("PyQt6"):  # PySide6 is there as well, for its tools
    os.environ["QT_API"] = os.environ["PYTEST_QT_API"] = "pyqt6"

WORDS = [
    "is there a road in the image? yes, there is a road between the two rows of houses.",
    "how many buildings are there? the number of buildings is 12. is it rural or urban?",
    "the two scenes are the same as before. some houses appear at the top of the scene.",
    "a river, a field, a forest, a parking lot, a flood and a traffic jam; déjà vu: ü, ö, ä.",
]


@pytest.fixture(scope="session")
def make_model(tmp_path_factory):
    """Makes model folders of a tiny preset, with random weights that are always the same.

    ``make_model(name, card, prepare, preset, **config)`` gives a folder of this name, alone in its
    parent; ``prepare`` is shown the bundle before it is saved.
    """
    from unirs.model import PRESETS, new_bundle, replace_config, save_bundle, train_tokenizer

    tokenizer = train_tokenizer(WORDS * 20, 400, tmp_path_factory.mktemp("tokenizer"))

    def make(name="unirs-tiny", card="", prepare=None, preset="unirs-tiny", **config):
        folder = tmp_path_factory.mktemp("models") / name
        bundle = new_bundle(replace_config(PRESETS[preset](), **config), tokenizer, folder, 1)
        if prepare:
            prepare(bundle)
        save_bundle(bundle, folder, card)
        return folder

    return make


@atexit.register
def forget() -> None:
    """Leave nothing of the session's private folder."""
    shutil.rmtree(PRIVATE, ignore_errors=True)


def start_qgis_in(profile: Path) -> None:
    """Let pytest-qgis start QGIS in a profile of its own, fresh in every run.

    By itself it keeps one in the repository, which carries settings from run to run.
    """
    import pytest_qgis.plugin

    def load_settings(_config: pytest.Config) -> None:
        from qgis.PyQt.QtCore import QSettings

        folder = profile / "profiles" / "default"
        QSettings.setDefaultFormat(QSettings.Format.IniFormat)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))

    pytest_qgis.plugin._load_qgis_settings = load_settings


# What Qt and QGIS read when they start. pytest starts both (see `addopts` in pyproject.toml) only
# after this file was read.
PRIVATE = Path(tempfile.mkdtemp(prefix="unirs-tests-"))  # mode 0700, as Qt wants it
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["XDG_RUNTIME_DIR"] = str(PRIVATE)

if find_spec("hypothesis"):
    from hypothesis import settings

    settings.register_profile("patient", deadline=None)  # a busy machine is no failure
    settings.load_profile("patient")

if find_spec("pytest_qgis"):
    os.environ["QGIS_CUSTOM_CONFIG_PATH"] = str(PRIVATE)
    start_qgis_in(PRIVATE)
    pytest_plugins = ["pytest_qgis.plugin"]

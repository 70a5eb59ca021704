"""Datasets that are generated in the layouts of the published ones, a fresh copy for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from unirs_lab.data.examples import write_example

COUNT = 2


@pytest.fixture(scope="session")
def kept_example(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Gives the example of a dataset, two images in each split; nobody may write into it."""
    roots: dict[str, Path] = {}

    def give(name: str) -> Path:
        if name not in roots:
            root = tmp_path_factory.mktemp("examples") / name
            roots[name] = write_example(name, root, count=COUNT, size=64)
        return roots[name]

    return give


@pytest.fixture
def example(kept_example: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """Gives a copy of the example of a dataset, to break."""

    def give(name: str) -> Path:
        return shutil.copytree(kept_example(name), tmp_path / name)

    return give

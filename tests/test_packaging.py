"""What is installed: the wheel, its model, and versions that agree."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import unirs
from unirs.samples import SAMPLES

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "resources" / "models" / "unirs-small"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--quiet", "--wheel-dir", folder, ROOT], check=True)
    return zipfile.ZipFile(next(folder.glob("unirs-*.whl")))


@pytest.mark.slow
def test_the_wheel_carries_the_default_model(wheel):
    inside = {name for name in wheel.namelist() if name.startswith("unirs/resources/models/")}
    for path in MODEL.rglob("*"):
        if path.is_file():
            assert f"unirs/resources/models/unirs-small/{path.relative_to(MODEL)}" in inside
    assert "unirs/resources/models/unirs-small/config.json" in inside


@pytest.mark.slow
def test_the_wheel_carries_the_sample_imagery_with_its_terms(wheel):
    names = set(wheel.namelist())
    assert {f"unirs/samples/{sample.file}" for sample in SAMPLES} <= names
    assert "unirs/samples/README.md" in names


@pytest.mark.slow
def test_the_wheel_carries_program_and_licence_and_no_tests(wheel):
    names = wheel.namelist()
    assert "unirs/cli/app.py" in names
    assert not [name for name in names if name.startswith("unirs_lab")]
    assert any(name.endswith("/LICENSE") for name in names)
    entry_points = next(name for name in names if name.endswith("entry_points.txt"))
    assert "unirs = unirs.__main__:run" in wheel.read(entry_points).decode()
    assert not [name for name in names if "tests" in name.split("/") or "__pycache__" in name]


def test_the_default_model_is_small_and_has_a_card():
    files = [path for path in MODEL.rglob("*") if path.is_file()]
    assert 0 < sum(path.stat().st_size for path in files) <= 18 * 2**20
    assert (MODEL / "README.md").is_file()
    assert (MODEL / "LICENSE").is_file()


def test_versions_agree():
    metadata = ConfigParser()
    metadata.read(ROOT / "metadata.txt", encoding="utf-8")
    written = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert written
    assert unirs.__version__ == metadata["general"]["version"] == written[1]


def test_every_dependency_has_an_exact_version():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    exact = {canonicalize_name(pin.name) for pin in pins if str(pin.specifier).startswith("==")}
    wanted = [Requirement(line) for line in requires("unirs") or []]
    optional = {"ray"}  # the cluster extra is no part of `make env`
    missing = {canonicalize_name(need.name) for need in wanted} - exact - optional - {"unirs"}
    assert not missing

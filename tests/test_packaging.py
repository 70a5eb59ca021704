"""What is installed: two wheels, their dependencies, the default model, and versions that agree."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import unirs
from unirs.cli.extensions import LABORATORY_COMMANDS
from unirs.samples import SAMPLES

ROOT = Path(__file__).parents[1]
LAB_PROJECT = ROOT / "backend"
PARTS_OF_INTERFACES = {"affine": ["rasterio"], "pydantic_core": ["pydantic"], "anyio": ["mcp"]}
"""Libraries that belong to the interface of another one, which is the declared dependency."""

MODEL = ROOT / "resources" / "models" / "unirs-small"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, zipfile.ZipFile]:
    """The wheels of both distributions, by name."""
    folder = tmp_path_factory.mktemp("wheels")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    command = [*build, "--quiet", "--wheel-dir", folder, ROOT, LAB_PROJECT]
    subprocess.run(command, check=True)
    return {path.name.split("-")[0]: zipfile.ZipFile(path) for path in folder.glob("*.whl")}


def metadata_of(wheel: zipfile.ZipFile, file: str) -> str:
    name = next(name for name in wheel.namelist() if name.endswith(f".dist-info/{file}"))
    return wheel.read(name).decode()


def dependencies_of(project: Path) -> set[str]:
    """Names of the dependencies that a ``pyproject.toml`` declares for users, extras included."""
    block = re.search(
        r"^dependencies = \[$(.*?)^\]$", project.read_text(), re.DOTALL | re.MULTILINE
    )
    assert block
    lines = re.findall(r'^    "([^"]+)"', block[1], re.MULTILINE)
    _, _, extras = project.read_text().partition("[project.optional-dependencies]")
    lines += re.findall(r'"([^"]+)"', extras.partition("dev = [")[0])
    return {canonicalize_name(Requirement(line).name) for line in lines}


def imported_libraries(package: Path) -> set[str]:
    """Top-level modules outside of the standard library that a package imports, anywhere."""
    names = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add((node.module or "").split(".")[0])
    return names - sys.stdlib_module_names


@pytest.mark.slow
def test_the_runtime_wheel_has_program_model_and_licence_and_nothing_of_the_laboratory(wheels):
    wheel = wheels["unirs"]
    names = set(wheel.namelist())
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"unirs"}
    assert "unirs/cli/app.py" in names
    assert {f"unirs/samples/{file}" for file in ("README.md", *(s.file for s in SAMPLES))} <= names
    for path in MODEL.rglob("*"):
        if path.is_file():
            assert f"unirs/resources/models/{MODEL.name}/{path.relative_to(MODEL)}" in names
    assert f"unirs/resources/models/{MODEL.name}/config.json" in names
    assert not [name for name in names if "tests" in name.split("/") or "__pycache__" in name]
    assert "GNU GENERAL PUBLIC LICENSE" in metadata_of(wheel, "licenses/LICENSE")
    entry_points = metadata_of(wheel, "entry_points.txt")
    assert "unirs = unirs.__main__:run" in entry_points
    assert "unirs.commands" not in entry_points
    model = sum(path.stat().st_size for path in MODEL.rglob("*") if path.is_file())
    program = sum(info.file_size for info in wheel.infolist()) - model
    assert program < 2_000_000


@pytest.mark.slow
def test_the_laboratory_wheel_has_its_presets_and_adds_its_commands(wheels):
    wheel = wheels["unirs_lab"]
    names = set(wheel.namelist())
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"unirs_lab"}
    presets = list((LAB_PROJECT / "unirs_lab").rglob("*.yaml"))
    assert presets
    for path in presets:
        assert path.relative_to(LAB_PROJECT).as_posix() in names
    entry_points = metadata_of(wheel, "entry_points.txt")
    assert "[unirs.commands]" in entry_points
    for command in LABORATORY_COMMANDS:
        assert f"{command} = unirs_lab." in entry_points
    assert sum(info.compress_size for info in wheel.infolist()) < 2_000_000


@pytest.mark.parametrize(
    ("package", "project"),
    [
        (ROOT / "backend/unirs", ROOT / "pyproject.toml"),
        (ROOT / "backend/unirs_lab", ROOT / "backend/pyproject.toml"),
    ],
)
def test_every_library_that_is_imported_is_a_dependency(package, project):
    declared = dependencies_of(project)
    if "unirs" in declared:
        declared |= dependencies_of(ROOT / "pyproject.toml")
    sources = packages_distributions() | PARTS_OF_INTERFACES
    missing = {
        name
        for name in imported_libraries(package) - {"unirs", "unirs_lab"}
        if not declared & set(map(canonicalize_name, sources.get(name, [name])))
    }
    assert not missing


def test_the_default_model_is_small_and_has_a_card():
    files = [path for path in MODEL.rglob("*") if path.is_file()]
    assert 0 < sum(path.stat().st_size for path in files) <= 18 * 2**20
    assert (MODEL / "README.md").is_file()
    assert (MODEL / "LICENSE").is_file()


def test_versions_agree():
    metadata = ConfigParser()
    metadata.read(ROOT / "metadata.txt", encoding="utf-8")
    assert unirs.__version__ == metadata["general"]["version"]
    for project in (ROOT / "pyproject.toml", LAB_PROJECT / "pyproject.toml"):
        written = re.search(r'^version = "(.+)"', project.read_text(), re.MULTILINE)
        assert written
        assert unirs.__version__ == written[1]
    assert f'"unirs=={unirs.__version__}"' in (LAB_PROJECT / "pyproject.toml").read_text()


def test_every_dependency_has_an_exact_version():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    exact = {canonicalize_name(pin.name) for pin in pins if str(pin.specifier).startswith("==")}
    lines = [*(requires("unirs") or []), *(requires("unirs-lab") or [])]
    wanted = {canonicalize_name(Requirement(line).name) for line in lines}
    assert wanted - exact == {"unirs"}

"""The architecture's borders: who may import whom, and what nobody may call."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BACKEND = ROOT / "backend"
PACKAGE, LAB = BACKEND / "unirs", BACKEND / "unirs_lab"
PLUGIN = ROOT / "unirs_qgis"

GROUND = {
    *("errors", "texts", "files", "product_names", "dates", "sensor_bands", "radar"),
    *("sentences", "inputs", "answers"),
}
MODEL = GROUND | {"prompts"}
MODELS = MODEL | {"model"}
ENGINES = MODELS | {"models"}
REQUEST = ENGINES | {"engines", "imagery"}
TASKS = REQUEST | {"request", "guard"}
FRONT = TASKS | {"tasks"}
RUNTIME = {
    "__init__": set(),
    "errors": set(),
    "texts": set(),
    "sentences": set(),
    "files": {"errors"},
    "product_names": set(),
    "sensor_bands": set(),
    "radar": set(),
    "tiles": set(),
    "dates": {"product_names"},
    "inputs": GROUND - {"answers"},
    "answers": {"inputs"},
    "prompts": GROUND,
    "guard": GROUND,
    "imagery": GROUND | {"guard"},
    "model": MODEL,
    "models": MODELS,
    "engines": ENGINES,
    "request": REQUEST,
    "tasks": TASKS,
    "samples": {"inputs"},
    "self_test": FRONT | {"samples"},
    "where": FRONT | {"tiles"},
    "when": FRONT | {"where"},
    "batch": FRONT | {"tiles"},
    "index": FRONT | {"tiles", "where", "batch"},
    "worker": FRONT | {"self_test", "where", "when", "index"},
    "tool_server": FRONT | {"tiles", "where", "when", "index", "worker"},
    "bench": FRONT | {"samples", "worker"},
    "cli": FRONT
    | {"self_test", "worker", "bench", "where", "when", "index", "batch", "tool_server"},
    "__main__": {"cli"},
}
"""For each part of the runtime, the other parts that it may know."""

LABORATORY = {
    "__init__": set(),
    "world": set(),
    "data": {"world"},
    "training": {"world", "data"},
    "evaluation": {"world", "data"},
    "experiments": {"world", "data", "training", "evaluation"},
    "cli": {"world", "data", "training", "evaluation", "experiments"},
}
"""The same for the laboratory, which may know all of the runtime."""

NEVER_IN_BACKEND = {"PyQt5", "PyQt6", "PySide2", "PySide6", "qgis", "qtpy"}
NEVER_ANYWHERE = {
    *("pickle", "cPickle", "dill", "joblib", "marshal", "shelve"),
    *("ftplib", "http", "requests", "httpx", "httpx2", "smtplib", "socket", "urllib3"),
}
CONNECTS = {PACKAGE / "models" / "server_client.py": {"httpx2"}}
"""The one file that connects to a server, with what."""
SHARED = {
    *("failures", "process", "protocol", "product_names", "dates", "sentences"),
    *("colours", "offset", "pair", "sky", "squares"),
}
"""What is imported relatively, because the plugin ships the same files."""
HEAVY = {
    *("torch", "transformers", "peft", "rasterio", "av", "accelerate", "webdataset"),
    *("ray", "geopandas", "pandas", "pyarrow", "pyogrio", "mcp"),
}

SOURCES = sorted([*PACKAGE.rglob("*.py"), *LAB.rglob("*.py")])
PLUGIN_SOURCES = sorted(PLUGIN.rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported, at the top or inside of functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level and module in SHARED:
                continue
            assert not node.level, "imports are absolute here"
            yield from (f"{module}.{alias.name}" for alias in node.names)


def part(path: Path) -> tuple[str, str]:
    """The package and the part of it that a file belongs to."""
    package, name = path.relative_to(BACKEND).with_suffix("").parts[:2]
    return package, name


def forbidden_calls(tree: ast.AST) -> list[str]:
    """Calls and arguments that would run what comes with a file, or a text."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        if name in {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}:
            found.append(name)
        if name == "torch.load" and keywords.get("weights_only") != "True":
            found.append("torch.load without weights_only=True")
        for keyword in ("trust_remote_code", "allow_pickle", "shell"):
            if keywords.get(keyword, "False") != "False":
                found.append(f"{name}({keyword}=…)")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(BACKEND)))
def test_imports_point_one_way(path: Path) -> None:
    package, own = part(path)
    may_import = {"unirs": RUNTIME, "unirs_lab": LABORATORY}[package][own]
    names = [name.split(".") for name in imported(ast.parse(path.read_text()))]
    others = {name[1] for name in names if name[0] == package and len(name) > 1} - {
        own,
        "__version__",
    }
    assert others <= may_import, f"{own} may not know {others - may_import}"
    if package == "unirs":
        assert not any(name[0] == "unirs_lab" for name in names), "the runtime knows the laboratory"


@pytest.mark.parametrize("order", [RUNTIME, LABORATORY])
def test_the_order_has_no_circle(order: dict[str, set[str]]) -> None:
    rank = {name: index for index, name in enumerate(order)}
    for name, others in order.items():
        assert all(rank[other] <= rank[name] for other in others)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(BACKEND)))
def test_the_backend_knows_neither_qt_nor_qgis_nor_network_nor_pickle(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported(ast.parse(path.read_text()))}
    names = set(imported(ast.parse(path.read_text())))
    assert not roots & (NEVER_IN_BACKEND | NEVER_ANYWHERE - CONNECTS.get(path, set()))
    assert not any(name.startswith("urllib.request") for name in names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(BACKEND)))
def test_nothing_runs_what_a_file_or_a_text_brings(path: Path) -> None:
    assert not forbidden_calls(ast.parse(path.read_text()))


def test_forbidden_calls_are_seen() -> None:
    bad = "eval(x); torch.load(f); np.load(f, allow_pickle=True); run(x, shell=True)"
    assert len(forbidden_calls(ast.parse(bad))) == 4
    good = "model.eval(); torch.load(f, weights_only=True); re.compile(x)"
    assert not forbidden_calls(ast.parse(good))


@pytest.mark.parametrize("module", ["unirs", "unirs.cli", "unirs.worker", "unirs.tasks"])
def test_importing_costs_no_heavy_library(module: str) -> None:
    heavy = HEAVY - {"rasterio", "av"} if module == "unirs.tasks" else HEAVY
    code = f"import sys, {module}; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not heavy & set(modules)


def test_no_file_grows_out_of_hand() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in [*SOURCES, *PLUGIN_SOURCES]
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert not long

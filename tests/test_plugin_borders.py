"""The plugin's borders: what it may import, call and write, so that it runs in every QGIS."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import package

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "unirs_qgis"
OLDEST_PYTHON = (3, 9)
"""That of QGIS 3.22 on Windows."""

COMPUTE = {"radar.py", "guard"}
"""The shared file and folder that need numpy, which QGIS ships."""
SHIPPED_WITH_QGIS = {"qgis", "osgeo", "qtpy", "processing", "numpy"}
ON_QT_ALONE = {"qtpy"}
NETWORK_AND_PICKLES = {
    *("pickle", "marshal", "shelve", "dbm"),
    *("ftplib", "http", "smtplib", "socket", "socketserver", "ssl", "urllib.request", "xmlrpc"),
}
"""QGIS has its own network, with the user's proxy and certificates."""

CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}
MARKUP = {"setHtml", "insertHtml", "appendHtml", "setMarkdown"}
QT5_ONLY = {"exec_", "print_"}
NEWER_PYTHON = {
    "zip": {"strict"},
    "dataclass": {"slots", "kw_only"},
    "dataclasses.dataclass": {"slots", "kw_only"},
}
"""Arguments that came after Python 3.9; ``feature_version`` sees syntax alone."""

NESTED = {
    *("Qgis.QGIS_VERSION", "Qgis.QGIS_VERSION_INT", "QgsProcessing.TEMPORARY_OUTPUT"),
    *("QgsRasterLayer.LayerOptions", "QgsVectorFileWriter.SaveVectorOptions"),
    *("QgsVectorFileWriter.FieldValueConverter", "QBoxLayout.Direction", "QPalette.ColorRole"),
    *("QNetworkReply.NetworkError", "QPalette.ColorGroup"),
    "QgsColorRampShader.ColorRampItem",
}
"""Constants, classes and enums within classes of Qt and QGIS; all else is a member of an enum."""

SHARED = [ROOT / "backend" / "unirs" / f"{module}.py" for module in package.SHARED]
SOURCES = sorted([*PLUGIN.rglob("*.py"), *SHARED])
NAMES = [str(path.relative_to(ROOT)) for path in SOURCES]
every_source = pytest.mark.parametrize("path", SOURCES, ids=NAMES)


def parse(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported absolutely, at the top or inside of functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


def calls(tree: ast.AST) -> Iterator[tuple[str, set[str]]]:
    """Every call, with the names of its arguments."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), {word.arg for word in node.keywords if word.arg}


@every_source
def test_the_plugin_imports_only_what_qgis_ships(path: Path) -> None:
    parts = path.relative_to(ROOT).parts
    on_qt_alone = path in SHARED or "dock" in parts or path == PLUGIN / "answer.py"
    others = ON_QT_ALONE if on_qt_alone else SHIPPED_WITH_QGIS
    if path in SHARED and COMPUTE & set(parts):
        others = {"numpy"}
    for name in imported(parse(path)):
        root = name.split(".")[0]
        assert root in others | {"unirs_qgis"} | sys.stdlib_module_names, name
        assert not {name, root} & NETWORK_AND_PICKLES, name
        if on_qt_alone and root == "unirs_qgis":
            alone = name.startswith(
                (
                    *("unirs_qgis.answer", "unirs_qgis.dock"),
                    *("unirs_qgis.shared.dates", "unirs_qgis.shared.sentences"),
                )
            )
            assert alone, f"{name} may know QGIS"


@every_source
def test_nothing_runs_or_shows_what_a_file_or_a_text_brings(path: Path) -> None:
    for name, words in calls(parse(path)):
        assert name not in CALLS, name
        assert "shell" not in words, f"{name}(shell=…)"
        assert name.split(".")[-1] not in MARKUP, f"{name}: texts are shown as plain text"


@every_source
def test_the_oldest_python_and_the_newest_qt_can_run_it(path: Path) -> None:
    ast.parse(path.read_text(encoding="utf-8"), feature_version=OLDEST_PYTHON)
    for name, words in calls(parse(path)):
        assert not words & NEWER_PYTHON.get(name, set()), f"{name} in {OLDEST_PYTHON}"
        assert name.split(".")[-1] not in QT5_ONLY, name


@every_source
def test_annotations_are_never_evaluated(path: Path) -> None:
    """``int | None`` in an annotation is an error in Python 3.9 without this import."""
    tree = parse(path)
    annotated = any(isinstance(node, (ast.FunctionDef, ast.AnnAssign)) for node in ast.walk(tree))
    assert not annotated or "__future__" in set(imported(tree))


@every_source
def test_members_of_enums_are_reached_by_their_enum(path: Path) -> None:
    """Qt 6 has no ``Qt.AlignLeft``, but ``Qt.AlignmentFlag.AlignLeft``."""
    tree = parse(path)
    of_qt = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").split(".")[0] in {"qtpy", "qgis"}
        for alias in node.names
    }
    annotations = set(map(id, annotated_with(tree)))
    scopes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not node.attr[0].isupper():
            continue
        owner, name = ast.unparse(node.value), ast.unparse(node)
        if owner in of_qt and id(node) not in scopes | annotations:
            assert name in NESTED, f"{name}, line {node.lineno}: name its enum"


def annotated_with(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes within annotations."""
    for node in ast.walk(tree):
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if annotation is not None:
                yield from ast.walk(annotation)

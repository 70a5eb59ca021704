"""qgis-pyqt5to6, with which QGIS's developers bring plugins to Qt 6, finds nothing to change."""

from __future__ import annotations

import importlib
import shutil
from difflib import unified_diff
from pathlib import Path

import pytest

import unirs_qgis
from tests.qt6.stand_in import fill, module

pytest.importorskip("PyQt6.Qsci", reason="PyQt6-QScintilla is installed from Python 3.12 on")
pytest.importorskip("tokenize_rt", reason="qgis-pyqt5to6 needs Python 3.12")


def difference(before: Path, after: Path) -> str:
    """What a folder of sources has become."""
    lines: list[str] = []
    for path in sorted(after.rglob("*.py")):
        name = str(path.relative_to(after))
        texts = [each.read_text("utf-8").splitlines() for each in (before / name, path)]
        lines += unified_diff(*texts, fromfile=name, tofile=name, n=0, lineterm="")
    return "\n".join(lines)


def test_it_finds_nothing_to_change(tmp_path):
    fill("qgis.core")
    fill("qgis.gui")
    module("qgis.analysis")
    module("qgis._3d")
    tool = importlib.import_module("pyqt5to6.pyqt5to6")
    plugin = Path(unirs_qgis.__file__).parent
    copy = tmp_path / "plugin"
    shutil.copytree(plugin, copy, ignore=shutil.ignore_patterns("_vendor", "__pycache__"))
    assert not tool.main([str(copy)]), difference(plugin, copy)

    old = tmp_path / "old" / "plugin.py"
    old.parent.mkdir()
    old.write_text("from qgis.core import QgsMapLayer\nkind = QgsMapLayer.RasterLayer\n")
    assert tool.main([str(old.parent)])
    assert "LayerType.RasterLayer" in old.read_text()

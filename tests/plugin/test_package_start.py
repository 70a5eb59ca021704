"""What happens when QGIS imports the plugin: the right Qt, and nothing left behind."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAY = "import qtpy, os, sys; print(qtpy.API, qtpy.__file__, os.environ.get('QT_API'))"


def run(code, **environment):
    """What a fresh Python prints, started in the repository."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not done.returncode, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("value", ["pyside6", "pyqt", "PyQt5"])
def test_qtpy_follows_qgis_whatever_another_program_wants(value):
    api, _, left = run(f"import qgis.core, unirs_qgis; {SAY}", QT_API=value, FORCE_QT_API="1")
    assert api == "pyqt5"
    assert left == value


def test_the_environment_is_unchanged():
    code = f"import os; os.environ.pop('QT_API', None); import qgis.core, unirs_qgis; {SAY}"
    assert run(code)[2] == "None"


def test_the_bundled_qtpy_is_used_only_if_there_is_none(tmp_path):
    hide = """
import sys, pathlib, importlib.abc
class Hide(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "qtpy" and str(pathlib.Path("VENDOR")) not in sys.path:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hide())
""".replace("VENDOR", str(ROOT / "unirs_qgis" / "_vendor"))
    code = f"import qgis.core{hide}import unirs_qgis; print(sys.path[-1])"
    assert Path(run(code)[0]).parts[-2:] == ("unirs_qgis", "_vendor")
    assert "_vendor" not in run("import sys, qgis.core, unirs_qgis; print(sys.path)")


def test_resources_are_found_in_the_repository():
    from unirs_qgis.paths import resource

    assert resource("icons", "unirs.svg").is_file()


def test_private_folders_are_private():
    from unirs_qgis.paths import private_folder

    folder = private_folder()
    assert not list(folder.iterdir())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


def test_the_packaged_plugin_finds_its_runtime_and_its_locks(tmp_path):
    """In the layout of the zip: the folder `wheels` lies in the plugin's own folder."""
    plugin = tmp_path / "unirs_qgis"
    shutil.copytree(ROOT / "unirs_qgis", plugin, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (ROOT / "backend/unirs/worker").glob("*.py"):
        if path.name != "__init__.py":
            shutil.copy(path, plugin / "shared" / path.name)
    wheels = plugin / "wheels"
    shutil.copytree(ROOT / "resources/locks", wheels / "locks")
    (wheels / "index.txt").write_text("https://example.org/simple\n")
    (wheels / "unirs-0.1.0-py3-none-any.whl").touch()
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import qgis.core; "
    code += "from unirs_qgis.runtime.environment import find_payload; print(find_payload().index)"
    assert run(code) == ["https://example.org/simple"]

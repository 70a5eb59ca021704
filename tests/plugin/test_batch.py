"""From the layers of the dock to a plan that the runtime reads."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import pytest
from qgis.core import QgsProject, QgsRasterLayer
from qtpy.QtWidgets import QAction, QComboBox, QLineEdit, QPlainTextEdit, QPushButton

from unirs_qgis import batch
from unirs_qgis.batch import BatchError, command_of, plan_of, raster_paths, write_plan
from unirs_qgis.dock.batch_dialog import BatchChoice, BatchDialog
from unirs_qgis.settings import Settings


@pytest.fixture
def choice(tmp_path: Path) -> BatchChoice:
    """A question about each tile."""
    path = tmp_path / "my roads.yaml"
    return BatchChoice("ask", False, "Is there a road?", ("yes", "no"), 500, "m", path, "auto")


@pytest.fixture
def opened(window, dated_layers, monkeypatch, tmp_path):
    """Opens the dialog from the dock's menu."""
    dialogs: list[BatchDialog] = []
    make = batch.open_batch_dialog
    monkeypatch.setattr(
        "unirs_qgis.plugin.open_batch_dialog", lambda *given: dialogs.append(make(*given))
    )
    monkeypatch.setattr(batch, "_proposed_path", lambda: tmp_path / "plan.yaml")

    def open_it(*layers: QgsRasterLayer) -> BatchDialog:
        window.inputs.choose(list(layers) or list(dated_layers))
        window.dock.findChild(QAction, "batchAction").trigger()
        return dialogs[-1]

    yield open_it
    for dialog in dialogs:
        dialog.close()


def read_by_runtime(python: Path, path: Path) -> dict:
    """A plan as the runtime reads it."""
    code = "import sys; from pathlib import Path; from unirs.batch.plan import Plan; "
    code += "print(Plan.read(Path(sys.argv[1])).model_dump_json())"
    command = [str(python), "-c", code, str(path)]
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def test_a_question_of_the_dock_becomes_a_plan(opened, window, dated_layers, tmp_path):
    window.dock.set_question("Is there a road?")
    dialog = opened(dated_layers[0])
    dialog.findChild(QPushButton, "batchWrite").click()
    plan = json.loads((tmp_path / "plan.yaml").read_text())
    assert plan["inputs"]["rasters"] == [dated_layers[0].source()]
    assert plan["ask"]["questions"][0]["question"] == "Is there a road?"
    command = dialog.findChild(QPlainTextEdit, "batchCommand").toPlainText()
    assert command == f"unirs batch {tmp_path / 'plan.yaml'} --ray auto"


def test_two_dates_become_pairs(opened, dated_layers, tmp_path):
    dialog = opened()
    task = dialog.findChild(QComboBox, "batchTask")
    task.setCurrentIndex(task.findText("Describe the change of each tile"))
    dialog.findChild(QPushButton, "batchWrite").click()
    plan = json.loads((tmp_path / "plan.yaml").read_text())
    assert plan["pairs"] == "earliest-latest"
    assert len(plan["inputs"]["rasters"]) == 2


def test_a_plan_of_somebody_else_is_not_overwritten(opened, tmp_path):
    dialog = opened()
    (tmp_path / "plan.yaml").write_text("precious")
    dialog.findChild(QPushButton, "batchWrite").click()
    assert (tmp_path / "plan.yaml").read_text() == "precious"
    dialog.findChild(QLineEdit, "batchPlanFile").setText(str(tmp_path / "mine.yaml"))
    for _ in range(2):  # one's own is
        dialog.findChild(QPushButton, "batchWrite").click()
        assert json.loads((tmp_path / "mine.yaml").read_text())


def test_layers_of_a_service_are_refused(window, qgis_new_project):
    layer = QgsRasterLayer("type=xyz&url=http://localhost/{z}/{x}/{y}.png", "tiles", "wms")
    QgsProject.instance().addMapLayer(layer)
    with pytest.raises(BatchError, match="“tiles” is not a raster file"):
        raster_paths([layer])
    with pytest.raises(BatchError, match="choose one or more"):
        raster_paths([])


def test_the_runtime_reads_the_plan(choice, worker_python, tmp_path):
    settings = Settings(model="unirs-small", clue=False, max_new_tokens=40)
    rasters = [str(tmp_path / name) for name in ("Zürich 2012.tif", "Zürich 2020.tif")]
    write_plan(choice.path, plan_of(choice, rasters, settings))
    plan = read_by_runtime(worker_python, choice.path)
    assert plan["inputs"]["rasters"] == rasters
    assert plan["tiles"]["size"] == "500 m"
    asked = plan["ask"]["questions"][0]
    assert (asked["question"], asked["options"], asked["clue"]) == (
        "Is there a road?",
        ["yes", "no"],
        False,
    )
    assert Path(plan["output"]["folder"]) == tmp_path / "my roads-answers"


def test_the_command_is_one_of_a_shell(choice):
    words = ["unirs", "batch", str(choice.path), "--ray", "auto"]
    assert shlex.split(command_of(choice)) == words


def test_a_folder_that_is_missing_is_named(choice):
    with pytest.raises(BatchError, match="cannot be written"):
        write_plan(choice.path.parent / "missing" / "plan.yaml", {})


def test_a_new_name_is_proposed(tmp_path, monkeypatch, qgis_new_project):
    monkeypatch.setattr(QgsProject, "homePath", lambda _: str(tmp_path))
    assert batch._proposed_path() == tmp_path / "unirs-batch.yaml"
    (tmp_path / "unirs-batch.yaml").touch()
    assert batch._proposed_path() == tmp_path / "unirs-batch-2.yaml"

"""The models on the page in QGIS's options: nothing is fetched or deleted without a question."""

from __future__ import annotations

from pathlib import Path

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDialog, QLabel, QPushButton, QVBoxLayout

from unirs_qgis.options.page import UniRSOptionsPage
from unirs_qgis.runtime.model_manager import ModelManager
from unirs_qgis.runtime.model_list import (
    Downloadable,
    DownloadPlan,
    Model,
    ModelList,
    ModelProblem,
)
from unirs_qgis.runtime.runtime_setup import RuntimeSetup
from unirs_qgis.runtime.worker import Worker

MARKUP = "<b>bold</b> <img src='x'>"


def model(name: str, **facts) -> Model:
    folder = Path("/models") / name
    defaults = {"size_bytes": 6_400_000_000, "kind": "unirs", "demonstration": False}
    values = {**defaults, "summary": MARKUP, "removable": True, **facts}
    return Model(name=name, folder=folder, **values)


FOUND = ModelList(
    models=(model("unirs-small", demonstration=True, removable=False), model("vila-3b")),
    problems=(
        ModelProblem(
            "VILA1.5-3b",
            Path("/models/VILA1.5-3b"),
            "model_unconverted",
            "It has to be converted.",
            6_400_000_000,
            True,
            ("convert", "/models/VILA1.5-3b", "/models/VILA1.5-3b-unirs"),
        ),
    ),
    downloadable=(Downloadable("vila-1.5-3b", "owner/VILA1.5-3b", MARKUP, "non-commercial"),),
    user_folder=Path("/models"),
)


class Manager(ModelManager):
    """Notes what it is asked for, in place of running it."""

    def __init__(self) -> None:
        super().__init__(lambda: Path("/python"))
        self.asked: list[tuple[str, ...]] = []

    def refresh(self, added) -> None:
        self.asked.append(("refresh", *added))

    def plan(self, name) -> None:
        self.asked.append(("plan", name))

    def download(self, name) -> None:
        self.asked.append(("download", name))

    def convert(self, source, target) -> None:
        self.asked.append(("convert", source, target))

    def remove(self, name) -> None:
        self.asked.append(("remove", name))


@pytest.fixture
def setup(qgis_app) -> RuntimeSetup:
    return RuntimeSetup()


class TestModels:
    @pytest.fixture
    def group(self, setup, qtbot):
        manager = Manager()
        page = UniRSOptionsPage(setup, manager, Worker(lambda: None), lambda: None)
        page.manager = manager
        qtbot.addWidget(page)
        page.show()
        manager.listed.emit(FOUND)
        self.manager, self.page = manager, page
        return page.models

    def select(self, group, row: int) -> None:
        group.view.setCurrentItem(group.view.topLevelItem(row))

    def test_models_and_what_cannot_answer_are_listed(self, group):
        rows = [group.view.topLevelItem(index) for index in range(3)]
        assert rows[0].text(0) == "unirs-small (demonstration model)"
        assert rows[1].text(1).replace(",", ".") == "6.4 GB"
        assert rows[2].text(2) == "It has to be converted."
        assert not rows[2].icon(0).isNull()

    def test_markup_in_a_models_card_is_shown_as_text(self, group):
        row = group.view.topLevelItem(1)
        assert row.text(2) == MARKUP
        assert "<b>" not in row.toolTip(2)
        tip = group.download_combo.itemData(0, Qt.ItemDataRole.ToolTipRole)
        assert "<b>" not in tip

    def test_the_chosen_model_is_saved_and_a_missing_one_is_kept_and_marked(self, group):
        group.model_combo.setCurrentIndex(1)
        assert self.page.settings.model == "vila-3b"
        self.manager.listed.emit(ModelList(models=FOUND.models[:1]))
        assert self.page.settings.model == "vila-3b"
        assert "not found" in group.model_combo.currentText()

    def test_a_download_starts_only_after_its_size_was_shown(self, group):
        group.download_combo.setEditText("vila-1.5-3b")
        group.download_button.click()
        assert self.manager.asked[-1] == ("plan", "vila-1.5-3b")
        plan = DownloadPlan(
            "vila-1.5-3b", "owner/VILA1.5-3b", "cc-by-nc-4.0", 6 * 10**9, 10**9, 10**12, True
        )
        self.manager.planned.emit(plan)
        assert self.manager.asked[-1] == ("plan", "vila-1.5-3b")
        for word in ("6.0 GB", "5.0 GB", "cc-by-nc-4.0", "converted"):
            assert word in group.offer.text.replace(",", ".")
        group.offer.accept_button.click()
        assert self.manager.asked[-1] == ("download", "vila-1.5-3b")

    def test_enter_in_the_name_gets_the_size_and_does_not_close_the_options(self, group, qtbot):
        dialog = QDialog()
        qtbot.addWidget(dialog)
        column = QVBoxLayout(dialog)
        column.addWidget(self.page)
        column.addWidget(QPushButton("OK", default=True, clicked=dialog.accept))
        dialog.show()
        edit = group.download_combo.lineEdit()
        edit.setText("someone/small")
        qtbot.keyClick(edit, Qt.Key.Key_Return)
        assert self.manager.asked[-1] == ("plan", "someone/small")
        assert dialog.isVisible()
        self.page.setParent(None)  # each is deleted by itself

    def test_a_download_that_does_not_fit_the_disk_is_refused(self, group):
        plan = DownloadPlan("a", "owner/a", "", 6 * 10**9, 0, 10**9, False)
        self.manager.planned.emit(plan)
        assert "free" in group.notice.text
        assert group.offer.isHidden()

    def test_progress_is_shown_with_speed_and_time_left(self, group):
        facts = {"done_bytes": 3 * 10**9, "total_bytes": 6 * 10**9, "bytes_per_second": 10**6}
        self.manager.progressed.emit({"event": "progress", **facts, "seconds_left": 600.0})
        text = " ".join(label.text() for label in group.activity.findChildren(QLabel))
        for word in ("3.0 GB", "6.0 GB", "1.0 MB", "10 min"):
            assert word in text.replace(",", ".")

    def test_conversion_follows_a_download_and_is_offered_for_checkpoints(self, group):
        remedy = FOUND.problems[0].remedy
        self.manager.downloaded.emit(remedy)
        group.offer.accept_button.click()
        assert self.manager.asked[-1] == remedy
        self.select(group, 2)
        group.repair_button.click()
        group.offer.accept_button.click()
        assert self.manager.asked[-1] == remedy

    def test_only_removable_models_are_removed_and_after_a_question(self, group):
        self.select(group, 0)
        assert not group.remove_button.isEnabled()
        self.select(group, 1)
        released = []
        group.release_wanted.connect(lambda: released.append(1))
        group.remove_button.click()
        assert self.manager.asked[-1][0] != "remove"
        group.offer.accept_button.click()
        assert released
        assert self.manager.asked[-1] == ("remove", "vila-3b")

    def test_added_folders_are_removed_from_the_list_but_not_deleted(self, group):
        group.add_folder("/data/my model")
        assert self.manager.asked[-1] == ("refresh", "/data/my model")
        assert self.page.settings.model_folders == ("/data/my model",)
        folder = Path("/data/my model")
        added = Model(str(folder), folder, 1, "unirs", False, "", added=True)
        self.manager.listed.emit(ModelList(models=(*FOUND.models, added)))
        self.select(group, 2)
        group.remove_button.click()
        assert self.page.settings.model_folders == ()
        assert all(asked[0] != "remove" for asked in self.manager.asked)

    def test_a_failure_is_shown_and_the_list_updated(self, group):
        self.manager.failed.emit("hub_unreachable", "The hub cannot be reached.")
        assert group.notice.text == "The hub cannot be reached."
        assert self.manager.asked[-1] == ("refresh",)

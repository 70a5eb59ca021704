"""The models on the page in QGIS's options: nothing is fetched or deleted without a question."""

from __future__ import annotations

from pathlib import Path

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDialog, QLabel, QPushButton, QVBoxLayout

from tests.plugin.options_fixtures import FOUND, MARKUP, Manager, choose
from unirs_qgis.options.page import UniRSOptionsPage
from unirs_qgis.runtime.model_list import DownloadPlan, Model, ModelList, ModelProblem
from unirs_qgis.runtime.runtime_setup import RuntimeSetup
from unirs_qgis.runtime.worker import Worker


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
        assert rows[0].text(0) == "unirs-small (experimental)"
        assert rows[1].text(3).replace(",", ".") == "6.4 GB"
        assert not rows[2].icon(0).isNull()
        assert rows[0].icon(0).isNull()
        self.select(group, 2)
        assert "It has to be converted." in group.details.text()

    def test_memory_and_what_does_not_fit_follow_the_precision(self, group):
        precision = self.page.answers.precision_combo
        expected = {
            "auto": ("2.1 GB", True),
            "float32": ("12.8 GB", False),
            "int4": ("2.1 GB", True),
        }
        for name, (need, fits) in expected.items():
            precision.setCurrentIndex(precision.findData(name))
            row = group.view.topLevelItem(1)
            assert row.text(1).replace(",", ".") == need
            assert row.icon(0).isNull() is fits
        assert group.view.topLevelItem(0).text(1) == "", "nothing is shown where nothing is known"

    def test_a_model_that_does_not_fit_shows_why_before_anything_is_loaded(self, group):
        precision = self.page.answers.precision_combo
        precision.setCurrentIndex(precision.findData("bfloat16"))
        assert group.choice_notice.text == ""
        choose(group, "vila-3b")
        for word in ("6.4 GB", "bfloat16", "3.0 GB", "int4"):
            assert word in group.choice_notice.text.replace(",", ".")
        precision.setCurrentIndex(precision.findData("int4"))
        assert group.choice_notice.text == ""

    def test_licence_use_and_whether_it_was_tried_are_shown(self, group):
        first, second = (group.view.topLevelItem(index) for index in range(2))
        assert (first.text(4), first.text(5), first.text(6)) == ("any", "MIT", "")
        assert (second.text(4), second.text(5), second.text(6)) == ("non-commercial", "", "no")
        self.select(group, 1)
        assert "no commercial use" in group.details.text()

    def test_markup_in_a_models_card_is_shown_as_text(self, group):
        row = group.view.topLevelItem(1)
        self.select(group, 1)
        assert MARKUP in group.details.text()
        assert group.details.textFormat() == Qt.TextFormat.PlainText
        assert "<b>" not in row.toolTip(2)
        tip = group.transfers.download_combo.itemData(0, Qt.ItemDataRole.ToolTipRole)
        assert "<b>" not in tip

    def test_the_chosen_model_is_saved(self, group):
        choose(group, "vila-3b")
        assert self.page.settings.model == "vila-3b"

    def test_a_model_that_is_gone_is_replaced_by_the_default_one_and_that_is_said(self, group):
        choose(group, "vila-3b")
        self.manager.listed.emit(ModelList(models=FOUND.models[:1]))
        assert self.page.settings.model == "unirs-small"
        assert "vila-3b is no longer on this computer" in group.choice_notice.text
        assert "unirs-small" in group.choice_notice.text
        choose(group, "unirs-small")
        assert group.choice_notice.text == ""

    def test_a_choice_is_kept_while_there_is_no_list(self, group):
        choose(group, "vila-3b")
        self.manager.list_failed.emit("runtime_broken", "It is broken.")
        self.manager.listed.emit(ModelList())
        assert self.page.settings.model == "vila-3b"
        assert "vila-3b" in group.model_combo.currentText()

    def test_a_problem_of_the_chosen_model_is_shown_and_the_choice_kept(self, group):
        problem = ModelProblem("vila-3b", "model_invalid", "Its weights are incomplete.")
        choose(group, "vila-3b")
        self.manager.listed.emit(ModelList(models=FOUND.models[:1], problems=(problem,)))
        assert group.choice_notice.text == "Its weights are incomplete."
        assert self.page.settings.model == "vila-3b"

    def test_a_download_starts_only_after_its_size_was_shown(self, group):
        group.transfers.download_combo.setEditText("vila-1.5-3b")
        group.transfers.download_button.click()
        assert self.manager.asked[-1] == ("plan", "vila-1.5-3b")
        plan = DownloadPlan(
            "vila-1.5-3b", "owner/VILA1.5-3b", "cc-by-nc-4.0", 6 * 10**9, 10**9, 10**12, True
        )
        self.manager.planned.emit(plan)
        assert self.manager.asked[-1] == ("plan", "vila-1.5-3b")
        for word in ("6.0 GB", "5.0 GB", "cc-by-nc-4.0", "converted"):
            assert word in group.transfers.offer.text.replace(",", ".")
        group.transfers.offer.accept_button.click()
        assert self.manager.asked[-1] == ("download", "vila-1.5-3b")

    def test_enter_in_the_name_gets_the_size_and_does_not_close_the_options(self, group, qtbot):
        dialog = QDialog()
        qtbot.addWidget(dialog)
        column = QVBoxLayout(dialog)
        column.addWidget(self.page)
        column.addWidget(QPushButton("OK", default=True, clicked=dialog.accept))
        dialog.show()
        edit = group.transfers.download_combo.lineEdit()
        edit.setText("someone/small")
        qtbot.keyClick(edit, Qt.Key.Key_Return)
        assert self.manager.asked[-1] == ("plan", "someone/small")
        assert dialog.isVisible()
        self.page.setParent(None)  # each is deleted by itself

    def test_a_download_that_does_not_fit_the_disk_is_refused(self, group):
        plan = DownloadPlan("a", "owner/a", "", 6 * 10**9, 0, 10**9, False)
        self.manager.planned.emit(plan)
        assert "free" in group.transfers.notice.text
        assert group.transfers.offer.isHidden()

    def test_progress_is_shown_with_speed_and_time_left(self, group):
        facts = {"done_bytes": 3 * 10**9, "total_bytes": 6 * 10**9, "bytes_per_second": 10**6}
        self.manager.progressed.emit({"event": "progress", **facts, "seconds_left": 600.0})
        text = " ".join(label.text() for label in group.transfers.activity.findChildren(QLabel))
        for word in ("3.0 GB", "6.0 GB", "1.0 MB", "10 min"):
            assert word in text.replace(",", ".")

    def test_conversion_follows_a_download_and_is_offered_for_checkpoints(self, group):
        remedy = FOUND.problems[0].remedy
        self.manager.downloaded.emit(remedy)
        group.transfers.offer.accept_button.click()
        assert self.manager.asked[-1] == remedy
        self.select(group, 2)
        group.repair_button.click()
        group.transfers.offer.accept_button.click()
        assert self.manager.asked[-1] == remedy

    def test_only_removable_models_are_removed_and_after_a_question(self, group):
        self.select(group, 0)
        assert not group.remove_button.isEnabled()
        self.select(group, 1)
        released = []
        group.release_wanted.connect(lambda: released.append(1))
        group.remove_button.click()
        assert self.manager.asked[-1][0] != "remove"
        group.transfers.offer.accept_button.click()
        assert released
        assert self.manager.asked[-1] == ("remove", "vila-3b")

    def test_added_folders_are_removed_from_the_list_but_not_deleted(self, group):
        group.add_folder("/data/my model")
        assert self.manager.asked[-1] == ("refresh", "/data/my model")
        assert self.page.settings.added_models == ("/data/my model",)
        folder = Path("/data/my model")
        added = Model(str(folder), folder=folder, added=True)
        self.manager.listed.emit(ModelList(models=(*FOUND.models, added)))
        self.select(group, 2)
        group.remove_button.click()
        assert self.page.settings.added_models == ()
        assert all(asked[0] != "remove" for asked in self.manager.asked)

    def test_a_failure_is_shown_and_the_list_updated(self, group):
        self.manager.failed.emit("hub_unreachable", "The hub cannot be reached.")
        assert group.transfers.notice.text == "The hub cannot be reached."
        assert self.manager.asked[-1] == ("refresh",)

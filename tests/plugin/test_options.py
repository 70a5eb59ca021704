"""The page in QGIS's options: what it shows, saves and starts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from qgis.core import QgsApplication
from qgis.gui import QgsOptionsPageWidget
from qtpy.QtCore import Qt
from qtpy.QtGui import QIcon
from qtpy.QtWidgets import QDialog, QLabel, QPushButton, QScrollArea, QVBoxLayout

from unirs_qgis.options import UniRSOptionsFactory, open_options
from unirs_qgis.options.diagnostics import report, without_home
from unirs_qgis.options.page import PAGE_NAME, UniRSOptionsPage
from unirs_qgis.options.words import size_text, time_text
from unirs_qgis.runtime.environment import (
    Record,
    describe_runtime,
    environment_python,
    runtime_folder,
    worker_command,
    write_record,
)
from unirs_qgis.runtime.model_manager import ModelManager
from unirs_qgis.runtime.models import Downloadable, DownloadPlan, Model, ModelList, ModelProblem
from unirs_qgis.runtime.setup import RuntimeSetup
from unirs_qgis.runtime.worker import Worker
from unirs_qgis.settings import Settings, SetupOptions, read_settings, read_setup_options

TIMEOUT = 600_000
MARKUP = "<b>bold</b> <img src='x'>"


@pytest.fixture(autouse=True)
def fresh_profile(monkeypatch, qgis_app):
    monkeypatch.delenv("UNIRS_PYTHON", raising=False)
    yield
    shutil.rmtree(runtime_folder(), ignore_errors=True)


@pytest.fixture
def setup() -> RuntimeSetup:
    return RuntimeSetup()


@pytest.fixture
def page(setup, qtbot) -> UniRSOptionsPage:
    """A page without any runtime."""
    return make_page(setup, qtbot)


def make_page(setup: RuntimeSetup, qtbot, saved=lambda: None) -> UniRSOptionsPage:
    worker = Worker(lambda: None)
    page = UniRSOptionsPage(setup, ModelManager(lambda: None, setup), worker, saved)
    page.worker = worker  # lives as long as the page
    qtbot.addWidget(page)
    page.resize(600, 900)
    page.show()
    return page


def set_up_by_hand() -> Path:
    """A recorded environment without anything in it."""
    record = Record("0123abcd", "unirs.whl", 1, "3.11.2", "0.1.0", "2.13.0", ("cuda:0", "cpu"))
    python = environment_python(runtime_folder() / record.folder)
    python.parent.mkdir(parents=True)
    python.touch()
    write_record(runtime_folder(), record)
    return python


class TestFactory:
    def test_qgis_gets_a_page_that_it_finds_by_name(self, setup, qtbot):
        worker = Worker(lambda: None)
        factory = UniRSOptionsFactory(setup, worker, lambda: None, QIcon())
        page = factory.createWidget()
        qtbot.addWidget(page)
        assert isinstance(page, QgsOptionsPageWidget)
        assert page.objectName() == PAGE_NAME
        assert factory.title() == "UniRS"

    def test_the_plugin_opens_the_options_at_the_page(self):
        asked = []

        class Iface:
            def mainWindow(self):  # noqa: N802 - QGIS's name
                return None

            def showOptionsDialog(self, parent, page):  # noqa: N802
                asked.append((parent, page))

        open_options(Iface())
        assert asked == [(None, PAGE_NAME)]

    def test_a_page_that_is_closed_hears_nothing_any_more(self, setup, qtbot):
        page = UniRSOptionsPage(setup, ModelManager(lambda: None), Worker(lambda: None), list)
        page.deleteLater()
        qtbot.waitSignal(page.destroyed).wait()
        setup.logged.emit("a line")
        setup.changed.emit()


class TestSaving:
    def test_opening_and_pressing_ok_changes_nothing(self, setup, qtbot):
        saved = []
        make_page(setup, qtbot, lambda: saved.append(1)).apply()
        assert read_settings() == Settings()
        assert not saved

    def test_what_is_chosen_is_saved_and_told_once(self, setup, qtbot):
        saved, changed = [], []
        page = make_page(setup, qtbot, lambda: saved.append(read_settings()))
        setup.changed.connect(lambda: changed.append(1))
        page.answers.clue_check.setChecked(False)
        page.answers.idle_spin.setValue(0)
        page.answers.tokens_spin.setValue(64)
        page.answers.history_combo.setCurrentIndex(1)
        page.answers.precision_combo.setCurrentIndex(2)
        page.runtime.index_edit.setText("https://example.org/simple")
        page.apply()
        expected = Settings(
            clue=False,
            idle_minutes=0,
            max_new_tokens=64,
            history_place="project",
            precision="bfloat16",
        )
        assert saved == [expected]
        assert read_settings() == expected
        assert read_setup_options() == SetupOptions(extra_index="https://example.org/simple")
        assert not changed
        page.apply()
        assert len(saved) == 1

    def test_another_python_is_told_as_another_runtime(self, setup, qtbot, tmp_path):
        changed = []
        page = make_page(setup, qtbot)
        setup.changed.connect(lambda: changed.append(1))
        page.runtime.python_edit.setFilePath(str(tmp_path))
        page.apply()
        assert read_settings().python == str(tmp_path)
        assert changed

    def test_devices_are_those_that_the_set_up_found_and_the_one_that_is_chosen(self, setup, qtbot):
        from unirs_qgis.settings import write_settings

        write_settings(Settings(device="cuda:3"))
        set_up_by_hand()
        combo = make_page(setup, qtbot).answers.device_combo
        devices = [combo.itemData(index) for index in range(combo.count())]
        assert devices == ["auto", "cuda:0", "cpu", "cuda:3"]
        assert combo.currentData() == "cuda:3"


class TestRuntime:
    def test_without_a_runtime_set_up_is_offered_and_nothing_to_remove(self, page):
        group = page.runtime
        assert group.set_up_button.text() == "Set up"
        assert group.set_up_button.isEnabled()
        assert not group.remove_button.isEnabled()
        assert "Not set up" in group.state_label.text()

    def test_with_one_repair_and_removal_are_offered(self, setup, qtbot):
        python = set_up_by_hand()
        group = make_page(setup, qtbot).runtime
        assert group.set_up_button.text() == "Repair"
        assert "2.13.0" in group.state_label.text()
        released = []
        group.release_wanted.connect(lambda: released.append(python.exists()))
        group.remove_button.click()
        assert python.exists(), "nothing is removed without a question"
        with qtbot.waitSignal(setup.changed, timeout=TIMEOUT):
            group.offer.accept_button.click()
        assert released == [True]
        assert not runtime_folder().exists()
        assert group.set_up_button.text() == "Set up"

    def test_a_set_up_that_runs_is_shown_whichever_window_started_it(self, setup, page, qtbot):
        with qtbot.waitSignal(setup.failed, timeout=TIMEOUT) as failed:
            setup.start(SetupOptions())  # as the dock does; a source tree has no package
            assert not page.runtime.activity.isHidden()
            assert not page.runtime.set_up_button.isEnabled()
        assert failed.args[0] == "package_unbuilt"
        assert page.runtime.notice.text == failed.args[1]
        assert page.runtime.activity.isHidden()
        assert page.runtime.set_up_button.isEnabled()
        assert failed.args[1] in page.runtime.log_view.toPlainText()

    def test_a_page_opened_in_the_middle_shows_what_was_so_far(self, setup, qtbot):
        setup._task = object()
        setup._show_stage("Downloading torch…")
        setup._add_line("Collecting numpy")
        group = make_page(setup, qtbot).runtime
        assert not group.activity.isHidden()
        assert "Collecting numpy" in group.log_view.toPlainText()
        setup._task = None

    def test_the_variable_comes_first_and_that_is_said(self, setup, qtbot, monkeypatch, tmp_path):
        monkeypatch.setenv("UNIRS_PYTHON", str(tmp_path / "python"))
        group = make_page(setup, qtbot).runtime
        assert not group.python_edit.isEnabled()
        assert "UNIRS_PYTHON" in group.python_hint.text()
        assert not group.set_up_button.isEnabled()

    def test_a_chosen_python_is_looked_at_in_the_background(self, page, qtbot, gap_timer):
        with gap_timer:
            page.runtime.python_edit.setFilePath("/usr/bin/python3")
            qtbot.waitUntil(lambda: bool(page.runtime.python_hint.text()), timeout=TIMEOUT)
        assert "without unirs" in page.runtime.python_hint.text()
        assert gap_timer.longest < 0.1


def model(name: str, **facts) -> Model:
    folder = Path("/models") / name
    defaults = {"size_bytes": 6_400_000_000, "kind": "unirs", "demonstration": False}
    values = {**defaults, "summary": MARKUP, "removable": True, **facts}
    return Model(name=name, title=name, folder=folder, **values)


FOUND = ModelList(
    models=(model("unirs-mini", demonstration=True, removable=False), model("vila-3b")),
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
        assert rows[0].text(0) == "unirs-mini (demonstration model)"
        assert rows[1].text(1).replace(",", ".") == "6.0 GB"
        assert rows[2].text(2) == "It has to be converted."
        assert not rows[2].icon(0).isNull()

    def test_markup_in_a_models_card_is_shown_as_text(self, group):
        row = group.view.topLevelItem(1)
        assert row.text(2) == MARKUP
        assert "<b>" not in row.toolTip(2)
        tip = group.download_combo.itemData(0, Qt.ItemDataRole.ToolTipRole)
        assert "<b>" not in tip

    def test_the_chosen_model_is_saved_and_a_missing_one_is_kept_and_said(self, group):
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
            "vila-1.5-3b", "owner/VILA1.5-3b", "cc-by-nc-4.0", 6 * 2**30, 2**30, 2**40, True
        )
        self.manager.planned.emit(plan)
        assert self.manager.asked[-1] == ("plan", "vila-1.5-3b")
        for word in ("6.0 GB", "5.0 GB", "cc-by-nc-4.0", "converted"):
            assert word in group.offer.text.replace(",", ".")
        group.offer.accept_button.click()
        assert self.manager.asked[-1] == ("download", "vila-1.5-3b")

    def test_enter_in_the_name_asks_for_the_size_and_does_not_close_the_options(self, group, qtbot):
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
        plan = DownloadPlan("a", "owner/a", "", 6 * 2**30, 0, 2**30, False)
        self.manager.planned.emit(plan)
        assert "free" in group.notice.text
        assert group.offer.isHidden()

    def test_progress_is_told_with_speed_and_time_left(self, group):
        facts = {"done_bytes": 3 * 2**30, "total_bytes": 6 * 2**30, "bytes_per_second": 2**20}
        self.manager.heard.emit({"event": "progress", **facts, "seconds_left": 600.0})
        text = " ".join(label.text() for label in group.activity.findChildren(QLabel))
        for word in ("3.0 GB", "6.0 GB", "1.0 MB", "10 min"):
            assert word in text.replace(",", ".")

    def test_conversion_follows_a_download_and_is_offered_for_checkpoints(self, group):
        remedy = FOUND.problems[0].remedy
        self.manager.downloaded.emit(remedy)
        group.offer.accept_button.click()
        assert self.manager.asked[-1] == remedy
        self.select(group, 2)
        group.mend_button.click()
        group.offer.accept_button.click()
        assert self.manager.asked[-1] == remedy

    def test_only_what_may_be_removed_is_and_after_a_question(self, group):
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

    def test_added_folders_are_kept_and_taken_off_the_list_without_deleting(self, group):
        group.add_folder("/data/my model")
        assert self.manager.asked[-1] == ("refresh", "/data/my model")
        assert self.page.settings.model_folders == ("/data/my model",)
        added = Model(
            "/data/my model",
            "my model",
            Path("/data/my model"),
            1,
            "unirs",
            False,
            "",
            False,
            added=True,
        )
        self.manager.listed.emit(ModelList(models=(*FOUND.models, added)))
        self.select(group, 2)
        group.remove_button.click()
        assert self.page.settings.model_folders == ()
        assert all(asked[0] != "remove" for asked in self.manager.asked)

    def test_a_failure_is_shown_and_the_list_made_anew(self, group):
        self.manager.failed.emit("hub_unreachable", "The hub cannot be reached.")
        assert group.notice.text == "The hub cannot be reached."
        assert self.manager.asked[-1] == ("refresh",)


class TestCheck:
    @pytest.mark.slow
    def test_the_self_test_asks_the_real_worker(
        self, setup, qtbot, worker_python, gap_timer, monkeypatch
    ):
        monkeypatch.setenv("OMP_NUM_THREADS", "1")
        worker = Worker(lambda: worker_command(worker_python))
        page = UniRSOptionsPage(setup, ModelManager(lambda: None), worker, lambda: None)
        qtbot.addWidget(page)
        with gap_timer:
            page.check.test_button.click()
            assert not page.check.activity.isHidden()
            qtbot.waitUntil(lambda: bool(page.check.notice.text), timeout=TIMEOUT)
        assert "known answers" in page.check.notice.text
        assert page.check.test_button.isEnabled()
        assert gap_timer.longest < 0.1
        worker.close()

    def test_without_a_runtime_the_test_says_so(self, page, qtbot):
        page.check.test_button.click()
        qtbot.waitUntil(lambda: bool(page.check.notice.text), timeout=TIMEOUT)
        assert page.check.activity.isHidden()

    def test_diagnostics_are_copied_with_versions_and_without_the_users_name(
        self, setup, qtbot, worker_python
    ):
        page = make_page(setup, qtbot)
        with qtbot.waitSignal(page.check.reported, timeout=TIMEOUT) as reported:
            page.check.copy_button.click()
        text = reported.args[0]
        assert QgsApplication.clipboard().text() == text
        for word in ("QGIS 3.", "Qt 5", "torch 2.", "Python 3.", "unirs 0.", "Self-test: not run"):
            assert word in text
        assert str(Path.home()) not in text
        assert str(worker_python) not in text

    def test_a_report_without_a_runtime_is_whole(self):
        text = report(Settings(), describe_runtime(Settings()), {}, "", "one\ntwo\n")
        assert "missing" in text
        assert text.endswith("  two\n")

    def test_the_users_folder_is_left_out_of_logs(self, monkeypatch):
        monkeypatch.setattr(Path, "home", lambda: Path("/home/maria"))
        assert without_home("File /home/maria/x.py") == "File ~/x.py"


class TestLook:
    @pytest.mark.parametrize("width", [400, 600, 1000])
    def test_no_group_is_cut_off_at_any_width(self, page, width, qtbot):
        page.resize(width, 900)
        qtbot.wait(50)
        area = page.findChild(QScrollArea)
        assert area.widget().width() <= area.viewport().width()

    def test_every_label_shows_plain_text(self, page):
        for label in page.findChildren(QLabel):
            if label.wordWrap():
                assert label.textFormat() == Qt.TextFormat.PlainText

    def test_sizes_and_times_are_readable(self):
        assert size_text(15_320_156).replace(",", ".") == "15 MB"
        assert size_text(6_442_450_944).replace(",", ".") == "6.0 GB"
        assert size_text(0) == "0 B"
        assert (time_text(42), time_text(600)) == ("42 s left", "10 min left")

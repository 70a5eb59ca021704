"""The page in QGIS's options: what it shows, saves and starts."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from qgis.core import QgsApplication
from qgis.gui import QgsOptionsPageWidget
from qtpy.QtCore import Qt
from qtpy.QtGui import QIcon
from qtpy.QtWidgets import QFileDialog, QLabel, QScrollArea

from tests.plugin.setup_fixtures import find_uv, write_python
from unirs_qgis.options.diagnostics import report, without_home
from unirs_qgis.options.factory import UniRSOptionsFactory, open_options
from unirs_qgis.options.page import PAGE_NAME, UniRSOptionsPage
from unirs_qgis.runtime import runtime_setup
from unirs_qgis.runtime.environment import (
    Record,
    describe_runtime,
    environment_python,
    find_payload,
    runtime_folder,
    worker_command,
    write_record,
)
from unirs_qgis.runtime.locks import USUAL_PYTHON
from unirs_qgis.runtime.model_manager import ModelManager
from unirs_qgis.runtime.runtime_setup import RuntimeSetup
from unirs_qgis.runtime.worker import Worker
from unirs_qgis.settings import Settings, SetupOptions, read_settings, read_setup_options
from unirs_qgis.units import size_text, time_text

TIMEOUT = 600_000


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
        page.answers.clue_combo.setCurrentIndex(2)
        page.answers.idle_spin.setValue(0)
        page.answers.tokens_spin.setValue(64)
        page.answers.views_spin.setValue(8)
        page.answers.history_combo.setCurrentIndex(1)
        page.answers.precision_combo.setCurrentIndex(2)
        page.runtime.index_edit.setText("https://example.org/simple")
        page.apply()
        expected = Settings(
            clue=False,
            idle_minutes=0,
            max_new_tokens=64,
            views=8,
            history_place="project",
            precision="bfloat16",
        )
        assert saved == [expected]
        assert read_settings() == expected
        assert read_setup_options() == SetupOptions(index="https://example.org/simple")
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

    def test_size_and_place_are_shown_before_anything_is_downloaded(
        self, setup, qtbot, place, monkeypatch
    ):
        monkeypatch.setattr(runtime_setup, "find_payload", lambda: find_payload(place.package))
        page = make_page(setup, qtbot)  # held, as Qt deletes its parts with it
        group = page.runtime
        with qtbot.waitSignal(setup.planned, timeout=TIMEOUT):
            group.build_combo.setCurrentIndex(group.build_combo.findData("xpu"))
        qtbot.waitUntil(lambda: "XPU" in group.plan_label.text(), timeout=TIMEOUT)
        for words in ("downloads 2.0 GB", "are free"):
            assert words in group.plan_label.text()

    def test_a_folder_for_another_computer_is_saved_and_set_up_from(
        self, setup, qtbot, place, monkeypatch, tmp_path
    ):
        monkeypatch.setattr(runtime_setup, "find_payload", lambda: find_payload(place.package))
        place.uv_wheel()
        page = make_page(setup, qtbot)  # held, as Qt deletes its parts with it
        group = page.runtime
        group.index_edit.setText(place.write_index())
        group.uv_edit.setFilePath(str(find_uv()))
        monkeypatch.setenv("UV_PYTHON_DOWNLOADS_JSON_URL", write_python(tmp_path / "mirror"))
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
        actions = group.save_button.menu().actions()
        [linux] = [each for each in actions if "Intel" in each.text()]
        with qtbot.waitSignal(setup.saved, timeout=TIMEOUT) as saved:
            linux.trigger()
        assert saved.args == [str(tmp_path / "unirs-linux-x86_64")]
        assert "Set up from a folder" in group.notice.text
        has_none = "{}.{}".format(*sys.version_info) != USUAL_PYTHON  # the mirror has this one
        assert ("without a Python" in group.notice.text) == has_none
        with qtbot.waitSignal(setup.started, timeout=TIMEOUT):
            group.from_folder_button.click()
        assert group.options.wheels_folder == str(tmp_path)
        with qtbot.waitSignal(setup.changed, timeout=TIMEOUT):
            setup.cancel()

    def test_with_one_repair_and_removal_are_offered(self, setup, qtbot):
        python = set_up_by_hand()
        page = make_page(setup, qtbot)  # held, as Qt deletes its parts with it
        group = page.runtime
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
        page = make_page(setup, qtbot)  # held, as Qt deletes its parts with it
        group = page.runtime
        assert not group.activity.isHidden()
        assert "Collecting numpy" in group.log_view.toPlainText()
        setup._task = None

    def test_the_variable_takes_precedence_and_that_is_shown(
        self, setup, qtbot, monkeypatch, tmp_path
    ):
        monkeypatch.setenv("UNIRS_PYTHON", str(tmp_path / "python"))
        page = make_page(setup, qtbot)  # held, as Qt deletes its parts with it
        group = page.runtime
        assert not group.python_edit.isEnabled()
        assert "UNIRS_PYTHON" in group.python_hint.text()
        assert not group.set_up_button.isEnabled()

    def test_a_chosen_python_is_looked_at_in_the_background(self, page, qtbot, gap_timer):
        with gap_timer:
            page.runtime.python_edit.setFilePath("/usr/bin/python3")
            qtbot.waitUntil(lambda: bool(page.runtime.python_hint.text()), timeout=TIMEOUT)
        assert "without unirs" in page.runtime.python_hint.text()
        assert gap_timer.longest < 0.1


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
        assert "answers are right" in page.check.notice.text
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
        assert size_text(6_000_000_000).replace(",", ".") == "6.0 GB"
        assert size_text(0) == "0 B"
        assert (time_text(42), time_text(600)) == ("42 s left", "10 min left")

"""Servers on the page in QGIS's options: found when asked for, confirmed in a dialog, revocable."""

from __future__ import annotations

import pytest
from qgis.core import QgsApplication, QgsAuthMethodConfig, QgsSettings
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDialog, QMessageBox, QVBoxLayout

from tests.plugin.options_fixtures import FOUND, ON_SERVER, Manager, choose, model
from unirs_qgis.options.page import UniRSOptionsPage
from unirs_qgis.runtime.access import access_params
from unirs_qgis.runtime.model_list import ModelList, ModelProblem
from unirs_qgis.runtime.runtime_setup import RuntimeSetup
from unirs_qgis.runtime.worker import Worker
from unirs_qgis.settings import Settings, read_settings, write_settings

THERE = "server:http://example.org:8000/v1#big"
LOADED = {
    "model": "big",
    "engine": "server",
    "capabilities": {
        "inputs": ["single", "pair"],
        "clue": False,
        "change_maps": False,
        "option_scores": "none",
        "conversation": True,
    },
}


@pytest.fixture
def open_page(qgis_app, qtbot):
    """Opens the page; its manager notes what it is asked for."""

    def open_page(**settings) -> UniRSOptionsPage:
        write_settings(Settings(**settings))
        manager, setup, worker = Manager(), RuntimeSetup(), Worker(lambda: None)
        page = UniRSOptionsPage(setup, manager, worker, lambda: None)
        page.manager, page.setup, page.worker = manager, setup, worker
        qtbot.addWidget(page)
        page.show()
        manager.listed.emit(FOUND)
        return page

    return open_page


@pytest.fixture
def page(open_page) -> UniRSOptionsPage:
    return open_page()


def press(page: UniRSOptionsPage, role: QMessageBox.ButtonRole) -> None:
    dialog = page.servers.dialog
    next(each for each in dialog.buttons() if dialog.buttonRole(each) == role).click()


class TestFinding:
    def test_no_port_is_asked_before_the_button_is_pressed(self, page):
        assert not page.manager.query.find_servers
        page.models.refresh()
        assert not page.manager.query.find_servers
        page.models.find_button.click()
        assert page.manager.query.find_servers
        assert not page.models.activity.isHidden()

    def test_models_of_servers_join_the_list_and_stay_when_it_is_listed_again(self, page):
        page.models.find_button.click()
        servers = ("http://127.0.0.1:11434",)
        page.manager.listed.emit(ModelList((*FOUND.models, ON_SERVER), servers=servers))
        assert page.models.activity.isHidden()
        assert "1" in page.models.notice.text
        page.models.refresh()
        page.manager.listed.emit(FOUND)
        index = page.models.model_combo.findData(ON_SERVER.name)
        assert page.models.model_combo.itemText(index) == "qwen2.5vl:3b on 127.0.0.1:11434"

    def test_a_chosen_one_is_saved_and_listed_the_next_time(self, page):
        page.models.find_button.click()
        page.manager.listed.emit(ModelList((*FOUND.models, ON_SERVER)))
        choose(page.models, ON_SERVER.name)
        page.apply()
        assert read_settings().model == ON_SERVER.name
        assert read_settings().added_models == (ON_SERVER.name,)
        assert page.servers.dialog is None, "images stay on this computer"

    def test_that_no_server_answered_is_said(self, page):
        page.models.find_button.click()
        page.manager.listed.emit(FOUND)
        assert "No server answered" in page.models.notice.text

    def test_a_model_that_reads_no_images_is_listed_and_cannot_be_chosen(self, page):
        blind = model("server:http://127.0.0.1:1#llama", engine="server", folder=None, vision=False)
        page.models.find_button.click()
        page.manager.listed.emit(ModelList((*FOUND.models, blind)))
        assert page.models.model_combo.findData(blind.name) < 0
        row = page.models.view.topLevelItem(2)
        assert not row.icon(0).isNull()
        assert "reads no images" in row.toolTip(0)

    def test_a_search_can_be_stopped(self, page):
        page.models.find_button.click()
        page.models.activity.cancel_button.click()
        assert page.models.activity.isHidden()


class TestAnotherComputer:
    def type_name(self, page: UniRSOptionsPage, name: str) -> None:
        page.models.name_field.edit.setText(name)
        page.models.name_field.button.click()

    def test_it_is_added_after_a_dialog_that_names_the_host(self, page):
        self.type_name(page, THERE)
        dialog = page.servers.dialog
        assert "example.org:8000" in dialog.informativeText()
        assert "not encrypted" in dialog.informativeText()
        assert dialog.textFormat() == Qt.TextFormat.PlainText
        assert dialog.defaultButton() is dialog.button(QMessageBox.StandardButton.Cancel)
        assert page.settings.added_models == ()
        press(page, QMessageBox.ButtonRole.AcceptRole)
        assert page.settings.added_models == (THERE,)
        assert page.settings.confirmed_hosts == ("example.org:8000",)
        assert page.settings.model == THERE
        page.apply()
        assert read_settings().confirmed_hosts == ("example.org:8000",)

    @pytest.mark.parametrize("how", ["cancel", "escape"])
    def test_without_consent_it_is_not_added(self, page, how, qtbot):
        self.type_name(page, THERE)
        if how == "cancel":
            press(page, QMessageBox.ButtonRole.RejectRole)
        else:
            qtbot.keyClick(page.servers.dialog, Qt.Key.Key_Escape)
        assert page.servers.dialog is None
        assert page.settings == Settings()

    def test_consent_counts_for_that_host_and_port_alone(self, open_page):
        page = open_page(confirmed_hosts=("example.org:8000",))
        self.type_name(page, THERE)
        assert page.servers.dialog is None
        self.type_name(page, THERE.replace("8000", "8001"))
        assert page.servers.dialog is not None

    def test_consent_is_withdrawn_and_asked_for_again(self, open_page):
        page = open_page(model=THERE, added_models=(THERE,), confirmed_hosts=("example.org:8000",))
        there = model(THERE, engine="server", folder=None, added=True)
        page.manager.listed.emit(ModelList((*FOUND.models, there)))
        assert "example.org:8000" in page.servers.state_label.text()
        page.servers.withdraw_button.click()
        assert page.settings.confirmed_hosts == ()
        assert "example.org:8000" in page.models.choice_notice.text
        page.apply()
        assert read_settings().confirmed_hosts == ()
        choose(page.models, "unirs-small")
        choose(page.models, THERE)
        assert page.settings.model == "unirs-small", "not before the dialog is answered"
        press(page, QMessageBox.ButtonRole.RejectRole)
        assert page.models.model_combo.currentData() == "unirs-small"
        choose(page.models, THERE)
        press(page, QMessageBox.ButtonRole.AcceptRole)
        assert page.settings.model == THERE

    def test_an_address_without_a_model_lists_those_of_the_server(self, page, monkeypatch):
        monkeypatch.setenv("UNIRS_SERVER_KEY", "sk-secret")
        asked = len(page.manager.asked)
        self.type_name(page, "http://example.org:8000/v1")
        assert len(page.manager.asked) == asked, "the server is not asked before consent"
        press(page, QMessageBox.ButtonRole.AcceptRole)
        query = page.manager.query
        assert (query.server, query.allow_remote) == ("http://example.org:8000/v1", True)
        assert query.key == "sk-secret"
        assert "sk-secret" not in repr(query)
        there = model(THERE, engine="server", folder=None)
        page.manager.listed.emit(ModelList((*FOUND.models, there), servers=("http://x",)))
        choose(page.models, THERE)
        assert page.settings.model == THERE

    def test_why_a_server_does_not_answer_is_said(self, page):
        url = "http://localhost:9/v1"
        problem = ModelProblem(url, "server_unreachable", "Nothing listens there.", "server")
        self.type_name(page, url)
        page.manager.listed.emit(ModelList(FOUND.models, (problem,)))
        assert page.models.notice.text == "Nothing listens there."
        self.type_name(page, url)
        page.manager.listed.emit(ModelList(FOUND.models, servers=(url,)))
        assert "no model" in page.models.notice.text

    def test_a_server_of_this_computer_that_sends_images_on_is_asked_about_too(self, page):
        name = "server:http://localhost:11434#big:cloud"
        cloud = model(name, engine="server", folder=None, host="ollama.com:443")
        page.models.find_button.click()
        page.manager.listed.emit(ModelList((*FOUND.models, cloud)))
        assert "ollama.com:443" in page.models.view.topLevelItem(2).text(2)
        choose(page.models, name)
        assert "ollama.com:443" in page.servers.dialog.informativeText()
        assert page.settings.model == "unirs-small"
        press(page, QMessageBox.ButtonRole.AcceptRole)
        page.apply()
        assert access_params(read_settings(), name) == {"allow_remote": True}
        page.servers.choose("ollama.com:443")
        page.servers.withdraw_button.click()
        page.apply()
        assert page.settings.relayed_models == ()
        assert "ollama.com:443" in page.models.choice_notice.text

    def test_a_login_in_the_address_is_refused(self, page):
        self.type_name(page, "server:http://maria:secret@example.org:8000#big")
        assert "authentication" in page.models.notice.text
        assert page.servers.dialog is None
        assert page.settings == Settings()

    def test_enter_adds_and_does_not_close_the_options(self, page, qtbot):
        dialog = QDialog()
        qtbot.addWidget(dialog)
        QVBoxLayout(dialog).addWidget(page)
        dialog.show()
        page.models.name_field.edit.setText("hf:owner/name")
        qtbot.keyClick(page.models.name_field.edit, Qt.Key.Key_Return)
        assert dialog.isVisible()
        assert page.manager.asked[-1] == ("refresh", "hf:owner/name")
        page.setParent(None)

    def test_what_is_missing_on_the_hub_shows_why(self, page):
        self.type_name(page, "hf:owner/gated")
        problem = ModelProblem("hf:owner/gated", "model_missing", "Its owner grants access.")
        page.manager.listed.emit(ModelList(FOUND.models, (problem,)))
        assert page.models.choice_notice.text == "Its owner grants access."

    def test_what_is_missing_on_the_hub_can_be_downloaded(self, page):
        remedy = ("download", "owner/model")
        problem = ModelProblem("hf:owner/model", "model_missing", "It is not here.", remedy=remedy)
        page.manager.listed.emit(ModelList(FOUND.models, (problem,)))
        page.models.view.setCurrentItem(page.models.view.topLevelItem(2))
        assert page.models.repair_button.text() == "Download…"
        page.models.repair_button.click()
        assert page.manager.asked[-1] == ("plan", "owner/model")

    def test_a_folder_that_has_a_name_already_is_chosen_by_it(self, page):
        self.type_name(page, "/models/vila-3b")
        page.manager.listed.emit(FOUND)
        assert page.settings.model == "vila-3b"
        assert page.models.choice_notice.text == ""


class TestKeys:
    @pytest.fixture
    def login(self, qgis_app) -> str:  # noqa: ARG002
        """Id of a configuration with a key."""
        manager = QgsApplication.authManager()
        if manager.isDisabled() or not manager.setMasterPassword("of this test", True):
            pytest.skip("QGIS's authentication does not work here")
        config = QgsAuthMethodConfig("Basic")
        config.setName("key of the server")
        config.setConfigMap({"username": "", "password": "sk-secret"})
        manager.storeAuthenticationConfig(config)
        yield config.id()
        manager.removeAuthenticationConfig(config.id())

    def test_a_key_is_picked_for_a_server_and_only_its_id_is_stored(self, open_page, login):
        page = open_page(added_models=(ON_SERVER.name,))
        page.servers.login_select.setConfigId(login)
        assert page.settings.server_logins == (f"127.0.0.1:11434 {login}",)
        page.apply()
        store = QgsSettings()
        stored = {name: store.value(name) for name in store.allKeys() if name.startswith("unirs/")}
        assert "sk-secret" not in str(stored)
        again = open_page(**{"server_logins": read_settings().server_logins})
        assert again.servers.login_select.configId() == login
        again.servers.login_select.setConfigId("")
        assert again.settings.server_logins == ()

    def test_each_server_has_its_own(self, open_page, login):
        other = ON_SERVER.name.replace("11434", "8080")
        page = open_page(added_models=(ON_SERVER.name, other))
        page.servers.login_select.setConfigId(login)
        page.servers.choose("127.0.0.1:8080")
        assert page.servers.login_select.configId() == ""
        assert page.settings.server_logins == (f"127.0.0.1:11434 {login}",)

    def test_no_diagnostics_hold_a_key_or_another_host(self, open_page, login, monkeypatch, qtbot):
        monkeypatch.setenv("UNIRS_SERVER_KEY", "sk-of-the-environment")
        page = open_page(
            model=THERE,
            confirmed_hosts=("example.org:8000",),
            server_logins=(f"example.org:8000 {login}",),
        )
        page.check._test_result = "key_refused: example.org:8000 refused sk-of-the-environment."
        with qtbot.waitSignal(page.check.reported, timeout=60_000) as reported:
            page.check.copy_button.click()
        text = reported.args[0]
        for secret in ("sk-", "example.org", login):
            assert secret not in text
        assert "big" in text


class TestCapabilities:
    def test_what_the_chosen_model_cannot_do_is_stated_once_it_is_known(self, open_page):
        page = open_page()
        assert page.answers.capabilities_hint.isHidden()
        page.worker._loaded[ON_SERVER.name] = LOADED
        page.models.find_button.click()
        page.manager.listed.emit(ModelList((*FOUND.models, ON_SERVER)))
        choose(page.models, ON_SERVER.name)
        hint = page.answers.capabilities_hint.text()
        for word in ("change maps", "series or videos", "probabilities", "describe"):
            assert word in hint
        assert not page.answers.clue_combo.isEnabled()
        choose(page.models, "unirs-small")
        assert page.answers.clue_combo.isEnabled()
        assert page.answers.capabilities_hint.isHidden()

    def test_each_precision_says_what_it_means(self, page):
        combo, hint = page.answers.precision_combo, page.answers.precision_hint
        texts = []
        for index in range(combo.count()):
            combo.setCurrentIndex(index)
            texts.append(hint.text())
        assert len(set(texts)) == len(texts) == 6
        assert all(texts)

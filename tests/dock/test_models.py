"""The models and servers of the options page, on Qt alone: the list, a search, adding by name."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtWidgets import QComboBox, QMessageBox, QVBoxLayout, QWidget

from unirs_qgis.options.models_group import ModelsGroup
from unirs_qgis.options.servers_group import KeyStore, ServersGroup
from unirs_qgis.runtime.model_list import Downloadable, Model, ModelList, ModelProblem, ModelQuery

MARKUP = "<b>bold</b>"
BASE = Model("unirs-small", demonstration=True, licence="MIT", use="commercial")
LARGE = Model(
    "vila-3b",
    folder=Path("/models/vila-3b"),
    size_bytes=6_400_000_000,
    needs_bytes={"float32": 12_800_000_000, "int4": 2_100_000_000},
    fits={"float32": False, "int4": True},
    summary=MARKUP,
    use="non-commercial",
    tried=False,
    removable=True,
)
BROKEN = ModelProblem("odd", "model_invalid", "Its weights are incomplete.")
HERE = Model("server:http://127.0.0.1:11434/v1#qwen2.5vl:3b", engine="server", vision=True)
THERE = "server:http://example.org:8000/v1#big"
FOUND = ModelList(
    models=(BASE, LARGE),
    problems=(BROKEN,),
    downloadable=(Downloadable("vila-1.5-3b", "owner/VILA1.5-3b", MARKUP, "non-commercial"),),
    memory_bytes=3_000_000_000,
)
SETTINGS = SimpleNamespace(
    model="unirs-small",
    precision="auto",
    added_models=(),
    confirmed_hosts=(),
    relayed_models=(),
    server_logins=("127.0.0.1:1234 abcdefg",),
)


class Manager(QObject):
    """What runs commands on models in QGIS; here it notes what it is asked for."""

    listed, list_failed = Signal(object), Signal(str, str)
    planned, progressed = Signal(object), Signal(object)
    downloaded, converted, removed = Signal(object), Signal(object), Signal(object)
    failed, cancelled, busy_changed = Signal(str, str), Signal(), Signal(bool)
    is_ready, is_busy = True, False

    def __init__(self):
        super().__init__()
        self.asked = []

    def refresh(self, query):
        self.asked.append(query)

    def drop_listing(self):
        self.asked.append("dropped")

    def cancel(self):
        self.asked.append("cancelled")


class Chooser(QComboBox):
    """The shape of QGIS's own chooser of a configuration with a key."""

    selectedConfigIdChanged = Signal(str)  # noqa: N815 - QGIS's name

    def setConfigId(self, login):  # noqa: N802 - QGIS's name
        self.login = login


@pytest.fixture
def page(qtbot):
    """Both groups in a window, with two models and a problem listed."""
    page = QWidget()
    page.manager, page.chooser = Manager(), Chooser()
    keys = KeyStore(page.chooser, lambda login: f"key of {login}" if login else "")
    page.servers = ServersGroup(SETTINGS, keys)
    page.models = ModelsGroup(page.manager, page.servers, SETTINGS)
    column = QVBoxLayout(page)
    column.addWidget(page.models)
    column.addWidget(page.servers)
    qtbot.addWidget(page)
    page.resize(760, 900)
    page.show()
    page.manager.listed.emit(FOUND)
    return page


def add(page, qtbot, name):
    """Type a name and press Enter."""
    page.models.name_field.edit.setText(name)
    qtbot.keyClick(page.models.name_field.edit, Qt.Key.Key_Return)


def press(page, role):
    """Press a button of the question whether images may leave."""
    dialog = page.servers.dialog
    next(each for each in dialog.buttons() if dialog.buttonRole(each) == role).click()


def test_models_and_what_cannot_answer_are_listed(page):
    rows = [page.models.view.topLevelItem(index) for index in range(3)]
    assert [row.text(0) for row in rows] == [
        "unirs-small (experimental)",
        "vila-3b",
        "odd",
    ]
    assert [rows[1].text(column) for column in (1, 3, 4, 6)] == [
        "2.1 GB",
        "6.4 GB",
        "non-commercial",
        "no",
    ]
    assert [row.icon(0).isNull() for row in rows] == [True, True, False]
    page.models.view.setCurrentItem(rows[1])
    assert MARKUP in page.models.details.text()
    assert page.models.details.textFormat() == Qt.TextFormat.PlainText
    assert page.models.remove_button.isEnabled()


def test_a_model_that_does_not_fit_shows_why(page):
    page.models.view.setCurrentItem(page.models.view.topLevelItem(1))
    page.models.view.itemActivated.emit(page.models.view.topLevelItem(1), 0)
    assert page.models.model == "vila-3b"
    page.models.set_precision("float32")
    assert "needs 12.8 GB of memory in float32" in page.models.choice_notice.text
    page.models.set_precision("int4")
    assert page.models.choice_notice.text == ""


def test_servers_are_asked_when_the_button_is_pressed_and_their_models_join(page):
    assert not any(query.find_servers for query in page.manager.asked)
    page.models.find_button.click()
    assert page.manager.asked[-1] == ModelQuery(find_servers=True)
    assert page.models.activity.isVisible()
    servers = ("http://127.0.0.1:11434",)
    page.manager.listed.emit(ModelList((BASE, LARGE, HERE), servers=servers))
    assert not page.models.activity.isVisible()
    assert page.models.notice.text == "Servers: 1. Models in the list: 1."
    index = page.models.model_combo.findData(HERE.name)
    assert page.models.model_combo.itemText(index) == "qwen2.5vl:3b on 127.0.0.1:11434"
    page.models.model_combo.setCurrentIndex(index)
    page.models.model_combo.activated.emit(index)
    assert (page.models.model, page.models.added) == (HERE.name, (HERE.name,))
    assert page.servers.dialog is None, "images stay on this computer"
    assert page.servers.state_label.text() == "On this computer: images stay here."


def test_a_search_is_stopped(page):
    page.models.find_button.click()
    page.models.activity.cancel_button.click()
    assert page.manager.asked[-1] == "dropped"
    assert not page.models.activity.isVisible()


def test_a_model_of_a_hub_is_added_by_its_name(page, qtbot):
    add(page, qtbot, "hf:owner/model")
    assert (page.models.model, page.models.added) == ("hf:owner/model", ("hf:owner/model",))
    assert page.manager.asked[-1] == ModelQuery(("hf:owner/model",))
    assert page.models.name_field.edit.text() == ""


def test_the_models_of_a_server_are_listed_by_its_address_with_its_key(page, qtbot):
    add(page, qtbot, "http://127.0.0.1:1234/v1")
    expected = {"server": "http://127.0.0.1:1234/v1", "key": "key of abcdefg"}
    assert page.manager.asked[-1] == ModelQuery(**expected)


def test_another_computer_is_added_after_a_question_that_names_it(page, qtbot):
    add(page, qtbot, THERE)
    dialog = page.servers.dialog
    assert "example.org:8000" in dialog.informativeText()
    assert "not encrypted" in dialog.informativeText()
    assert dialog.defaultButton() is dialog.button(QMessageBox.StandardButton.Cancel)
    press(page, QMessageBox.ButtonRole.RejectRole)
    assert (page.models.added, page.servers.confirmed_hosts) == ((), ())

    add(page, qtbot, THERE)
    press(page, QMessageBox.ButtonRole.AcceptRole)
    assert page.models.added == (THERE,)
    assert page.servers.confirmed_hosts == ("example.org:8000",)
    page.servers.choose("example.org:8000")
    page.servers.withdraw_button.click()
    assert page.servers.confirmed_hosts == ()
    assert "No images are sent to example.org:8000" in page.models.choice_notice.text


@pytest.mark.parametrize("name", ["server:nonsense", "http://user:secret@127.0.0.1:1/v1"])
def test_a_name_that_cannot_be_read_is_refused_in_a_sentence(page, qtbot, name):
    asked = len(page.manager.asked)
    add(page, qtbot, name)
    assert page.models.notice.text
    assert "secret" not in page.models.notice.text
    assert len(page.manager.asked) == asked


def test_a_chosen_key_is_kept_for_its_server(page):
    page.servers.choose("127.0.0.1:1234")
    assert page.servers.state_label.text() == "On this computer: images stay here."
    assert page.chooser.login == "abcdefg"
    page.chooser.selectedConfigIdChanged.emit("hijklmn")
    assert page.servers.server_logins == ("127.0.0.1:1234 hijklmn",)

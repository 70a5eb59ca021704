"""Models of a server in the window: found, chosen, asked; a key goes there and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsAuthMethodConfig, QgsProject, QgsSettings
from qtpy.QtCore import QItemSelectionModel

from tests.engines.servers import models, scripted_server, streamed
from tests.plugin.options_fixtures import choose
from unirs_qgis.options.page import UniRSOptionsPage
from unirs_qgis.runtime.model_manager import ModelManager
from unirs_qgis.runtime.runtime_setup import RuntimeSetup
from unirs_qgis.settings import Settings, read_settings, write_settings

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
KEY = "sk-very-secret-0123"
LONG = 180_000  # milliseconds: a slow machine starts the worker


@pytest.fixture
def server(monkeypatch):
    """A server on this computer whose replies a test chooses."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    with scripted_server() as server:
        server.chat = streamed("Two ", "houses ", "in a meadow.")
        yield server


@pytest.fixture
def page(worker_python, qtbot, shown) -> UniRSOptionsPage:
    """The options page, with the real runtime behind it."""
    setup, manager = RuntimeSetup(), ModelManager(lambda: worker_python)
    with qtbot.waitSignal(manager.listed, timeout=LONG):
        page = UniRSOptionsPage(setup, manager, shown.worker, lambda: None)
    page.parts = (setup, manager)
    qtbot.addWidget(page)
    page.show()
    return page


def answer(qtbot, window, text="What is there?", options=()):
    """The entry of an answer to a question."""
    with qtbot.waitSignal(window.questions.answered, timeout=LONG) as answered:
        window.dock.submitted.emit("ask", text, list(options))
    return answered.args[0]


def test_a_newcomer_lists_a_server_chooses_a_model_and_asks_it(
    qtbot, page, shown, server, gap_timer
):
    server.replies["/v1/models"] = models("big", "small")
    with gap_timer:
        page.models.name_field.edit.setText(server.url)
        with qtbot.waitSignal(page.parts[1].listed, timeout=LONG):
            page.models.name_field.button.click()
        assert page.servers.dialog is None, "images stay on this computer"
        choose(page.models, f"server:{server.url}#small")
        page.apply()
        entry = answer(qtbot, shown)
    assert gap_timer.longest < 0.1
    assert entry.answer.text == "Two houses in a meadow."
    assert (entry.answer.engine, entry.answer.model) == ("server", "small")
    assert entry.answer.host == "", "it stayed on this computer"
    assert server.asked[0]["model"] == "small"
    assert "data:image/" in str(server.asked[0])


def test_a_pair_is_named_with_its_dates(qtbot, shown, tree, dated_layers, server):
    write_settings(Settings(model=f"server:{server.url}#any"))
    for layer in dated_layers:
        index = tree.node2index(QgsProject.instance().layerTreeRoot().findLayer(layer.id()))
        tree.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)
    with qtbot.waitSignal(shown.questions.answered, timeout=LONG):
        shown._menu._change.trigger()
    [message] = server.asked[-1]["messages"]
    texts = [part["text"] for part in message["content"] if part["type"] == "text"]
    assert texts[:2] == ["First image (2019-06-15):", "Second image (2021-08-02):"]


@pytest.fixture(params=["environment", "store"])
def login(request, monkeypatch, qgis_app) -> str:
    """Where the key is: id of its configuration in QGIS's store; empty for the environment."""
    if request.param == "environment":
        monkeypatch.setenv("UNIRS_SERVER_KEY", KEY)
        yield ""
        return
    manager = QgsApplication.authManager()
    if manager.isDisabled() or not manager.setMasterPassword("of this test", True):
        pytest.skip("QGIS's authentication does not work here")
    config = QgsAuthMethodConfig("APIHeader")
    config.setName("key of the server")
    config.setConfigMap({"Authorization": f"Bearer {KEY}"})
    manager.storeAuthenticationConfig(config)
    yield config.id()
    manager.removeAuthenticationConfig(config.id())


def test_a_key_reaches_its_server_and_no_place_that_is_kept(qtbot, shown, server, login, tmp_path):
    host = server.url.partition("://")[2]
    logins = (f"{host} {login}",) if login else ()
    write_settings(Settings(model=f"server:{server.url}#any", server_logins=logins))
    entry = answer(qtbot, shown)
    qtbot.waitUntil(lambda: any(tmp_path.rglob("*.gpkg")), timeout=LONG)
    assert entry.id in shown.history._entries
    headers = [each.headers.get("Authorization") for each in server.requests]
    assert f"Bearer {KEY}" in headers
    stored = QgsSettings()
    assert KEY not in str([stored.value(name) for name in stored.allKeys()])
    assert KEY not in shown.worker.log
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    for path in [*files, *(path for path in shown._folder.rglob("*") if path.is_file())]:
        assert KEY.encode() not in path.read_bytes(), path.name


def test_a_server_that_repeats_the_key_in_its_refusal_gives_it_away_to_nobody(
    qtbot, shown, server, monkeypatch
):
    monkeypatch.setenv("UNIRS_SERVER_KEY", KEY)
    error = {"error": {"message": f"invalid key {KEY}"}}
    server.replies["/v1/models"] = lambda exchange: exchange.send_json(error, 401)
    server.chat = server.replies["/v1/models"]
    write_settings(Settings(model=f"server:{server.url}#any"))
    sentences = []
    monkeypatch.setattr(shown.dock, "fail_answer", sentences.append)
    shown.dock.submitted.emit("ask", "What is there?", [])
    qtbot.waitUntil(lambda: bool(sentences), timeout=LONG)
    assert sentences[0]
    assert KEY not in sentences[0]
    assert KEY not in shown.worker.log


def test_a_real_llama_cpp_answers_freely_and_from_options(qtbot, page, shown, llama):
    page.models.name_field.edit.setText(llama)
    with qtbot.waitSignal(page.parts[1].listed, timeout=LONG):
        page.models.name_field.button.click()
    choose(page.models, f"server:{llama}#smollm")
    page.answers.tokens_spin.setValue(8)
    page.apply()
    assert read_settings().added_models == (f"server:{llama}#smollm",)
    entry = answer(qtbot, shown)
    assert entry.answer.model == "smollm"
    entry = answer(qtbot, shown, "Is there water?", ["yes", "no"])
    assert entry.answer.text in ("yes", "no")

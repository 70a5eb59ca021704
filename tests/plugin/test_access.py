"""Keys and other hosts: nothing is sent without permission, and a key is written nowhere."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from qgis.core import QgsApplication, QgsAuthMethodConfig

from unirs_qgis.errors import UserError
from unirs_qgis.runtime.access import access_params, stored_key
from unirs_qgis.runtime.model_names import read_server_name, short_name
from unirs_qgis.runtime.worker import Worker
from unirs_qgis.settings import Settings

KEY = "sk-very-secret-0123"
HERE = "server:http://127.0.0.1:11434/v1#qwen"
THERE = "server:https://example.org/v1#qwen"


@pytest.fixture(autouse=True)
def no_key(monkeypatch):
    monkeypatch.delenv("UNIRS_SERVER_KEY", raising=False)


@pytest.fixture
def store(qgis_app):
    """Stores configurations in QGIS's authentication store, and removes them."""
    manager = QgsApplication.authManager()
    if manager.isDisabled() or not manager.setMasterPassword("of this test", True):
        pytest.skip("QGIS's authentication does not work here")
    stored = []

    def add(method: str, **values: str) -> str:
        config = QgsAuthMethodConfig(method)
        config.setName(f"key of a {method}")
        config.setConfigMap(values)
        manager.storeAuthenticationConfig(config)
        stored.append(config.id())
        return config.id()

    yield add
    for each in stored:
        manager.removeAuthenticationConfig(each)


class TestNames:
    @pytest.mark.parametrize(
        "address",
        ["http://localhost:1", "http://127.0.0.1:1/v1", "http://[::1]:1", "http://LOCALHOST.:1"],
    )
    def test_this_computer_is_known_by_its_addresses(self, address):
        assert not read_server_name(f"server:{address}#m").is_remote

    @pytest.mark.parametrize(
        ("address", "host"),
        [
            ("https://example.org", "example.org:443"),
            ("http://192.168.1.5:8000/v1", "192.168.1.5:8000"),
            ("http://localhost.example.org:1", "localhost.example.org:1"),
            ("http://0.0.0.0:1", "0.0.0.0:1"),
            ("http://127.1:1", "127.1:1"),
            ("http://[fe80::1]:1", "[fe80::1]:1"),
        ],
    )
    def test_every_other_address_is_another_computer(self, address, host):
        server = read_server_name(f"server:{address}#m")
        assert server.is_remote
        assert server.host == host

    @pytest.mark.parametrize("name", ["server:", "server:example.org#m", "server:ftp://a#m"])
    def test_what_is_no_address_is_refused(self, name):
        with pytest.raises(UserError, match="localhost"):
            read_server_name(name)

    @pytest.mark.parametrize("address", ["maria:{}@example.org", "example.org/v1?key={}"])
    def test_a_key_in_an_address_is_refused_without_repeating_it(self, address):
        with pytest.raises(UserError) as caught:
            read_server_name(f"server:https://{address.format(KEY)}#m")
        assert KEY not in caught.value.message

    def test_other_names_are_on_no_server(self):
        assert read_server_name("unirs-small") is None
        assert read_server_name("hf:owner/name") is None

    def test_a_short_name_has_neither_host_nor_folder(self):
        assert "example.org" not in short_name(THERE)
        assert short_name("/home/maria/models/mine") == "mine"


class TestAccess:
    def test_models_on_no_server_carry_nothing(self, monkeypatch):
        monkeypatch.setenv("UNIRS_SERVER_KEY", KEY)
        assert access_params(Settings(), "unirs-small") == {}
        assert access_params(Settings(), "hf:owner/name") == {}

    def test_another_host_needs_permission_by_its_name_and_port(self):
        for hosts in ((), ("example.org:80",), ("example.com:443",)):
            with pytest.raises(UserError) as caught:
                access_params(Settings(confirmed_hosts=hosts), THERE)
            assert caught.value.code == "remote_not_allowed"
            assert "example.org:443" in caught.value.message
        settings = Settings(confirmed_hosts=("example.org:443",))
        assert access_params(settings, THERE) == {"allow_remote": True}

    def test_a_server_of_this_computer_that_sends_images_on_needs_permission_for_that_host(self):
        settings = Settings(relayed_models=(f"ollama.com:443 {HERE}",))
        with pytest.raises(UserError, match=r"ollama\.com:443"):
            access_params(settings, HERE)
        settings = replace(settings, confirmed_hosts=("ollama.com:443",))
        assert access_params(settings, HERE) == {"allow_remote": True}
        assert access_params(settings, HERE + "-other") == {}

    def test_a_server_of_this_computer_is_never_allowed_to_be_elsewhere(self):
        assert access_params(Settings(), HERE) == {}

    def test_the_key_is_that_of_the_environment_or_of_the_store(self, monkeypatch, store):
        monkeypatch.setenv("UNIRS_SERVER_KEY", f" {KEY}\n")
        assert access_params(Settings(), HERE)["key"] == KEY
        login = store("Basic", username="", password=KEY[::-1])
        settings = Settings(server_logins=(f"127.0.0.1:11434 {login}",))
        assert access_params(settings, HERE)["key"] == KEY[::-1]

    def test_a_key_goes_to_its_own_server_alone(self, store):
        login = store("Basic", username="", password=KEY)
        settings = Settings(
            server_logins=(f"127.0.0.1:11434 {login}",), confirmed_hosts=("example.org:443",)
        )
        assert "key" not in access_params(settings, THERE)
        assert "key" not in access_params(settings, HERE.replace("11434", "8080"))

    @pytest.mark.parametrize(
        ("method", "values", "key"),
        [
            ("APIHeader", {"Authorization": f"Bearer {KEY}"}, KEY),
            ("APIHeader", {"authorization": KEY, "X-Other": "1"}, KEY),
            ("APIHeader", {"X-API-Key": KEY}, KEY),
            ("EsriToken", {"token": KEY}, KEY),
            ("Basic", {"username": "", "password": KEY}, KEY),
            (
                "Basic",
                {"username": "maria", "password": KEY},
                "Basic " + base64.b64encode(f"maria:{KEY}".encode()).decode(),
            ),
        ],
    )
    def test_a_key_is_read_of_every_kind_of_configuration_that_has_one(
        self, store, method, values, key
    ):
        assert stored_key(store(method, **values)) == key

    @pytest.mark.parametrize(
        ("method", "values"),
        [
            ("APIHeader", {"X-A": "1", "X-B": "2"}),
            ("Basic", {"username": "maria", "password": ""}),
            ("Basic", {"username": "", "password": "two\r\nX-Evil: lines"}),
            ("PKI-Paths", {"certpath": "/a"}),
        ],
    )
    def test_a_configuration_without_a_key_is_refused_by_its_name(self, store, method, values):
        with pytest.raises(UserError, match=f"key of a {method}"):
            stored_key(store(method, **values))

    def test_a_configuration_that_is_gone_is_refused_and_nothing_else_is_sent(self, monkeypatch):
        monkeypatch.setenv("UNIRS_SERVER_KEY", KEY)
        settings = Settings(server_logins=("127.0.0.1:11434 abcdefg",))
        with pytest.raises(UserError) as caught:
            access_params(settings, HERE)
        assert caught.value.code == "key_unreadable"


class TestRequests:
    @pytest.fixture
    def start(self, worker_python, tmp_path):
        """A worker that writes what it gets into a file, in place of answering from a model."""
        program = tmp_path / "worker.py"
        log = tmp_path / "requests.jsonl"
        program.write_text(
            "import json, sys\n"
            f"log = open({str(log)!r}, 'a')\n"
            "for line in sys.stdin:\n"
            "    request = json.loads(line)\n"
            "    print(line, file=log, end='', flush=True)\n"
            "    reply = {'jsonrpc': '2.0', 'id': request['id'], 'result': {'protocol': 3}}\n"
            "    print(json.dumps(reply), flush=True)\n"
        )
        workers = []

        def start(settings: Settings) -> Worker:
            command = [str(worker_python), str(program)]
            access = lambda model: access_params(settings, model)  # noqa: E731
            workers.append(Worker(lambda: command, access=access))
            return workers[-1]

        def requests() -> list[dict]:
            lines = log.read_text().splitlines() if log.exists() else []
            return [json.loads(line) for line in lines][1:]  # after hello

        self.requests = requests
        yield start
        for worker in workers:
            worker.close()

    def test_a_request_carries_the_key_and_what_asked_for_it_does_not(
        self, start, monkeypatch, qtbot
    ):
        monkeypatch.setenv("UNIRS_SERVER_KEY", KEY)
        worker = start(Settings(confirmed_hosts=("example.org:443",)))
        params = {"model": THERE, "paths": ["a.png"], "text": "?"}
        given = json.dumps(params)
        job = worker.submit("ask", params)
        with qtbot.waitSignal(job.finished, timeout=30_000):
            pass
        assert self.requests()[0]["params"] == {**params, "key": KEY, "allow_remote": True}
        assert json.dumps(params) == given
        assert KEY not in repr(job.request)
        assert KEY not in worker.log

    def test_without_permission_nothing_is_sent_and_no_worker_is_started(self, start, qtbot):
        worker = start(Settings())
        job = worker.submit("load", {"model": THERE})
        with qtbot.waitSignal(job.failed, timeout=30_000) as failed:
            pass
        assert failed.args[0] == "remote_not_allowed"
        assert worker.pid is None
        assert self.requests() == []

    def test_a_permission_that_was_withdrawn_counts_for_the_next_request(self, start, qtbot):
        settings = Settings(confirmed_hosts=("example.org:443",))
        worker = start(settings)
        with qtbot.waitSignal(worker.submit("load", {"model": THERE}).finished, timeout=30_000):
            pass
        worker._access = lambda model: access_params(replace(settings, confirmed_hosts=()), model)
        with qtbot.waitSignal(worker.submit("load", {"model": THERE}).failed, timeout=30_000):
            pass
        assert len(self.requests()) == 1

"""What the user has chosen comes back, and what makes no sense does no harm."""

from __future__ import annotations

import pytest
from qgis.core import QgsSettings

from unirs_qgis.settings import (
    Settings,
    SetupOptions,
    read_settings,
    read_setup_options,
    write_settings,
    write_setup_options,
)


@pytest.fixture(autouse=True)
def empty_settings(qgis_app):
    QgsSettings().remove("unirs")
    yield
    QgsSettings().remove("unirs")


def test_without_settings_there_are_the_defaults():
    assert read_settings() == Settings()
    assert read_setup_options() == SetupOptions()


def test_settings_are_read_as_they_were_written():
    chosen = Settings(
        python="/opt/my environment/bin/python",
        model="/data/modèles/vila-3b",
        device="cuda:1",
        precision="bfloat16",
        clue=True,
        max_new_tokens=64,
        views=8,
        idle_minutes=0,
        history_place="project",
        added_models=("/data/zwei Ordner, mit Komma", "hf:a/b", "server:http://localhost:1/v1#c:d"),
        confirmed_hosts=("example.org:443",),
        relayed_models=("ollama.com:443 server:http://localhost:1#big model:cloud",),
        server_logins=("example.org:443 abc1234", "localhost:1 ABC1234"),
    )
    write_settings(chosen)
    assert read_settings() == chosen


@pytest.mark.parametrize("names", [(), ("/data/one",), ("a", "hf:b/c")])
def test_any_number_of_added_models_is_read_as_written(names):
    write_settings(Settings(added_models=names))
    assert read_settings().added_models == names


def test_model_folders_of_an_earlier_version_are_added_models():
    QgsSettings().setValue("unirs/model_folders", ["/data/one", "/data/two"])
    assert read_settings().added_models == ("/data/one", "/data/two")
    write_settings(Settings(added_models=("/data/one",)))
    assert read_settings().added_models == ("/data/one",)


def test_the_authentication_of_each_server_is_found_by_its_host():
    settings = Settings(server_logins=("example.org:443 abc1234",))
    assert settings.login("example.org:443") == "abc1234"
    assert settings.login("example.org:80") == ""


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("confirmed_hosts", ["user@example.org:443", "https://example.org", "a b:1"]),
        ("relayed_models", ["ollama.com:443", "server:http://localhost:1#a"]),
        ("server_logins", ["example.org:443", "example.org:443 sk-secret-key", " abc1234"]),
    ],
)
def test_hosts_and_authentications_of_another_form_are_left_out(name, stored):
    QgsSettings().setValue(f"unirs/{name}", stored)
    assert getattr(read_settings(), name) == ()


def test_options_of_the_set_up_are_stored_separately():
    options = SetupOptions("/usr/bin/python3", "cpu", "/media/wheels", "https://example.org/simple")
    write_setup_options(options)
    assert read_setup_options() == options
    assert read_settings() == Settings()


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("model", ""),
        ("model", ["a", "b"]),
        ("device", "cuda; rm -rf"),
        ("device", 3),
        ("precision", "int3"),
        ("clue", "maybe"),
        ("max_new_tokens", "many"),
        ("max_new_tokens", -1),
        ("max_new_tokens", 10**9),
        ("views", 0),
        ("views", 9),
        ("idle_minutes", "-5"),
        ("idle_minutes", "nan"),
        ("history_place", "cloud"),
        ("added_models", 7),
        ("confirmed_hosts", {"a": 1}),
        ("python", {"a": 1}),
    ],
)
def test_an_invalid_value_is_read_as_its_default(name, broken):
    write_settings(Settings(idle_minutes=7) if name != "idle_minutes" else Settings(model="other"))
    QgsSettings().setValue(f"unirs/{name}", broken)
    settings = read_settings()
    assert getattr(settings, name) == getattr(Settings(), name)
    assert settings.idle_minutes == 7 if name != "idle_minutes" else settings.model == "other"


@pytest.mark.parametrize(
    ("stored", "clue"), [("true", None), ("false", False), (0, False), ("always", True)]
)
def test_the_clue_of_earlier_versions_is_read_in_every_form_of_settings_files(stored, clue):
    QgsSettings().setValue("unirs/clue", stored)
    assert read_settings().clue is clue

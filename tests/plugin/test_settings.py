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
        clue=False,
        max_new_tokens=64,
        views=8,
        idle_minutes=0,
        history_place="project",
        model_folders=("/data/one", "/data/zwei Ordner, mit Komma"),
    )
    write_settings(chosen)
    assert read_settings() == chosen


@pytest.mark.parametrize("folders", [(), ("/data/one",), ("a", "b")])
def test_any_number_of_model_folders_is_read_as_written(folders):
    write_settings(Settings(model_folders=folders))
    assert read_settings().model_folders == folders


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
        ("model_folders", 7),
        ("python", {"a": 1}),
    ],
)
def test_an_invalid_value_is_read_as_its_default(name, broken):
    write_settings(Settings(idle_minutes=7) if name != "idle_minutes" else Settings(model="other"))
    QgsSettings().setValue(f"unirs/{name}", broken)
    settings = read_settings()
    assert getattr(settings, name) == getattr(Settings(), name)
    assert settings.idle_minutes == 7 if name != "idle_minutes" else settings.model == "other"


@pytest.mark.parametrize(("stored", "clue"), [("true", True), ("false", False), (0, False)])
def test_a_flag_is_read_in_every_form_of_settings_files(stored, clue):
    QgsSettings().setValue("unirs/clue", stored)
    assert read_settings().clue is clue

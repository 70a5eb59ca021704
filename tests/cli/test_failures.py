"""Failures: exit code 2 and one sentence for what a user can fix, 1 and a log for a defect."""

from __future__ import annotations

import errno
import os

import pytest
import rasterio

from unirs.answers import Answer
from unirs.inputs import Task


def assert_sentence(outcome, *words):
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("unirs: ")
    assert outcome.err.count("\n") == 1, outcome.err
    assert outcome.err.endswith(".\n")
    for word in words:
        assert str(word) in outcome.err


def test_missing_raster(ask, tmp_path):
    assert_sentence(ask("ask", tmp_path / "none.tif", "road?", "--json"), "none.tif")


def test_a_long_sentence_keeps_its_beginning_and_its_end(ask, before):
    outcome = ask("ask", "x" * 100_000, "road?")
    assert_sentence(outcome, "There is no raster xxx", "check the path")
    assert len(outcome.err) < 3000
    outcome = ask("ask", before, "road?", f"--{'x' * 100_000}")
    assert_sentence(outcome, "--help")
    assert len(outcome.err) < 3000


def test_corrupt_raster(ask, before):
    before.write_bytes(before.read_bytes()[:700])
    assert_sentence(ask("caption", before), before.name)


def test_a_file_that_is_not_a_raster(ask, before):
    before.write_text("these are no pixels")
    assert_sentence(ask("caption", before), before.name)


def test_nothing_but_nodata(ask, before):
    with rasterio.open(before, "r+") as dataset:
        dataset.nodata = 0
        dataset.write(dataset.read() * 0)
    assert_sentence(ask("caption", before), before.name)


def test_extent_outside(ask, before):
    assert_sentence(ask("ask", before, "road?", "--bbox", -1, -2, 3, 4), before.name)


def test_extent_without_area(ask, before):
    assert_sentence(ask("ask", before, "road?", "--bbox", 3, 4, 1, 2), "extent")


@pytest.mark.parametrize("bands", ["1,x", "1,2", "9", "infrared", "radar"])
def test_bands(ask, before, bands):
    assert_sentence(ask("ask", before, "road?", "--bands", bands), "band")


def test_dates_that_do_not_overlap(ask, before, after):
    with rasterio.open(after, "r+") as dataset:
        dataset.transform = rasterio.transform.from_origin(600_000, 5_000_060, 1, 1)
    assert_sentence(ask("change", before, after), after.name)


def test_a_change_map_in_a_missing_folder(ask, before, after, tmp_path):
    assert_sentence(ask("change", before, after, "--map", tmp_path / "no" / "map.tif"), "map.tif")


def test_an_extent_of_a_video(ask, video):
    assert_sentence(ask("classify", video, "--bbox", 1, 2, 3, 4), video.name)


def test_classes_in_a_file_that_is_not_text(ask, video):
    assert_sentence(ask("classify", video, "--classes", video), video.name)


def test_classes_twice(ask, video):
    assert_sentence(ask("classify", video, "--classes", "a,b", "--options", "a,b"), "--options")


def test_empty_question(ask, before):
    assert_sentence(ask("ask", before, " "), "question")


def test_unknown_model(unirs, before):
    assert_sentence(unirs("ask", before, "road?", "--model", "no-such"), "no-such", "unirs-tiny")


def test_a_missing_raster_is_reported_before_a_missing_model(unirs, tmp_path):
    words = ("ask", tmp_path / "missing.tif", "road?", "--model", "no-such")
    assert_sentence(unirs(*words), "There is no raster", "missing.tif")


def test_unknown_device(unirs, before):
    words = ("--model", "unirs-tiny", "--device", "abacus")
    assert_sentence(unirs("ask", before, "road?", *words), "abacus", "cpu")


@pytest.mark.parametrize(
    "words",
    [
        ["frobnicate"],
        ["ask"],
        ["ask", "a.tif"],
        ["ask", "a.tif", "road?", "--nonsense"],
        ["ask", "a.tif", "road?", "--stretch", "wide"],
        ["ask", "a.tif", "road?", "--bbox", "1", "2", "3"],
        ["ask", "a.tif", "road?", "--bbox", "1", "2", "3", "x"],
        ["ask", "a.tif", "road?", "--max-tokens", "0"],
        ["ask", "a.tif", "road?", "--precision", "float8"],
        ["train"],
        ["train", "mini", "--stage", "last"],
    ],
)
def test_wrong_arguments_refer_to_the_help(unirs, words):
    assert_sentence(unirs(*words), "; see 'unirs", "--help'.")


def test_a_wrong_number_of_values_refers_to_the_help_of_its_command(unirs):
    assert_sentence(unirs("ask", "a.tif", "--bbox", "1"), "; see 'unirs ask --help'.")


def test_a_mistyped_command_is_guessed(unirs):
    assert_sentence(unirs("captoin", "a.tif"), "Did you mean 'caption'? See 'unirs --help'.")


def test_a_folder_is_no_raster(unirs, tmp_path):
    assert_sentence(unirs("caption", tmp_path), "is a folder and no raster", "unirs batch")


def test_interrupted_before_the_answer(ask, before, monkeypatch):
    def interrupted(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("unirs.tasks.run_task", interrupted)
    assert_sentence(ask("ask", before, "road?"), "Stopped")


@pytest.mark.parametrize("json", [[], ["--json"]])
def test_stopped_before_the_first_token(ask, before, monkeypatch, json):
    nothing = Answer("", Task.ASK, stopped=True)
    monkeypatch.setattr("unirs.tasks.run_task", lambda *_args, **_options: nothing)
    assert_sentence(ask("ask", before, "road?", *json), "Stopped before there was an answer")


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC, errno.EROFS])
def test_a_refusal_of_the_operating_system_is_not_a_defect(unirs, monkeypatch, number):
    def refused():
        raise OSError(number, os.strerror(number), "/data/models")

    monkeypatch.setattr("unirs.cli.model_list.list_models", refused)
    assert_sentence(unirs("models"), "/data/models", os.strerror(number))


class TestDefect:
    @pytest.fixture(autouse=True)
    def defect(self, monkeypatch, tmp_path):
        def broken():
            raise KeyError("[red]inside[/red]")

        monkeypatch.setattr("unirs.cli.model_list.list_models", broken)
        monkeypatch.setattr("platformdirs.user_log_path", lambda _name: tmp_path / "log")

    def test_is_reported_and_logged(self, unirs, tmp_path):
        outcome = unirs("models")
        log = tmp_path / "log" / "last-defect.log"
        assert outcome.code == 1
        assert outcome.err.count("\n") == 1
        assert "sorry" in outcome.err
        assert str(log) in outcome.err
        assert "in broken" in log.read_text()

    def test_is_shown_if_no_log_can_be_written(self, unirs, tmp_path):
        (tmp_path / "log").write_text("a file in the folder's place")
        outcome = unirs("models")
        assert outcome.code == 1
        assert "Traceback" in outcome.err

    def test_is_shown_to_developers(self, unirs, monkeypatch, tmp_path):
        monkeypatch.setenv("UNIRS_DEBUG", "1")
        outcome = unirs("models")
        assert outcome.code == 1
        assert "Traceback" in outcome.err
        assert not (tmp_path / "log").exists()

"""Answers are never lost, never asked for twice, and never mixed with those of other models."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unirs.answers import Answer, OptionScore
from unirs.errors import UniRSError
from unirs.inputs import InputKind, Task
from unirs_lab.data.samples import Sample
from unirs_lab.evaluation.predictions import FILE, Prediction, PredictionFile

SETTINGS = {"benchmark": "rsvqa-lr", "model": "unirs-small", "clues": True}


def prediction(name: str, answer: str = "yes") -> Prediction:
    return Prediction(name, "presence", "Is there water?", "A lake.", answer, ("yes",))


def keep(folder: Path, *predictions: Prediction) -> dict[str, Prediction]:
    with PredictionFile(folder, SETTINGS) as file:
        for each in predictions:
            file.add(each)
        return dict(file.known)


def test_a_prediction_stores_question_answer_and_references() -> None:
    references = ("A house.", "One house.")
    sample = Sample("7", InputKind.PAIR, (Path("a"), Path("b")), "What?", references, "change")
    changes = np.array([[0.123456, 1]], np.float32)
    answer = Answer(" A road. ", Task.ASK, clue="Fields.", change_map=changes)
    made = Prediction.of(sample, answer)
    assert (made.id, made.group, made.instruction) == ("7", "change", "What?")
    assert (made.clue, made.answer, made.references) == ("Fields.", "A road.", references)
    assert np.allclose(made.change_map, [[0.1235, 1]], atol=1e-6)
    assert Prediction.of(sample, Answer("", Task.ASK)).change_map is None


def test_a_prediction_stores_every_option_with_its_probability() -> None:
    sample = Sample("7", InputKind.SINGLE, (Path("a"),), "Water?", ("no",))
    options = (OptionScore("yes", 0.75), OptionScore("no", 0.25))
    made = Prediction.of(sample, Answer("yes", Task.ASK, options=options))
    assert made.options == (("yes", 0.75), ("no", 0.25))
    assert Prediction.of(sample, Answer("yes", Task.ASK)).options == ()


def test_answers_without_their_settings_are_refused(tmp_path: Path) -> None:
    keep(tmp_path, prediction("1"))
    (tmp_path / "settings.json").unlink()
    with pytest.raises(UniRSError) as caught:
        keep(tmp_path)
    assert caught.value.code == "settings_broken"
    assert "settings.json" in caught.value.message


texts = st.text(max_size=30)


@settings(
    max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.builds(
        Prediction,
        *(texts, texts, texts),
        clue=st.none() | texts,
        answer=texts,
        references=st.lists(texts, max_size=5).map(tuple),
        change_map=st.none()
        | st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=3).map(tuple),
        options=st.lists(st.tuples(texts, st.floats(0, 1)), max_size=3).map(tuple),
    )
)
def test_every_prediction_is_read_back_unchanged(tmp_path, made: Prediction) -> None:
    folder = tmp_path / str(abs(hash(made)))
    keep(folder, made)
    assert keep(folder) == {made.id: made}
    assert (folder / FILE).read_bytes().count(b"\n") == 1


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_half_a_line_of_a_killed_run_is_dropped(tmp_path: Path, cut: int) -> None:
    keep(tmp_path, prediction("1"), prediction("2"))
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[:-cut])
    assert list(keep(tmp_path)) == ["1"]
    keep(tmp_path, prediction("2", "no"))
    lines = path.read_text().splitlines()
    assert [json.loads(line)["answer"] for line in lines] == ["yes", "no"]


def add_and_die(folder: Path) -> None:
    import os

    with PredictionFile(folder, SETTINGS) as file:
        file.add(prediction("1"))
        os._exit(9)


def test_what_was_added_survives_a_kill(tmp_path: Path) -> None:
    process = multiprocessing.get_context("fork").Process(target=add_and_die, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == 9
    assert list(keep(tmp_path)) == ["1"]


def test_other_settings_are_refused_and_named(tmp_path: Path) -> None:
    keep(tmp_path, prediction("1"))
    with (
        pytest.raises(UniRSError, match="clues = True and not False") as caught,
        PredictionFile(tmp_path, {**SETTINGS, "clues": False}),
    ):
        pass
    assert caught.value.code == "settings_differ"
    assert list(keep(tmp_path)) == ["1"]


@pytest.mark.parametrize("line", ["{}", "[]", "no JSON", '{"id": 1}', "null", ""])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    keep(tmp_path, prediction("1"))
    path = tmp_path / FILE
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(UniRSError, match="Line 2") as caught:
        keep(tmp_path)
    assert caught.value.code == "records_broken"


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    with PredictionFile(tmp_path, SETTINGS):
        with pytest.raises(UniRSError) as caught:
            keep(tmp_path)
        assert caught.value.code == "records_in_use"
    assert keep(tmp_path) == {}


def test_settings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    keep(tmp_path)
    (tmp_path / "settings.json").write_text("{")
    with pytest.raises(UniRSError) as caught:
        keep(tmp_path)
    assert caught.value.code == "settings_broken"


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes, as on a full disk."""
    resource = pytest.importorskip("resource", reason="this system has no limit of file sizes")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_reported_in_one_sentence(tmp_path: Path) -> None:
    keep(tmp_path)
    with files_up_to(200), pytest.raises(UniRSError, match="cannot be written") as caught:
        keep(tmp_path, prediction("1"), prediction("2"))
    assert caught.value.code == "output_unwritable"
    assert list(keep(tmp_path)) == ["1"], "what was whole is kept, what was not is dropped"

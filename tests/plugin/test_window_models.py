"""The chosen model in the window: missing, on another computer, without what is asked of it."""

from __future__ import annotations

import pytest

from unirs_qgis.settings import Settings, write_settings

LONG = 180_000  # milliseconds: a slow machine starts the worker, and loads a model


def failure(qtbot, window) -> str:
    """The sentence with which the question fails."""
    sentences = []
    window.dock.fail_answer = sentences.append
    window.dock.submitted.emit("caption", "", [])
    qtbot.waitUntil(lambda: bool(sentences), timeout=LONG)
    return sentences[0]


@pytest.mark.slow
def test_the_default_model_answers_for_one_that_is_gone_and_that_is_said(qtbot, shown):
    write_settings(Settings(model="/data/models/gone-3b"))
    sentences = []
    shown.questions.replaced.connect(sentences.append)
    with qtbot.waitSignal(shown.questions.answered, timeout=LONG) as answered:
        shown.dock.submitted.emit("caption", "", [])
    assert answered.args[0].answer.model == "unirs-small"
    assert len(sentences) == 1
    assert "gone-3b" in sentences[0]
    assert "/data" not in sentences[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hf:owner/gone", "server:http://127.0.0.1:9/v1#gone"])
def test_no_other_model_answers_for_one_of_a_hub_or_a_server(qtbot, shown, name):
    write_settings(Settings(model=name))
    answers = []
    shown.questions.answered.connect(answers.append)
    assert failure(qtbot, shown)
    assert answers == []


def test_without_permission_nothing_is_drawn_or_sent(qtbot, shown):
    write_settings(Settings(model="server:https://example.org/v1#big"))
    assert "example.org:443" in failure(qtbot, shown)
    assert shown.worker.pid is None
    assert shown.questions._cache.crops == []
    assert not shown.questions.is_busy


LOADED = {
    "model": "big",
    "engine": "server",
    "host": None,
    "digest": None,
    "image_size": 64,
    "capabilities": {
        "inputs": ["single"],
        "clue": False,
        "change_maps": False,
        "option_scores": "none",
        "streams": True,
        "conversation": True,
    },
}


class TestCapabilities:
    @pytest.fixture
    def sent(self, shown, monkeypatch):
        """The requests; a worker that has loaded this model answers the first."""
        sent = []

        def record(method, params, on_result):
            sent.append((method, params))
            if method == "load":
                on_result(LOADED)

        monkeypatch.setattr(shown.questions, "_submit", record)
        return sent

    def test_an_input_that_the_model_cannot_read_is_refused_before_it_is_drawn(
        self, shown, sent, dated_layers, monkeypatch
    ):
        sentences = []
        monkeypatch.setattr(shown.dock, "fail_answer", sentences.append)
        shown.inputs.choose(list(dated_layers))
        shown.dock.submitted.emit("change", "", [])
        assert sentences == ["big reads no pairs of dates."]
        assert [method for method, _ in sent] == ["load"]
        assert shown.questions._cache.crops == []

    def test_it_is_asked_for_nothing_that_it_cannot_do(self, qtbot, shown, sent):
        write_settings(Settings(clue=True, views=4))
        shown.dock.submitted.emit("ask", "Which?", ["a", "b"])
        qtbot.waitUntil(lambda: len(sent) == 2, timeout=LONG)
        params = sent[1][1]
        assert params["clue"] is None
        assert "views" not in params
        assert "change_map" not in params

"""Whether anything has changed: the model's own score decides, and one function reads words."""

from __future__ import annotations

import pytest
import torch

from unirs.engines.engine import Item
from unirs.engines.verdict import change_test, has_changed, is_changed
from unirs.inputs import NO_CHANGE, Question, Task

CHANGE = Question(Task.CHANGE, max_new_tokens=4)


def test_the_score_of_the_model_outweighs_its_words():
    assert has_changed("there is no difference", scored=True)
    assert not has_changed("a road has been built", scored=False)


@pytest.mark.parametrize(("each", "changed"), [(0.03, True), (0.04, False)])
def test_captions_without_change_count_together(pipeline, each, changed):
    """Fifteen ways to say so, none of which is likely by itself."""
    test = change_test(pipeline.config)
    assert set(test.question.options) >= {*NO_CHANGE, *(f"{text} ." for text in NO_CHANGE)}
    assert is_changed([test.unchanged(torch.log(torch.full((15,), each)))]) is changed


@pytest.mark.parametrize(("yes", "changed"), [(-40.0, True), (-42.0, False)])
def test_a_base_chooses_between_yes_and_no(make_pipeline, yes, changed):
    """However unlikely both are as an answer: there is nothing else to choose from."""
    test = change_test(make_pipeline("self", "base").config)
    assert test.question.options == ("yes", "no")
    assert is_changed([test.unchanged(torch.tensor([yes, -41.0]))]) is changed


def test_a_change_caption_comes_with_a_verdict_and_nothing_else_does(pipeline, images):
    assert pipeline.answer(images.pair(), CHANGE).changed in (True, False)
    assert pipeline.answer(images.pair(), Question(text="is there a road?")).changed is None
    assert pipeline.answer(images.single(), Question(Task.CAPTION)).changed is None
    assert pipeline.answer(images.pair(), CHANGE, stop=lambda: True).changed is None


def test_the_verdict_is_of_the_scores_and_not_of_the_caption(pipeline, images, monkeypatch):
    caption = pipeline.answer(images.pair(), CHANGE).text
    for each, changed in ((0.03, True), (0.04, False)):
        scores = torch.log(torch.full((15,), each))
        monkeypatch.setattr(
            "unirs.engines.unirs.reader.score_options", lambda *_, scores=scores: [scores]
        )
        answer = pipeline.answer(images.pair(), CHANGE)
        assert (answer.text, answer.changed) == (caption, changed)


def test_a_batch_finds_what_single_questions_find(pipeline, images):
    asked = [
        Item(images.pair(1), CHANGE),
        Item(images.single(1), Question(text="is there a road?", max_new_tokens=4)),
        Item(images.pair(2), CHANGE),
    ]
    alone = [pipeline.answer(*item[:2]) for item in asked]
    together = list(pipeline.answers(asked))
    assert [answer.changed for answer in together] == [answer.changed for answer in alone]
    assert [answer.changed is None for answer in together] == [False, True, False]

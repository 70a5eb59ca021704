"""Which answers carry the notice of a demonstration model."""

import pytest

from unirs.engines.unirs.reliability import answer_kind, is_demonstration
from unirs.inputs import InputKind, Task

SINGLE, PAIR, VIDEO = InputKind.SINGLE, InputKind.PAIR, InputKind.VIDEO


@pytest.mark.parametrize(
    ("inputs", "task", "options", "answer", "kind"),
    [
        (SINGLE, Task.CAPTION, (), "yes", "caption"),
        (SINGLE, Task.ASK, ("yes", "no"), "no", "yes_no"),
        (SINGLE, Task.ASK, (), "Yes.", "yes_no"),
        (SINGLE, Task.ASK, ("rural", "urban"), "rural", "choice"),
        (SINGLE, Task.CLASSIFY, ("port", "farmland"), "port", "choice"),
        (SINGLE, Task.ASK, (), "three", "open"),
        (PAIR, Task.CHANGE, (), "there is no difference", "change"),
        (PAIR, Task.ASK, ("yes", "no"), "yes", "change"),
        (VIDEO, Task.ASK, ("yes", "no"), "yes", "video"),
        (VIDEO, Task.CLASSIFY, ("fire", "flood"), "fire", "video"),
    ],
)
def test_the_kind_of_an_answer(inputs, task, options, answer, kind):
    assert answer_kind(inputs, task, options, answer) == kind


def test_a_card_excepts_kinds_from_the_notice():
    assert is_demonstration(True, ("yes_no",), "open")
    assert not is_demonstration(True, ("yes_no",), "yes_no")
    assert not is_demonstration(False, (), "open")

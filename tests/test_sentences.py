"""Sentences about images, and their templates."""

from __future__ import annotations

import string

import pytest

from unirs import sentences
from unirs.sentences import sentence, taken_apart

CODES = sorted(sentences._TEMPLATES)


@pytest.mark.parametrize("code", CODES)
def test_a_sentence_is_taken_apart_into_what_it_was_made_of(code):
    template = sentences._TEMPLATES[code]
    names = [name for _, name, _, _ in string.Formatter().parse(template) if name]
    values = {name: f"{number}.5 m" for number, name in enumerate(names)}
    assert taken_apart(sentence(code, **values)) == (template, values)


def test_other_texts_have_no_template():
    assert taken_apart("The dates lie far apart.") is None
    assert taken_apart("") is None

"""``unirs ask --whole``."""

from __future__ import annotations

import json
import re


def test_one_paragraph_is_printed_and_the_cost_before(ask, before):
    shown = ask("ask", before, "Is there a road?", "--whole")
    assert shown.code == 0
    assert shown.out.count("\n") == 1
    assert "The image of the whole alone: “" in shown.out
    assert re.search(r"Asking about up to \d+ windows of \d+ m, which may take some", shown.err)
    assert "experimental: check this answer" in shown.err


def test_an_open_question_as_json(ask, before):
    facts = json.loads(ask("ask", before, "What is there?", "--whole", "--json").out)
    assert sum(each["windows"] for each in facts["findings"]) == facts["windows"]["asked"]
    assert facts["crs"] == "EPSG:26914"


def test_what_does_not_fit_is_refused(ask, before, after):
    for words in (
        ("ask", before, "Is there a road?", "--windows", 5),
        ("ask", before, after, "Is there a road?", "--whole"),
        ("ask", before, "Is there a road?", "--whole", "--views", 2),
    ):
        shown = ask(*words)
        assert shown.code == 2
        assert shown.err.count("\n") == 1

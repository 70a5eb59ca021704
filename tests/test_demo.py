"""What ``make demo`` prints."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
import rasterio
from rich.console import Console

from unirs.samples import NEW_WATER

SCRIPT = Path(__file__).parents[1] / "scripts" / "demo.py"


@pytest.fixture
def demo(monkeypatch):
    spec = importlib.util.spec_from_file_location("demo", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "demo", module)  # where dataclasses look for its names
    spec.loader.exec_module(module)
    return module


def result(answer: str, **fields) -> dict:
    facts = {"options": [], "changed": None, "model": "tiny", "device": "cpu"}
    return {**facts, "answer": answer, "seconds": {"total": 0.5}, **fields}


def test_an_answer_is_plain_text_in_the_table(capsys, demo):
    given = result("[red]a\x1b[2Jhouse", model="[b]mini\x1b[1m")
    Console(width=120).print(demo.as_table({demo.CHANGE: given}))
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "[red]a" in shown
    assert "[b]mini" in shown


def test_wrong_answers_are_marked_and_counted(capsys, demo):
    water, caption = demo.STEPS[3], demo.STEPS[0]
    answers = {caption: result("trees"), water: result("no"), demo.CHANGE: result("same")}
    Console(width=120).print(demo.as_table(answers))
    assert capsys.readouterr().out.count("WRONG") == 2
    assert demo.summary(answers).startswith("0 of 2 answers are right. Wrong: Is there water")
    answers = {water: result("yes"), demo.CHANGE: result("the water has risen", changed=True)}
    assert demo.summary(answers) == "2 of 2 answers are right."


def test_the_change_map_is_compared_with_the_mask_of_new_water(demo, monkeypatch, tmp_path):
    with rasterio.open(NEW_WATER.path) as truth:
        profile, new_water = truth.profile, truth.read(1)
    profile.update(nbits=8, compress=None)
    monkeypatch.setattr(demo, "CHANGE_MAP", tmp_path / "map.tif")
    for mask, sentence in (
        (new_water, "23% of the image; 100% of that"),
        (0 * new_water, "nothing"),
    ):
        with rasterio.open(demo.CHANGE_MAP, "w", **profile) as file:
            file.write(mask * 90, 1)
        assert sentence in demo.map_against_truth()

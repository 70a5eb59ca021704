"""What ``make demo`` prints."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from rich.console import Console

SCRIPT = Path(__file__).parents[1] / "scripts" / "demo.py"


def test_what_a_model_says_is_plain_text_in_the_table(capsys, monkeypatch):
    spec = importlib.util.spec_from_file_location("demo", SCRIPT)
    demo = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "demo", demo)  # where dataclasses look for its names
    spec.loader.exec_module(demo)
    said = {
        "answer": "[red]a\x1b[2Jhouse",
        "clue": "\x1b]0;title\x07",
        "options": [],
        "model": "[b]mini\x1b[1m",
        "device": "cpu",
        "seconds": {"total": 0.5},
    }
    Console(width=100).print(demo.as_table({demo.CHANGE: said}))
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[red]a" in shown
    assert "[b]mini" in shown

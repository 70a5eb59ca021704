"""Write the figures of an evaluation into a model folder: its card, and its calibration.

``python -m unirs_lab.evaluation.model_card MODEL FIGURES`` takes a published folder and what
``unirs evaluate real --json`` printed about it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from unirs.engines.unirs.reliability import AnswerKind
from unirs.errors import UniRSError
from unirs.files import whole_file

AIMS: Mapping[AnswerKind, tuple[str, ...]] = {
    "caption": ("rsicd_captions", "ucmerced_captions"),
    "choice": ("rsicd_scenes", "eurosat_scenes", "ucmerced_count"),  # numbers are options, too
    "yes_no": (
        "ucmerced_yes_no",
        "rsvqa_hr_presence",
        "rsvqa_hr_comparison",
        "rsvqa_lr_presence",
        "naip_water",
    ),
    "change": ("levir_changed", "levir_map_f1", "nothing_changed", "naip_change"),
}
"""A kind of question is reliable if all of these figures meet their aims. Other kinds never are:
there are no figures of them on real imagery, or not enough."""

Figures = Sequence[Mapping[str, Any]]
"""Rows of the evaluation: ``name``, ``title``, ``value``, ``aim``, ``at_most``, ``met``,
``details``."""


def complete_folder(folder: Path, figures: Figures) -> None:
    """Write the table of figures, the reliable kinds, and the calibration of answers.

    A temperature changes the confidences of choices. So a folder without one gets that alone; once
    it was evaluated with it, the thresholds are written.

    Args:
        folder: A model folder whose card has a line ``reliable:`` and a heading ``## Figures``.
        figures: Of its evaluation.

    Raises:
        UniRSError: ``card_invalid`` if the card lacks one of these.
    """
    card, config = folder / "README.md", folder / "config.json"
    text = completed_card(card.read_text(encoding="utf-8"), figures)
    settings = json.loads(config.read_text(encoding="utf-8"))
    if settings.get("answer_temperature", 1.0) == 1.0:
        settings["answer_temperature"] = fitted_temperature(figures)
    else:
        settings["unsure_below"] = thresholds(figures)
    for path, content in ((card, text), (config, json.dumps(settings, indent=2) + "\n")):
        with whole_file(path) as part:
            part.write_text(content, encoding="utf-8")


def completed_card(card: str, figures: Figures) -> str:
    """The card with its table and its reliable kinds.

    Raises:
        UniRSError: ``card_invalid`` if there is no place for them.
    """
    reliable = f"reliable: [{', '.join(reliable_kinds(figures))}]"
    card, marked = re.subn(r"^reliable:.*$", reliable, card, count=1, flags=re.MULTILINE)
    section = re.compile(r"^## Figures\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    card, filled = section.subn(lambda _: f"## Figures\n\n{table(figures)}\n\n", card, count=1)
    if not (marked and filled):
        raise UniRSError(
            "card_invalid",
            "The card lacks the line `reliable:` in its metadata or the heading `## Figures`; "
            "add them.",
        )
    return card


def reliable_kinds(figures: Figures) -> list[AnswerKind]:
    """Kinds of questions whose figures all meet their aims."""
    met = {row["name"] for row in figures if row["met"]}
    return [kind for kind, names in AIMS.items() if met.issuperset(names)]


def fitted_temperature(figures: Figures) -> float:
    """The temperature that the evaluation has fitted on validation data; 1 without one."""
    for row in figures:
        temperature = row["details"].get("temperature")
        if temperature is not None:
            return round(float(temperature), 3)
    return 1.0


def thresholds(figures: Figures) -> dict[str, float]:
    """Confidence below which an answer is not sure, for each kind that was evaluated."""
    found = [row["details"] for row in figures if row["details"].get("unsure_below") is not None]
    return {each["kind"]: round(float(each["unsure_below"]), 3) for each in found}


def table(figures: Figures) -> str:
    """The figures as a table of a card."""
    lines = ["| figure | result | aim | met |", "| --- | ---: | ---: | --- |"]
    for row in figures:
        value = "–" if row["value"] is None else f"{row['value']:.1f}"
        aim = "–" if row["aim"] is None else f"{'≤' if row['at_most'] else '≥'} {row['aim']:g}"
        met = "yes" if row["met"] else "no"
        lines.append(f"| {row['title']} | {value} | {aim} | {met} |")
    return "\n".join(lines)


if __name__ == "__main__":
    complete_folder(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())["figures"])

"""The figures of an evaluation become part of the model folder."""

import json
from pathlib import Path

import pytest

from unirs.errors import UniRSError
from unirs.model import load_config
from unirs_lab.evaluation.figure_tables import REAL
from unirs_lab.evaluation.model_card import AIMS, complete_folder, reliable_kinds

CARD = (
    "---\ntags: [demonstration]\nreliable: []\n---\nA model.\n\n## Figures\n\nnone\n\n## Limits\n"
)


def figure(name, met=True, **fields):
    row = {"name": name, "title": name.title(), "value": 91.25, "aim": 90.0, "at_most": False}
    return {**row, "met": met, "details": {}, **fields}


FIGURES_MET = [figure(name) for names in AIMS.values() for name in names]


def test_every_aim_is_a_figure_of_the_evaluation():
    names = {row.name for row in REAL.figures}
    assert {name for needed in AIMS.values() for name in needed} <= names


def test_a_kind_is_reliable_only_if_all_its_figures_meet_their_aims():
    assert reliable_kinds(FIGURES_MET) == list(AIMS)
    for missing in AIMS["change"]:
        others = [row for row in FIGURES_MET if row["name"] != missing]
        assert "change" not in reliable_kinds([*others, figure(missing, met=False)])
        assert "change" not in reliable_kinds(others)


def test_table_reliable_kinds_and_temperature_are_written(make_model):
    folder = make_model(card=CARD)
    calibration = figure("calibration_error", at_most=True, details={"temperature": 1.2345})
    figures = [figure("levir_changed"), figure("rsicd_scenes", met=False, value=None), calibration]
    complete_folder(folder, figures)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "reliable: []\n" in card
    assert "| Levir_Changed | 91.2 | ≥ 90 | yes |" in card
    assert "| Rsicd_Scenes | – | ≥ 90 | no |" in card
    assert "≤ 90" in card
    assert "none" not in card
    assert card.endswith("\n\n## Limits\n")
    assert load_config(folder).answer_temperature == 1.234
    assert not load_config(folder).unsure_below


def test_thresholds_are_written_once_the_temperature_is_in_their_confidences(make_model):
    folder = make_model(card=CARD)
    details = {"temperature": 1.2345}, {"kind": "text", "unsure_below": 0.45678, "bins": []}
    figures = [figure("levir_changed", details=each) for each in details]
    complete_folder(folder, figures)
    complete_folder(folder, figures)
    config = load_config(folder)
    assert (config.answer_temperature, config.unsure_below) == (1.234, {"text": 0.457})


def test_a_card_without_a_place_for_them_is_refused_and_nothing_is_written(make_model):
    folder = make_model(card="A model.\n")
    config = (folder / "config.json").read_bytes()
    with pytest.raises(UniRSError) as caught:
        complete_folder(folder, FIGURES_MET)
    assert caught.value.code == "card_invalid"
    assert (folder / "config.json").read_bytes() == config


def test_the_recipe_s_card_has_the_places(make_model):
    recipe = Path(__file__).parents[3] / "recipes" / "small" / "card.md"
    folder = make_model(card=recipe.read_text(encoding="utf-8"))
    complete_folder(folder, FIGURES_MET)
    assert json.loads((folder / "config.json").read_text())["answer_temperature"] == 1.0
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "\nreliable: [caption, choice, yes_no, change]\n" in card

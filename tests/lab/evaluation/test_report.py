"""Scores as JSON, as a table and in the model card."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from huggingface_hub import ModelCard

from unirs_lab.evaluation.card import TrainingFacts, model_card
from unirs_lab.evaluation.mini import MiniScores, RasterScores, VoteScores, WorldScores
from unirs_lab.evaluation.report import COLUMNS, as_json, as_markdown, rows

WORLD = WorldScores(
    presence=0.912,
    comparison=0.875,
    rural_urban=0.96,
    change_no_change=0.955,
    video=0.9,
    change_cider_d=123.45,
    count=None,
    area=None,
    change_questions=0.5,
    caption_cider_d=88.0,
    questions={"presence": 500, "change_cider_d": 300},
)
SCORES = MiniScores(
    model="unirs-small",
    device="cpu",
    split="test",
    world=WORLD,
    naip=RasterScores(
        0.8125,
        0.7,
        0.6,
        {"water_presence": 160, "change_no_change": 100, "water_direction": 100},
        changed_bodies=(40, 8, 2),
    ),
    by_vote=VoteScores(16, 0.96, 125.0, 0.75, 0.65),
    without_clues=replace(WORLD, presence=0.9),
)
FACTS = TrainingFacts(
    name="unirs-small",
    parameters=6_400_000,
    image_size=128,
    frame_count=8,
    items={"single": 32_000, "pair": 16_000},
    rasters=("NAIP tiles of one footprint at eight dates, public domain (USDA)",),
    steps={"base": 2_300, "change": 1_500, "joint": 1_000},
    hours=1.25,
    machine="2 CPU cores",
    command="make train-mini",
    events=("flood", "traffic congestion"),
)


def test_the_scores_of_the_model_lie_at_the_top_of_the_json() -> None:
    record = json.loads(json.dumps(as_json(SCORES)))
    assert record["presence"] == 0.912
    assert record["change_cider_d"] == 123.45
    assert record["count"] is None
    assert record["questions"]["presence"] == 500
    assert record["naip"]["water_presence"] == 0.8125
    assert record["without_clues"]["presence"] == 0.9
    assert record["without_change_module"] is None
    assert record["tokenisation"] == "lower-case, no punctuation"


def test_what_was_not_asked_is_null_in_the_json() -> None:
    record = as_json(replace(SCORES, naip=None, by_vote=None, without_clues=None))
    assert record["naip"]["water_presence"] is None
    assert "no folder" in record["naip"]["reason"]
    assert record["without_clues"] is record["by_vote"] is None


def test_a_row_shows_score_aim_ablations_and_number_of_answers() -> None:
    table = {row[0]: row[1:] for row in rows(as_json(SCORES))}
    assert table["presence"] == ("≥ 95.0%", "91.2%", "–", "90.0%", "–", "500")
    assert table["change or no change"] == ("≥ 97.0%", "95.5%", "96.0%", "95.5%", "–", "0")
    assert table["count"] == ("", "–", "–", "–", "–", "0")
    assert table["grown, shrunk or neither, likewise"] == (
        "≥ 85.0%",
        "60.0%",
        "65.0%",
        "–",
        "–",
        "100",
    )
    shown = ("", "3, one of them in 80%", "–", "–", "–", "50")
    assert table["bodies of water in the changed ones"] == shown
    assert {len(row) for row in table.values()} == {len(COLUMNS) - 1}


def test_the_markdown_is_a_whole_table() -> None:
    lines = as_markdown(as_json(SCORES)).splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert any("123.5" in line or "123.4" in line for line in lines)
    assert any("held-out real tiles" in line and "81.2%" in line for line in lines)


def test_the_card_says_what_the_model_is_made_from_and_cannot_do() -> None:
    card = ModelCard(model_card(FACTS, as_json(SCORES)))
    assert card.data.license == "gpl-2.0"
    assert "demonstration" in (card.data.tags or [])
    for fact in (
        "6.4 million",
        "32,000 generated scenes",
        "NAIP",
        "make train-mini",
        "1.2 hours",
        "2 CPU cores",
    ):
        assert fact in card.text
    assert "91.2%" in card.text
    assert "Limits" in card.text
    assert "--views 16" in card.text
    assert "flood, traffic congestion" in card.text


@pytest.mark.parametrize("text", ["{", "}", "{name}"])
def test_facts_are_text_and_never_templates(text: str) -> None:
    assert text in model_card(replace(FACTS, machine=text), as_json(SCORES))


def test_without_real_tiles_the_card_does_not_speak_of_them() -> None:
    facts = replace(FACTS, rasters=())
    card = model_card(facts, as_json(replace(SCORES, naip=None)))
    assert "eal tiles" not in card
    assert "real rasters" not in card

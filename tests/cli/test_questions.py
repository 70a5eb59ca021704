"""``ask``, ``caption``, ``change``, ``classify``: answers, their JSON, and the files they write."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import rasterio
from PIL import Image

from unirs.cli.screen import clean

TOP_KEYS = {
    *("answer", "clue", "options", "changed", "unsure", "task", "model", "device", "stopped"),
    *("zero_shot", "demonstration", "acquired", "crop", "seconds", "tokens", "change_map"),
    *("engine", "digest", "host", "conversation_turns", "frames_left_out", "warnings"),
    *("confidence", "agreement", "unsure_below"),
}
CROP_KEYS = {"source", "date", "extent", "crs", "pixel_size", "nodata_share"}
SECONDS_KEYS = {"load", "vision", "clue", "prefill", "decode", "first_token", "total"}
TOKENS_KEYS = {"prompt", "visual", "answer"}


def facts_of(outcome):
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)


def test_ask_answers_as_one_json_object(ask, before):
    facts = facts_of(ask("ask", before, "is there a road?", "--json"))
    assert facts.keys() == TOP_KEYS
    assert facts["crop"].keys() == CROP_KEYS
    assert facts["seconds"].keys() == SECONDS_KEYS
    assert facts["tokens"].keys() == TOKENS_KEYS
    assert facts["task"] == "ask"
    assert facts["model"] == "unirs-tiny"
    assert facts["device"] == "cpu"
    assert facts["answer"]
    assert facts["clue"]
    assert facts["options"] == []
    assert facts["stopped"] is False
    assert facts["demonstration"] is True
    assert facts["change_map"] is None
    assert facts["crop"]["extent"] == [500_000, 5_000_000, 500_060, 5_000_060]
    assert facts["crop"]["crs"] == "EPSG:26914"
    assert facts["crop"]["date"] == "2012-07-31"
    assert facts["seconds"]["load"] > 0
    assert 0 < facts["tokens"]["answer"] <= 6


def test_the_answer_alone_goes_to_stdout(ask, before):
    answer = ask("ask", before, "is there a road?")
    facts = facts_of(ask("ask", before, "is there a road?", "--json"))
    assert answer.code == 0
    assert "clue" in answer.err
    assert "2012-07-31, 60 × 60 m" in answer.err
    assert "experimental" in answer.err
    assert answer.out == clean(facts["answer"]) + "\n"


def test_clue_can_be_left_out(ask, before):
    assert facts_of(ask("ask", before, "road?", "--no-clue", "--json"))["clue"] is None


def test_closed_sets_are_scored(ask, before):
    facts = facts_of(ask("ask", before, "is there a road?", "--options", "yes, no", "--json"))
    assert {option["text"] for option in facts["options"]} == {"yes", "no"}
    assert sum(option["probability"] for option in facts["options"]) == pytest.approx(1)
    assert facts["answer"] == facts["options"][0]["text"]
    plain = ask("ask", before, "is there a road?", "--options", "yes, no")
    assert plain.out.strip() == facts["answer"]
    assert "%" in plain.err


def test_two_rasters_are_a_pair_in_order_of_time(ask, before, after):
    facts = facts_of(ask("ask", after, before, "what has changed?", "--json"))
    assert [crop["date"] for crop in facts["crop"]] == ["2012-07-31", "2020-08-31"]


def test_a_change_is_averaged_over_views(ask, before, after, tmp_path):
    seen = tmp_path / "seen.png"
    outcome = ask("change", before, after, "--views", "3", "--save-crop", seen)
    assert outcome.code == 0, outcome.err
    written = [line.split()[-1] for line in outcome.err.splitlines() if line.startswith("written")]
    assert "".join(written).count("seen-") == 2
    facts = facts_of(ask("change", before, after, "--views", "3", "--json"))
    assert outcome.out == clean(facts["answer"]) + "\n"
    assert ask("change", before, after, "--views", "9").code == 2


def test_the_confidence_of_a_caption_and_how_far_views_agree_are_shown(ask, before):
    outcome = ask("caption", before, "--views", "2")
    assert outcome.code == 0
    assert re.search(r"confidence +\d+%, views agree by \d+%", outcome.err)
    facts = facts_of(ask("caption", before, "--json"))
    assert 0 < facts["confidence"] < 1
    assert (facts["agreement"], facts["unsure"]) == (None, False)


def test_caption_writes_the_image_that_the_model_reads(ask, before, tmp_path):
    seen = tmp_path / "seen.png"
    facts = facts_of(ask("caption", before, "--save-crop", seen, "--json"))
    assert facts["task"] == "caption"
    assert Image.open(seen).size == (40, 40)


def test_extent_and_bands_are_read(ask, before, tmp_path):
    with rasterio.open(before, "r+") as raster:
        for band, value in enumerate((10, 100, 200), start=1):
            raster.write(np.full(raster.shape, value, np.uint8), band)
    seen = tmp_path / "seen.tif"
    bbox = (500_010, 5_000_010, 500_030, 5_000_030)
    words = ("--bbox", *bbox, "--bands", "3,2,1", "--stretch", "none", "--save-crop", seen)
    facts = facts_of(ask("caption", before, *words, "--json"))
    assert facts["crop"]["extent"] == list(bbox)
    with rasterio.open(seen) as crop:
        assert tuple(crop.bounds) == bbox
        assert crop.read()[:, 20, 20].tolist() == [200, 100, 10]


def test_extent_may_be_negative_and_in_another_crs(ask, before):
    bbox = ("-99.0", "45.1535", "-98.9998", "45.1537")
    facts = facts_of(ask("caption", before, "--bbox", *bbox, "--bbox-crs", "EPSG:4326", "--json"))
    assert facts["crop"]["crs"] == "EPSG:26914"
    assert facts["crop"]["extent"][0] == pytest.approx(500_000, abs=20)


def test_change_writes_map_and_overlay(ask, before, after, tmp_path):
    change_map, overlay = tmp_path / "change.tif", tmp_path / "change.png"
    words = ("--question", "what was built?", "--map", change_map, "--overlay", overlay)
    facts = facts_of(ask("change", before, after, *words, "--json"))
    assert facts["change_map"] == str(change_map)
    assert facts["task"] == "change"
    with rasterio.open(change_map) as dataset:
        assert dataset.crs.to_epsg() == 26914
        assert tuple(dataset.bounds) == (500_000, 5_000_000, 500_060, 5_000_060)
    assert Image.open(overlay).size[0] > 0


def test_classify_reads_videos_and_series(ask, video, before, after, tmp_path):
    classes = tmp_path / "classes.txt"
    classes.write_text("\ufeffflood\nfire\n\nnon-event\n", encoding="utf-8")
    of_video = facts_of(ask("classify", video, "--classes", classes, "--json"))
    of_series = facts_of(ask("classify", before, after, "--classes", "flood, fire", "--json"))
    assert {option["text"] for option in of_video["options"]} == {"flood", "fire", "non-event"}
    assert of_video["answer"] in {"flood", "fire", "non-event"}
    assert {option["text"] for option in of_series["options"]} == {"flood", "fire"}
    assert len(of_series["crop"]) == 2


def test_classify_reads_one_raster(ask, before):
    facts = facts_of(ask("classify", before, "--json"))
    assert len(facts["options"]) == 30
    assert facts["crop"]["date"] == "2012-07-31"


def test_the_default_classes_of_a_video_are_those_of_era(ask, video):
    assert len(facts_of(ask("classify", video, "--json"))["options"]) == 25


def test_markup_and_control_characters_are_printed_as_text(ask, before):
    hostile = "[red]yes[/red]\x1b[2J\x07\u202e, [link=file:x]no[/link]\x1b]0;t\x07"
    outcome = ask("ask", before, "[bold]<image></s>\x1b[31m?", "--options", hostile)
    assert outcome.code == 0
    shown = outcome.out + outcome.err
    assert "[red]yes[/red][2J" in shown
    assert "[link=file:x]no[/link]" in shown
    assert not set(shown) & {"\x1b", "\x07", "\u202e"}


def test_json_controls_neither_a_terminal_nor_the_writing_direction(ask, before):
    hostile = "yes\x1b[2J\x9b5A\u202e\u2066\u2028\U000e0041, no"
    outcome = ask("ask", before, "ü?", "--options", hostile, "--json")
    assert outcome.code == 0
    assert not set(outcome.out) & set("\x1b\x9b\u202e\u2066\u2028\U000e0041")
    texts = {option["text"] for option in json.loads(outcome.out)["options"]}
    assert texts == {part.strip() for part in hostile.split(",")}


@pytest.mark.parametrize("name", ["[bold]a.tif", "a\nb\x1b[31m.tif"])
def test_markup_in_file_names_is_printed_as_text(ask, before, name):
    outcome = ask("ask", before.with_name(name), "road?")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert "\x1b" not in outcome.err
    assert name.split("\n")[0] in outcome.err


def test_an_answer_is_kept_if_a_file_cannot_be_written(ask, before, after, tmp_path):
    overlay = tmp_path / "b.png"
    overlay.mkdir()
    outcome = ask("change", before, after, "--map", tmp_path / "a.tif", "--overlay", overlay)
    assert outcome.code == 2
    assert outcome.out.strip()
    assert outcome.err.count("\n") == 1

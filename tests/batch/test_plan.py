"""A plan: every key is known, every sentence names what is wrong, paths start at its file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from unirs.batch.lengths import Length
from unirs.batch.plan import Ask, Asked, Inputs, Output, Plan, Tiles
from unirs.errors import UniRSError

WHOLE = """
inputs:
  rasters: [scenes, "more/*.tif", /vsis3/bucket/a.tif]
  storage: [/vsis3/bucket/]
tiles:
  size: 2 km
  overlap: 50 m
  clip: country.gpkg
  minimum_data: 0.2
ask:
  model: unirs-small
  questions:
    - task: ask
      question: Is there water?
      options: [yes, no]
    - task: caption
output:
  folder: answers
  export: answers.gpkg
"""


MACHINE = "unirs-small\n  device: cpu\n  batch_size: 4\n  allow_remote: true"
GUIDE = Path(__file__).parents[2] / "docs" / "batch.md"


def read(tmp_path, text):
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    return Plan.read(path)


def test_a_plan_is_read_with_paths_from_its_folder(tmp_path):
    plan = read(tmp_path, WHOLE)
    assert plan.inputs.rasters[:2] == (str(tmp_path / "scenes"), str(tmp_path / "more/*.tif"))
    assert plan.inputs.rasters[2] == "/vsis3/bucket/a.tif"
    assert plan.tiles.clip == tmp_path / "country.gpkg"
    assert plan.output.folder == tmp_path / "answers"
    assert plan.tiles.size == Length(2000, "m")
    assert plan.ask.questions[0].options == ("yes", "no")  # no truth values of YAML


def test_the_plan_of_the_guide_shows_every_key_with_its_default(tmp_path):
    text = re.search(r"```yaml\n(.*?)```", GUIDE.read_text(), re.DOTALL)[1]
    plan = read(tmp_path, text)
    needed = {
        "inputs": {"rasters": ["scenes", "more/*.tif"]},
        "ask": {
            "questions": [
                {"task": "ask", "question": "Is there water?", "options": ["yes", "no"]},
                {"task": "caption"},
            ]
        },
        "output": {"folder": "answers"},
    }
    assert plan == Plan.of(needed, tmp_path)
    sections = [Inputs, Tiles, Asked, Ask, Output, Plan]
    keys = [key for section in sections for key in section.model_fields]
    missing = [key for key in keys if f"{key}:" not in text]
    assert not missing


def test_a_plan_survives_yaml_and_json(tmp_path):
    plan = read(tmp_path, WHOLE)
    plan.write(tmp_path / "copy.yaml")
    assert Plan.read(tmp_path / "copy.yaml") == plan
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
    (tmp_path / "copy.json").write_text(plan.model_dump_json())
    assert Plan.read(tmp_path / "copy.json") == plan  # JSON is YAML


def test_the_digest_holds_what_decides_a_row_and_nothing_else(tmp_path):
    digest = read(tmp_path, WHOLE).settings_digest
    for same in ("folder: answers", "folder: other"), ("unirs-small", MACHINE):
        assert read(tmp_path, WHOLE.replace(*same)).settings_digest == digest
    for other in (
        ("2 km", "3 km"),
        ("water", "a road"),
        ("yes, no", "no, yes"),
        ("unirs-small", "unirs-small\n  precision: int8"),
        ("scenes", "others"),
        ("0.2", "0.3"),
    ):
        assert read(tmp_path, WHOLE.replace(*other)).settings_digest != digest


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("rasters:", "rastres:", "unknown key inputs.rastres"),
        ("output:", "outputs:", "unknown key outputs"),
        ("folder: answers", "", "output.folder is missing"),
        ("size: 2 km", "size: 2 miles", "'2 miles' is no length"),
        ("size: 2 km", "size: 0", "too small"),
        ("overlap: 50 m", "overlap: 2 km", "not less than a tile"),
        ("overlap: 50 m", "overlap: 50 px", "give the overlap in m"),
        ("minimum_data: 0.2", "minimum_data: 20", "less than or equal to 1"),
        ("task: caption", "task: change", "needs pairs"),
        ("tiles:", "  align: true\ntiles:", "are for pairs"),
        ("task: caption", "task: paint", "ask.questions.1.task"),
        ("question: Is there water?", "", "question is empty"),
        ("[yes, no]", "[yes, yes]", "must be different"),
        ("[yes, no]", "[yes, no]\n      classes: [a]", "takes options and no classes"),
        ("export: answers.gpkg", "export: answers.doc", "ends with none of"),
        ("export: answers.gpkg", "export: answers.fgb", "holds one question"),
        ("[/vsis3/bucket/]", "[/data]", "is no storage"),
        ("rasters: [scenes", "rasters: [pairs.csv, scenes", "cannot be mixed"),
        ("task: caption", "task: caption\n    - task: caption", "is twice"),
        ("tiles:", "tiles: &a\n  size: 1\nb: *a\nc:", "no anchors"),
        ("size: 2 km", "size: 2 km\n  size: 3 km", "the key 'size' is there twice (line 7)"),
        ("inputs:", "inputs: [", "put texts in quotes"),
        (WHOLE, "just a text", "no keys such as inputs"),
        ("rasters: [scenes,", "rasters: [ '',", "a name is empty"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, old, new, sentence):
    with pytest.raises(UniRSError) as error:
        read(tmp_path, WHOLE.replace(old, new))
    assert error.value.code == "plan_invalid"
    assert sentence in error.value.message
    assert "plan.yaml" in error.value.message


def test_pairs_take_no_single_tasks(make_plan):
    make_plan("a", pairs="yearly", question={"task": "ask", "question": "What is new?"})
    with pytest.raises(UniRSError, match="the tiles are pairs"):
        make_plan("a", pairs="yearly", question={"task": "caption"})
    with pytest.raises(UniRSError, match="leave the key pairs out"):
        make_plan("a.csv", pairs="yearly")


def test_files_that_are_no_plan(tmp_path):
    with pytest.raises(UniRSError, match="cannot be read"):
        Plan.read(tmp_path / "none.yaml")
    (tmp_path / "plan.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UniRSError, match="it is no text"):
        Plan.read(tmp_path / "plan.yaml")
    (tmp_path / "plan.yaml").write_bytes(b"a" * (2**20 + 1))
    with pytest.raises(UniRSError, match="larger than a plan"):
        Plan.read(tmp_path / "plan.yaml")


def test_requests_ask_every_question_of_a_tile(make_plan, write_raster):
    from unirs.batch.sources import survey
    from unirs.batch.tiling import parts

    write_raster("a.tif", 16, 16)
    plan = make_plan(
        "a.tif",
        inputs={"bands": [1], "stretch": "none"},
        ask={"questions": [{"task": "caption"}, {"task": "ask", "question": "Why?"}]},
    )
    (part,) = parts(plan, survey(plan))
    (tile,) = part.tiles()
    caption, why = plan.requests(tile)
    assert (caption.task.value, why.text) == ("caption", "Why?")
    assert caption.crop == why.crop
    assert (caption.crop.extent, caption.crop.extent_crs) == (tile.extent, "EPSG:32633")
    assert (caption.crop.bands, caption.crop.stretch) == ((1,), "none")

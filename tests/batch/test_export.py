"""The answers of a batch as one file."""

from __future__ import annotations

import csv
import resource
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pyogrio
import pytest

from tests.batch.part_files import ROAD, grid_rows, row, write_log, write_part
from unirs.batch.export import export
from unirs.batch.kept_rows import KeptRows
from unirs.batch.output import OUTPUT_FORMAT
from unirs.errors import UniRSError


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Three parts of 20 tiles, written in another order than that of their tiles."""
    folder = tmp_path / "answers"

    def answer(number: int) -> tuple[str, float]:
        return ("yes", 0.97) if number % 4 else ("no", 0.55)

    for name, first in (("z", 0), ("a", 40), ("m", 20)):
        rows = grid_rows(20, answer, first)
        if name == "m":
            rows[3] = row(rows[3]["tile"], code="raster_unreadable")
        write_part(folder, name, rows[::-1])
    return folder


def read(path: Path, layer: str | None = None, **options: object):
    return pyogrio.read_dataframe(path, layer=layer, **options)


def layers(path: Path) -> list[str]:
    return [str(name) for name, _ in pyogrio.list_layers(path)]


def query(path: Path, text: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(text).fetchall()


def parse(style: str) -> ET.Element:
    return ET.fromstring(style)  # noqa: S314 - our own


def code(*words: object) -> str:
    with pytest.raises(UniRSError) as caught:
        export(*words)
    assert caught.value.message.endswith(".")
    return caught.value.code


def test_a_geopackage_holds_every_tile_in_order(output, tmp_path):
    written = export(output, tmp_path / "out.gpkg")
    rows = read(tmp_path / "out.gpkg", "is_there_a_road")
    assert list(rows["tile"]) == sorted(f"town/00000/{n:05}" for n in range(60))
    assert rows.crs.to_epsg() == 4326
    assert rows["answer"].value_counts().to_dict() == {"yes": 44, "no": 15}
    assert rows.loc[23, "error"] == "town.tif cannot be read; mend it."
    assert (written.parts, written.duplicates) == (3, 0)


def test_a_tile_that_was_answered_twice_is_there_once_with_the_answer_that_succeeded(tmp_path):
    folder = tmp_path / "answers"
    write_part(folder, "a", [row("t1", "yes"), row("t2", code="raster_unreadable")])
    write_part(folder, "b", [row("t1", code="out_of_memory"), row("t2", "no"), row("t3", "no")])
    written = export(folder, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = {each["tile"]: each["answer"] for each in csv.DictReader(file)}
    assert rows == {"t1": "yes", "t2": "no", "t3": "no"}
    assert written.duplicates == 2
    assert written.questions[0].tiles == 3


@pytest.mark.parametrize("name", ["out.gpkg", "out.fgb", "out.csv"])
def test_what_a_review_has_decided_is_kept_by_the_next_export(tmp_path, name):
    folder, target = tmp_path / "answers", tmp_path / name
    layer = "is_there_a_road" if name == "out.gpkg" else None
    tiles = ("accepted", "corrected", "skipped", "new", "right")
    write_part(folder, "a", [row(tile, "no") for tile in tiles])
    export(folder, target)
    frame = read(target, layer)
    frame["review"] = frame["tile"].replace({"new": "accepted", "right": "corrected"})
    frame["correction"] = frame["review"].map({"corrected": "yes"})
    target.unlink()  # and a GIS has written it
    if name == "out.csv":
        frame.to_csv(target, index=False)
    else:
        pyogrio.write_dataframe(frame, target, layer=layer)
    answers = {"new": "yes", "right": "yes"}  # the next run answers these otherwise
    write_part(folder, "b", [row(tile, answer) for tile, answer in answers.items()])
    assert export(folder, target).reviews == 5
    kept = read(target, layer)
    decided = zip(kept["review"].fillna(""), kept["correction"].fillna(""), strict=True)
    assert dict(zip(kept["tile"], decided, strict=True)) == {
        "accepted": ("accepted", ""),
        "corrected": ("corrected", "yes"),
        "skipped": ("skipped", ""),
        "new": ("corrected", "no"),
        "right": ("accepted", ""),
    }


def test_each_question_is_a_layer_of_its_own(tmp_path):
    folder = tmp_path / "answers"
    caption = {"ask": 1, "task": "caption", "question": ""}
    write_part(folder, "a", [row("t1"), row("t1", "a farm", None, **caption)])
    export(folder, tmp_path / "out.gpkg")
    names = {"1_is_there_a_road", "1_is_there_a_road_doubt", "2_caption"}
    assert names <= set(layers(tmp_path / "out.gpkg"))
    assert list(read(tmp_path / "out.gpkg", "2_caption")["answer"]) == ["a farm"]


def test_one_question_can_be_chosen(tmp_path):
    folder = tmp_path / "answers"
    write_part(folder, "a", [row("t1"), row("t1", "b", ask=1, question="What?")])
    assert code(folder, tmp_path / "out.fgb") == "question_needed"
    assert code(folder, tmp_path / "out.fgb", 3) == "question_unknown"
    export(folder, tmp_path / "out.fgb", 2)
    assert list(read(tmp_path / "out.fgb")["answer"]) == ["b"]


def test_the_map_of_doubt_holds_what_has_a_confidence(output, tmp_path):
    export(output, tmp_path / "out.gpkg")
    doubt = read(tmp_path / "out.gpkg", "is_there_a_road_doubt")
    assert len(doubt) == 59
    west = read(tmp_path / "out.gpkg", "is_there_a_road_doubt", bbox=(8.0, 47.4, 8.095, 47.5))
    assert len(west) == 10


def test_the_styles_name_the_answers(output, tmp_path):
    export(output, tmp_path / "out.gpkg")
    styles = dict(query(tmp_path / "out.gpkg", "SELECT f_table_name, styleQML FROM layer_styles"))
    categories = parse(styles["is_there_a_road"]).iter("category")
    labels = [(each.get("value"), each.get("label")) for each in categories]
    assert labels == [
        ("yes", "yes"),
        ("no", "no"),
        ("(failed)", "failed"),
        ("", "other"),
    ]
    assert "diagonal_x" in styles["is_there_a_road"]  # what is not sure is hatched
    ranges = list(parse(styles["is_there_a_road_doubt"]).iter("range"))
    assert ranges[0].get("label") == "not sure: below 60%"
    columns = parse(styles["is_there_a_road"]).iter("column")
    shown = [each.get("name") for each in columns if each.get("hidden") == "0"]
    assert shown[:3] == ["answer", "confidence", "unsure"]
    assert not {"changed", "before", "digest"} & set(shown)


def test_a_style_stays_a_style_whatever_a_model_has_answered(tmp_path):
    folder = tmp_path / "answers"
    answers = ["<b>&\x00\x1b[31m</b>", '"; DROP TABLE x', "x" * 500, *map(str, range(30))]
    write_part(folder, "a", [row(f"t{n:03}", text) for n, text in enumerate(answers)])
    export(folder, tmp_path / "out.gpkg")
    ((style,),) = query(
        tmp_path / "out.gpkg",
        "SELECT styleQML FROM layer_styles WHERE styleName = 'Answers'",
    )
    categories = list(parse(style).iter("category"))
    assert len(categories) == 12
    assert max(len(each.get("label")) for each in categories) < 60


def test_the_summary_counts_answers_and_failures(output, tmp_path):
    written = export(output, tmp_path / "out.gpkg")
    rows = query(
        tmp_path / "out.gpkg", "SELECT answer, failure, tiles, unsure, mean_confidence FROM summary"
    )
    assert [row[:4] for row in rows] == [
        ("yes", None, 44, 0),
        ("no", None, 15, 15),
        (None, "raster_unreadable", 1, None),
    ]
    assert rows[0][4] == pytest.approx(0.97)
    assert written.questions[0].question == ROAD


def test_changes_are_coloured_by_whether_there_are_any(tmp_path):
    folder = tmp_path / "answers"
    texts = ["a house was built", "nothing has changed", "a pond is gone"]
    rows = [
        row(f"t{n}", text, None, task="change", question="", changed=n != 1)
        for n, text in enumerate(texts)
    ]
    write_part(folder, "a", rows)
    export(folder, tmp_path / "out.fgb")
    style = parse((tmp_path / "out.qml").read_text())
    labels = [each.get("label") for each in style.iter("category")]
    assert labels == ["changed", "unchanged", "other"]
    assert not (tmp_path / "out-doubt.qml").exists()


def test_a_flatgeobuf_comes_with_style_files(output, tmp_path):
    written = export(output, tmp_path / "out.fgb")
    assert len(read(tmp_path / "out.fgb")) == 60
    assert written.styles == (tmp_path / "out.qml", tmp_path / "out-doubt.qml")
    assert all(parse(style.read_text()).tag == "qgis" for style in written.styles)


def test_a_csv_holds_the_footprints_as_text(output, tmp_path):
    export(output, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 60
    assert rows[0]["wkt"].startswith("MULTIPOLYGON (((8.01 47.49")


def test_tiles_without_a_place_are_exported_without_a_footprint(tmp_path):
    folder = tmp_path / "answers"
    write_part(folder, "a", [row("t1") | {"geometry": None}, row("t2")])
    export(folder, tmp_path / "out.csv")
    export(folder, tmp_path / "out.gpkg")
    assert code(folder, tmp_path / "out.fgb") == "export_format"
    assert read(tmp_path / "out.gpkg", "is_there_a_road").geometry.isna().tolist() == [True, False]


def test_several_files_of_a_tile_are_listed_as_json(tmp_path):
    folder = tmp_path / "answers"
    write_part(folder, "a", [row("t1") | {"paths": ["a, b.tif", "c.tif"]}])
    export(folder, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        assert next(csv.DictReader(file))["source"] == '["a, b.tif", "c.tif"]'


def test_a_part_whose_tiles_were_all_skipped_holds_nothing_to_export(output, tmp_path):
    write_part(output, "0", [], skipped=5)
    assert export(output, tmp_path / "out.gpkg").questions[0].tiles == 60


@pytest.mark.parametrize("name", ["out.gpkg", "out.fgb", "out.csv"])
def test_an_export_replaces_the_one_before(output, tmp_path, name):
    export(output, tmp_path / name)
    write_part(output, "n", [row("village")])
    assert export(output, tmp_path / name).parts == 4
    assert (tmp_path / name).is_file()
    assert not list(tmp_path.glob(".*"))


def test_formats_that_are_not_there_are_refused(output, tmp_path):
    assert code(output, tmp_path / "out.shp") == "export_format"


def test_a_batch_without_answers_has_nothing_to_export(tmp_path):
    assert code(tmp_path, tmp_path / "out.gpkg") == "output_missing"
    write_log(tmp_path, {"event": "started"})
    assert code(tmp_path, tmp_path / "out.gpkg") == "export_empty"


@pytest.mark.parametrize("keep", [0, 9, -1])
def test_a_damaged_part_is_named(output, tmp_path, keep):
    part = output / "parts" / "m.parquet"
    part.write_bytes(part.read_bytes()[:keep])
    with pytest.raises(UniRSError, match=r"m\.parquet.*delete it") as caught:
        export(output, tmp_path / "out.gpkg")
    assert caught.value.code == "output_broken"
    assert not (tmp_path / "out.gpkg").exists()


def test_a_part_with_damaged_rows_is_named(output, tmp_path):
    part = output / "parts" / "m.parquet"
    content = bytearray(part.read_bytes())
    content[100:400] = bytes(300)
    part.write_bytes(content)
    assert code(output, tmp_path / "out.gpkg") == "output_broken"


@pytest.mark.parametrize("name", ["out.gpkg", "out.csv"])
def test_a_part_that_is_rewritten_at_the_same_time_is_named(output, tmp_path, monkeypatch, name):
    index = KeptRows.of

    def index_and_run(contents):
        rows = index(contents)
        write_part(output, "z", [row("town/00000/00000")])
        return rows

    monkeypatch.setattr(KeptRows, "of", index_and_run)
    assert code(output, tmp_path / name) == "output_changed"


def test_a_part_of_a_version_without_warnings_is_exported_with_none(output, tmp_path):
    part = output / "parts" / "m.parquet"
    table = pq.read_table(part)
    pq.write_table(table.drop_columns(["warnings"]), part)
    export(output, tmp_path / "all.csv")
    with (tmp_path / "all.csv").open() as file:
        assert {each["warnings"] for each in csv.DictReader(file)} == {""}


def test_a_part_that_is_still_written_is_left_out(output, tmp_path):
    part = output / "parts" / "m.parquet"
    part.rename(part.with_name(".m.parquet"))
    assert export(output, tmp_path / "out.gpkg").questions[0].tiles == 40


def test_the_output_of_another_version_is_refused(output, tmp_path):
    write_part(output, "n", [row("village")], format=OUTPUT_FORMAT + 1)
    assert code(output, tmp_path / "out.gpkg") == "output_version"


@pytest.mark.parametrize(
    ("name", "short"),
    [("out.gpkg", 60_000), ("out.gpkg", 1), ("out.fgb", 1), ("out.csv", 1), ("out.csv", 9000)],
)
def test_a_full_disk_leaves_no_file(output, tmp_path, name, short):
    """Also one that is full at the last byte, which GDAL does not report by itself."""
    size = export(output, tmp_path / name).path.stat().st_size
    (tmp_path / name).unlink()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size - short, before[1]))
    try:
        assert code(output, tmp_path / name) == "output_unwritable"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not [path for path in tmp_path.iterdir() if path.suffix != ".qml" and path.is_file()]


def test_a_folder_that_is_not_there_is_named(output, tmp_path):
    assert code(output, tmp_path / "missing" / "out.gpkg") == "output_unwritable"

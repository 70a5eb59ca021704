"""``unirs batch`` as a command: a plan or the same as options, a dry run, a run that goes on."""

from __future__ import annotations

import json
import re

import pyarrow.parquet as pq
import pyogrio
import pytest

from unirs.batch.plan import Plan
from unirs.cli import environment, main


@pytest.fixture
def unirs(tmp_path, monkeypatch, make_model, capsys):
    """Runs the command line in the test's folder, with the model ``unirs-tiny``."""
    monkeypatch.setenv("UNIRS_MODELS", str(make_model().parent))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)

    def run(*words):
        code = main(["batch", *map(str, words)])
        return code, *capsys.readouterr()

    return run


def facts(printed):
    """The lines of a table of names and values."""
    return [tuple(part.strip() for part in line.split("  ", 1)) for line in printed.splitlines()]


OPTIONS = [
    *("--caption", "--ask", "Is there water?", "--options", "yes,no", "--tile-size", "32"),
    *("--model", "unirs-tiny", "--device", "cpu", "--max-tokens", "4", "--output", "out"),
]


def test_a_dry_run_counts_and_writes_nothing(unirs, write_raster, tmp_path):
    write_raster("a.tif", 64, 64)
    write_raster("b.tif", 64, 64, crs="EPSG:4326", west=10, north=50, pixel=0.001)
    (tmp_path / "c.tif").write_bytes(b"no raster")
    code, out, _ = unirs(".", *OPTIONS, "--dry-run")
    assert code == 0
    assert facts(out)[1:] == [
        ("rasters", "2"),
        ("failed", "1 × raster_unreadable"),
        facts(out)[3],
        ("CRS", "EPSG:32633 (1)"),
        ("CRS", "EPSG:4326 (1)"),
        ("tiles", "8 of 32 px"),
        ("parts", "1"),
        ("question", "caption"),
        ("question", "Is there water? (yes, no)"),
        ("model", "unirs-tiny"),
        facts(out)[-1],
    ]
    assert "c.tif cannot be read" in out
    assert re.search(r"18 rows, some \d+\.\d kB", out)
    assert not (tmp_path / "out").exists()


def test_options_and_their_plan_are_one_and_go_on(unirs, write_raster, tmp_path):
    write_raster("a.tif", 64, 64)
    code, out, _ = unirs("a.tif", *OPTIONS)
    assert code == 0
    assert ("tiles", "4") in facts(out)
    (part,) = (tmp_path / "out/parts").iterdir()
    rows = pq.read_table(part).to_pylist()
    assert [row["ask"] for row in rows] == [0, 1] * 4
    assert {row["status"] for row in rows} == {"ok"}
    assert {row["answer"] for row in rows if row["ask"]} <= {"yes", "no"}
    written = part.stat().st_mtime_ns
    code, out, _ = unirs("out/plan.yaml")  # the same plan, from its copy
    assert code == 0
    assert ("parts", "1, 1 of them by earlier runs") in facts(out)
    assert part.stat().st_mtime_ns == written
    assert Plan.read(tmp_path / "out/plan.yaml").output.folder == tmp_path / "out"


def test_changed_options_in_one_output_are_refused(unirs, write_raster):
    write_raster("a.tif", 64, 64)
    assert unirs("a.tif", *OPTIONS)[0] == 0
    code, _, err = unirs("a.tif", *OPTIONS, "--overlap", "8")
    assert code == 2
    assert "tiles.overlap" in err


def test_a_broken_raster_among_others_has_its_reason(unirs, write_raster, tmp_path):
    write_raster("a.tif", 32, 32)
    (tmp_path / "b.tif").write_bytes(b"no raster")
    code, out, _ = unirs(".", *OPTIONS)
    assert code == 0
    assert ("failed", "1 × raster_unreadable") in facts(out)
    (part,) = (tmp_path / "out/parts").iterdir()
    failed = [row for row in pq.read_table(part).to_pylist() if row["status"] == "failed"]
    assert [row["code"] for row in failed] == ["raster_unreadable"] * 2
    assert "b.tif" in failed[0]["error"]


def test_an_export_is_written_at_the_end(unirs, write_raster, tmp_path):
    write_raster("a.tif", 64, 64)
    code, out, err = unirs("a.tif", *OPTIONS, "--export", "answers.gpkg")
    assert code == 0
    assert [layer[0] for layer in pyogrio.list_layers(tmp_path / "answers.gpkg")][:2]
    assert "answers.gpkg" in err
    assert "Is there water?" in out
    code, _, err = unirs("a.tif", *OPTIONS, "--export", "none/answers.gpkg")
    assert code == 2
    assert "its folder is missing" in err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["a.tif", "--caption"], "--output: name the folder"),
        (["a.tif", "--output", "out"], "give at least one of them"),
        (["a.tif", "--caption", "--options", "a,b", "--output", "o"], "needs a question, --ask"),
        (["a.tif", "--caption", "--classes", "a,b", "--output", "o"], "needs --classify"),
        (["a.tif", "--caption", "--tile-size", "x", "--output", "o"], "'x' is no length"),
        (["a.tif", "--change", "--output", "o"], "needs pairs"),
        (["a.tif", "--caption", "--bands", "one", "--output", "o"], "--bands"),
        (["none", "--caption", "--output", "o"], "There is no"),
        (["a.tif", *OPTIONS, "--workers", "2"], "needs --ray"),
        (["plan.yaml", "a.tif"], "is a plan, which is given alone"),
        (["plan.yaml", "--caption"], "--caption: is a part of the plan"),
        (["plan.yaml"], "plan.yaml cannot be read"),
        (["a.tif", *OPTIONS, "--clip", "none.gpkg"], "none.gpkg cannot be read"),
    ],
)
def test_what_is_wrong_is_one_sentence(unirs, write_raster, words, sentence):
    write_raster("a.tif", 32, 32)
    code, out, err = unirs(*words)
    assert (code, out) == (2, "")
    assert sentence in " ".join(err.split())


def test_a_missing_library_is_named_before_anything_begins(unirs, write_raster, monkeypatch):
    write_raster("a.tif", 32, 32)
    monkeypatch.setattr(environment, "find_spec", lambda _: None)
    code, _, err = unirs("a.tif", *OPTIONS)
    assert code == 2
    assert "unirs[batch]" in err


def test_a_polygon_without_tiles_is_refused(unirs, write_raster, tmp_path):
    write_raster("a.tif", 32, 32)
    square = [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]
    feature = {"type": "Feature", "properties": {}}
    feature["geometry"] = {"type": "Polygon", "coordinates": square}
    (tmp_path / "clip.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature]})
    )
    for words in (["--dry-run"], []):
        code, _, err = unirs("a.tif", *OPTIONS, "--clip", "clip.geojson", *words)
        assert code == 2
        assert "No tile" in err


def test_help_is_that_of_the_run_and_names_the_others(unirs):
    code, out, _ = unirs("--help")
    assert code == 0
    for word in ("unirs batch [OPTIONS]", "--tile-size", "--dry-run", "unirs batch plan.yaml"):
        assert word in out


def test_ctrl_c_ends_a_run_that_goes_on(unirs, write_raster, monkeypatch):
    from unirs.batch import running

    def stopped(*_words, **_options):
        raise KeyboardInterrupt

    write_raster("a.tif", 32, 32)
    with monkeypatch.context() as context:
        context.setattr(running, "run_batch", stopped)
        code, _, err = unirs("a.tif", *OPTIONS)
    assert code == 2
    assert "the same command goes on" in err
    assert unirs("a.tif", *OPTIONS)[0] == 0

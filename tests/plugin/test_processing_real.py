"""The real worker and the default model, on a few tiles: what comes out is an answer."""

import json
from pathlib import Path

import pytest

from tests.plugin.processing_fixtures import Feedback, register_provider, rows_of

pytestmark = pytest.mark.slow
NAIP = Path(__file__).parents[3] / "shared/data/naip"


@pytest.fixture
def run(worker_python, monkeypatch, qgis_processing, qgis_new_project, tmp_path):
    import processing

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    register_provider()

    def run(name, **parameters):
        parameters = {"OUTPUT": str(tmp_path / f"{name}.gpkg"), **parameters}
        return rows_of(processing.run(f"unirs:{name}", parameters, feedback=Feedback())["OUTPUT"])

    return run


def test_two_tiles_of_one_date_are_captioned_and_asked(run, raster, tmp_path):
    path = str(raster(tmp_path / "place.tif"))
    half = {"INPUT": path, "TILE_SIZE": 128, "EXTENT": "500000,500128,5399936,5400000"}
    captions = run("captiontiles", **half)
    assert set(captions) == {(0, 0), (0, 1)}
    assert all(row["text"] for row in captions.values())
    assert {row["model"] for row in captions.values()} == {"unirs-small"}
    assert {row["demonstration"] for row in captions.values()} == {True}
    answers = run("answertiles", **half, QUESTION="Is there water?", OPTIONS="yes,no", CLUE=False)
    for row in answers.values():
        assert row["p_yes"] + row["p_no"] == pytest.approx(1, abs=1e-3)
        assert row["probability"] == max(json.loads(row["options"]).values())


@pytest.mark.skipif(not NAIP.is_dir(), reason=f"needs the NAIP dates in {NAIP}")
def test_a_pair_of_real_dates_is_described(run):
    before, after = (str(next(NAIP.glob(f"*_{year}*.tif"))) for year in (2012, 2018))
    rows = run("describechangetiles", BEFORE=before, AFTER=after, TILE_SIZE=500)
    assert {row["changed"] for row in rows.values()} <= {"yes", "no"}
    assert {row["status"] for row in rows.values()} == {"answered"}

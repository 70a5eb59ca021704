"""Places on known ground: the truth, what counts as found, and an evaluation that resumes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio

from tests.lab.data.real_collections import write_collections
from unirs.engines.unirs import Pipeline
from unirs.where.places import Places, WindowCounts
from unirs_lab.evaluation.asking import Options
from unirs_lab.evaluation.known_ground import CELL, THINGS, KnownGround, mosaics, pairs
from unirs_lab.evaluation.places import RESULTS, Search, evaluate_places
from unirs_lab.evaluation.real_questions import CHANGED


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_collections(tmp_path_factory.mktemp("data") / "real")


def places(probabilities: list[list[float]]) -> Places:
    """A result with these probabilities."""
    return Places(
        question="?",
        by_template=False,
        places=(),
        squares=4,
        squares_found=1,
        threshold=0.5,
        size=10.0,
        square=5.0,
        in_metres=True,
        extent=(0.0, 0.0, 1.0, 1.0),
        crs=None,
        windows=WindowCounts(asked=5, full=9),
        stopped=False,
        engine="unirs",
        model="m",
        digest=None,
        host=None,
        device="cpu",
        demonstration=False,
        acquired=(None,),
        warnings=(),
        seconds=1.0,
        probabilities=np.array(probabilities, np.float32),
    )


def test_a_mosaic_has_an_image_in_each_cell_and_truth_by_its_scene(root, tmp_path):
    grounds = list(mosaics(root, "test", "scattered", tmp_path))
    assert [ground.name.rpartition("/")[2] for ground in grounds] == list(THINGS)
    with rasterio.open(grounds[0].rasters[0]) as dataset:
        assert dataset.shape == (CELL, CELL)  # two test images fill one cell
        assert dataset.res == pytest.approx((0.3, 0.3))
        assert dataset.read().any()
    truth = {ground.name.rpartition("/")[2]: ground.truth[0, 0] for ground in grounds}
    assert truth["airplanes"] == 0
    assert truth["storage tanks"] in {0, -1}


def test_a_pair_has_changed_where_its_mask_has_enough(root, tmp_path):
    changed, unchanged = pairs(root, "test", tmp_path)
    assert len(changed.rasters) == 2
    assert changed.covered == CHANGED
    assert (changed.truth == 1).any()
    assert (unchanged.truth == 0).all()


def test_cells_are_found_where_places_cover_enough_of_them():
    ground = KnownGround("g", (), "?", np.array([[1, 0], [1, -1]], np.int8), covered=0.25)
    found = Search.of(ground, places([[0.9, 0.1], [float("nan"), 0.9]]))
    assert (found.found, found.wrong, found.missed) == (1, 0, 1)
    assert (found.asked, found.full) == (5, 9)
    strict = replace(ground, covered=0.3, truth=np.array([[1]], np.int8))
    assert Search.of(strict, places([[0.9, 0.1], [0.1, 0.1]])).missed == 1


@pytest.mark.slow
def test_an_evaluation_reports_and_asks_nothing_twice(root, pipeline: Pipeline, tmp_path):
    options = Options(tmp_path / "out", limit=1, clue=False)
    large = {"size": 120.0}  # few windows
    first = evaluate_places(root, lambda: pipeline, options, **large)
    assert set(first.record["figures"]) == {"UC Merced, scattered", "LEVIR-CD, pairs"}
    for figures in first.record["figures"].values():
        assert 0 <= figures["f1"] <= 100
    lines = (options.out / RESULTS).read_text().splitlines()
    assert len(lines) == 2
    (options.out / RESULTS).write_text("\n".join([*lines, '{"torn'])[:-3])
    again = evaluate_places(root, lambda: pipeline, options, **large)
    assert again.record["searches"] == first.record["searches"]
    assert "Questions" in (options.out / "tables.md").read_text()

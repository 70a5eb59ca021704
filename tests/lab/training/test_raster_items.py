"""Real tiles as training items: in many colours, but true."""

import numpy as np
import pytest

from tests.lab.data import dated_rasters
from tests.lab.data.dated_rasters import HEIGHT, WIDTH
from unirs.inputs import InputKind
from unirs_lab.training import raster_items
from unirs_lab.training.bank import ANYTHING_BUT, IGNORE
from unirs_lab.training.raster_items import WATER, raster_item

SIZE = 32
ITEMS = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return dated_rasters.write_rasters(tmp_path_factory.mktemp("dated"))


def brighter_water(folder):
    """In how many items water is brighter than land, of those that show both."""
    brighter = []
    for index in range(ITEMS):
        item = raster_item(InputKind.SINGLE, folder, SIZE, index)
        cells = item.cells[0].repeat(2, 0).repeat(2, 1)
        wet, dry = cells == WATER, cells == ANYTHING_BUT + WATER
        if min(wet.sum(), dry.sum()) > 20:
            image = item.images[0]
            brighter.append(image[wet].mean() > image[dry].mean())
    return np.mean(brighter)


@pytest.mark.parametrize("kind", [InputKind.SINGLE, InputKind.PAIR])
def test_an_item_is_decided_by_its_index(folder, kind):
    one, again, other = (raster_item(kind, folder, SIZE, index) for index in (3, 3, 4))

    assert np.array_equal(one.images, again.images)
    assert one.truth == again.truth
    assert not np.array_equal(one.images, other.images)


def test_water_is_not_told_by_being_darker_than_land(folder, monkeypatch):
    assert 0.1 < brighter_water(folder) < 0.6

    monkeypatch.setattr(raster_items, "RECOLOURED", 0.0)
    assert brighter_water(folder) == 0, "the rasters of the test show it always darker"


def test_land_without_water_keeps_its_colours(tmp_path, monkeypatch):
    monkeypatch.setattr(dated_rasters, "lakes", lambda _year: np.zeros((HEIGHT, WIDTH), bool))
    monkeypatch.setattr(raster_items, "_toned", lambda image, _rng: image)
    monkeypatch.setattr(raster_items, "LOOKS", 20)  # looking for water in vain takes its time

    item = raster_item(InputKind.SINGLE, dated_rasters.write_rasters(tmp_path), SIZE, 0)

    assert (item.cells == ANYTHING_BUT + WATER).mean() > 0.9
    red, green, _ = item.images[0].reshape(-1, 3).mean(0)
    assert green / red == pytest.approx(100 / 70, rel=0.05)


def test_the_cells_of_a_pair_bear_out_its_captions(folder):
    seen = set()
    for index in range(ITEMS):
        item = raster_item(InputKind.PAIR, folder, SIZE, index)
        known = (item.cells != IGNORE).all(0)
        before, after = ((cells[known] == WATER).sum() for cells in item.cells)
        caption = item.truth["captions"][0]
        seen.add(caption)
        if item.truth["changed"]:
            assert (after > before) == ("grown" in caption)
        else:
            assert abs(int(after) - int(before)) <= 0.02 * known.size
    assert len(seen) == 3, "grown, shrunk and unchanged pairs"

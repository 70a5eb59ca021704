"""Real rasters that lie beside the repository, where they are at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unirs.dates import date_of_name
from unirs.errors import UniRSError
from unirs.imagery import CropOptions, read_crop, read_pair, read_series
from unirs.inputs import Crop, VisualInput

DATA = Path(__file__).parents[3] / "shared" / "data"
# QGIS leaves statistics beside the rasters that it draws, in files that are no rasters.
ODD = sorted(path for path in (DATA / "odd").glob("*") if path.suffixes[-2:] != [".aux", ".xml"])
NAIP = sorted((DATA / "naip").glob("*.tif"))
LANDSAT = sorted((DATA / "landsat").glob("*.tif"))
needs = {"reason": "there is no ../shared/data"}

REFUSED = {"all-nodata.tif": "all_nodata"}


@pytest.mark.skipif(not ODD, **needs)
@pytest.mark.parametrize("path", ODD, ids=lambda path: path.name)
def test_an_odd_raster_gives_a_crop_or_a_sentence(path, capfd):
    if path.name in REFUSED:
        with pytest.raises(UniRSError) as caught:
            read_crop(path, 384)
        assert caught.value.code == REFUSED[path.name]
    else:
        crop = read_crop(path, 384)
        assert isinstance(crop, Crop)
        assert max(crop.pixels.shape) == 384
        assert 0 <= crop.nodata_share < 1
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not ODD, **needs)
def test_corrupt_blocks_are_named_once_they_are_needed():
    with pytest.raises(UniRSError) as caught:
        read_crop(DATA / "odd" / "corrupt.tif", 1024)
    assert caught.value.code == "raster_unreadable"


@pytest.mark.skipif(not ODD, **needs)
def test_an_alpha_band_and_a_mask_leave_out_what_nodata_leaves_out():
    crops = [read_crop(DATA / "odd" / f"{name}.byte.tif", 384) for name in ("RGB", "RGB2", "RGBA")]
    for crop in crops:
        assert crop.nodata_share == pytest.approx(crops[0].nodata_share, abs=0.005)


@pytest.mark.skipif(not NAIP, **needs)
@pytest.mark.parametrize("later", NAIP[1:], ids=lambda path: path.stem[-8:])
def test_naip_dates_lie_on_one_grid(later):
    before, after = read_pair(later, NAIP[0], 384)
    VisualInput.pair(before, after)
    assert str(before.date) == "2009-08-18"
    assert after.date == date_of_name(later.stem)
    assert before.crs == after.crs == "EPSG:26914"
    assert before.pixel_size == pytest.approx(5 * 934 / 384, rel=0.01)
    assert max(before.nodata_share, after.nodata_share) < 0.02


@pytest.mark.skipif(not NAIP, **needs)
def test_naip_is_cropped_by_an_extent_in_degrees():
    extent = (-99.17, 47.00, -99.16, 47.01)
    crop = read_crop(NAIP[0], 384, CropOptions(extent=extent, extent_crs="EPSG:4326"))
    assert crop.pixel_size == pytest.approx(1112 / 384, rel=0.05)
    assert crop.pixels.std() > 10


@pytest.mark.skipif(not LANDSAT, **needs)
def test_landsat_years_make_a_series():
    series = read_series(LANDSAT[::-1], 224)
    assert [crop.date.year for crop in series] == [1985, 1990, 1995, 2000, 2005, 2010, 2015, 2020]
    assert all(np.ptp(crop.pixels) > 100 for crop in series)

"""The sample imagery is what it claims to be."""

from __future__ import annotations

import av
import pytest
import rasterio
from rasterio.crs import CRS
from rasterio.warp import transform_bounds

from unirs import samples
from unirs.imagery import CropOptions, acquisition_date, read_crop, read_pair
from unirs.samples import AFTER, BEFORE, BLOCKS, CITY, FLIGHT, FOLDER, NEW_WATER, RESERVOIR, SAMPLES

IMAGES = [sample for sample in SAMPLES if sample not in (FLIGHT, NEW_WATER)]


def test_the_samples_are_all_the_imagery_in_the_folder_and_small():
    there = {path.name for path in FOLDER.iterdir() if path.suffix in {".tif", ".jpg", ".mp4"}}
    assert there == {sample.file for sample in SAMPLES}
    assert sum(sample.path.stat().st_size for sample in SAMPLES) < 600_000


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.file)
def test_each_has_its_source_and_terms_in_the_readme(sample):
    assert f"`{sample.file}`" in (FOLDER / "README.md").read_text(encoding="utf-8")
    assert sample.credit


@pytest.mark.parametrize("sample", IMAGES, ids=lambda sample: sample.file)
def test_dates_crs_and_extents_are_read_from_the_files(sample):
    crop = read_crop(sample.path, 850)
    assert crop.crs == sample.crs
    assert sample.extent is None or crop.extent == pytest.approx(sample.extent)
    date = sample.acquired.isoformat() if sample.acquired else None
    assert (crop.date.isoformat() if crop.date else None) == date
    with rasterio.open(sample.path) as raster:
        found = acquisition_date(raster)
    assert (found.isoformat() if found else None) == date


@pytest.mark.parametrize(
    ("sample", "west", "south", "east", "north"),
    [
        (BEFORE, -99.2, 46.9, -98.9, 47.1),
        (AFTER, -99.2, 46.9, -98.9, 47.1),
        (CITY, -54.8, -25.6, -54.4, -25.3),
    ],
)
def test_rasters_lie_where_the_readme_says(sample, west, south, east, north):
    with rasterio.open(sample.path) as raster:
        bounds = transform_bounds(raster.crs, CRS.from_epsg(4326), *raster.bounds)
    assert west < bounds[0] < bounds[2] < east
    assert south < bounds[1] < bounds[3] < north


def test_both_dates_share_one_grid_and_the_mask_marks_what_became_water():
    before, after = read_pair(BEFORE.path, AFTER.path, 340)
    assert before.extent == after.extent
    with rasterio.open(NEW_WATER.path) as raster:
        assert tuple(raster.bounds) == NEW_WATER.extent
        new = raster.read(1) == 1
    assert 0.2 < new.mean() < 0.3
    red_before, red_after = (crop.pixels[..., 0].astype(int) for crop in (before, after))
    assert (red_before - red_after)[new].mean() > 30
    assert abs((red_before - red_after)[~new].mean()) < 20


@pytest.mark.parametrize("name", ["RESERVOIR", "BLOCKS"])
def test_extents_lie_in_the_raster(name):
    crop = read_crop(CITY.path, 224, CropOptions(extent=getattr(samples, name)))
    assert crop.nodata_share == 0


def test_the_reservoir_is_blue_and_the_blocks_are_not():
    water, blocks = (
        read_crop(CITY.path, 64, CropOptions(extent=extent)).pixels.reshape(-1, 3).mean(axis=0)
        for extent in (RESERVOIR, BLOCKS)
    )
    assert water[2] > water[0] + 30
    assert blocks[0] >= blocks[2]


def test_the_flight_is_a_video_that_moves():
    with av.open(str(FLIGHT.path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(frames) == 32
    assert frames[0].shape == (256, 256, 3)
    assert abs(frames[0].astype(int) - frames[-1]).mean() > 20

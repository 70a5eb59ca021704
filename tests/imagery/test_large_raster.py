"""A large raster costs no more than its crop: only tiles and overviews under it are read."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

from unirs.errors import UniRSError
from unirs.imagery import CropOptions, read_crop

SIDE = 40_000
GOOD, BAD = 30_000, 10_000  # columns and rows of two tiles with data
VALUE = 200


def extent_at(place, side=512):
    return (float(place), float(SIDE - place - side), float(place + side), float(SIDE - place))


pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A sparse raster: 0 in full resolution but for two places, one corrupt; overviews all 200."""
    path = tmp_path_factory.mktemp("large") / "large.tif"
    profile = {"driver": "GTiff", "dtype": "uint8", "tiled": True, "compress": "deflate"}
    noise = np.random.default_rng(0).integers(1, 255, (3, 512, 512), dtype=np.uint8)
    with rasterio.open(
        path,
        "w",
        width=SIDE,
        height=SIDE,
        count=3,
        crs="EPSG:32633",
        transform=from_origin(0, SIDE, 1, 1),
        SPARSE_OK=True,
        **profile,
    ) as dataset:
        dataset.write(noise, window=Window(BAD, BAD, 512, 512))
    spoilt = bytearray(path.read_bytes())
    spoilt[-300_000:-100_000] = bytes(200_000)
    path.write_bytes(spoilt)
    with rasterio.open(path, "r+") as dataset:
        dataset.write(noise, window=Window(GOOD, GOOD, 512, 512))
    with rasterio.open(
        f"{path}.ovr", "w", width=SIDE // 64, height=SIDE // 64, count=3, **profile
    ) as overview:
        overview.write(np.full((3, SIDE // 64, SIDE // 64), VALUE, np.uint8))
    return path, noise


def test_the_whole_is_read_through_overviews(large):
    path, _ = large
    crop = read_crop(path, 384)
    assert crop.pixels.shape == (384, 384, 3)
    assert np.unique(crop.pixels).tolist() == [VALUE]  # full resolution is 0, and partly corrupt


def test_a_part_is_read_from_its_own_tiles(large):
    path, noise = large
    crop = read_crop(path, 512, CropOptions(extent=extent_at(GOOD)))
    assert np.array_equal(crop.pixels, noise.transpose(1, 2, 0))
    with pytest.raises(UniRSError) as caught:  # the corrupt tiles are corrupt, if one reads them
        read_crop(path, 512, CropOptions(extent=extent_at(BAD)))
    assert caught.value.code == "raster_unreadable"


def test_no_overview_coarser_than_the_crop_is_taken(large):
    path, _ = large
    crop = read_crop(path, 16, CropOptions(extent=extent_at(GOOD, 640)))  # 40 pixels to one
    assert (crop.pixels == VALUE).mean() < 0.01


def test_memory_stays_small(large):
    path, _ = large
    resource = pytest.importorskip("resource", reason="peak memory is known on POSIX only")
    assert resource
    code = f"""
import resource
from unirs.imagery import CropOptions, read_crop
read_crop({str(path)!r}, 8)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_crop({str(path)!r}, 384)
read_crop({str(path)!r}, 384, CropOptions(extent={extent_at(GOOD)!r}))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    kilobytes = int(done.stdout)
    assert kilobytes < 60_000  # the raster has 4.8 GB
    assert done.stderr == ""


def test_many_bands_cost_no_more_than_those_shown(write_raster):
    """Bands that are not shown may even be corrupt."""
    data = np.random.default_rng(0).integers(1, 255, (6, 64, 64), dtype=np.uint8)
    path = write_raster("a.tif", data, compress="deflate", interleave="band")
    with rasterio.open(path) as dataset:
        last_band = int(dataset.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=6))
    spoilt = bytearray(path.read_bytes())
    spoilt[last_band : last_band + 100] = bytes(100)
    path.write_bytes(spoilt)
    crop = read_crop(path, 64, CropOptions(bands=(1, 2, 3)))
    assert np.array_equal(crop.pixels, data[:3].transpose(1, 2, 0))
    with pytest.raises(UniRSError):
        read_crop(path, 64, CropOptions(bands=(6,)))

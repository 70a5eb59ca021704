"""Broken files of many formats: a crop or one sentence, and never a defect."""

from __future__ import annotations

import contextlib
import random
import time
import warnings

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.transform import from_origin

from unirs.errors import UniRSError
from unirs.imagery import CropOptions, read_crop, read_video

pytestmark = pytest.mark.filterwarnings("ignore")

FORMATS = {
    "GTiff": "a.tif",
    "PNG": "a.png",
    "JPEG": "a.jpg",
    "GIF": "a.gif",
    "BMP": "a.bmp",
    "ENVI": "a.img",
    "HFA": "a.hfa.img",
    "NITF": "a.ntf",
    "JP2OpenJPEG": "a.jp2",
    "AAIGrid": "a.asc",
    "VRT": "a.vrt",
}
"""Not netCDF: its library itself crashes on some broken headers, and takes the process along. In
QGIS that is the worker's process, whose end is reported in a sentence."""

MUTATIONS = 30


def write(folder, driver):
    """A small raster of a format, and those of its files that are worth breaking."""
    data = np.random.default_rng(0).integers(0, 255, (1, 40, 50), dtype=np.uint8)
    profile = {"width": 50, "height": 40, "count": 1, "dtype": "uint8", "crs": "EPSG:32633"}
    source = folder / "source.tif"
    place = from_origin(500_000, 5_000_000, 10, 10)
    with rasterio.open(
        source, "w", driver="GTiff", transform=place, nodata=0, **profile
    ) as dataset:
        dataset.write(data)
        if driver not in ("JPEG", "JP2OpenJPEG", "AAIGrid"):
            dataset.write_colormap(1, {0: (0, 0, 0, 255), 1: (9, 9, 9, 255)})
        dataset.update_tags(DATE_ACQUIRED="2012-07-31", RPC="x")
        dataset.scales, dataset.offsets = (0.1,), (2.0,)
    path = folder / FORMATS[driver]
    if driver == "GTiff":
        path.write_bytes(source.read_bytes())
    else:
        rasterio.shutil.copy(source, path, driver=driver)
    beside = [file for file in folder.iterdir() if file.suffix in (".hdr", ".xml", ".prj")]
    return path, [path, *beside]


def broken(content, rng):
    """The same file with some of its bytes changed, or cut."""
    spoilt = bytearray(content)
    kind = rng.randrange(4)
    if kind == 0:
        return bytes(spoilt[: rng.randrange(len(spoilt))])
    reach = min(len(spoilt), 1000) if kind == 1 else len(spoilt)  # headers come first, mostly
    for _ in range(rng.randrange(1, 12)):
        place = rng.randrange(reach)
        spoilt[place] = rng.randrange(256) if kind < 3 else spoilt[place] ^ (1 << rng.randrange(8))
    return bytes(spoilt)


def a_crop_or_a_sentence(read):
    message = "."
    with contextlib.suppress(UniRSError):
        try:
            read()
        except UniRSError as error:
            message = error.message
            raise
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize("driver", FORMATS)
def test_a_broken_raster_gives_a_crop_or_a_sentence(tmp_path, driver):
    path, files = write(tmp_path, driver)
    read_crop(path, 20)
    rng = random.Random(driver)
    for _ in range(MUTATIONS):
        file = rng.choice(files)
        content = file.read_bytes()
        file.write_bytes(broken(content, rng))
        end = time.monotonic() + 0.5
        a_crop_or_a_sentence(
            lambda end=end: read_crop(path, 20, stop=lambda: time.monotonic() > end)
        )
        file.write_bytes(content)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi"])
def test_a_broken_video_gives_frames_or_a_sentence(write_video, name):
    path = write_video(name, 12)
    content, rng = path.read_bytes(), random.Random(name)
    for _ in range(MUTATIONS):
        path.write_bytes(broken(content, rng))
        a_crop_or_a_sentence(lambda: read_video(path, 4, 16))


def refused(code, path, words, **options):
    with pytest.raises(UniRSError) as caught:
        read_crop(path, 10, CropOptions(**options))
    assert caught.value.code == code
    assert words in caught.value.message


@pytest.mark.parametrize(
    "transform",
    [Affine(0, 0, 5, 0, 0, 5), Affine(0, 0, 5, 0, -10, 5), Affine(float("nan"), 0, 0, 0, -1, 0)],
)
def test_pixels_without_size_or_place_are_named(write_raster, tmp_path, transform):
    path, view = write_raster("a.tif", np.full((1, 20, 20), 9, np.uint8)), tmp_path / "a.vrt"
    rasterio.shutil.copy(path, view, driver="VRT")
    text = view.read_text()
    place = ", ".join(str(number) for number in transform.to_gdal())
    start, end = text.index("<GeoTransform>"), text.index("</GeoTransform>")
    view.write_text(f"{text[:start]}<GeoTransform>{place}{text[end:]}")
    refused("raster_unreadable", view, "no size or no place")


@pytest.mark.parametrize("crs", ["EPSG:4326+5773", "EPSG:4979"])
def test_heights_of_a_crs_are_left_out(write_raster, crs):
    data = np.full((1, 20, 20), 9, np.uint8)
    path = write_raster("a.tif", data, crs=crs, transform=from_origin(10, 50, 0.1, 0.1))
    assert read_crop(path, 10).crs == "EPSG:4326"
    box = CropOptions(extent=(10.1, 48.5, 11, 49.5), extent_crs=crs)
    assert read_crop(path, 10, box).nodata_share == 0


@pytest.mark.parametrize("crs", ["EPSG:5773", "EPSG:4978", "EPSG:999999", "nonsense"])
def test_a_crs_in_which_no_map_is_drawn_is_refused(write_raster, crs):
    path = write_raster("a.tif", np.full((1, 20, 20), 9, np.uint8))
    refused("crs_invalid", path, "EPSG:4326", extent=(1, 1, 2, 2), extent_crs=crs)


@pytest.mark.parametrize("tag", ["LINE_OFF", "HEIGHT_OFF", "SAMP_NUM_COEFF"])
@pytest.mark.parametrize("value", ["", "x", "nan", "1 2 3"])
def test_a_broken_sensor_model_is_a_crop_or_a_sentence(tmp_path, tag, value):
    coefficients = " ".join(["1"] + ["0"] * 19)
    tags = dict.fromkeys(("LINE_OFF", "SAMP_OFF", "LAT_OFF", "LONG_OFF", "HEIGHT_OFF"), "5")
    tags |= dict.fromkeys(
        ("LINE_SCALE", "SAMP_SCALE", "LAT_SCALE", "LONG_SCALE", "HEIGHT_SCALE"), "9"
    )
    for name in ("LINE_NUM", "LINE_DEN", "SAMP_NUM", "SAMP_DEN"):
        tags[f"{name}_COEFF"] = coefficients
    tags[tag] = value
    profile = {"driver": "GTiff", "width": 20, "height": 20, "count": 1, "dtype": "uint8"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(tmp_path / "a.tif", "w", **profile) as dataset:
            dataset.write(np.full((1, 20, 20), 9, np.uint8))
    rasterio.shutil.copy(tmp_path / "a.tif", tmp_path / "a.vrt", driver="VRT")
    items = "".join(f'<MDI key="{key}">{text}</MDI>' for key, text in tags.items())
    text = (tmp_path / "a.vrt").read_text()
    rpc = f'<Metadata domain="RPC">{items}</Metadata><VRTRasterBand'
    (tmp_path / "a.vrt").write_text(text.replace("<VRTRasterBand", rpc, 1))
    a_crop_or_a_sentence(lambda: read_crop(tmp_path / "a.vrt", 10))

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from unirs.errors import UniRSError
from unirs.imagery import CropOptions, read_crop, read_pair


def described(path, names):
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions = names
    return path


def levels(*values, dtype=np.uint8):
    return np.stack([np.full((20, 20), value, dtype) for value in values])


def colours(crop):
    return tuple(int(value) for value in crop.pixels[10, 10])


def test_a_composite_is_read_from_the_bands_that_show_it(write_raster):
    path = described(write_raster("a.tif", levels(10, 20, 30, 40)), ["blue", "green", "red", "nir"])
    crop = read_crop(path, 20, CropOptions(bands="false-colour"))
    assert colours(crop) == (40, 30, 20)
    (warning,) = crop.warnings
    assert "false colours" in warning


def test_dates_of_two_sensors_are_read_by_what_their_bands_show(write_raster):
    before = described(
        write_raster("2010.tif", levels(10, 20, 30, 40), tags={"SPACECRAFT_ID": "LANDSAT_5"}),
        ["B1", "B2", "B3", "B4"],
    )
    after = described(
        write_raster("2020.tif", levels(1, 10, 20, 30, 40), tags={"SPACECRAFT_ID": "LANDSAT_8"}),
        ["B1", "B2", "B3", "B4", "B5"],
    )
    crops = read_pair(before, after, 20, CropOptions(bands="false-colour"))
    assert {colours(crop) for crop in crops} == {(40, 30, 20)}


def test_without_a_choice_known_bands_are_shown_in_true_colours(write_raster):
    path = described(write_raster("a.tif", levels(1, 2, 3, 4)), ["coastal", "blue", "green", "red"])
    crop = read_crop(path, 20)
    assert colours(crop) == (4, 3, 2)
    assert crop.warnings == ()


def test_a_stack_of_files_is_known_by_their_names(write_raster, tmp_path):
    parts = [
        write_raster(f"T33UUP_20200101T100031_B{code}_10m.tif", levels(value))
        for code, value in (("04", 30), ("03", 20), ("02", 10), ("08", 40))
    ]
    sources = "".join(
        f'<VRTRasterBand dataType="Byte" band="{number}"><SimpleSource>'
        f'<SourceFilename relativeToVRT="1">{part.name}</SourceFilename></SimpleSource>'
        "</VRTRasterBand>"
        for number, part in enumerate(parts, start=1)
    )
    stack = tmp_path / "stack.vrt"
    with rasterio.open(parts[0]) as dataset:
        place = ", ".join(map(str, dataset.transform.to_gdal()))
    stack.write_text(
        f'<VRTDataset rasterXSize="20" rasterYSize="20"><SRS>EPSG:32633</SRS>'
        f"<GeoTransform>{place}</GeoTransform>{sources}</VRTDataset>"
    )
    assert colours(read_crop(stack, 20, CropOptions(bands="false-colour"))) == (40, 30, 20)


def test_a_composite_of_unknown_bands_is_refused_with_what_is_known(write_raster):
    path = described(write_raster("a.tif", levels(1, 2, 3)), ["red", "green", ""])
    with pytest.raises(UniRSError, match="known: 1 red, 2 green") as refused:
        read_crop(path, 20, CropOptions(bands="false-colour"))
    assert refused.value.code == "bands_unsupported"


def speckled(power, looks=4):
    """Backscatter as a radar of so many looks measures it."""
    return power * np.random.default_rng(0).gamma(looks, 1 / looks, power.shape)


def test_radar_becomes_a_picture_in_decibels_without_speckle(write_raster):
    power = np.full((2, 120, 120), 0.01)
    power[0, :, 60:] = 0.2
    power[1] /= 5
    path = described(write_raster("a.tif", speckled(power).astype(np.float32)), ["VV", "VH"])
    plain = read_crop(path, 120, CropOptions(bands=(1,))).pixels[..., 0].astype(float)
    crop = read_crop(path, 120, CropOptions(bands="radar"))
    dark, bright = crop.pixels[5:-5, 5:50, 0].astype(float), crop.pixels[5:-5, 70:-5, 0]
    assert bright.mean() - dark.mean() > 100  # 13 dB are most of the picture
    assert bright.std() < 0.5 * plain[5:-5, 70:-5].std()
    assert np.unique(crop.pixels[5:-5, 5:50] - crop.pixels[5:-5, 5:50, :1]).size > 1  # in colour
    (warning,) = crop.warnings
    assert "radar" in warning


def test_amplitudes_power_and_decibels_make_one_picture(write_raster):
    power = speckled(np.tile(np.geomspace(0.001, 1, 60), (1, 60, 1)))
    as_stored = {
        "power.tif": power.astype(np.float32),
        "decibels.tif": (10 * np.log10(power)).astype(np.float32),
        "amplitude.tif": (np.sqrt(power) * 20000).astype(np.uint16),
    }
    pictures = [
        read_crop(
            described(write_raster(name, values), ["VV"]), 60, CropOptions(bands="radar")
        ).pixels.astype(int)
        for name, values in as_stored.items()
    ]
    assert max(np.abs(picture - pictures[0]).max() for picture in pictures) <= 2


def test_radar_without_data_stays_without_data(write_raster):
    power = speckled(np.full((1, 40, 40), 0.1)).astype(np.float32)
    power[0, :, :10] = np.nan
    power[0, :, 10:15] = 0  # the margin of a scene
    path = described(write_raster("a.tif", power), ["HH"])
    crop = read_crop(path, 40, CropOptions(bands="radar"))
    assert not crop.valid[:, :12].any()
    assert crop.valid[:, 18:].all()

from __future__ import annotations

from typing import get_args

import pytest

from unirs.inputs import Composite
from unirs.sensor_bands import COMPOSITES, Band, composite_bands, sensing, what_bands_show

SENTINEL = ["B02", "B03", "B04", "B08", "B8A", "B11", "B12"]
LANDSAT_8 = [*(f"SR_B{number}" for number in range(1, 8)), "ST_B10"]
LANDSAT_5 = [*(f"SR_B{number}" for number in (1, 2, 3, 4, 5, 7)), "ST_B6"]
STAC = ["red", "green", "blue", "nir08", "swir16", "lwir11"]
GDAL = [
    f"B{number}, central wavelength {length} nm"
    for number, length in ((4, 665), (3, 560), (2, 490), (8, 842))
]


def found(names, composite, file="scene.tif", tags=None):
    bands = [Band(name) for name in names]
    return composite_bands(composite, what_bands_show(bands, file, tags), bands)


def test_a_composite_can_be_named_wherever_bands_can():
    assert set(get_args(Composite)) == set(COMPOSITES)


@pytest.mark.parametrize(
    ("names", "file", "true", "false", "agriculture", "thermal"),
    [
        (SENTINEL, "S2A_MSIL2A_20200101T100031_N0213.tif", (3, 2, 1), (4, 3, 2), (6, 4, 1), None),
        (LANDSAT_8, "LC08_L2SP_032029.tif", (4, 3, 2), (5, 4, 3), (6, 5, 2), (8,)),
        (LANDSAT_5, "LT05_L2SP_032029.tif", (3, 2, 1), (4, 3, 2), (5, 4, 1), (7,)),
        (GDAL, "scene.tif", (1, 2, 3), (4, 1, 2), None, None),
        ([""] * 4, "m_4709963_se_14_1_20090818.tif", (1, 2, 3), (4, 1, 2), None, None),
        ([""] * 4, "20200101_101010_0f12_3B_AnalyticMS.tif", (3, 2, 1), (4, 3, 2), None, None),
        ([""] * 8, "20200101_3B_AnalyticMS_SR_8b.tif", (6, 3, 2), (8, 6, 3), None, None),
        (["Blue", "Red", "Red Edge", "green", "NIR"], "a.tif", (2, 4, 1), (5, 2, 4), None, None),
        (STAC, "a.tif", (1, 2, 3), (4, 1, 2), (5, 4, 3), (6,)),
    ],
)  # fmt: skip
def test_composites_are_found_by_the_rules_of_sensors(
    names, file, true, false, agriculture, thermal
):
    assert found(names, "true-colour", file) == true
    assert found(names, "false-colour", file) == false
    assert found(names, "agriculture", file) == agriculture
    assert found(names, "thermal", file) == thermal


def test_what_is_in_the_metadata_tells_sensors_with_the_same_names_apart():
    names = [f"Band {number}" for number in range(1, 8)]
    assert found(names, "false-colour", tags={"SPACECRAFT_ID": "LANDSAT_8"}) == (5, 4, 3)
    assert found(names, "false-colour", tags={"SPACECRAFT_ID": "LANDSAT_5"}) == (4, 3, 2)
    assert found(names, "false-colour") is None


def test_of_many_narrow_bands_the_most_typical_one_is_taken():
    lengths = [400 + 5 * number for number in range(200)]
    bands = [
        Band(tags={"wavelength": str(length), "wavelength_units": "Nanometers"})
        for length in lengths
    ]
    numbers = composite_bands("false-colour", what_bands_show(bands), bands)
    assert [lengths[number - 1] for number in numbers] == [840, 660, 560]


@pytest.mark.parametrize(
    ("names", "numbers"),
    [(["Sigma0_VH_db", "Sigma0_VV_db"], (2, 1)), (["HH"], (1,)), (["red", "green"], None)],
)
def test_radar_is_whatever_polarisations_there_are(names, numbers):
    assert found(names, "radar") == numbers


def test_words_of_a_file_name_are_no_bands():
    for file in ("thermal_bath.tif", "hh_2020.tif", "nir.tif"):
        assert what_bands_show([Band(file=file)], file) == ("",)
    radar = "s1a-iw-grd-vv-20190101t053350-001.tiff"
    assert what_bands_show([Band(file=radar)], radar) == ("vv",)


@pytest.mark.parametrize(
    ("shows", "kind"),
    [
        (("red", "green", "blue"), ""),
        (("", "", ""), ""),
        (("nir", "red", "green"), "false colours"),
        (("vv", "vh"), "radar"),
        (("thermal",), "thermal"),
    ],
)
def test_the_kind_of_picture_follows_from_its_bands(shows, kind):
    assert sensing(shows) == kind

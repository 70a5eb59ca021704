"""Dates, order and sources of layers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsDateTimeRange,
    QgsLayerMetadata,
    QgsRasterLayer,
)
from qtpy.QtCore import QDate, QDateTime, Qt, QTime
from unirs_qgis.shared.dates import parse_date

from unirs_qgis.inputs.layers import (
    acquisition_date,
    date_warning,
    dates_for_model,
    input_kind,
    ordered,
    public_source,
)

Maker = Callable[..., QgsRasterLayer]


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    """Makes a layer of a file name, a layer name, and GDAL metadata by domain."""

    def layer(file: str = "scene.tif", name: str = "scene", **domains: dict[str, str]) -> object:
        path = tmp_path / "images" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        dataset = gdal.GetDriverByName("GTiff").Create(str(path), 4, 4, 1, gdal.GDT_Byte)
        dataset.SetGeoTransform((500_000, 1, 0, 5_000_000, 0, -1))
        dataset.SetProjection(QgsCoordinateReferenceSystem("EPSG:32633").toWkt())
        for domain, tags in domains.items():
            dataset.SetMetadata(tags, "" if domain == "default" else domain)
        dataset = None
        made = QgsRasterLayer(str(path), name)
        assert made.isValid()
        return made

    return layer


def utc(year: int, month: int = 1, day: int = 1, clock: str = "00:00:00") -> QDateTime:
    return QDateTime(QDate(year, month, day), QTime.fromString(clock), Qt.TimeSpec.UTC)


def with_range(layer: QgsRasterLayer, begin: QDateTime, active: bool = True) -> QgsRasterLayer:
    temporal = layer.temporalProperties()
    temporal.setMode(Qgis.RasterTemporalMode.FixedTemporalRange)
    temporal.setFixedTemporalRange(QgsDateTimeRange(begin, begin.addDays(1)))
    temporal.setIsActive(active)
    return layer


def told(layer: QgsRasterLayer) -> tuple[str, str]:
    """The date of a layer as text, and where it comes from."""
    date, origin = acquisition_date(layer)
    return (date.isoformat() if date else "", origin)


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("m_4709963_se_14_1_20120731", "2012-07-31"),
        ("2012_07_31 RGB", "2012-07-31"),
        ("Luftbild 31.07.2012", "2012-07-31"),
        ("LC080150332013070401T1-SC20190816143210", "2013-07-04"),
        ("IMG_PHR1A_MS_201204011017343_SEN_IPU_20120529_1596-002_R1C1", "2012-04-01"),
        ("ndvi 2019-08", "2019-08"),
        ("orthophoto_1985", "1985"),
        ("Orthophoto 1985 (infrared)", "1985"),
        ("DJI_2012", ""),
        ("2099-01-01", ""),
        ("", ""),
    ],
)
def test_dates_of_names_are_those_of_the_runtime(make, name, date):
    assert told(make(name=name)) == (date, "name" if date else "")


def test_dates_of_file_and_folder_names(make):
    assert told(make("s_20120731.tif")) == ("2012-07-31", "name")
    assert told(make("2012-07-31/red.tif")) == ("2012-07-31", "name")
    assert told(make("s_20120731.tif", "2014-01-02")) == ("2014-01-02", "name")


def test_the_time_at_which_a_file_was_written_is_the_last_source(make):
    tags = {"TIFFTAG_DATETIME": "2021:02:02 10:20:30"}
    assert told(make("2012-07-31.tif", default=tags)) == ("2012-07-31", "name")
    assert told(make("red.tif", "2012", default=tags)) == ("2012", "name")
    assert told(make("red.tif", default=tags)) == ("2021-02-02", "written")


@pytest.mark.parametrize(
    "tags",
    [
        {"default": {"DATE_ACQUIRED": "2019-07-04"}},
        {"default": {"NC_GLOBAL#time_coverage_start": "2019-07-04T15:54:00Z"}},
        {"IMAGERY": {"ACQUISITIONDATETIME": "2019-07-04 15:54:00"}},
        {"ENVI": {"acquisition_time": "2019-07-04T15:54:00Z"}},
    ],
)
def test_metadata_of_the_acquisition_come_before_names(make, tags):
    assert told(make("x_20100101.tif", "2011-01-01", **tags)) == ("2019-07-04", "metadata")


def test_the_metadata_of_the_layer_comes_first_of_metadata(make):
    layer = make(default={"DATE_ACQUIRED": "2012-07-31"})
    metadata = QgsLayerMetadata()
    extent = metadata.extent()
    extent.setTemporalExtents([QgsDateTimeRange(utc(2005, 5, 5), utc(2005, 5, 6))])
    metadata.setExtent(extent)
    layer.setMetadata(metadata)
    assert told(layer) == ("2005-05-05", "metadata")


def test_temporal_properties_come_first_if_they_are_on(make):
    tags = {"DATE_ACQUIRED": "2012-07-31"}
    assert told(with_range(make(default=tags), utc(2001, 2, 3))) == ("2001-02-03", "temporal")
    layer = with_range(make(default=tags), utc(2001, 2, 3), active=False)
    assert told(layer)[1] == "metadata"


def test_layers_are_ordered_by_date_if_the_order_is_certain(make):
    late, early, unknown = make(name="2020-01-01"), make(name="2010-01-01"), make(name="somewhen")
    assert ordered([late, early]) == [early, late]
    assert ordered([late, unknown, early]) == [late, unknown, early]
    rough = make(name="2020")
    assert ordered([rough, late]) == [rough, late]
    assert ordered([]) == []


def test_doubtful_dates_are_reported():
    early, late, rough = map(parse_date, ("2010-01-01", "2020-05-05", "2020"))
    assert date_warning([early, late]) == ""
    assert date_warning([early, rough]) == ""
    assert date_warning([early]) == ""
    assert "known" in date_warning([early, None])
    assert "same" in date_warning([early, early])
    assert "too roughly" in date_warning([late, rough])
    assert "later date comes first" in date_warning([late, early])


def test_the_model_gets_dates_that_do_not_change_the_order_of_the_images():
    early, late = "2010-06", "2020-05-05"
    assert dates_for_model([early, late]) == (early, late)
    assert dates_for_model([early]) == (early,)
    assert dates_for_model([early, "", late]) == (early, "", late)
    assert dates_for_model(["2020", late]) == ("2020", late)
    assert dates_for_model([late, early]) == ("", "")


def test_the_kind_of_input_follows_from_the_number_of_layers():
    assert [input_kind([0] * count) for count in range(5)] == [
        "",
        "single",
        "pair",
        "video",
        "video",
    ]


@pytest.mark.parametrize(
    ("source", "provider", "kept"),
    [
        (
            "type=xyz&url=https://user:secret@tiles.example.com/{z}/{x}/{y}.png?"
            "style=a%26token=secret&zmax=18&authcfg=secret1&username=secret&password=secret",
            "wms",
            ("tiles.example.com/{z}/{x}/{y}.png", "style=a", "zmax=18"),
        ),
        (
            "type=xyz&url=https%3A%2F%2Ftiles.example.com%2F%7Bz%7D%2F%7Bx%7D%2F%7By%7D.png"
            "%3Faccess_token%3Dsecret%26v%3D2&http-header:authorization=Bearer%20secret",
            "wms",
            ("https://tiles.example.com/{z}/{x}/{y}.png", "v=2"),
        ),
        (
            "crs=EPSG:3857&format=image/png&layers=ortho&styles&url=https://wms.example.com/"
            "?map%3Da%26apikey%3Dsecret&authcfg=secret1",
            "wms",
            ("layers=ortho", "crs=EPSG:3857", "wms.example.com/?map=a"),
        ),
        (
            "/vsicurl/https://me:secret@data.example.com/scene.tif?sv=secret&sig=secret",
            "gdal",
            ("/vsicurl/https://data.example.com/scene.tif",),
        ),
        ("/data/a & b/scene?.tif", "gdal", ("/data/a & b/scene?.tif",)),
        (
            "dbname='geo' host=db.example.com user='me' password='secret' authcfg=secret1 "
            'table="public"."rasters"',
            "postgresraster",
            ("geo", "db.example.com", "rasters"),
        ),
    ],
)
def test_sources_have_no_secrets(source, provider, kept):
    class Layer:
        """A service is not needed to have its address."""

        def source(self) -> str:
            return source

        def providerType(self) -> str:  # noqa: N802
            return provider

    told = public_source(Layer())
    assert "secret" not in told
    assert "user" not in told
    for part in kept:
        assert part in told

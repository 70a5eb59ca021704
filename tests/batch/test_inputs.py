"""Rasters are found behind folders, patterns, indexes, items and tables, once and in order."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio.raw
import pytest
import shapely

from tests.imagery.sentinel2 import write_product
from unirs.batch.plan import Plan
from unirs.batch.sources import survey
from unirs.errors import UniRSError


def names(sources):
    return [tuple(Path(path).name for path in source.paths) for source in sources]


def failures(sources):
    return [source.failure.code if source.failure else None for source in sources]


def item(name, assets, when="2019-08-15T10:30:00Z"):
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "properties": {"datetime": when},
        "assets": assets,
    }


def write_items(path, *items):
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(items)}))


@pytest.fixture
def rasters(write_raster):
    for name in ("b.tif", "a.tif", "deeper/c.TIF", "d.img.aux.xml", ".hidden.tif"):
        write_raster(name, 8, 8)


@pytest.mark.usefixtures("rasters")
def test_a_folder_has_its_rasters_and_those_of_its_folders(make_plan, tmp_path):
    (tmp_path / "notes.txt").write_text("no raster")
    assert names(survey(make_plan("."))) == [("a.tif",), ("b.tif",), ("c.TIF",)]


def test_a_product_of_sentinel_2_is_one_raster(make_plan, tmp_path):
    product = write_product(tmp_path / "scenes")
    for named in ("scenes", "scenes/*", str(product)):
        assert names(survey(make_plan(named))) == [(product.name,)]


@pytest.mark.usefixtures("rasters")
def test_patterns_and_names_give_each_raster_once(make_plan):
    assert names(survey(make_plan("b.tif", "*.tif", "**/*.TIF"))) == [
        ("b.tif",),
        ("a.tif",),
        ("c.TIF",),
    ]
    assert names(survey(make_plan("*"))) == [("a.tif",), ("b.tif",), ("c.TIF",)]


def test_a_pattern_is_none_in_the_folder_of_its_plan(write_raster, tmp_path):
    """Brackets in the name of the folder are no choice of letters."""
    write_raster("[2020]/a[1].tif", 8, 8)
    values = {"ask": {"questions": [{"task": "caption"}]}, "output": {"folder": "out"}}
    for name in ("*.tif", "a[1].tif", "../[[]2020]/a*"):
        plan = Plan.of({"inputs": {"rasters": [name]}, **values}, tmp_path / "[2020]")
        assert names(survey(plan)) == [("a[1].tif",)]


@pytest.mark.parametrize("name", ["none.tif", "none*.tif", "empty"])
def test_a_name_with_nothing_behind_it_is_refused(make_plan, write_raster, tmp_path, name):
    write_raster("a.tif", 8, 8)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UniRSError) as error:
        list(survey(make_plan("a.tif", name)))
    assert error.value.code == "no_rasters"
    assert name in error.value.message


def test_a_plan_of_broken_rasters_alone_is_refused(make_plan, tmp_path):
    (tmp_path / "a.tif").write_bytes(b"no raster")
    with pytest.raises(UniRSError, match=r"a\.tif"):
        list(survey(make_plan(".")))


def test_a_tile_index_names_rasters_beside_it(make_plan, write_raster, tmp_path):
    for name in ("tiles/a.tif", "tiles/b.tif"):
        write_raster(name, 8, 8)
    squares = shapely.to_wkb([shapely.box(0, 0, 1, 1)] * 2)
    locations, dates = ["tiles/a.tif", str(tmp_path / "tiles/b.tif")], ["2019-06-05", None]
    for ending, driver in ((".gpkg", "GPKG"), (".fgb", "FlatGeobuf"), (".geojson", "GeoJSON")):
        pyogrio.raw.write(
            tmp_path / f"index{ending}",
            squares,
            [pa.array(column).to_numpy(zero_copy_only=False) for column in (locations, dates)],
            ["location", "date"],
            geometry_type="Polygon",
            crs="EPSG:4326",
            driver=driver,
        )
        found = list(survey(make_plan(f"index{ending}")))
        assert sorted(names(found)) == [("a.tif",), ("b.tif",)], ending
        assert {source.dates for source in found} == {("2019-06-05",), (None,)}


def test_a_vector_file_without_locations_is_refused(make_plan, tmp_path):
    pyogrio.raw.write(
        tmp_path / "roads.fgb",
        shapely.to_wkb([shapely.box(0, 0, 1, 1)]),
        [pa.array(["x"]).to_numpy(zero_copy_only=False)],
        ["name"],
        geometry_type="Polygon",
        crs="EPSG:4326",
        driver="FlatGeobuf",
    )
    with pytest.raises(UniRSError, match="no column location"):
        list(survey(make_plan("roads.fgb")))
    (tmp_path / "roads.shp").write_text("<OGRVRTDataSource/>")
    with pytest.raises(UniRSError, match="no GeoPackage"):
        list(survey(make_plan("roads.shp")))


def test_items_of_stac_as_json_and_as_geoparquet(make_plan, write_raster, tmp_path):
    write_raster("a.tif", 8, 8)
    write_raster("b.tif", 8, 8)
    visual = {"visual": {"href": "./a.tif"}, "B04": {"href": "./red.tif"}}
    image = {"image": {"href": "b.tif"}, "thumb": {"href": "b.png", "roles": ["thumbnail"]}}
    write_items(tmp_path / "items.json", item("one", visual), item("two", image, "2020-01-01"))
    rows = [
        {"id": "one", "datetime": "2019-08-15T10:30:00Z", "assets": visual | {"image": None}},
        {"id": "two", "datetime": "2020-01-01T00:00:00Z", "assets": image | {"visual": None}},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "items.parquet")
    for table in ("items.json", "items.parquet"):
        found = list(survey(make_plan(table)))
        assert names(found) == [("a.tif",), ("b.tif",)]
        assert [source.dates for source in found] == [("2019-08-15",), ("2020-01-01",)]


def test_an_item_without_the_asset_fails_alone(make_plan, write_raster, tmp_path):
    write_raster("a.tif", 8, 8)
    bands = {"B03": {"href": "a.tif"}, "B04": {"href": "a.tif"}}
    write_items(
        tmp_path / "items.json",
        item("bands", bands),
        item("good", {"visual": {"href": "a.tif"}}),
    )
    found = list(survey(make_plan("items.json")))
    assert failures(found) == ["asset_missing", None]
    assert "B03, B04" in found[0].failure.message
    chosen = list(survey(make_plan("items.json", inputs={"asset": "B04"})))
    assert failures(chosen) == [None, "asset_missing"]


def test_what_a_table_names_on_a_network_is_read_only_if_its_storage_is_named(
    make_plan, write_raster, tmp_path
):
    write_raster("a.tif", 8, 8)
    addresses = ["s3://bucket/a.tif", "https://example.org/a.tif", "/vsizip//vsicurl/x/a.tif"]
    items = [item(str(number), {"visual": {"href": name}}) for number, name in enumerate(addresses)]
    write_items(tmp_path / "items.json", *items, item("good", {"visual": {"href": "a.tif"}}))
    found = list(survey(make_plan("items.json")))
    assert failures(found) == ["storage_not_named"] * 3 + [None]
    assert found[0].paths == ("/vsis3/bucket/a.tif",)
    plan = make_plan("s3://bucket/b.tif", inputs={"storage": ["s3://other/folder/"]})
    assert plan.storage == ("/vsis3/other/folder/", "/vsis3/bucket/b.tif")


def test_services_are_no_rasters_of_a_plan(make_plan):
    for name in ("WMS:http://127.0.0.1/", "/vsicurl?url=http://127.0.0.1/a.tif"):
        with pytest.raises(UniRSError, match="on the network"):
            list(survey(make_plan(name)))


def test_a_table_of_pairs(make_plan, write_raster, tmp_path):
    write_raster("2012.tif", 8, 8)
    write_raster("2020.tif", 8, 8, west=500_040)
    (tmp_path / "pairs.csv").write_text(
        "before;after;before_date\n2020.tif;2012.tif;\n2012.tif;;\n2012.tif;2020.tif;soon\n"
    )
    found = list(survey(make_plan("pairs.csv")))
    assert names(found)[0] == ("2012.tif", "2020.tif")  # the earlier first, whatever the columns
    assert found[0].dates == ("2012", "2020")
    assert found[0].extent == (500_040, 4_999_920, 500_080, 5_000_000)  # what both have
    assert failures(found) == [None, "table_invalid", "date_invalid"]


def test_a_table_without_its_columns_is_refused(make_plan, tmp_path):
    (tmp_path / "pairs.csv").write_text("first,second\na.tif,b.tif\n")
    with pytest.raises(UniRSError, match="columns before and after"):
        list(survey(make_plan("pairs.csv")))


def test_dates_of_a_table_may_not_contradict_the_files(make_plan, write_raster, tmp_path):
    write_raster("2012.tif", 8, 8)
    write_raster("2020.tif", 8, 8)
    (tmp_path / "pairs.csv").write_text(
        "before,after,before_date,after_date\n2012.tif,2020.tif,2021,2013\n2020.tif,2012.tif,,\n"
    )
    found = list(survey(make_plan("pairs.csv")))
    assert failures(found) == ["date_invalid", None]


def test_a_virtual_raster_is_taken_when_it_is_named(make_plan, write_raster, tmp_path):
    import rasterio.shutil

    write_raster("a.tif", 8, 8)
    rasterio.shutil.copy(tmp_path / "a.tif", tmp_path / "mosaic.vrt", driver="VRT")
    assert names(survey(make_plan("."))) == [("a.tif",)]
    assert names(survey(make_plan("mosaic.vrt"))) == [("mosaic.vrt",)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_cannot_be_read_is_no_empty_folder(make_plan, write_raster, tmp_path):
    write_raster("shut/a.tif", 8, 8)
    write_raster("b.tif", 8, 8)
    (tmp_path / "shut").chmod(0)
    with pytest.raises(UniRSError, match="cannot be read"):
        list(survey(make_plan(".")))
    (tmp_path / "shut").chmod(0o700)

"""Storage on a network is read where the user of a batch named it, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from unirs.errors import UniRSError
from unirs.imagery import read_crop
from unirs.imagery.storage import gdal_path, is_storage, reading_from


@pytest.fixture
def stored(write_raster):
    values = np.arange(3 * 64 * 64, dtype=np.uint8).reshape(3, 64, 64)
    return write_raster("bucket/scene.tif", values)


def test_a_raster_in_named_storage_is_read_and_nothing_beside_it(stored, server):
    address, log = server
    prefix = f"/vsicurl/{address}/bucket"
    with reading_from([prefix]):
        crop = read_crop(f"{prefix}/scene.tif", 32)
    assert np.array_equal(crop.pixels, read_crop(stored, 32).pixels)
    assert crop.source == f"{prefix}/scene.tif"
    requests = [line for line in log.read_text().splitlines() if '"' in line]
    assert requests
    assert all("/bucket/scene.tif " in line for line in requests)


def test_s3_is_read_by_its_own_path(stored, server):
    address, _ = server
    endpoint = {
        "AWS_S3_ENDPOINT": address.removeprefix("http://"),
        "AWS_HTTPS": "NO",
        "AWS_VIRTUAL_HOSTING": "FALSE",
        "AWS_NO_SIGN_REQUEST": "YES",
    }
    with reading_from(["/vsis3/bucket"]), rasterio.Env(**endpoint):
        crop = read_crop("/vsis3/bucket/scene.tif", 32)
    assert np.array_equal(crop.pixels, read_crop(stored, 32).pixels)


@pytest.mark.usefixtures("stored")
def test_what_was_not_named_is_refused_without_a_request(server):
    address, log = server
    host = f"/vsicurl/{address}"
    names = [
        f"{host}/bucket2/scene.tif",
        f"{host}/bucket/../other/scene.tif",
        f"/vsicurl?url={address}/bucket/scene.tif",
        f"/vsizip/{host}/bucket/scene.zip/scene.tif",
        f"{address}/bucket/scene.tif",
    ]
    for name in names:
        with pytest.raises(UniRSError) as error, reading_from([f"{host}/bucket"]):
            read_crop(name, 32)
        assert error.value.code == "raster_unreadable"
    with pytest.raises(UniRSError, match="on the network"):  # the door is closed again
        read_crop(f"{host}/bucket/scene.tif", 32)
    assert not log.read_text()


@pytest.mark.usefixtures("stored")
def test_a_virtual_raster_in_storage_leads_nowhere(server, tmp_path):
    address, log = server
    (tmp_path / "bucket" / "mosaic.vrt").write_text(
        '<VRTDataset rasterXSize="64" rasterYSize="64"><VRTRasterBand dataType="Byte" band="1">'
        f"<SimpleSource><SourceFilename>/vsicurl/{address}/bucket/scene.tif"
        "</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    prefix = f"/vsicurl/{address}/bucket/"
    with reading_from([prefix]), pytest.raises(UniRSError) as error:
        read_crop(f"{prefix}mosaic.vrt", 32)
    assert error.value.code == "raster_unreadable"
    assert "scene.tif" not in log.read_text()


def test_a_missing_file_in_storage_is_one_sentence(server):
    address, _ = server
    prefix = f"/vsicurl/{address}/"
    with reading_from([prefix]), pytest.raises(UniRSError) as error:
        read_crop(f"{prefix}none.tif", 32)
    assert error.value.code == "raster_unreadable"
    assert "none.tif" in error.value.message


def test_addresses_become_paths_of_gdal():
    assert gdal_path("s3://bucket/a.tif") == "/vsis3/bucket/a.tif"
    assert gdal_path("https://a.org/b.tif") == "/vsicurl/https://a.org/b.tif"
    assert gdal_path("folder/a.tif") == "folder/a.tif"
    assert is_storage("/vsis3/bucket/a.tif")
    assert is_storage("/vsigs/bucket")
    for name in ("/vsis3/", "/vsicurl/file:///etc/passwd", "/vsicurl/http://u@h/a", "/data/a.tif"):
        assert not is_storage(name)

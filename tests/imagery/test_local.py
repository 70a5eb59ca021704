"""Only local files are read, whatever a path or a file names."""

import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil

from unirs.errors import UniRSError
from unirs.imagery import read_crop, read_video
from unirs.imagery.local import elsewhere, file_of

VRT = """<VRTDataset rasterXSize="10" rasterYSize="10"><VRTRasterBand dataType="Byte" band="1">
<SimpleSource><SourceFilename relativeToVRT="1">{source}</SourceFilename><SourceBand>1</SourceBand>
<SrcRect xOff="0" yOff="0" xSize="10" ySize="10"/><DstRect xOff="0" yOff="0" xSize="10" ySize="10"/>
</SimpleSource></VRTRasterBand></VRTDataset>"""
WMS = """<GDAL_WMS><Service name="TMS"><ServerUrl>{address}/${{z}}/${{x}}/${{y}}.png</ServerUrl>
</Service><DataWindow><UpperLeftX>-1000</UpperLeftX><UpperLeftY>1000</UpperLeftY>
<LowerRightX>1000</LowerRightX><LowerRightY>-1000</LowerRightY><TileLevel>1</TileLevel>
<TileCountX>1</TileCountX><TileCountY>1</TileCountY></DataWindow><Projection>EPSG:3857</Projection>
<BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY><BandsCount>3</BandsCount></GDAL_WMS>"""

INDEX = """<GDALTileIndexDataset><IndexDataset>/vsicurl/{address}/index.gpkg</IndexDataset>
<IndexLayer>a</IndexLayer><LocationField>location</LocationField></GDALTileIndexDataset>"""


def with_remote_overviews(path, address):
    """A raster whose statistics file names overviews on the network; reading itself is refused."""
    profile = {"driver": "GTiff", "width": 600, "height": 600, "count": 1, "dtype": "uint8"}
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=address)
        dataset.write(np.full((1, 600, 600), 9, np.uint8))
    return path


@pytest.mark.parametrize(
    "way", ["address", "path", "virtual", "zip", "vrt", "wms", "index", "beside"]
)
def test_nothing_asks_the_network(server, tmp_path, way):
    address, log = server
    (tmp_path / "a.vrt").write_text(VRT.format(source=f"/vsicurl/{address}/x.tif"))
    (tmp_path / "a.xml").write_text(WMS.format(address=address))
    (tmp_path / "a.gti").write_text(INDEX.format(address=address))
    raster = {
        "address": f"{address}/x.tif",
        "path": Path(f"{address}/x.tif"),
        "virtual": f"/vsicurl/{address}/x.tif",
        "zip": f"/vsizip//vsicurl/{address}/a.zip",
        "vrt": tmp_path / "a.vrt",
        "wms": tmp_path / "a.xml",
        "index": tmp_path / "a.gti",
        "beside": with_remote_overviews(tmp_path / "b.tif", f"/vsicurl/{address}/b.ovr"),
    }[way]

    if way == "beside":
        assert (read_crop(raster, 64).pixels == 9).all()
    else:
        with pytest.raises(UniRSError) as caught:
            read_crop(raster, 64)
        assert caught.value.code == "raster_unreadable"

    time.sleep(0.2)
    assert log.read_text() == ""


SOURCES = {
    "address": "{address}/x.tif",
    "escaped": "&#104;ttp://{address}/x.tif",
    "netcdf": "NETCDF:&quot;{address}/x.nc&quot;:v",
    "wms-prefix": "WMS:{address}/?SERVICE=WMS",
    "wmts-prefix": "WMTS:{address}/capabilities.xml",
    "service-inside": "{inline}",
    "service-beside": "service.xml",
    "nested": "nested.vrt",
    "index": "index.gti",
    "share": "//server/share/x.tif",
    "sparse": "/vsisparse/sparse.xml",
}


READ = """
import sys
import rasterio
with rasterio.Env() as environment:  # GDAL is used before, and does not hear what it has to skip
    environment.drivers()
from unirs.errors import UniRSError
from unirs.imagery import read_crop
try:
    read_crop(sys.argv[1], 64)
except UniRSError as error:
    print(error.message)
"""


@pytest.mark.parametrize("kind", SOURCES)
def test_a_virtual_raster_of_services_asks_nobody_whoever_used_gdal(server, tmp_path, kind):
    address, log = server
    service = WMS.format(address=address)
    (tmp_path / "service.xml").write_text(service)
    (tmp_path / "index.gti").write_text(INDEX.format(address=address))
    (tmp_path / "nested.vrt").write_text(VRT.format(source=f"{address}/y.tif"))
    inline = service.replace("<", "&lt;").replace(">", "&gt;")
    source = SOURCES[kind].format(address=address, inline=inline)
    path = tmp_path / "a.vrt"
    path.write_text(VRT.format(source=source))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ, path],
        capture_output=True,
        text=True,
        check=True,
    )
    time.sleep(0.2)
    assert log.read_text() == ""
    assert done.stdout.startswith(f"{path} is made of ")
    assert "on the network" in done.stdout
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("C:/data/a.tif", "C:/data/a.tif"),
        ("a http b.tif", "a http b.tif"),
        ("NETCDF:/data/a.nc:v", "/data/a.nc:v"),
        ('netcdf:"/data/a.nc":v', "/data/a.nc"),
        ('HDF5:"/data/a.h5"://group/band', "/data/a.h5"),
        ("/vsizip//data/a.zip/a.tif", "/data/a.zip/a.tif"),
        ("/vsizip/{/data/a.zip}/a.tif", "/data/a.zip"),
        ("zip:///data/a.zip!a.tif", "/data/a.zip"),
        ('SENTINEL2_L1C:"/vsizip//data/{a.zip}/M.xml":10m:EPSG_32632', "/data/{a.zip}/M.xml"),
    ],
)
def test_local_names_are_no_addresses(name, file):
    assert elsewhere(name) is None
    assert file_of(name) == file


@pytest.mark.parametrize(
    "name",
    [
        "http://example.org/a.tif",
        "https:/example.org/a.tif",  # as Path writes it
        "/vsicurl/http://example.org/a.tif",
        "/vsizip//vsicurl/http://example.org/a.zip/a.tif",
        "/vsis3/bucket/a.tif",
        "/vsisparse/a.xml",
        'NETCDF:"https://example.org/a.nc":v',
        "s3://bucket/a.tif",
        "zip+https://example.org/a.zip!a.tif",
        "WMS:http://example.org/?SERVICE=WMS",
        "wms:example",
        "GTI:index.gpkg",
        "<GDAL_WMS/>",
        "vrt://a.tif?bands=1",
    ],
)
def test_what_leads_elsewhere_is_refused(name):
    assert elsewhere(name)
    with pytest.raises(UniRSError) as caught:
        read_crop(name, 64)
    assert caught.value.code == "raster_unreadable"


def test_a_virtual_raster_of_local_files_is_read(tmp_path):
    profile = {"driver": "GTiff", "width": 10, "height": 10, "count": 1, "dtype": "uint8"}
    place = rasterio.transform.from_origin(0, 10, 1, 1)
    with rasterio.open(tmp_path / "a.tif", "w", **profile, transform=place) as dataset:
        dataset.write(np.full((1, 10, 10), 9, np.uint8))
    (tmp_path / "b.vrt").write_text(VRT.format(source="a.tif"))
    (tmp_path / "c.vrt").write_text(VRT.format(source="b.vrt"))
    assert (read_crop(tmp_path / "c.vrt", 10).pixels == 9).all()


def test_a_missing_part_of_a_virtual_raster_is_named(tmp_path):
    (tmp_path / "b.vrt").write_text(VRT.format(source="a.tif"))
    (tmp_path / "c.vrt").write_text(VRT.format(source="b.vrt"))
    with pytest.raises(UniRSError) as caught:
        read_crop(tmp_path / "c.vrt", 10)
    assert caught.value.code == "raster_missing"
    assert f"{tmp_path / 'a.tif'}, which is missing" in caught.value.message


def test_parts_of_files_are_read_by_the_names_that_are_advised(tmp_path):
    profile = {"driver": "GTiff", "width": 10, "height": 10, "count": 2, "dtype": "uint8"}
    with rasterio.open(tmp_path / "a.tif", "w", **profile) as dataset:
        dataset.write(np.full((2, 10, 10), 9, np.uint8))
    rasterio.shutil.copy(tmp_path / "a.tif", tmp_path / "a.nc", driver="netCDF")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.tif", "inside/a.tif")
    with pytest.raises(UniRSError) as caught:
        read_crop(tmp_path / "a.nc", 10)
    advised = caught.value.message.rpartition("such as ")[2].rstrip(".")
    names = [
        advised,
        f"NETCDF:{tmp_path}/a.nc:Band2",
        f'netcdf:"{tmp_path}/a.nc":Band1',
        f"gtiff_dir:1:{tmp_path}/a.tif",
        f"/vsizip/{tmp_path}/a.zip/inside/a.tif",
        f"zip://{tmp_path}/a.zip!inside/a.tif",
    ]
    for name in names:
        assert (read_crop(name, 10).pixels == 9).all(), name


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
@pytest.mark.parametrize(
    "read", [lambda path: read_crop(path, 8), lambda path: read_video(path, 2, 8)]
)
def test_pipes_and_devices_are_refused(tmp_path, read):
    os.mkfifo(tmp_path / "a.tif")
    (tmp_path / "b.vrt").write_text(VRT.format(source="a.tif"))
    for path in (tmp_path / "a.tif", Path("/dev/zero"), tmp_path / "b.vrt"):
        with pytest.raises(UniRSError) as caught:
            read(path)
        assert caught.value.code in {"raster_unreadable", "video_unreadable"}


def test_a_name_that_no_file_can_have_is_missing():
    with pytest.raises(UniRSError) as caught:
        read_crop("a" * 300, 64)

    assert caught.value.code == "raster_missing"


READERS = [lambda name: read_crop(name, 64), lambda name: read_video(name, 2, 64)]


@pytest.mark.parametrize("read", READERS, ids=["raster", "video"])
def test_a_name_that_is_not_utf_8_is_one_sentence(read):
    with pytest.raises(UniRSError) as caught:
        read("caf\udce9.tif")
    assert caught.value.code in {"raster_unreadable", "video_unreadable"}
    assert "UTF-8" in caught.value.message
    caught.value.message.encode()

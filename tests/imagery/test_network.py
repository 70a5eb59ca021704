"""Only local files are read, whatever a path or a file names."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio

from unirs.errors import UniRSError
from unirs.imagery import read_crop, read_video
from unirs.imagery.network import network_source

VRT = """<VRTDataset rasterXSize="10" rasterYSize="10"><VRTRasterBand dataType="Byte" band="1">
<SimpleSource><SourceFilename relativeToVRT="1">{source}</SourceFilename><SourceBand>1</SourceBand>
<SrcRect xOff="0" yOff="0" xSize="10" ySize="10"/><DstRect xOff="0" yOff="0" xSize="10" ySize="10"/>
</SimpleSource></VRTRasterBand></VRTDataset>"""
WMS = """<GDAL_WMS><Service name="TMS"><ServerUrl>{address}/${{z}}/${{x}}/${{y}}.png</ServerUrl>
</Service><DataWindow><UpperLeftX>-1000</UpperLeftX><UpperLeftY>1000</UpperLeftY>
<LowerRightX>1000</LowerRightX><LowerRightY>-1000</LowerRightY><TileLevel>1</TileLevel>
<TileCountX>1</TileCountX><TileCountY>1</TileCountY></DataWindow><Projection>EPSG:3857</Projection>
<BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY><BandsCount>3</BandsCount></GDAL_WMS>"""

# In a process of its own: GDAL holds this one's interpreter while it waits for an answer.
SERVER = """
import http.server
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
print(server.server_port, flush=True)
server.serve_forever()
"""


@pytest.fixture
def server(tmp_path):
    """Address of a server on this machine, and the file in which it notes every request."""
    log = tmp_path / "requests.log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVER],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
        )
    port = int(process.stdout.readline())
    yield f"http://127.0.0.1:{port}", log
    process.terminate()
    process.wait(10)


@pytest.mark.parametrize("way", ["address", "path", "virtual", "zip", "vrt", "wms"])
def test_nothing_asks_the_network(server, tmp_path, way):
    address, log = server
    (tmp_path / "a.vrt").write_text(VRT.format(source=f"/vsicurl/{address}/x.tif"))
    (tmp_path / "a.xml").write_text(WMS.format(address=address))
    raster = {
        "address": f"{address}/x.tif",
        "path": Path(f"{address}/x.tif"),
        "virtual": f"/vsicurl/{address}/x.tif",
        "zip": f"/vsizip//vsicurl/{address}/a.zip",
        "vrt": tmp_path / "a.vrt",
        "wms": tmp_path / "a.xml",
    }[way]

    with pytest.raises(UniRSError) as caught:
        read_crop(raster, 64)

    time.sleep(0.2)
    assert caught.value.code == "raster_unreadable"
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


def test_local_names_are_no_addresses():
    for name in (
        "C:/data/a.tif",
        "NETCDF:/data/a.nc:v",
        "/vsizip//data/a.zip/a.tif",
        "a http b.tif",
    ):
        assert network_source(name) is None, name


def test_a_virtual_raster_of_local_files_is_read(tmp_path):
    profile = {"driver": "GTiff", "width": 10, "height": 10, "count": 1, "dtype": "uint8"}
    place = rasterio.transform.from_origin(0, 10, 1, 1)
    with rasterio.open(tmp_path / "a.tif", "w", **profile, transform=place) as dataset:
        dataset.write(np.full((1, 10, 10), 9, np.uint8))
    (tmp_path / "b.vrt").write_text(VRT.format(source="a.tif"))
    (tmp_path / "c.vrt").write_text(VRT.format(source="b.vrt"))
    assert (read_crop(tmp_path / "c.vrt", 10).pixels == 9).all()


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

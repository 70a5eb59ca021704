"""Only local files are read, whatever a path or a file names."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from unirs.errors import UniRSError
from unirs.imagery import read_crop

VRT = """<VRTDataset rasterXSize="10" rasterYSize="10"><VRTRasterBand dataType="Byte" band="1">
<SimpleSource><SourceFilename>/vsicurl/{address}/x.tif</SourceFilename><SourceBand>1</SourceBand>
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
    (tmp_path / "a.vrt").write_text(VRT.format(address=address))
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


def test_a_name_that_no_file_can_have_is_missing():
    with pytest.raises(UniRSError) as caught:
        read_crop("a" * 300, 64)

    assert caught.value.code == "raster_missing"

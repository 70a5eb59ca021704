"""Crops of layers that a server draws: XYZ tiles and WMS, slow ones and broken ones."""

from __future__ import annotations

import contextlib
import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from osgeo import gdal
from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsRasterLayer, QgsRectangle
from qtpy.QtGui import QColor, QImage

from unirs_qgis.crops.renderer import Crop, CropPlan, CropRenderer

TIMEOUT = 60_000  # milliseconds; the machine may be busy
GREEN = (30, 180, 30)

CAPABILITIES = """<?xml version="1.0"?>
<WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms"
  xmlns:xlink="http://www.w3.org/1999/xlink">
<Service><Name>WMS</Name><Title>test</Title></Service>
<Capability><Request>
<GetCapabilities><Format>text/xml</Format><DCPType><HTTP><Get>
<OnlineResource xlink:href="{url}"/></Get></HTTP></DCPType></GetCapabilities>
<GetMap><Format>image/png</Format><DCPType><HTTP><Get>
<OnlineResource xlink:href="{url}"/></Get></HTTP></DCPType></GetMap>
</Request><Exception><Format>XML</Format></Exception>
<Layer><Title>all</Title><CRS>EPSG:3857</CRS>
<Layer queryable="0"><Name>ortho</Name><Title>ortho</Title><CRS>EPSG:3857</CRS>
<EX_GeographicBoundingBox><westBoundLongitude>-180</westBoundLongitude>
<eastBoundLongitude>180</eastBoundLongitude><southBoundLatitude>-80</southBoundLatitude>
<northBoundLatitude>80</northBoundLatitude></EX_GeographicBoundingBox>
<BoundingBox CRS="EPSG:3857" minx="-2e7" miny="-1.5e7" maxx="2e7" maxy="1.5e7"/>
</Layer></Layer></Capability></WMS_Capabilities>"""


class Server(http.server.ThreadingHTTPServer):
    """Serves green XYZ tiles and a green WMS.

    Attributes:
        delay: Seconds before an answer.
        answer: HTTP status of pictures.
        pictures: Paths of the pictures that were asked for.
    """

    daemon_threads = True

    def __init__(self, tile: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.tile, self.delay, self.answer = tile, 0.0, 200
        self.pictures: list[str] = []
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Request(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        server.asked += 1
        time.sleep(server.delay)
        query = {
            key.lower(): value[0] for key, value in parse_qs(urlsplit(self.path).query).items()
        }
        with contextlib.suppress(OSError):  # a client that cancelled has gone
            if query.get("request") == "GetCapabilities":
                self._send(200, "text/xml", CAPABILITIES.format(url=server.url).encode())
            else:
                server.pictures.append(self.path)
                self._send(server.answer, "image/png", self._picture(query))

    def _picture(self, query: dict[str, str]) -> bytes:
        if "width" not in query:
            return self.server.tile
        name = f"/vsimem/{threading.get_ident()}.png"
        width, height = int(query["width"]), int(query["height"])
        memory = gdal.GetDriverByName("MEM").Create("", width, height, 3)
        for band in range(3):
            memory.GetRasterBand(band + 1).Fill(GREEN[band])
        gdal.GetDriverByName("PNG").CreateCopy(name, memory)
        file = gdal.VSIFOpenL(name, "rb")
        data = bytes(gdal.VSIFReadL(1, gdal.VSIStatL(name).size, file))
        gdal.VSIFCloseL(file)
        return data

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path, qgis_new_project: None) -> Iterator[Server]:
    tile = QImage(256, 256, QImage.Format.Format_RGB32)
    tile.fill(QColor(*GREEN))
    tile.save(str(tmp_path / "tile.png"))
    server = Server((tmp_path / "tile.png").read_bytes())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "private"
    path.mkdir()
    return path


def layer_of(server: Server, kind: str) -> QgsRasterLayer:
    sources = {
        "xyz": f"type=xyz&url={server.url}{{z}}/{{x}}/{{y}}.png&zmin=0&zmax=18",
        "wms": f"crs=EPSG:3857&format=image/png&layers=ortho&styles=&url={server.url}",
    }
    layer = QgsRasterLayer(sources[kind], kind, "wms")
    assert layer.isValid()
    return layer


def plan(layer: QgsRasterLayer) -> CropPlan:
    extent = QgsRectangle(1_000_000, 6_000_000, 1_001_000, 6_000_600)
    return CropPlan((layer,), extent, QgsCoordinateReferenceSystem("EPSG:3857"), 64)


def crop_of(qtbot: object, layer: QgsRasterLayer, folder: Path) -> Crop:
    renderer = CropRenderer(plan(layer), folder)
    renderer.failed.connect(pytest.fail)
    with qtbot.waitSignal(renderer.finished, timeout=TIMEOUT) as told:
        renderer.start()
    return told.args[0][0]


@pytest.mark.parametrize("kind", ["xyz", "wms"])
def test_a_service_is_drawn_like_any_other_layer(qtbot, server, folder, kind):
    crop = crop_of(qtbot, layer_of(server, kind), folder)
    centre = gdal.Open(str(crop.path)).ReadRaster(64, 38, 1, 1)
    assert tuple(centre) == (*GREEN, 255)
    assert crop.nodata_share == 0
    assert len(server.pictures) <= 12  # the pixels that are needed, and not many more


@pytest.mark.parametrize("kind", ["xyz", "wms"])
def test_a_failing_service_is_reported(qtbot, server, folder, kind):
    layer = layer_of(server, kind)
    server.answer = 500
    renderer = CropRenderer(plan(layer), folder)
    with qtbot.waitSignal(renderer.failed, timeout=TIMEOUT) as told:
        renderer.start()
    assert f"layer {kind}" in told.args[0]
    assert told.args[0].endswith(".")


@pytest.mark.parametrize("kind", ["xyz", "wms"])
def test_the_window_does_not_wait_for_a_slow_service(qtbot, server, folder, gap_timer, kind):
    layer = layer_of(server, kind)
    server.delay = 0.7
    with gap_timer:
        crop_of(qtbot, layer, folder)
    assert gap_timer.longest < 0.4


@pytest.mark.parametrize("kind", ["xyz", "wms"])
def test_cancel_is_immediate_and_no_signal_follows(qtbot, server, folder, kind):
    layer = layer_of(server, kind)
    server.delay, server.asked = 10.0, 0
    renderer = CropRenderer(plan(layer), folder)
    heard: list[object] = []
    renderer.finished.connect(heard.append)
    renderer.failed.connect(heard.append)
    renderer.start()
    qtbot.waitUntil(lambda: server.asked > 0, timeout=TIMEOUT)
    began = time.monotonic()
    renderer.cancel()
    assert time.monotonic() - began < 0.1
    qtbot.wait(500)
    assert not heard
    tasks = QgsApplication.taskManager()
    qtbot.waitUntil(lambda: tasks.countActiveTasks() == 0, timeout=5000)  # and draws no longer

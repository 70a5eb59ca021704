"""Dated rasters, a real worker, and a clock for QGIS's event loop."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from osgeo import gdal, osr
from qgis.core import QgsLayerTreeModel, QgsProject, QgsRasterLayer, QgsSettings
from qgis.gui import QgsLayerTreeMapCanvasBridge, QgsLayerTreeView
from qtpy.QtCore import QTimer

from tests.plugin.processing_fixtures import StandIn, register_provider
from tests.plugin.setup_fixtures import place  # noqa: F401 - a fixture of several files
from unirs_qgis.plugin import Window

ROOT = Path(__file__).parents[2]
PYTHON = Path(os.environ.get("UNIRS_PYTHON") or ROOT / ".venv/bin/python")
"""The Python that has the runtime; tests may take the variable away."""

MAKE_ENV = "needs the runtime; `make env` makes it, or UNIRS_PYTHON names its Python"
TINY_VLM = """
import pathlib, sys
from tests.models.vlm import make_tiny_vlm
make_tiny_vlm(pathlib.Path(sys.argv[1]), "idefics3")
"""
LLAMA = """
import pathlib, sys
from tests.engines.servers import LlamaServer, write_image_encoder
server = LlamaServer(write_image_encoder(pathlib.Path(sys.argv[1])))
print(server.url, flush=True)
try:
    sys.stdin.read()
finally:
    server.kill()
"""

gdal.UseExceptions()


@pytest.fixture(autouse=True)
def fresh_settings():
    """No test finds the settings of another one."""
    QgsSettings().remove("unirs")
    yield
    QgsSettings().remove("unirs")


@pytest.fixture
def worker_python(monkeypatch) -> Path:
    """The Python that has the runtime; the plugin finds it by UNIRS_PYTHON."""
    if not PYTHON.exists():
        pytest.skip(MAKE_ENV)
    monkeypatch.setenv("UNIRS_PYTHON", str(PYTHON))
    return PYTHON


@pytest.fixture
def batch_python(worker_python) -> Path:
    """The same, where it has what `unirs batch` needs."""
    if subprocess.run([worker_python, "-c", "import pyarrow"], check=False).returncode:
        pytest.skip("needs the extra 'batch', which the set-up leaves out")
    return worker_python


@pytest.fixture
def tiny_vlm(tmp_path, worker_python) -> Path:
    """A model folder of another architecture than UniRS's own, with random weights."""
    folder = tmp_path / "tiny-vlm"
    subprocess.run([worker_python, "-c", TINY_VLM, folder], check=True, cwd=ROOT)
    return folder


@pytest.fixture
def llama(tmp_path, worker_python):
    """The address of a real llama.cpp, with the model ``smollm`` and a random image encoder."""
    if subprocess.run([worker_python, "-c", "import xllamacpp"], check=False).returncode:
        pytest.skip("xllamacpp is missing")
    process = subprocess.Popen(
        [worker_python, "-c", LLAMA, tmp_path / "encoder.gguf"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process.stdout.readline().strip()
    process.communicate(timeout=30)  # it ends with its input


def write_raster(
    path: Path,
    size: int = 256,
    origin: tuple[float, float] = (500_000.0, 5_400_000.0),
    pixel: float = 0.5,
    crs: str = "EPSG:32632",
    house: bool = False,
    date: str = "",
) -> Path:
    """Write a small RGB GeoTIFF: meadow on the left, water on the right, perhaps a house.

    Args:
        path: Where to.
        size: Width and height in pixels.
        origin: Upper left corner in units of the CRS.
        pixel: Side of a pixel in units of the CRS.
        crs: As the user writes it; empty for none.
        house: Whether a light roof stands in the meadow.
        date: Acquisition date, ISO; empty for none.
    """
    raster = gdal.GetDriverByName("GTiff").Create(str(path), size, size, 3, gdal.GDT_Byte)
    raster.SetGeoTransform((origin[0], pixel, 0, origin[1], 0, -pixel))
    if crs:
        system = osr.SpatialReference()
        system.SetFromUserInput(crs)
        raster.SetProjection(system.ExportToWkt())
    if date:
        raster.SetMetadataItem("ACQUISITIONDATETIME", date, "IMAGERY")
    half, roof = size // 2, size // 8
    for band, meadow, water, light in ((1, 90, 40, 220), (2, 140, 70, 210), (3, 70, 110, 200)):
        row = bytes([meadow]) * half + bytes([water]) * (size - half)
        raster.GetRasterBand(band).WriteRaster(0, 0, size, size, row * size)
        if house:
            raster.GetRasterBand(band).WriteRaster(
                roof, roof, roof, roof, bytes([light]) * roof * roof
            )
    raster.FlushCache()
    return path


@pytest.fixture
def raster():
    """Writes rasters: see ``write_raster``."""
    return write_raster


@pytest.fixture
def dated_rasters(tmp_path) -> tuple[Path, Path]:
    """Two dates of one place, the earlier first; a house is built between them."""
    return (
        write_raster(tmp_path / "place-2019-06-15.tif"),
        write_raster(tmp_path / "place-2021-08-02.tif", house=True),
    )


@pytest.fixture
def dated_layers(dated_rasters, qgis_new_project) -> tuple[QgsRasterLayer, QgsRasterLayer]:
    """The two dates as layers of the project, the later one first in the layer tree."""
    layers = tuple(QgsRasterLayer(str(path), path.stem) for path in dated_rasters)
    QgsProject.instance().addMapLayers(list(layers))
    return layers


@pytest.fixture
def tree(qgis_new_project, qgis_iface, monkeypatch) -> QgsLayerTreeView:
    """A layer tree of the project, in QGIS's window."""
    view = QgsLayerTreeView()
    view.setModel(QgsLayerTreeModel(QgsProject.instance().layerTreeRoot(), view))
    monkeypatch.setattr(qgis_iface, "layerTreeView", lambda: view, raising=False)
    return view


@pytest.fixture
def window(qgis_iface, tree, qtbot, monkeypatch, tmp_path):
    """The plugin's parts, in a window that is not QGIS's own."""
    monkeypatch.setattr("unirs_qgis.history.places.profile_folder", lambda: tmp_path / "profile")
    parts = Window(qgis_iface)
    bridge = QgsLayerTreeMapCanvasBridge(
        QgsProject.instance().layerTreeRoot(), qgis_iface.mapCanvas()
    )
    yield parts
    del bridge
    parts.close()


@pytest.fixture
def shown(window, dated_layers, qgis_canvas, worker_python) -> Window:
    """The window with two dated layers, and the map at their extent."""
    window._status.check_runtime()
    qgis_canvas.setDestinationCrs(dated_layers[0].crs())
    qgis_canvas.setExtent(dated_layers[0].extent())
    window._chooser.use_canvas()
    return window


@pytest.fixture
def worker(tmp_path, monkeypatch, qgis_processing) -> StandIn:
    """A stand-in for the worker, and the provider of the algorithms that ask it."""
    register_provider()
    return StandIn(tmp_path / "worker", monkeypatch)


class GapTimer:
    """How long the event loop was held up at worst, by a timer that ticks every 20 ms.

    What the threads had to wait for a core, because other programs had it, does not count: that is
    the machine's doing, not the plugin's. (All threads: one that holds Python's lock and is not let
    run keeps the event loop waiting.)

    Attributes:
        longest: The longest time between two ticks, in seconds.
        ticks: How many there were.
    """

    def __enter__(self) -> GapTimer:
        self.longest, self.ticks = 0.0, 0
        self._waits, self._last = waits_for_a_core(), time.monotonic()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(20)
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.stop()
        self._tick()

    def _tick(self) -> None:
        now, waits = time.monotonic(), waits_for_a_core()
        waited = sum(seconds - self._waits.get(thread, 0.0) for thread, seconds in waits.items())
        self.longest = max(self.longest, now - self._last - waited)
        self._last, self._waits = time.monotonic(), waits  # the measuring itself does not count
        self.ticks += 1


def waits_for_a_core() -> dict[str, float]:
    """Seconds that each thread was ready to run, but was not let; empty where nobody tells."""
    waits = {}
    for task in Path("/proc/self/task").glob("*"):
        with suppress(OSError):  # a thread that has just ended
            waits[task.name] = int((task / "schedstat").read_text().split()[1]) / 1e9
    return waits


@pytest.fixture
def gap_timer() -> GapTimer:
    """``with gap_timer: …``, then ``gap_timer.longest`` in seconds."""
    return GapTimer()

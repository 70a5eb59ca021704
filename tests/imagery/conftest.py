"""Rasters and videos that the tests write for themselves."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import from_origin

UTM = "EPSG:32633"
UTM_TRANSFORM = from_origin(500_000, 5_000_000, 10, 10)

RasterWriter = Callable[..., Path]
VideoWriter = Callable[..., Path]


# In a process of its own: GDAL holds this one's interpreter while it waits for an answer.
SERVER = """
import http.server, re

class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        wanted = re.fullmatch(r"bytes=(\\d+)-(\\d*)", self.headers.get("Range") or "")
        path = self.translate_path(self.path)
        try:
            data = open(path, "rb").read()
        except OSError:
            return self.send_error(404)
        first = int(wanted[1]) if wanted else 0
        part = data[first : int(wanted[2]) + 1 if wanted and wanted[2] else None]
        self.send_response(206 if wanted else 200)
        if wanted:
            last = first + len(part) - 1
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part)

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Address of a server of the test's folder, and the file in which it notes every request."""
    log = tmp_path / "requests.log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVER],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
        )
    yield f"http://127.0.0.1:{int(process.stdout.readline())}", log
    process.terminate()
    process.wait(10)


@pytest.fixture
def write_raster(tmp_path: Path) -> RasterWriter:
    """Writes ``[bands, rows, columns]`` as a GeoTIFF of 10 m in UTM zone 33, unless told else."""

    def write(
        name: str,
        data: NDArray[Any],
        *,
        crs: str | None = UTM,
        transform: Any = UTM_TRANSFORM,
        tags: dict[str, str] | None = None,
        domains: dict[str, dict[str, str]] | None = None,
        colours: dict[int, tuple[int, ...]] | None = None,
        meaning: tuple[Any, ...] | None = None,
        mask: NDArray[np.uint8] | None = None,
        overviews: tuple[int, ...] = (),
        **profile: Any,
    ) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        bands, rows, columns = data.shape
        if transform is not None:
            profile["transform"] = transform
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(
                path,
                "w",
                driver="GTiff",
                count=bands,
                height=rows,
                width=columns,
                dtype=data.dtype,
                crs=crs,
                **profile,
            ) as dataset:
                if meaning:
                    dataset.colorinterp = meaning
                dataset.write(data)
                if colours:
                    dataset.write_colormap(1, colours)
                if mask is not None:
                    dataset.write_mask(mask)
                dataset.update_tags(**(tags or {}))
                for domain, items in (domains or {}).items():
                    dataset.update_tags(ns=domain, **items)
            if overviews:
                with rasterio.open(path, "r+") as dataset:
                    dataset.build_overviews(overviews, rasterio.enums.Resampling.average)
        return path

    return write


@pytest.fixture
def write_video(tmp_path: Path) -> VideoWriter:
    """Writes grey frames, each 8 levels brighter than the one before, beginning at 20."""

    def write(name: str, frames: int, codec: str = "mpeg4") -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=10)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            for number in range(frames):
                pixels = np.full((48, 64, 3), 20 + 8 * number, np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels)))
            container.mux(stream.encode())
        return path

    return write

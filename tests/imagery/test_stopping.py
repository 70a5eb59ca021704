"""Reading ends within two seconds of a stop, whatever a file makes of it."""

from __future__ import annotations

import threading
import time

import pytest
import rasterio
from rasterio.transform import from_origin

from unirs.errors import UniRSError
from unirs.imagery import read_crop
from unirs.imagery.stopping import until_stopped

SIDE = 100_000
LIMIT = 2.0


@pytest.fixture
def huge(tmp_path):
    """10 gigapixels without overviews, none of which is stored."""
    with rasterio.open(
        tmp_path / "huge.tif",
        "w",
        driver="GTiff",
        width=SIDE,
        height=SIDE,
        count=1,
        dtype="uint8",
        crs="EPSG:32633",
        transform=from_origin(0, 0, 1, 1),
        tiled=True,
        blockxsize=512,
        blockysize=512,
        SPARSE_OK=True,
        BIGTIFF="YES",
    ):
        pass
    return tmp_path / "huge.tif"


def stopped_after(work, seconds):
    """How long work went on after a stop."""
    begin = time.monotonic()
    stop = lambda: time.monotonic() - begin > seconds  # noqa: E731
    with pytest.raises(UniRSError) as caught:
        until_stopped(lambda: work(stop), stop)
    assert caught.value.code == "cancelled"
    return time.monotonic() - begin - seconds


def test_a_raster_without_overviews_can_be_left(huge):
    assert stopped_after(lambda stop: read_crop(huge, 384, stop=stop), 1.0) < LIMIT
    for _ in range(50):  # and the reader itself ends, between two parts
        if not any(thread.name == "unirs-reader" for thread in threading.enumerate()):
            return
        time.sleep(0.1)
    pytest.fail("a reader was left behind")


def test_a_reader_that_does_not_listen_is_left_behind():
    assert stopped_after(lambda _stop: time.sleep(20), 0.2) < LIMIT


def test_what_work_returns_or_raises_comes_through():
    assert until_stopped(lambda: 7, lambda: False) == 7
    assert until_stopped(lambda: 7, None) == 7
    with pytest.raises(ZeroDivisionError):
        until_stopped(lambda: 1 // 0, lambda: False)

from __future__ import annotations

import subprocess
import sys

import numpy as np


def test_failures_print_nothing_on_the_side(write_raster, write_video, tmp_path):
    """GDAL and FFmpeg report through the sentence alone: stderr belongs to the user."""
    noise = np.random.default_rng(0).integers(0, 255, (1, 256, 256), dtype=np.uint8)
    corrupt = write_raster("corrupt.tif", noise, compress="deflate", crs=None, transform=None)
    content = corrupt.read_bytes()
    corrupt.write_bytes(content[:20_000] + bytes(20_000) + content[40_000:])
    (tmp_path / "nonsense.tif").write_bytes(b"II*\0nonsense")
    video = write_video("cut.mkv", 24)
    video.write_bytes(video.read_bytes()[: video.stat().st_size // 2])
    (tmp_path / "nonsense.mp4").write_bytes(b"nonsense")
    code = """
import sys
from pathlib import Path
from unirs.errors import UniRSError
from unirs.imagery import CropOptions, read_crop, read_video
folder = Path(sys.argv[1])
for name in ("corrupt.tif", "nonsense.tif", "none.tif"):
    try:
        read_crop(folder / name, 256)
    except UniRSError as error:
        print(error.code)
for name in ("cut.mkv", "nonsense.mp4"):
    try:
        read_video(folder / name, 4, 32)
    except UniRSError as error:
        print(error.code)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    codes = done.stdout.split()
    assert codes[:3] == ["raster_unreadable", "raster_unreadable", "raster_missing"]
    assert codes[-1] == "video_unreadable"

"""Dated rasters of one footprint, with lakes that are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import from_origin

HEIGHT, WIDTH = 300, 420
NODATA_ROWS = 12
YEARS = (2009, 2010, 2012, 2014, 2016, 2018, 2019, 2020)
HELD_OUT = {"20120731", "20180731"}  # the third from either end


def lakes(year: int) -> NDArray[np.bool_]:
    """Where the test's rasters have water: one lake stays, two others grow with the years."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[20:60, 20:70] = True
    grown = 3 * (year - 2008)
    mask[100 : 110 + grown, 120:190] = True
    mask[240 : 250 + grown, 260:330] = True
    mask[170:185, 350:400] = True
    return mask


def write_raster(folder: Path, year: int) -> None:
    """Land, water and asphalt as NAIP shows them, brighter or darker from year to year."""
    rng = np.random.default_rng(year)
    bands = np.empty((4, HEIGHT, WIDTH))
    bands[:] = np.array([70, 100, 75, 170])[:, None, None]
    bands[:, 130:140, 300:420] = np.array([45, 40, 50, 45])[:, None, None]  # a dark road
    bands[:, lakes(year)] = np.array([60, 85, 70, 22])[:, None]
    bands = (bands * rng.uniform(0.8, 1.2) + rng.normal(0, 4, bands.shape)).clip(1, 255)
    bands[:, :NODATA_ROWS] = 0
    profile = {
        "driver": "GTiff",
        "dtype": "uint8",
        "count": 4,
        "height": HEIGHT,
        "width": WIDTH,
        "crs": "EPSG:26914",
        "transform": from_origin(485900, 5209245, 5, 5),
        "nodata": 0,
        "photometric": "MINISBLACK",  # else GDAL takes the infrared for an alpha band
    }
    with rasterio.open(folder / f"m_47_se_{year}0731.tif", "w", **profile) as raster:
        raster.write(bands.astype(np.uint8))


def write_rasters(folder: Path) -> Path:
    """One raster for each of ``YEARS``; gives the folder."""
    for year in YEARS:
        write_raster(folder, year)
    return folder

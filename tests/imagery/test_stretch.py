from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from unirs.imagery import CropOptions, read_crop
from unirs.imagery.stretch import to_rgb
from unirs.imagery.warp import Samples


def samples(values, dtype=np.float32, valid=None):
    values = np.asarray(values, dtype=np.float64)
    valid = np.ones(values.shape[1:], bool) if valid is None else valid
    return Samples(values, valid, np.dtype(dtype))


@pytest.mark.parametrize(
    "dtype", [np.uint8, np.int16, np.uint16, np.uint32, np.float32, np.float64]
)
def test_auto_leaves_8_bit_alone_and_stretches_the_rest(write_raster, dtype):
    ramp = np.tile(np.arange(50, 150), (1, 100, 1)).astype(dtype)
    shown = read_crop(write_raster("a.tif", ramp), 100).pixels[50, :, 0]
    if dtype == np.uint8:
        assert shown.tolist() == list(range(50, 150))
    else:
        assert (shown[0], shown[-1]) == (0, 255)
        assert abs(int(shown[50]) - 128) <= 3


def test_percentiles_leave_outliers_out(write_raster):
    data = np.tile(np.arange(100), (1, 100, 1)).astype(np.uint16)
    data[0, 0, 0] = 60000
    path = write_raster("a.tif", data)
    percentile = read_crop(path, 100, CropOptions(stretch="percentile")).pixels
    minmax = read_crop(path, 100, CropOptions(stretch="minmax")).pixels
    assert percentile[50, 97, 0] > 250
    assert minmax[50, 97, 0] <= 1
    assert minmax[0, 0, 0] == 255


def test_nodata_does_not_count(write_raster):
    data = np.tile(np.arange(100), (1, 100, 1)).astype(np.float32)
    data[0, :40] = -9999
    data[0, 40:45] = np.nan
    data[0, 45:50] = np.inf
    shown = read_crop(write_raster("a.tif", data, nodata=-9999), 100).pixels
    assert np.unique(shown[:50]).tolist() == [127]
    assert shown[75, 2, 0] <= 2
    assert shown[75, 97, 0] >= 253


def test_none_cuts_off_at_8_bit():
    (image,) = to_rgb([samples([[[-5.0, 12.4, 12.6, 300.0]]])], "none")
    assert image[0, :, 0].tolist() == [0, 12, 13, 255]


def test_a_band_of_one_value_is_neutral_and_one_of_few_others_still_shows_them():
    constant = np.full((1, 20, 20), 7.0)
    few = constant.copy()
    few[0, 0, 0] = 9.0
    assert np.unique(to_rgb([samples(constant)], "percentile")[0]).tolist() == [127]
    assert to_rgb([samples(few)], "percentile")[0][0, 0, 0] == 255


@given(
    arrays(np.float64, (1, 4, 5), elements=st.floats(-1e300, 1e300)),
    arrays(np.bool_, (4, 5)),
    st.sampled_from(["auto", "none", "percentile", "minmax"]),
)
def test_any_values_become_8_bit_and_keep_their_order(values, valid, stretch):
    valid[0, 0] = True
    (image,) = to_rgb([samples(values, valid=valid)], stretch)
    assert image.shape == (4, 5, 3)
    assert image.dtype == np.uint8
    assert (image[~valid] == 127).all()
    order = np.argsort(values[0][valid], kind="stable")
    assert (np.diff(image[..., 0][valid][order].astype(int)) >= 0).all()

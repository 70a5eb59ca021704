"""Sentinel-2 products are rasters by their folder, their archive, or their file of metadata."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.imagery.sentinel2 import ORIGIN, PRODUCT, TRUE_COLOUR, write_product
from unirs.errors import UniRSError
from unirs.imagery.acquisition import acquisition_date
from unirs.imagery.source import open_raster


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_product(tmp_path_factory.mktemp("products"))


def test_a_product_is_its_bands_at_10_m_in_true_colours(product: Path) -> None:
    archive = shutil.make_archive(
        str(product.with_name(PRODUCT)), "zip", product.parent, product.name
    )
    for name in (product, product / "MTD_MSIL2A.xml", Path(archive)):
        with open_raster(name) as raster:
            assert [int(band.max()) for band in raster.read([1, 2, 3])] == [*TRUE_COLOUR.values()]
            assert raster.res == (10, 10)
            assert (raster.bounds.left, raster.bounds.top) == ORIGIN
        date = acquisition_date(name)
        assert date is not None
        assert date.isoformat().startswith("2020-08-18")


def test_a_product_that_is_incomplete_is_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / f"{PRODUCT}.SAFE"
    folder.mkdir()
    (folder / "MTD_MSIL2A.xml").write_text("<n1:Level-2A_User_Product")
    again = pytest.raises(UniRSError, match=r"Sentinel-2 product .* download it again")
    with again as caught, open_raster(folder):
        pass
    assert caught.value.code == "raster_unreadable"

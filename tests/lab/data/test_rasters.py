"""Real dated rasters: what is asked about a tile is true, and held-out ground stays unseen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio

from tests.lab.data.dated_rasters import (
    HEIGHT,
    HELD_OUT,
    NODATA_ROWS,
    WIDTH,
    YEARS,
    lakes,
    write_rasters,
)
from unirs.errors import UniRSError
from unirs_lab.data.rasters import (
    WATER_ABSENT,
    WATER_CHANGED,
    WATER_PRESENT,
    WATER_UNCHANGED,
    RasterTiles,
)
from unirs_lab.data.spectral_indices import NAIP as NAIP_BANDS
from unirs_lab.data.spectral_indices import (
    dark_limits,
    dated_files,
    find_water,
    read_dated,
)

SHARED = Path(__file__).parents[4] / "shared" / "data"
needs_naip = pytest.mark.skipif(
    not (SHARED / "naip").is_dir(), reason="the NAIP rasters of ../shared are not here"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rasters(tmp_path_factory.mktemp("dated"))


@pytest.mark.parametrize("year", YEARS)
def test_water_is_found_in_any_radiometry(folder: Path, year: int) -> None:
    paths = dated_files(folder)
    water = read_dated(paths[0], [paths[YEARS.index(year)]], NAIP_BANDS)[0].water
    truth = lakes(year)
    assert not (water.sure & ~truth).any(), "land, or the dark road, is called water"
    assert (water.sure & truth).sum() > 0.97 * truth.sum()
    assert not (water.sure & ~water.possible).any()


def test_a_mask_is_turned_as_the_images_of_its_tile_are(folder: Path) -> None:
    tiles, rng = RasterTiles.open(folder, "train"), np.random.default_rng(0)
    scenes = [scene for scene in (tiles.scene(rng) for _ in range(40)) if scene.water.least > 0.1]
    assert {scene.tile.turn for scene in scenes} - {0}
    for scene in scenes:
        water = tiles.mask(scene.water.sure, scene.tile)
        shown = scene.image.astype(int)
        assert shown[water].mean() < shown[~water].mean()  # the test's lakes are darker than land


def test_the_dark_limit_lies_in_the_valley_between_two_populations() -> None:
    rng = np.random.default_rng(0)
    water, land = rng.normal(30, 6, 4_000), rng.normal(160, 20, 16_000)
    band = np.concatenate([water, land]).clip(0, 255).astype(np.uint8)
    sure, possible = dark_limits(band)
    assert 45 < sure <= possible < 120


def test_single_dark_pixels_are_possible_water_but_not_sure() -> None:
    green = np.full((40, 40), 100, np.uint8)
    infrared = np.full((40, 40), 180, np.uint8)
    infrared[10:20, 10:20] = 20
    infrared[30, 30] = 20
    water = find_water(green, infrared, np.ones((40, 40), bool))
    assert water.sure[10:20, 10:20].all()
    assert not water.sure[30, 30]
    assert water.possible[30, 30]


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_held_out_dates_and_ground_are_never_trained_on(folder: Path, split: str) -> None:
    tiles = RasterTiles.open(folder, split, size=32)
    rng = np.random.default_rng(1)
    for _ in range(60):
        one, two = tiles.scene(rng), tiles.pair(rng)
        for sample, dates in ((one, {one.date}), (two, set(two.dates))):
            rows, columns = sample.tile.window
            touches = rows.stop > HEIGHT // 2 and columns.stop > WIDTH // 2
            inside = rows.start >= HEIGHT // 2 and columns.start >= WIDTH // 2
            assert inside if split == "test" else not touches
            assert not dates & HELD_OUT if split == "train" else dates <= HELD_OUT


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_answers_about_water_are_true(folder: Path, split: str) -> None:
    tiles = RasterTiles.open(folder, split, size=32)
    rng = np.random.default_rng(2)
    answers = []
    for _ in range(80):
        one = tiles.scene(rng)
        share = lakes(int(one.date[:4]))[one.tile.window].mean()
        presence = [asked for asked in one.questions if asked.type == "presence"]
        assert presence
        for asked in presence:
            answers.append(asked.answer)
            if asked.answer == "yes":
                assert share >= WATER_PRESENT
            else:
                assert share <= 4 * WATER_ABSENT  # a lake's corner may fall to the noise
        captions = " ".join(one.captions)
        assert ("water" in captions) == (share >= WATER_PRESENT)
    assert 0.3 < np.mean([answer == "yes" for answer in answers]) < 0.7


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_change_captions_are_true(folder: Path, split: str) -> None:
    tiles = RasterTiles.open(folder, split, size=32)
    rng = np.random.default_rng(3)
    changes = []
    for _ in range(80):
        two = tiles.pair(rng)
        before, after = (lakes(int(date[:4]))[two.tile.window].mean() for date in two.dates)
        changes.append(two.change)
        assert len(two.captions) == 5
        if two.change == "unchanged":
            assert abs(after - before) <= 2 * WATER_UNCHANGED
        else:
            gain = after - before if two.change == "grown" else before - after
            assert gain >= 0.9 * WATER_CHANGED
    assert set(changes) == {"grown", "shrunk", "unchanged"}
    assert 0.3 < np.mean([change == "unchanged" for change in changes]) < 0.7


def test_a_tile_shows_its_own_ground_and_date(folder: Path) -> None:
    tiles = RasterTiles.open(folder, "train", size=64)
    rng = np.random.default_rng(4)
    checked = 0
    while checked < 8:
        one = tiles.scene(rng)
        rows, columns = one.tile.window
        if rows.stop - rows.start != 64:
            continue
        straight = np.rot90(one.image, -(one.tile.turn % 4))
        straight = straight[:, ::-1] if one.tile.turn >= 4 else straight
        with rasterio.open(folder / f"m_47_se_{one.date}.tif") as raster:
            expected = raster.read((1, 2, 3))[:, rows, columns].transpose(1, 2, 0)
        np.testing.assert_array_equal(straight, expected)
        checked += 1


def test_tiles_have_data_everywhere(folder: Path) -> None:
    tiles = RasterTiles.open(folder, "train", size=32)
    rng = np.random.default_rng(7)
    tops = [tiles.scene(rng).tile.window[0].start for _ in range(60)]
    tops += [tiles.pair(rng).tile.window[0].start for _ in range(60)]
    assert NODATA_ROWS <= min(tops) < 2 * NODATA_ROWS


def test_equal_generators_draw_equal_tiles(folder: Path) -> None:
    tiles = RasterTiles.open(folder, "train", size=32)
    again = RasterTiles.open(folder, "train", size=32)
    first, second = np.random.default_rng(5), np.random.default_rng(5)
    for _ in range(5):
        one, other = tiles.pair(first), again.pair(second)
        np.testing.assert_array_equal(one.after, other.after)
        assert (one.dates, one.captions, one.tile) == (other.dates, other.captions, other.tile)


def test_a_folder_without_dated_rasters_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UniRSError, match="GeoTIFF") as caught:
            RasterTiles.open(path)
        assert caught.value.code == "rasters_missing"


def test_rasters_too_small_for_a_tile_are_refused(folder: Path, tmp_path: Path) -> None:
    for path in dated_files(folder):
        with rasterio.open(path) as raster:
            profile = {**raster.profile, "height": 80, "width": 80}
            with rasterio.open(tmp_path / path.name, "w", **profile) as copy:
                copy.write(raster.read()[:, 20:100, :80])
    with pytest.raises(UniRSError, match="80 x 80 pixels") as caught:
        RasterTiles.open(tmp_path)
    assert caught.value.code == "rasters_small"


def test_a_raster_without_infrared_is_refused(folder: Path, tmp_path: Path) -> None:
    for path in dated_files(folder):
        with rasterio.open(path) as raster:
            profile = {**raster.profile, "count": 3}
            with rasterio.open(tmp_path / path.name, "w", **profile) as copy:
                copy.write(raster.read((1, 2, 3)))
    with pytest.raises(UniRSError, match="4 8-bit bands") as caught:
        RasterTiles.open(tmp_path)
    assert caught.value.code == "rasters_bands"


@needs_naip
def test_the_lake_in_the_middle_of_the_naip_rasters_is_water_on_all_dates() -> None:
    paths = dated_files(SHARED / "naip")
    for raster in read_dated(paths[0], paths, NAIP_BANDS):
        assert raster.water.sure[440:480, 450:490].all(), raster.date
        assert not raster.water.possible[590:600, 400:410].any(), raster.date
        assert 0.1 < raster.water.least <= raster.water.most < 0.35, raster.date


@needs_naip
@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_naip_gives_balanced_answers(split: str) -> None:
    tiles = RasterTiles.open(SHARED / "naip", split, size=64)
    rng = np.random.default_rng(6)
    answers = [tiles.scene(rng).questions[0].answer for _ in range(60)]
    changes = [tiles.pair(rng).change for _ in range(60)]
    assert 0.3 < np.mean([answer == "yes" for answer in answers]) < 0.7
    assert 0.3 < np.mean([change == "unchanged" for change in changes]) < 0.7
    assert {"grown", "shrunk"} <= set(changes)

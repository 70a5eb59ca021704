"""Water and land of real tiles in other colours, with their shapes as they were."""

import numpy as np
import pytest

from unirs_lab.training.looks import SPREAD_RATIO, Look, recoloured

SHAPE = (40, 40)
WATER, LAND = (40, 60, 50), (120, 140, 90)


@pytest.fixture
def lake():
    """An image of a lake in grainy land, and how much of each pixel is water."""
    rng = np.random.default_rng(0)
    wet = np.zeros(SHAPE, np.float32)
    wet[10:30, 5:25] = 1
    image = np.where(wet[..., None] > 0, WATER, LAND) + rng.normal(0, 6, (*SHAPE, 3))
    return image.clip(0, 255).astype(np.uint8), wet


def look(mean, spread=6.0):
    return Look(np.array(mean, float), np.full(3, spread))


def test_each_cover_takes_its_look_and_no_other(lake):
    image, wet = lake

    shown = recoloured(image, (wet, 1 - wet), (look((90, 110, 60), 9), look((200, 170, 120), 3)))

    water, land = Look.of(shown, wet), Look.of(shown, 1 - wet)
    np.testing.assert_allclose(water.mean, (90, 110, 60), atol=1)
    np.testing.assert_allclose(land.mean, (200, 170, 120), atol=1)
    np.testing.assert_allclose(water.spread, 9, atol=1)
    np.testing.assert_allclose(land.spread, 3, atol=1)


def test_its_own_looks_leave_an_image_as_it_is(lake):
    image, wet = lake
    own = Look.of(image, wet), Look.of(image, 1 - wet)

    assert np.array_equal(recoloured(image, (wet, 1 - wet), own), image)


def test_shores_lie_between_the_looks(lake):
    image, wet = lake
    wet[10:30, 25] = 0.5

    shown = recoloured(image, (wet, 1 - wet), (look((0, 0, 0), 1), look((200, 200, 200), 1)))

    assert shown[10:30, 10].mean() < shown[10:30, 25].mean() < shown[10:30, 30].mean()


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_cover_that_is_not_there_changes_nothing(lake, share):
    image, _ = lake
    wet = np.full(SHAPE, share, np.float32)
    same = look((90, 90, 90))

    one, other = (
        recoloured(image, (wet, 1 - wet), (same, look(mean)) if share else (look(mean), same))
        for mean in ((0, 0, 0), (255, 255, 255))
    )

    assert np.array_equal(one, other)


def test_flat_water_gets_no_noise_by_being_stretched():
    image = np.full((*SHAPE, 3), 50, np.uint8)
    image[::2] += 2
    every = np.ones(SHAPE, np.float32)

    shown = recoloured(image, (every,), (look((50, 50, 50), 60),))

    assert np.ptp(shown) <= np.ptp(image) * SPREAD_RATIO[1] + 1


def test_varied_looks_stay_near_theirs():
    rng = np.random.default_rng(0)
    means = np.array([look((100, 100, 100)).varied(rng).mean for _ in range(300)])

    np.testing.assert_allclose(means.mean(0), 100, atol=3)
    assert (means.std(0) > 5).all()


def test_any_water_keeps_the_texture_and_is_often_green():
    rng = np.random.default_rng(0)
    looks = [look((40, 60, 50), 4).as_any_water(rng) for _ in range(300)]

    red, green, blue = np.array([each.mean for each in looks]).T
    assert 0.4 < ((green > red) & (green > blue)).mean() < 0.8
    assert (red > green).any()
    assert (blue > green).any()
    spreads = np.array([each.spread for each in looks])
    np.testing.assert_allclose(np.median(spreads), 4, atol=0.3)

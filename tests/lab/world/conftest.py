from __future__ import annotations

import pytest

from unirs_lab.world import Scene, ScenePair, SceneVideo, pair, scene, seed_for, video


@pytest.fixture(scope="session")
def scenes() -> list[Scene]:
    return [scene(seed_for("val", index)) for index in range(300)]


@pytest.fixture(scope="session")
def pairs() -> list[ScenePair]:
    return [pair(seed_for("val", index), size=96) for index in range(150)]


@pytest.fixture(scope="session")
def videos() -> list[SceneVideo]:
    return [video(seed_for("val", index), size=64) for index in range(80)]

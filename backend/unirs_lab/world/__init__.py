"""Procedural aerial scenes with known truth, rendered to look like imagery.

Single scenes, pairs of dates, series of dates and short videos, each a pure function of its seed:
the same seed gives the same pixels, labels, captions and questions in every process.
"""

from unirs_lab.world.plan import CLASSES
from unirs_lab.world.questions import QA
from unirs_lab.world.scenes import (
    EVENTS,
    Scene,
    ScenePair,
    SceneVideo,
    pair,
    scene,
    seed_for,
    video,
)
from unirs_lab.world.series import SceneSeries, SeriesQuestion, series

__all__ = [
    "CLASSES",
    "EVENTS",
    "QA",
    "Scene",
    "ScenePair",
    "SceneSeries",
    "SceneVideo",
    "SeriesQuestion",
    "pair",
    "scene",
    "seed_for",
    "series",
    "video",
]

"""Table VII of the UniRS paper: figures for each of ERA's classes, with doubts about them."""

from __future__ import annotations

ERA_SUPPORT = (
    *(55, 49, 56, 49, 51, 53, 50, 64, 52, 59, 51, 25, 50),
    *(48, 51, 53, 86, 62, 51, 19, 50, 49, 49, 54, 155),
)
"""Test clips of each of ERA's classes (inferred: with them three rows of Table VII fit)."""

ERA_DOUBTS = (
    "Table VII calls recall precision: with ERA's supports its rows give their overall accuracy.",
    "The rows of MSTN and ASAT are no recalls of these supports, and TRM's row is FuTH-Net's but "
    "for one class.",
)
ERA_BESIDE = ("UniRS", "VILA-1.5 (3B)", "HDense")
"""The methods whose figures by class are recalls beyond doubt."""

ERA_BY_CLASS = {
    "VILA-1.5 (3B)": (
        *(0.0, 63.3, 14.3, 16.3, 0.0, 35.8, 70.0, 28.1, 34.6, 40.7, 0.0, 68.0, 86.0),
        *(58.3, 62.7, 26.4, 12.8, 85.5, 11.8, 100.0, 0.0, 91.8, 55.1, 5.6, 78.1),
    ),
    "HDense": (
        *(67.3, 71.4, 78.6, 34.7, 74.5, 35.9, 74.0, 81.3, 82.7, 59.3, 64.7, 16.0, 76.0),
        *(72.9, 88.2, 62.3, 16.3, 82.3, 76.5, 63.2, 54.0, 73.5, 59.2, 61.1, 58.1),
    ),
    "FuTH-Net": (
        *(72.7, 75.7, 87.5, 57.1, 74.5, 34.0, 56.0, 76.6, 71.2, 81.4, 76.5, 36.0, 78.0),
        *(85.4, 80.4, 73.6, 16.3, 64.5, 80.4, 84.2, 56.0, 89.8, 65.3, 63.0, 63.9),
    ),
    "MSTN": (
        *(61.8, 76.1, 92.2, 60.4, 62.8, 54.1, 69.6, 80.0, 91.1, 73.6, 71.7, 54.6, 86.0),
        *(72.4, 86.5, 66.0, 66.9, 90.2, 74.1, 61.9, 67.4, 56.0, 46.6, 58.5, 51.5),
    ),
    "TRM": (
        *(72.7, 75.5, 87.5, 57.1, 74.5, 34.0, 56.0, 76.6, 71.2, 81.4, 76.5, 36.0, 78.0),
        *(85.4, 80.4, 73.6, 16.3, 64.5, 80.4, 84.2, 56.0, 89.8, 65.3, 63.0, 63.9),
    ),
    "ASAT": (
        *(62.3, 85.7, 91.4, 56.5, 62.7, 47.7, 66.0, 68.8, 90.8, 75.0, 80.5, 40.0, 84.0),
        *(78.9, 85.7, 64.6, 78.8, 94.0, 61.4, 61.9, 87.1, 56.0, 47.9, 65.3, 55.2),
    ),
    "UniRS": (
        *(85.5, 89.8, 100.0, 69.4, 78.4, 67.9, 88.0, 95.3, 94.2, 91.5, 88.2, 96.0, 96.0),
        *(100.0, 100.0, 94.3, 73.3, 91.9, 88.2, 89.5, 86.0, 93.9, 83.7, 92.6, 82.6),
    ),
}
"""The figures of Table VII for each class, in the order of ``prompts.ERA_CLASSES``, in percent."""

"""Questions about the dates of a series, from the dock's or Processing's side."""

from __future__ import annotations

WHEN = "when"
"""The task, and the worker's method."""

STORY = "story"
"""The worker's method for what has changed in a series, which is the task "change" of the dock."""

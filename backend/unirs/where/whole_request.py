"""A question about a whole scene."""

from __future__ import annotations

from dataclasses import dataclass, replace

from unirs.errors import UniRSError
from unirs.inputs import CropOptions, Extent, InputKind, Task
from unirs.request import InputPath, TaskRequest
from unirs.where.question import NO, YES, yes_no_question
from unirs.where.request import WhereRequest

BUDGET = 1000
"""Most windows of an answer by default."""

SURE = 0.5
"""Probability from which on a place counts."""


_WHOLE_RASTER = CropOptions()


@dataclass(frozen=True)
class WholeRequest:
    """A question about a whole scene.

    Attributes:
        path: The raster.
        question: What is asked.
        options: Closed set of answers; empty for a free answer.
        crop: Extent, bands and stretch.
        size: Side of the finest windows in metres; ``None``: without loss of resolution.
        budget: Most windows that are asked about.
        clue: As of a question.
        max_new_tokens: Longest answer about a window, in tokens.

    Raises:
        UniRSError: ``question_empty``; those of ``TaskRequest`` and ``WhereRequest``.
    """

    path: InputPath
    question: str
    options: tuple[str, ...] = ()
    crop: CropOptions = _WHOLE_RASTER
    size: float | None = None
    budget: int = BUDGET
    clue: bool | None = None
    max_new_tokens: int = 128

    doublings, overlap, views = 0, False, 1

    def __post_init__(self) -> None:
        """Refuse at once what would fail only after a model has been loaded."""
        if self.window(None).is_video_file:
            raise UniRSError(
                "input_count", f"{self.path} is a video, which is no scene; give a raster."
            )
        _ = self.search

    @property
    def paths(self) -> tuple[InputPath, ...]:
        """The raster, as a search takes it."""
        return (self.path,)

    @property
    def search(self) -> WhereRequest | None:
        """The search for places, if the answer is yes or no."""
        if self.options and {option.casefold() for option in self.options} != {YES, NO}:
            return None
        try:
            yes_no_question(self.question, InputKind.SINGLE)
        except UniRSError as error:
            if error.code == "question_open":
                return None
            raise
        return WhereRequest(
            self.paths,
            self.question,
            crop=self.crop,
            size=self.size,
            clue=self.clue,
            budget=self.budget,
            threshold=SURE,
            max_windows=self.budget,
        )

    def window(self, extent: Extent | None) -> TaskRequest:
        """The question about one window; about the whole with ``None``."""
        crop = self.crop if extent is None else replace(self.crop, extent=extent, extent_crs=None)
        return TaskRequest(
            Task.ASK,
            self.paths,
            text=self.question,
            options=self.options,
            crop=crop,
            clue=self.clue,
            max_new_tokens=self.max_new_tokens,
        )

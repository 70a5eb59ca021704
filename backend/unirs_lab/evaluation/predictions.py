"""What a model said to the samples of a benchmark, kept line by line, so that nothing is lost.

A folder holds ``settings.json``, which says what was asked of which model, and
``predictions.jsonl``, one line for each sample. Lines are only ever added. A run that was killed
may leave half a line; it is dropped, and the sample is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from unirs.answers import Answer
from unirs.errors import UniRSError
from unirs.files import SETTINGS_FILE, keep_settings
from unirs_lab.data.records import RecordFile
from unirs_lab.data.samples import Sample

FILE = "predictions.jsonl"
MAP_DECIMALS = 4


@dataclass(frozen=True)
class Prediction:
    """What a model said to a sample.

    Attributes:
        id: Of the sample.
        group: Of the sample, see ``Sample``.
        instruction: What was asked.
        clue: What the frozen base said first; ``None`` without clues.
        answer: What was said.
        references: What is right.
        changed: See ``Answer.changed``.
        change_map: For pairs: change per patch by rows, 0 (same) to 1.
        probability: Of the answer, 0 to 1, where a closed set was scored.
    """

    id: str
    group: str
    instruction: str
    clue: str | None
    answer: str
    references: tuple[str, ...]
    changed: bool | None = None
    change_map: tuple[tuple[float, ...], ...] | None = None
    probability: float | None = None

    @classmethod
    def of(cls, sample: Sample, answer: Answer) -> Prediction:
        """The answer to a sample."""
        changes = answer.change_map
        return cls(
            id=sample.id,
            group=sample.group,
            instruction=sample.instruction,
            clue=answer.clue,
            answer=answer.text.strip(),
            references=sample.answers,
            changed=answer.changed,
            change_map=None if changes is None else _rows(np.round(changes, MAP_DECIMALS).tolist()),
            probability=answer.options[0].probability if answer.options else None,
        )


class PredictionFile:
    """The predictions of one benchmark by one model, which other runs can go on with.

    A context manager: within it, the folder belongs to this process.

    Args:
        folder: Where they lie; made if it is not there.
        settings: JSON values that say what was asked of whom. A folder that was begun with other
            ones is refused.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self.known: dict[str, Prediction] = {}
        self._folder, self._settings = folder, settings
        self._file = RecordFile(folder / FILE, Prediction)
        self._open = ExitStack()

    def __enter__(self) -> PredictionFile:
        """Read what is there, and make ready to add to it.

        Raises:
            UniRSError: ``settings_differ``, ``settings_broken``, ``records_broken``,
                ``records_in_use`` by another process, ``output_unwritable``.
        """
        if not (self._folder / SETTINGS_FILE).exists() and self._file.read():
            raise UniRSError(
                "settings_broken",
                f"{self._folder} holds answers and no {SETTINGS_FILE}, which says of what model "
                "they are; delete the folder, or name another one.",
            )
        keep_settings(self._folder, self._settings)
        with ExitStack() as stack:
            file = stack.enter_context(self._file)
            self.known = {prediction.id: prediction for prediction in file.read()}
            self._open = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the folder."""
        self._open.close()

    def add(self, prediction: Prediction) -> None:
        """Write a prediction; when this returns, it survives the end of the process.

        Raises:
            UniRSError: ``output_unwritable``, for example on a full disk.
        """
        self._file.add([prediction])
        self.known[prediction.id] = prediction


def _rows(values: Any) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in values)

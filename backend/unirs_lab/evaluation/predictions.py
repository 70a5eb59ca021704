"""A model's answers, stored line by line, so that no answer is lost or asked for twice.

A folder holds ``settings.json``, with the model and everything else that decides the answers, and
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
MAP_DECIMALS, PROBABILITY_DECIMALS = 4, 6


@dataclass(frozen=True)
class Prediction:
    """A model's answer to a sample.

    Attributes:
        id: Name of the sample.
        group: Group of the sample, see ``Sample``.
        instruction: The question.
        clue: The clue of the frozen base; ``None`` without clues.
        answer: The answer.
        references: The right answers.
        changed: The model's verdict, see ``Answer.changed``.
        change_map: For pairs: change per cell by rows, 0 (same) to 1.
        options: Where a closed set was scored, each option with its probability, 0 to 1, the most
            probable first; else empty.
        confidence: How sure the answer is, see ``Answer.confidence``.
    """

    id: str
    group: str
    instruction: str
    clue: str | None
    answer: str
    references: tuple[str, ...]
    changed: bool | None = None
    change_map: tuple[tuple[float, ...], ...] | None = None
    options: tuple[tuple[str, float], ...] = ()
    confidence: float | None = None

    @classmethod
    def of(cls, sample: Sample, answer: Answer) -> Prediction:
        """The prediction that stores an answer."""
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
            options=tuple(
                (option.text, round(option.probability, PROBABILITY_DECIMALS))
                for option in answer.options
                if option.probability is not None
            ),
            confidence=None
            if answer.confidence is None
            else round(answer.confidence, PROBABILITY_DECIMALS),
        )


class PredictionFile:
    """The predictions of one model, which later runs can continue.

    A context manager: within it, the folder belongs to this process.

    Args:
        folder: Their folder; made if it is missing.
        settings: JSON values that decide the answers. A folder that was begun with other ones is
            refused.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self.known: dict[str, Prediction] = {}
        self._folder, self._settings = folder, settings
        self._file = RecordFile(folder / FILE, Prediction)
        self._open = ExitStack()

    def __enter__(self) -> PredictionFile:
        """Read the stored predictions, and prepare to add others.

        Raises:
            UniRSError: ``settings_differ``, ``settings_broken``, ``records_broken``,
                ``records_in_use`` by another process, ``output_unwritable``.
        """
        if not (self._folder / SETTINGS_FILE).exists() and self._file.read():
            raise UniRSError(
                "settings_broken",
                f"{self._folder} holds answers but no {SETTINGS_FILE} that names their model; "
                "delete the folder, or choose another one.",
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
        """Release the folder."""
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

"""What a model said to the samples of a benchmark, kept line by line, so that nothing is lost.

A folder holds ``settings.json``, which says what was asked of which model, and
``predictions.jsonl``, one line for each sample. Lines are only ever added. A run that was killed
may leave half a line; it is dropped, and the sample is asked again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from unirs.data.samples import Sample
from unirs.errors import UniRSError
from unirs.files import keep_settings
from unirs.inputs import Answer

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
        change_map: For pairs with a known mask: change per patch by rows, 0 (same) to 1.
    """

    id: str
    group: str
    instruction: str
    clue: str | None
    answer: str
    references: tuple[str, ...]
    change_map: tuple[tuple[float, ...], ...] | None = None

    @classmethod
    def of(cls, sample: Sample, answer: Answer) -> Prediction:
        """The answer to a sample."""
        changes = answer.change_map if sample.mask is not None else None
        return cls(
            id=sample.id,
            group=sample.group,
            instruction=sample.instruction,
            clue=answer.clue,
            answer=answer.text.strip(),
            references=sample.answers,
            change_map=None if changes is None else _rows(np.round(changes, MAP_DECIMALS).tolist()),
        )

    @classmethod
    def parse(cls, line: bytes) -> Prediction:
        """Read a line.

        Raises:
            ValueError: If it is none of ours.
        """
        values = json.loads(line)
        if not isinstance(values, dict) or values.keys() != {field.name for field in fields(cls)}:
            raise ValueError("not a prediction")
        texts = [values["id"], values["group"], values["instruction"], values["answer"]]
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("not a prediction")
        changes = values["change_map"]
        return cls(
            **{
                **values,
                "references": tuple(values["references"]),
                "change_map": None if changes is None else _rows(changes),
            }
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
        self.path = folder / FILE
        self.known: dict[str, Prediction] = {}
        self._folder, self._settings = folder, settings
        self._lock = FileLock(folder / ".lock", timeout=0)
        self._stream: FileIO | None = None

    def __enter__(self) -> PredictionFile:
        """Read what is there, and make ready to add to it.

        Raises:
            UniRSError: ``settings_differ``, ``settings_broken``, ``predictions_broken``,
                ``predictions_in_use`` by another process, ``output_unwritable``.
        """
        keep_settings(self._folder, self._settings)
        try:
            self._lock.acquire()
            self._stream = FileIO(self.path, "a+")  # without a buffer that a kill would take along
            self._read(self._stream)
        except Timeout:
            raise UniRSError(
                "predictions_in_use",
                f"Another process is writing into {self._folder}; wait for it, or name another "
                "folder.",
            ) from None
        except OSError as error:
            raise self._unwritable(error) from error
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the folder."""
        self._close()

    def add(self, prediction: Prediction) -> None:
        """Write a prediction; when this returns, it survives the end of the process.

        Raises:
            UniRSError: ``output_unwritable``, for example on a full disk.
        """
        assert self._stream is not None, "the file is open within 'with'"  # noqa: S101
        try:
            self._write(self._stream, json.dumps(asdict(prediction)).encode() + b"\n")
        except OSError as error:
            raise self._unwritable(error) from error
        self.known[prediction.id] = prediction

    def _write(self, stream: FileIO, line: bytes) -> None:
        while line:  # a nearly full disk takes a part, and refuses the rest
            line = line[stream.write(line) :]

    def _read(self, stream: FileIO) -> None:
        stream.seek(0)
        written = stream.readall()
        whole = written.rfind(b"\n") + 1
        stream.truncate(whole)
        for number, line in enumerate(written[:whole].splitlines(), 1):
            try:
                prediction = Prediction.parse(line)
            except (ValueError, TypeError) as error:
                raise UniRSError(
                    "predictions_broken",
                    f"Line {number} of {self.path} is no prediction; remove that line, or the "
                    "whole folder.",
                ) from error
            self.known[prediction.id] = prediction

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._lock.release()

    def _unwritable(self, error: OSError) -> UniRSError:
        return UniRSError(
            "output_unwritable",
            f"{self.path} cannot be written ({error.strerror}); free some space or name another "
            "folder, and the run goes on where it stopped.",
        )


def _rows(values: Any) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in values)

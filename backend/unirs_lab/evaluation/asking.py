"""Samples put to a model in batches: checks before hours are spent, answers that outlive a kill."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby, repeat
from pathlib import Path
from typing import Any

from unirs.errors import UniRSError
from unirs.files import file_size, make_folder
from unirs.inference import Pipeline
from unirs.inputs import Question, VisualInput
from unirs.prompts import TEMPLATE_VERSION
from unirs_lab.data.archives import exists
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import read_visual
from unirs_lab.evaluation.predictions import Prediction, PredictionFile

READERS, READ_AHEAD = 4, 16
"""Threads that read images, and visual inputs that they read before these are needed."""

BYTES_PER_SAMPLE, BYTES_FOR_REPORTS = 30_000, 50_000_000
"""What a prediction takes at most (with its change map), and the rest of the folder."""


@dataclass(frozen=True)
class Report:
    """Where to tell what is going on.

    Attributes:
        stage: Called with each part as it begins.
        asking: Called with the number of samples answered and to answer.
        note: Called with what else should be known.
    """

    stage: Callable[[str], None] = lambda _name: None
    asking: Callable[[int, int], None] = lambda _done, _total: None
    note: Callable[[str], None] = lambda _text: None


def in_order(samples: Sequence[Sample], limit: int | None, together: int = 1) -> list[Sample]:
    """What is asked, in an order that keeps what is said about the same images together.

    Args:
        samples: Everything that could be asked.
        limit: Take so many at most, from all over; ``None`` for all.
        together: Neighbours that are taken or left as one, and count as one.

    Raises:
        UniRSError: ``limit_invalid``.
    """
    if limit is not None and limit < 1:
        raise UniRSError("limit_invalid", f"{limit} samples are too few; ask one at least.")
    units = [samples[start : start + together] for start in range(0, len(samples), together)]
    if limit is not None and limit < len(units):
        units = [units[place * len(units) // limit] for place in range(limit)]
    return sorted((one for unit in units for one in unit), key=lambda sample: sample.images)


def check(samples: Sequence[Sample], root: Path, out: Path, batch_size: int) -> None:
    """Refuse at once what would fail after hours.

    Args:
        samples: What is to be asked.
        root: Where the dataset lies, for messages.
        out: Folder that takes the answers; made if it is not there.
        batch_size: Questions at a time.

    Raises:
        UniRSError: ``batch_size_invalid``, ``dataset_broken``, ``dataset_layout``, ``disk_full``,
            ``output_unwritable``.
    """
    if batch_size < 1:
        raise UniRSError(
            "batch_size_invalid", f"A batch of {batch_size} is too small; take 1 at least."
        )
    twice = [id_ for id_, count in Counter(sample.id for sample in samples).items() if count > 1]
    if twice or not samples:
        what = f"two samples are called {twice[0]!r}" if twice else "nothing is left to ask"
        raise UniRSError(
            "dataset_broken",
            f"Of the dataset in {root}, {what}; get a new copy, or see 'unirs data check'.",
        )
    for path in dict.fromkeys(path for sample in samples for path in sample.images):
        if not exists(path):
            raise UniRSError(
                "dataset_layout",
                f"{path} is missing, which the dataset speaks of; see 'unirs data check' for what "
                "else is.",
            )
    make_folder(out)
    needed = BYTES_PER_SAMPLE * len(samples) + BYTES_FOR_REPORTS
    free = shutil.disk_usage(out).free
    if free < needed:
        raise UniRSError(
            "disk_full",
            f"{out} has {file_size(free)} of free space, and the predictions may take "
            f"{file_size(needed)}; free some, or name another folder.",
        )


def settings(pipeline: Pipeline, samples: Sequence[Sample], **facts: Any) -> dict[str, Any]:
    """All that makes a difference to what is said; how fast it is said makes none.

    Args:
        pipeline: The model.
        samples: Everything that could be asked, whatever the limit.
        facts: What else there is, as JSON values.
    """
    asked = json.dumps([(each.id, each.instruction, each.answers) for each in samples])
    return {
        **facts,
        "dataset_sha256": hashlib.sha256(asked.encode()).hexdigest(),
        "model": pipeline.name,
        "model_sha256": pipeline.bundle.digest,
        "precision": pipeline.precision,
        "prompt_template": TEMPLATE_VERSION,
    }


def ask(
    pipeline: Pipeline,
    samples: Sequence[Sample],
    question: Callable[[Sample], Question],
    predictions: PredictionFile,
    batch_size: int,
    report: Report,
) -> list[Prediction]:
    """What a model says to samples; only what has not been answered yet is asked.

    Args:
        pipeline: The model.
        samples: What to ask about; those of the same images should be neighbours.
        question: What to ask about each.
        predictions: Open for writing.
        batch_size: Questions at a time; halved for good whenever memory runs out.
        report: Told what is going on.

    Raises:
        UniRSError: ``image_broken``, ``out_of_memory``, ``output_unwritable``.
    """
    waiting = [sample for sample in samples if sample.id not in predictions.known]
    if len(waiting) < len(samples):
        report.note(f"{len(samples) - len(waiting)} of {len(samples)} are answered already.")
    visuals = _visuals(waiting, pipeline.frame_count)
    answers = pipeline.answers(
        zip(visuals, map(question, waiting), strict=True),
        batch_size=batch_size,
        on_smaller=lambda size: report.note(f"Memory ran out; going on with {size} at a time."),
    )
    for done, (sample, answer) in enumerate(zip(waiting, answers, strict=True), 1):
        predictions.add(Prediction.of(sample, answer))
        report.asking(done, len(waiting))
    return [predictions.known[sample.id] for sample in samples]


def _visuals(samples: Sequence[Sample], frame_count: int) -> Iterator[VisualInput]:
    """What is looked at, of each sample; read ahead, and once for neighbours about the same."""
    groups = [list(alike) for _, alike in groupby(samples, lambda each: (each.images, each.edit))]
    with ThreadPoolExecutor(READERS) as pool:
        ahead: deque[Future[VisualInput]] = deque()
        try:
            for place, group in enumerate(groups):
                for other in groups[place + len(ahead) : place + READ_AHEAD]:
                    ahead.append(pool.submit(read_visual, other[0], frame_count))
                yield from repeat(ahead.popleft().result(), len(group))
        finally:
            pool.shutdown(cancel_futures=True)

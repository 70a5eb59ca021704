"""The data sets of a run, as its settings name them."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs_lab.data.archives import exists
from unirs_lab.data.augmentation import augmented
from unirs_lab.data.datasets import dataset
from unirs_lab.data.drawn import drawn_parts
from unirs_lab.data.mixture import Part, SamplePart
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import read_visual
from unirs_lab.training.settings import AnswerSettings, Source, StageSettings


def read_parts(settings: AnswerSettings) -> tuple[list[Part], list[Part]]:
    """All data sets of a run, and what of them validates it.

    Raises:
        UniRSError: ``data_missing`` where a data set has no folder or there is no data set,
            ``settings_invalid``, and what readers and images raise.
    """
    _require_data(settings)
    inputs = (settings.steps or 0) * settings.batch_size
    parts = [
        part for name in settings.data for part in _parts(settings, name, inputs, validates=False)
    ]
    if settings.validation is None:
        return parts, []
    return parts, _held_back(settings, parts)


def read_samples(settings: StageSettings) -> list[SamplePart]:
    """All samples of a run that reads nothing but samples; none of their files is missing.

    Raises:
        UniRSError: As ``read_parts``.
    """
    _require_data(settings)
    return [
        SamplePart(
            name, read_source(name, source, source.split, settings.frame_count), source.repeat
        )
        for name, source in settings.data.items()
    ]


def read_source(name: str, source: Source, split: str, frame_count: int) -> list[Sample]:
    """The samples of one data set; its files are there, and the first of them can be read.

    Args:
        name: Of the data set in the settings.
        source: Its folder.
        split: Which split.
        frame_count: Frames that are read of a video.

    Raises:
        UniRSError: As ``read_parts``.
    """
    if source.root is None:
        raise missing(name)
    samples = dataset(source.dataset or name).read(source.root, split)
    for sample in samples:
        for path in sample.images:
            if not exists(path):
                raise UniRSError(
                    "image_broken",
                    f"The sample {sample.id} of {name} needs {path}, which is not there; "
                    f"'unirs data check {source.dataset or name} {source.root}' lists all defects.",
                )
    read_visual(samples[0], frame_count)
    return samples


def require_pairs(samples: Sequence[Sample], name: str) -> None:
    """The change stage reads pairs alone.

    Raises:
        UniRSError: ``data_unfit``.
    """
    other = next((sample for sample in samples if sample.kind is not InputKind.PAIR), None)
    if other is not None:
        raise UniRSError(
            "data_unfit",
            f"The change module learns from pairs, and the sample {other.id} of {name} is a "
            f"{other.kind.value}; leave that data set out with --set data.{name}=null.",
        )


def missing(name: str) -> UniRSError:
    """The error for a data set without a folder."""
    return UniRSError(
        "data_missing",
        f"{name} has no folder; add --data {name}=FOLDER, or leave it out with "
        f"--set data.{name}=null.",
    )


def _require_data(settings: StageSettings) -> None:
    if not settings.data:
        raise UniRSError(
            "data_missing", "There is no data set to train on; add --data NAME=FOLDER."
        )


def _parts(settings: AnswerSettings, name: str, inputs: int, validates: bool) -> list[Part]:
    """A data set of a run of so many inputs; one whose questions are drawn has several parts."""
    source, validation = settings.data[name], settings.validation
    split = validation.split if validates and validation else source.split
    if source.shares is None:
        samples = read_source(name, source, split, settings.frame_count)
        augment = augmented if source.augment and not validates else None
        return [SamplePart(name, samples, source.repeat, settings.rows_per_group, augment)]
    if not settings.steps:
        raise UniRSError(
            "settings_invalid",
            f"data.{name}.shares are shares of the inputs of a run, so that steps have to be set; "
            "add --set steps=N.",
        )
    left_out = validation.leave_out if validates and validation else ()
    wanted = {
        part: share * inputs
        for part, share in source.shares.items()
        if f"{name}/{part}" not in left_out
    }
    return drawn_parts(name, source.root, split, wanted, settings.rows_per_group)


def _held_back(settings: AnswerSettings, parts: Sequence[Part]) -> list[Part]:
    """Validation inputs in the proportions of the run, without what is left out."""
    validation = settings.validation
    if validation is None:
        return []
    names = [name for name in settings.data if name not in validation.leave_out]
    total = sum(part.factor * len(part.listings()) for part in parts)
    scale = validation.inputs / ceil(total)
    held_back = []
    for name in names:
        drawn = settings.data[name].shares is not None
        own = (settings.steps or 0) * settings.batch_size * scale if drawn else 0
        held_back += _parts(settings, name, round(own), validates=True)
    return held_back

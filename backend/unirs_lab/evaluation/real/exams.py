"""What is asked about real images: one exam for each kind of question and each collection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unirs.inputs import InputKind, Question
from unirs.prompts import CAPTION_INSTRUCTION, short_answer
from unirs_lab.data.number_words import count_in
from unirs_lab.data.readers import rsvqa
from unirs_lab.data.real import RealItem, Split, read_real
from unirs_lab.data.real.edits import Window, other_date
from unirs_lab.data.real.scenes import SCENES
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import read_mask
from unirs_lab.evaluation.benchmarks import CAPTION_TOKENS, SHORT_TOKENS, Verdict, benchmark
from unirs_lab.evaluation.predictions import Prediction
from unirs_lab.evaluation.real.wordings import COUNT_OF_WORDINGS, wordings
from unirs_lab.evaluation.scores.captions import cider_d_of_each
from unirs_lab.evaluation.scores.counts import is_close
from unirs_lab.evaluation.scores.tokenisation import PLAIN
from unirs_lab.evaluation.scores.vqa import is_right

YES_NO = ("yes", "no")
SCENE_QUESTION = "What kind of scene is this?"
CHANGE_QUESTION = "Has anything changed?"

TILE = 256
"""Pixels of a tile of LEVIR-CD a side: 128 m."""

CHANGED = 0.005
"""Share of a tile from which on it has changed: 82 m², a small house. Tiles with less, but not
nothing, are unclear: they are asked for their change map alone."""


@dataclass(frozen=True)
class Folders:
    """Where the images are.

    Attributes:
        real: The folder of the collections, see :mod:`unirs_lab.data.real`.
        rsvqa_hr: A copy of RSVQA-HR; its questions are left out without one.
        rsvqa_lr: A copy of RSVQA-LR, likewise.
        naip: A folder of dated NAIP rasters, likewise.
    """

    real: Path
    rsvqa_hr: Path | None = None
    rsvqa_lr: Path | None = None
    naip: Path | None = None


Judge = Callable[[Sequence[Sample], Sequence[Prediction]], list[Verdict]]


def _judge_answers(samples: Sequence[Sample], said: Sequence[Prediction]) -> list[Verdict]:
    """Counts may be a little off; everything else is an exact match."""
    return [
        Verdict((is_close if sample.group == "count" else is_right)(each.answer, sample.answers[0]))
        for sample, each in zip(samples, said, strict=True)
    ]


def _judge_captions(samples: Sequence[Sample], said: Sequence[Prediction]) -> list[Verdict]:
    answers = [each.answer for each in said]
    scores = cider_d_of_each(answers, [sample.answers for sample in samples], PLAIN)
    return [Verdict(None, f"CIDEr-D {score:.0f}") for score in scores]


@dataclass(frozen=True)
class Exam:
    """Questions of one kind.

    Attributes:
        name: Names the folder of the answers.
        read: From folders and split to what is asked; nothing where the images are not given.
        judge: How answers stand to what is right.
        options: A closed set of answers, which are scored; without them, answers are generated.
        max_new_tokens: Longest answer.
        together: Neighbouring samples that are one question.
        shown: Whether the gallery shows some of it.
    """

    name: str
    read: Callable[[Folders, Split], list[Sample]]
    judge: Judge = _judge_answers
    options: tuple[str, ...] = ()
    max_new_tokens: int = SHORT_TOKENS
    together: int = 1
    shown: bool = True

    def question(self, sample: Sample, *, clue: bool) -> Question:
        """What is asked about a sample."""
        return Question(
            text=sample.instruction,
            options=self.options,
            clue=clue,
            max_new_tokens=self.max_new_tokens,
        )


def _about(item: RealItem, instruction: str, *answers: str, group: str = "") -> Sample:
    return Sample(item.id, InputKind.SINGLE, item.images, instruction, answers, group)


def _captions(collection: str) -> Exam:
    def read(folders: Folders, split: Split) -> list[Sample]:
        items = read_real(folders.real, collection, split)
        return [_about(each, CAPTION_INSTRUCTION, *each.captions) for each in items]

    return Exam(f"{collection}-captions", read, _judge_captions, max_new_tokens=CAPTION_TOKENS)


def _scenes(collection: str) -> Exam:
    def read(folders: Folders, split: Split) -> list[Sample]:
        items = read_real(folders.real, collection, split)
        return [_about(each, SCENE_QUESTION, each.scene) for each in items if each.scene]

    names = tuple(sorted(SCENES[collection].values()))
    return Exam(f"{collection}-scenes", read, options=names)


def _questions(folders: Folders, split: Split) -> Iterator[Sample]:
    """UC Merced's questions whose answers are yes, no or a number, as they were written."""
    for item in read_real(folders.real, "ucmerced", split):
        for number, (question, answer) in enumerate(item.questions):
            counts = question.startswith("How many") and count_in(answer) is not None
            if counts or answer in YES_NO:
                sample = _about(item, question, answer, group="count" if counts else "presence")
                yield replace(sample, id=f"{item.id}/{number}")


def _read_questions(folders: Folders, split: Split) -> list[Sample]:
    samples = _questions(folders, split)
    return [replace(each, instruction=short_answer(each.instruction)) for each in samples]


def _read_yes_no(folders: Folders, split: Split) -> list[Sample]:
    return [each for each in _questions(folders, split) if each.group == "presence"]


def _read_wordings(folders: Folders, split: Split) -> list[Sample]:
    return [
        replace(sample, id=f"{sample.id}/{number}", instruction=wording)
        for sample in _questions(folders, split)
        for number, wording in enumerate(wordings(sample.instruction))
    ]


def _rsvqa(
    name: str,
    release: rsvqa.Release,
    folder: Callable[[Folders], Path | None],
    types: Sequence[str],
) -> Exam:
    """Questions of some types; RSVQA is for testing alone, so that nothing is chosen by it."""

    def read(folders: Folders, split: Split) -> list[Sample]:
        root = folder(folders)
        if root is None or split != "test":
            return []
        small = release.index(root, rsvqa.SAMPLE).is_file()
        samples = release.read(root, rsvqa.SAMPLE if small else benchmark(name).split)
        return [replace(s, id=f"{name}/{s.id}") for s in samples if s.group in types]

    return Exam(name, read)


def _read_tiles(folders: Folders, split: Split) -> list[Sample]:
    items = read_real(folders.real, "levir-cd", split)
    return [tile for item in items if item.mask for tile in _tiles(item, read_mask(item.mask))]


def _tiles(item: RealItem, mask: NDArray[np.bool_]) -> Iterator[Sample]:
    for top in range(0, mask.shape[0] - TILE + 1, TILE):
        for left in range(0, mask.shape[1] - TILE + 1, TILE):
            share = mask[top : top + TILE, left : left + TILE].mean()
            yield Sample(
                id=f"{item.id}/{top}-{left}",
                kind=InputKind.PAIR,
                images=item.images,
                instruction=CHANGE_QUESTION,
                answers=("yes" if share else "no",),
                group="change" if share >= CHANGED else "unclear" if share else "no change",
                mask=item.mask,
                edit=Window(left, top, TILE),
            )


def _read_other_dates(folders: Folders, split: Split) -> list[Sample]:
    """Every image of two collections beside itself, as another date would show it."""
    samples = []
    for item in (
        *read_real(folders.real, "ucmerced", split),
        *read_real(folders.real, "rsicd", split),
    ):
        edit = other_date(item.id)
        sample = _about(item, CHANGE_QUESTION, "no", group=edit.look)
        samples.append(replace(sample, kind=InputKind.PAIR, edit=edit))
    return samples


RSICD_CAPTIONS, UCMERCED_CAPTIONS = _captions("rsicd"), _captions("ucmerced")
RSICD_SCENES, EUROSAT_SCENES = _scenes("rsicd"), _scenes("eurosat")
UCMERCED_QUESTIONS = Exam("ucmerced-questions", _read_questions)
UCMERCED_YES_NO = Exam("ucmerced-yes-no", _read_yes_no, options=YES_NO, shown=False)
UCMERCED_WORDINGS = Exam(
    "ucmerced-wordings", _read_wordings, together=COUNT_OF_WORDINGS, shown=False
)
RSVQA_HR = _rsvqa(
    "rsvqa-hr", rsvqa.HIGH, lambda folders: folders.rsvqa_hr, ("presence", "comparison")
)
RSVQA_LR = _rsvqa("rsvqa-lr", rsvqa.LOW, lambda folders: folders.rsvqa_lr, ("presence",))
LEVIR_TILES = Exam("levir-tiles", _read_tiles, options=YES_NO)
OTHER_DATES = Exam("other-dates", _read_other_dates, options=YES_NO)

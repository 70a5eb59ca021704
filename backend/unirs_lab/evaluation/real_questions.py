"""Questions about real images that no training has used, by kind and collection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unirs.inputs import InputKind
from unirs.prompts import CAPTION_INSTRUCTION, CHANGE_INSTRUCTION, short_answer
from unirs_lab.data.number_words import count_in
from unirs_lab.data.readers import rsvqa
from unirs_lab.data.real import RealItem, read_real
from unirs_lab.data.real.edits import Window, other_date
from unirs_lab.data.real.scenes import SCENES
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import read_mask
from unirs_lab.evaluation.benchmarks import benchmark
from unirs_lab.evaluation.cases import NO_CHANGE_GROUP
from unirs_lab.evaluation.question_kinds import CAPTION_TOKENS, CollectionQuestions, Sources, Split
from unirs_lab.evaluation.wordings import COUNT_OF_WORDINGS, wordings

YES_NO = ("yes", "no")
SCENE_QUESTION = "What kind of scene is this?"
CHANGE_QUESTION = "Has anything changed?"

TILE = 256
"""Side of a tile of LEVIR-CD in pixels: 128 m."""

CHANGED = 0.005
"""Share of a tile from which on it counts as changed: 82 m², a small house. Tiles with less, but
not nothing, are unclear: they are asked for their change map alone."""


def _items(sources: Sources, collection: str, split: Split) -> list[RealItem]:
    return [] if sources.real is None else read_real(sources.real, collection, split)


def _about(item: RealItem, instruction: str, *answers: str, group: str = "") -> Sample:
    return Sample(item.id, InputKind.SINGLE, item.images, instruction, answers, group)


def _captions(collection: str) -> CollectionQuestions:
    def read(sources: Sources, split: Split) -> list[Sample]:
        items = _items(sources, collection, split)
        return [_about(each, CAPTION_INSTRUCTION, *each.captions) for each in items]

    return CollectionQuestions(
        name=f"{collection}-captions", read=read, max_new_tokens=CAPTION_TOKENS
    )


def _scenes(collection: str) -> CollectionQuestions:
    def read(sources: Sources, split: Split) -> list[Sample]:
        items = _items(sources, collection, split)
        return [_about(each, SCENE_QUESTION, each.scene) for each in items if each.scene]

    names = tuple(sorted(SCENES[collection].values()))
    return CollectionQuestions(name=f"{collection}-scenes", read=read, options=names)


def _questions(sources: Sources, split: Split) -> Iterator[Sample]:
    """UC Merced's questions with the answer yes, no or a number, as they were written."""
    for item in _items(sources, "ucmerced", split):
        for number, (question, answer) in enumerate(item.questions):
            counts = question.startswith("How many") and count_in(answer) is not None
            if counts or answer in YES_NO:
                sample = _about(item, question, answer, group="count" if counts else "presence")
                yield replace(sample, id=f"{item.id}/{number}")


def _read_questions(sources: Sources, split: Split) -> list[Sample]:
    samples = _questions(sources, split)
    return [replace(each, instruction=short_answer(each.instruction)) for each in samples]


def _read_yes_no(sources: Sources, split: Split) -> list[Sample]:
    return [each for each in _questions(sources, split) if each.group == "presence"]


def _read_wordings(sources: Sources, split: Split) -> list[Sample]:
    return [
        replace(sample, id=f"{sample.id}/{number}", instruction=wording)
        for sample in _questions(sources, split)
        for number, wording in enumerate(wordings(sample.instruction))
    ]


def _rsvqa(
    name: str,
    release: rsvqa.Release,
    folder: Callable[[Sources], Path | None],
    types: Sequence[str],
) -> CollectionQuestions:
    """Questions of some types; RSVQA is for testing only, so that no model is chosen by it."""

    def read(sources: Sources, split: Split) -> list[Sample]:
        root = folder(sources)
        if root is None or split != "test":
            return []
        small = release.index(root, rsvqa.SAMPLE).is_file()
        samples = release.read(root, rsvqa.SAMPLE if small else benchmark(name).split)
        return [replace(s, id=f"{name}/{s.id}") for s in samples if s.group in types]

    return CollectionQuestions(name=name, read=read)


def _read_tiles(sources: Sources, split: Split) -> list[Sample]:
    items = _items(sources, "levir-cd", split)
    return [tile for item in items if item.mask for tile in _tiles(item, read_mask(item.mask))]


def _read_verdicts(sources: Sources, split: Split) -> list[Sample]:
    tiles = _read_tiles(sources, split)
    clear = [tile for tile in tiles if tile.group != "unclear"]
    return [replace(tile, instruction=CHANGE_INSTRUCTION) for tile in clear]


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
                group="change" if share >= CHANGED else "unclear" if share else NO_CHANGE_GROUP,
                mask=item.mask,
                edit=Window(left, top, TILE),
            )


def _read_other_dates(sources: Sources, split: Split) -> list[Sample]:
    """Every image of two collections, paired with itself as at another date."""
    samples = []
    for item in (
        *_items(sources, "ucmerced", split),
        *_items(sources, "rsicd", split),
    ):
        edit = other_date(item.id)
        sample = _about(item, CHANGE_QUESTION, "no", group=edit.look)
        samples.append(replace(sample, kind=InputKind.PAIR, edit=edit))
    return samples


RSICD_CAPTIONS, UCMERCED_CAPTIONS = _captions("rsicd"), _captions("ucmerced")
RSICD_SCENES, EUROSAT_SCENES = _scenes("rsicd"), _scenes("eurosat")
UCMERCED_QUESTIONS = CollectionQuestions(name="ucmerced-questions", read=_read_questions)
UCMERCED_YES_NO = CollectionQuestions(
    name="ucmerced-yes-no", read=_read_yes_no, options=YES_NO, in_gallery=False
)
UCMERCED_WORDINGS = CollectionQuestions(
    name="ucmerced-wordings", read=_read_wordings, together=COUNT_OF_WORDINGS, in_gallery=False
)
RSVQA_HR = _rsvqa(
    "rsvqa-hr", rsvqa.HIGH, lambda sources: sources.rsvqa_hr, ("presence", "comparison")
)
RSVQA_LR = _rsvqa("rsvqa-lr", rsvqa.LOW, lambda sources: sources.rsvqa_lr, ("presence",))
LEVIR_TILES = CollectionQuestions(name="levir-tiles", read=_read_tiles, options=YES_NO)
LEVIR_VERDICTS = CollectionQuestions(
    name="levir-verdicts", read=_read_verdicts, max_new_tokens=1, in_gallery=False
)
"""Change captions of the same tiles, of which only the verdict counts."""
OTHER_DATES = CollectionQuestions(name="other-dates", read=_read_other_dates, options=YES_NO)

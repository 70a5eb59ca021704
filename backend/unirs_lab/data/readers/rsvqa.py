"""RSVQA, low and high resolution: questions about GeoTIFFs, answered by OpenStreetMap.

Source: Lobry et al., "RSVQA: Visual Question Answering for Remote Sensing Data", 2020.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs.prompts import short_answer
from unirs_lab.data.readers.annotations import Record, inside, read_json
from unirs_lab.data.samples import Sample

Found = TypeVar("Found")

SAMPLE = "sample"
"""Name of the split of the small layout: ``questions.json`` with its images beside it."""

_QUESTIONS = "questions.json"
_GROUPS = {"comp": "comparison"}
"""Types of questions that are called otherwise here than in the files."""


class _Image(Record):
    id: int
    active: bool
    questions_ids: tuple[int, ...] = ()


class _Question(Record):
    """``active`` is true if it belongs to the split; the others have nothing but an id."""

    id: int
    active: bool
    type: str = ""
    question: str = ""


class _Answer(Record):
    active: bool
    question_id: int = -1
    answer: str = ""


class _Images(Record):
    images: tuple[_Image, ...]


class _Questions(Record):
    questions: tuple[_Question, ...]


class _Answers(Record):
    answers: tuple[_Answer, ...]


class _Triplet(Record):
    """A record of the small layout."""

    image: str
    type: str
    question: str
    answer: str


_TRIPLETS = TypeAdapter(list[_Triplet])


@dataclass(frozen=True)
class Release:
    """How the files of one of the two releases are named.

    Attributes:
        prefix: Of the annotation files: ``prefix_split_SPLIT_questions.json`` and so on.
        images: Folder of the images, which are named by their numbers.
    """

    prefix: str
    images: str

    def index(self, root: Path, split: str) -> Path:
        """The file that the questions of a split are read from."""
        return root / _QUESTIONS if split == SAMPLE else self._file(root, split, "questions")

    def read(self, root: Path, split: str) -> list[Sample]:
        """Every question of every type; which of them a protocol counts is up to the protocol.

        Raises:
            UniRSError: ``dataset_layout``, ``dataset_broken``.
        """
        if split == SAMPLE:
            return _read_triplets(root)
        source = self._file(root, split, "questions")
        questions = {
            question.id: question
            for question in read_json(source, TypeAdapter(_Questions)).questions
            if question.active
        }
        answer_file = self._file(root, split, "answers")
        answers = {
            answer.question_id: answer.answer
            for answer in read_json(answer_file, TypeAdapter(_Answers)).answers
            if answer.active
        }
        samples = []
        for image in read_json(self._file(root, split, "images"), TypeAdapter(_Images)).images:
            path = root / self.images / f"{image.id}.tif"
            for number in image.questions_ids if image.active else ():
                question = _known(questions, number, source)
                answer = _known(answers, number, answer_file)
                samples.append(_sample(str(number), path, question, answer))
        return samples

    def _file(self, root: Path, split: str, what: str) -> Path:
        return root / f"{self.prefix}_split_{split}_{what}.json"


LOW = Release("LR", "Images_LR")
HIGH = Release("USGS", "Data")


def _known(table: dict[int, Found], number: int, source: Path) -> Found:
    if number not in table:
        raise UniRSError(
            "dataset_broken",
            f"{source} has nothing about question {number}, which an image of the split asks; "
            "get the three files of a split from one download.",
        )
    return table[number]


def _read_triplets(root: Path) -> list[Sample]:
    source = root / _QUESTIONS
    triplets = read_json(source, _TRIPLETS)
    return [
        _sample(str(number), inside(root, triplet.image, source), triplet, triplet.answer)
        for number, triplet in enumerate(triplets)
    ]


def _sample(number: str, image: Path, question: _Question | _Triplet, answer: str) -> Sample:
    return Sample(
        id=number,
        kind=InputKind.SINGLE,
        images=(image,),
        instruction=short_answer(question.question.strip()),
        answers=(answer.strip(),),
        group=_GROUPS.get(question.type, question.type),
    )

"""A user's own data: one JSON object a line.

A line names its images and has one of these: a ``class``, a ``caption``, a ``question`` with its
``answer``, or the whole ``instruction`` with its ``answer``::

    {"image": "a.png", "class": "vineyard"}
    {"image": "a.png", "caption": "rows of vines on a slope"}
    {"image": "a.png", "question": "Are there hail nets?", "answer": "no"}
    {"images": ["2019.tif", "2024.tif"], "kind": "pair", "instruction": "…", "answer": ["…", "…"]}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ConfigDict, Field, TypeAdapter, model_validator

from unirs.inputs import InputKind
from unirs.prompts import CAPTION_INSTRUCTION, CHANGE_INSTRUCTION
from unirs_lab.data.readers.annotations import Record, inside, parse_json, read_bytes
from unirs_lab.data.real.question_templates import CLASSIFY, SCENE
from unirs_lab.data.samples import Sample


class _Line(Record):
    """One line. Unknown fields are refused: they are misspelt ones."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    image: str | None = None
    images: tuple[str, ...] = ()
    kind: InputKind = InputKind.SINGLE
    scene: str | None = Field(None, alias="class", pattern=r"\S")
    caption: str | tuple[str, ...] = ()
    question: str = ""
    instruction: str = ""
    answer: str | tuple[str, ...] = ()
    id: str = ""
    group: str = ""
    mask: str | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> _Line:
        if bool(self.image) == bool(self.images):
            raise ValueError('name the images as "image" or as "images"')
        count = {InputKind.SINGLE: 1, InputKind.PAIR: 2}.get(self.kind)
        if count is not None and len(self.files) != count:
            raise ValueError(
                f"a {self.kind.value} has {count} image(s), and {len(self.files)} are named"
            )
        if self.mask is not None and self.kind is not InputKind.PAIR:
            raise ValueError("only a pair has a mask")
        asked = self.question.strip() or self.instruction.strip()
        if not (self.scene or self.caption or asked):
            raise ValueError('it has no "class", "caption", "question" or "instruction"')
        if (asked or self.answer) and not (asked and _texts(self.answer)):
            raise ValueError("the question or the answer is empty")
        if self.caption and not _texts(self.caption):
            raise ValueError("the caption is empty")
        return self

    @property
    def files(self) -> tuple[str, ...]:
        return (self.image,) if self.image else self.images


_FORM = TypeAdapter(_Line)


def index(root: Path, split: str) -> Path:
    """The file of a split; ``root`` may be that file itself."""
    return root if root.suffix == ".jsonl" else root / f"{split}.jsonl"


def read(root: Path, split: str) -> list[Sample]:
    """The samples of every line; blank lines are passed over. Lines without an id go by number.

    A class is asked for in two ways: in one of many wordings, and among all classes of the file.

    Raises:
        UniRSError: ``dataset_layout``, or ``dataset_broken`` with the line and what to mend.
    """
    source = index(root, split)
    lines = [
        (number, parse_json(line, _FORM, f"{source}, line {number},"))
        for number, line in enumerate(read_bytes(source).splitlines(), start=1)
        if line.strip()
    ]
    classes = sorted({line.scene for _, line in lines if line.scene})
    return [
        _sample(name, line, source, *asked)
        for number, line in lines
        for name, asked in _rows(line.id or str(number), line, number, classes)
    ]


def _rows(
    name: str, line: _Line, number: int, classes: Sequence[str]
) -> Iterator[tuple[str, tuple[str, tuple[str, ...], str]]]:
    """Ids of samples, with instruction, answers and group of each."""
    if line.question or line.instruction:
        instruction = (line.question or line.instruction).strip()
        yield name, (instruction, _texts(line.answer), line.group)
    if line.caption:
        changes = line.kind is InputKind.PAIR
        instruction = CHANGE_INSTRUCTION if changes else CAPTION_INSTRUCTION
        group = line.group or ("change caption" if changes else "caption")
        yield f"{name}-caption", (instruction, _texts(line.caption), group)
    if line.scene:
        answer = (line.scene.strip(),)
        yield f"{name}-class", (SCENE[number % len(SCENE)], answer, "scene")
        if len(classes) > 1:
            yield f"{name}-choice", (CLASSIFY.format(choices=", ".join(classes)), answer, "scene")


def _sample(
    name: str, line: _Line, source: Path, instruction: str, answers: tuple[str, ...], group: str
) -> Sample:
    root = source.parent
    return Sample(
        id=name,
        kind=line.kind,
        images=tuple(inside(root, file, source) for file in line.files),
        instruction=instruction,
        answers=answers,
        group=group,
        mask=inside(root, line.mask, source) if line.mask is not None else None,
    )


def _texts(texts: str | tuple[str, ...]) -> tuple[str, ...]:
    """Texts without blanks around them; none if one is empty."""
    found = tuple(text.strip() for text in ((texts,) if isinstance(texts, str) else texts))
    return found if all(found) else ()

"""A user's own data: one JSON object a line, with images, kind, instruction and answer."""

from __future__ import annotations

from pathlib import Path

from pydantic import ConfigDict, Field, TypeAdapter, model_validator

from unirs.inputs import InputKind
from unirs_lab.data.readers.annotations import Record, inside, parse_json, read_bytes
from unirs_lab.data.samples import Sample


class _Line(Record):
    """One sample. Unknown fields are refused: they are misspelt ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    images: tuple[str, ...] = Field(min_length=1)
    kind: InputKind
    instruction: str = Field(pattern=r"\S")
    answer: str | tuple[str, ...]
    id: str = ""
    group: str = ""
    mask: str | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> _Line:
        count = {InputKind.SINGLE: 1, InputKind.PAIR: 2}.get(self.kind)
        if count is not None and len(self.images) != count:
            raise ValueError(
                f"a {self.kind.value} has {count} image(s), and {len(self.images)} are named"
            )
        if self.mask is not None and self.kind is not InputKind.PAIR:
            raise ValueError("only a pair has a mask")
        if not self.answers or not all(answer.strip() for answer in self.answers):
            raise ValueError("the answer is empty")
        return self

    @property
    def answers(self) -> tuple[str, ...]:
        return (self.answer,) if isinstance(self.answer, str) else self.answer


_FORM = TypeAdapter(_Line)


def index(root: Path, split: str) -> Path:
    """The file of a split."""
    return root / f"{split}.jsonl"


def read(root: Path, split: str) -> list[Sample]:
    """Every line as a sample; blank lines are passed over. Lines without an id go by number.

    Raises:
        UniRSError: ``dataset_layout``, or ``dataset_broken`` with the line and what to mend.
    """
    source = index(root, split)
    return [
        _sample(number, parse_json(line, _FORM, f"{source}, line {number},"), root, source)
        for number, line in enumerate(read_bytes(source).splitlines(), start=1)
        if line.strip()
    ]


def _sample(number: int, line: _Line, root: Path, source: Path) -> Sample:
    return Sample(
        id=line.id or str(number),
        kind=line.kind,
        images=tuple(inside(root, name, source) for name in line.images),
        instruction=line.instruction.strip(),
        answers=tuple(answer.strip() for answer in line.answers),
        group=line.group,
        mask=inside(root, line.mask, source) if line.mask is not None else None,
    )

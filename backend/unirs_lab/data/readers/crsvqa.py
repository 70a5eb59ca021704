"""CRSVQA: questions that people asked about single images, one text file for each image.

Source: Zhang et al., "Multistep Question-Driven Visual Question Answering for Remote Sensing",
2023.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs.prompts import short_answer
from unirs_lab.data.readers.annotations import read_bytes
from unirs_lab.data.samples import Sample


def index(root: Path, _split: str) -> Path:
    """The folder of the questions."""
    return root / "data" / "text"


def read(root: Path, split: str) -> list[Sample]:
    """Every question, with its answer in the line below.

    The release has no split. As in the paper a tenth of the images is for testing: those whose
    name's SHA-256 is divisible by ten, so that it stays the same where files are missing.

    Raises:
        UniRSError: ``dataset_layout``, ``dataset_broken``.
    """
    texts = sorted(index(root, split).glob("*.txt"))
    return [
        sample
        for text in texts
        if split == "all" or (split == "test") == is_for_testing(text.stem)
        for sample in _samples(text, root / "data" / "image" / f"{text.stem}.png")
    ]


def is_for_testing(name: str) -> bool:
    """Whether an image, by its name without ending, belongs to the test set."""
    return int(hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest(), 16) % 10 == 0


def _samples(text: Path, image: Path) -> list[Sample]:
    try:
        lines = read_bytes(text).decode("utf-8").replace("？", "?").splitlines()
    except UnicodeDecodeError as error:
        raise UniRSError(
            "dataset_broken", f"{text} is not in UTF-8; convert it or get a new copy."
        ) from error
    while lines and not lines[-1].strip():
        lines.pop()
    if len(lines) % 2:
        raise UniRSError(
            "dataset_broken",
            f"{text} has {len(lines)} lines, but questions and answers come in turns, a line each; "
            "add the line that is missing.",
        )
    return [
        Sample(
            id=f"{text.stem}-{number}",
            kind=InputKind.SINGLE,
            images=(image,),
            instruction=short_answer(question.strip()),
            answers=(answer.strip(),),
        )
        for number, (question, answer) in enumerate(zip(lines[::2], lines[1::2], strict=True))
    ]

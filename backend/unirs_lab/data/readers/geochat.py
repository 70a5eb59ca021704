"""GeoChat-Instruct: conversations about single images, in LLaVA's form.

Source: Kuckreja et al., "GeoChat: Grounded Large Vision-Language Model for Remote Sensing", 2024.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field, TypeAdapter

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs_lab.data.readers.annotations import Record, inside, read_json
from unirs_lab.data.samples import Sample

ANNOTATIONS = "GeoChat_Instruct.json"
IMAGES = ("final_images_llava", "share/softwares/kartik/GeoChat_finetuning/final_images_llava")
"""Where the images are: moved up, or as the published archives unpack. The first that is there."""

_TAG = re.compile(r"\[(\w+)\]")


class _Turn(Record):
    speaker: Literal["human", "gpt"] = Field(alias="from")
    value: str


class _Conversation(Record):
    image: str
    conversations: tuple[_Turn, ...]


_FILE = TypeAdapter(list[_Conversation])


def index(root: Path, _split: str) -> Path:
    """The file that the conversations are read from."""
    return root / ANNOTATIONS


def read(root: Path, split: str) -> list[Sample]:
    """Every question with its answer: one sample for each turn of a conversation.

    Ids count conversations and turns, because the ids of the file name images and repeat.

    Raises:
        UniRSError: ``dataset_layout``, ``dataset_broken``.
    """
    source = index(root, split)
    folder = next((root / name for name in IMAGES if (root / name).is_dir()), root / IMAGES[0])
    conversations = read_json(source, _FILE)
    return [
        sample
        for number, conversation in enumerate(conversations)
        for sample in _turns(number, conversation, folder, source)
    ]


def _turns(
    number: int, conversation: _Conversation, folder: Path, source: Path
) -> Iterator[Sample]:
    turns = conversation.conversations
    image = inside(folder, conversation.image, source)
    speakers = [turn.speaker for turn in turns]
    if speakers != ["human", "gpt"] * (len(turns) // 2):
        raise UniRSError(
            "dataset_broken",
            f"{source} has a conversation, number {number} about {conversation.image}, in which "
            "human and gpt do not take turns; mend it or get a new copy.",
        )
    for turn in range(len(turns) // 2):
        question = turns[2 * turn].value.replace("<image>", "").strip()
        tag = _TAG.match(question)
        yield Sample(
            id=f"{number:06d}-{turn}",
            kind=InputKind.SINGLE,
            images=(image,),
            instruction=question,
            answers=(turns[2 * turn + 1].value.strip(),),
            group=tag.group(1) if tag else "",
        )

"""Tiny datasets of generated scenes, in the exact layouts of the published ones.

They show what files belong where, and let every reader, training and evaluation run without a
download. Their answers are true (:mod:`unirs_lab.world`); their figures mean nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count as counter
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from unirs.errors import UniRSError
from unirs.files import make_folder, whole_file
from unirs.prompts import CHANGE_INSTRUCTION
from unirs_lab.data.datasets import dataset
from unirs_lab.data.readers import crsvqa, geochat, levir, rsvqa
from unirs_lab.world import EVENTS, QA, ScenePair, pair, scene, video
from unirs_lab.world.write import write_raster, write_video

_SEEDS_APART = 100_000
"""Between the seeds of two examples, so that they share no scene."""

_FRAMES = 12
_DAY = dt.date(2020, 7, 10)
_ORIGIN = (500_000.0, 5_400_000.0)
_RSVQA_TYPES = {"comparison": "comp"}


def write_example(name: str, root: Path, count: int = 6, seed: int = 0, size: int = 96) -> Path:
    """Write a small dataset with every split that the published one has.

    Args:
        name: One of ``EXAMPLES``.
        root: Folder to fill; made if it is missing.
        count: Images, pairs or clips of each split, at least 1.
        seed: The same seed gives the same images.
        size: Side of the images in pixels; even, at least 64.

    Returns:
        The root.

    Raises:
        UniRSError: ``dataset_unknown``, ``example_unknown`` for a dataset that has none,
            ``example_size``, ``target_exists`` (nothing is ever written over),
            ``output_unwritable``.
    """
    splits = dataset(name).splits
    if name not in EXAMPLES:
        raise UniRSError(
            "example_unknown",
            f"There is no example of {name!r}; name one of: {', '.join(EXAMPLES)}.",
        )
    if count < 1 or seed < 0 or size < 64 or size % 2:
        raise UniRSError(
            "example_size",
            f"Cannot write {count} image(s) of {size} px from seed {seed}; ask for at least one "
            "image, an even size of 64 px or more, and a seed that is not negative.",
        )
    _make_empty(root)
    _WRITERS[name](_Place(root, count, seed * _SEEDS_APART, size), splits)
    return root


@dataclass(frozen=True)
class _Place:
    """Where an example goes, and what it is made from."""

    root: Path
    count: int
    first_seed: int
    size: int

    def numbers(self, turn: int) -> range:
        """Running numbers of the images of one split."""
        return range(turn * self.count, (turn + 1) * self.count)

    def path(self, *parts: str) -> Path:
        """A file below the root, whose folder is there."""
        path = self.root.joinpath(*parts)
        make_folder(path.parent)
        return path

    def save(self, image: NDArray[np.uint8], *parts: str) -> str:
        """Write a picture; returns its name below the root."""
        path = self.path(*parts)
        with whole_file(path) as temporary:
            Image.fromarray(image).save(temporary)
        return path.relative_to(self.root).as_posix()

    def write(self, text: str, *parts: str) -> None:
        """Write a text file with its line ends as they are."""
        with whole_file(self.path(*parts)) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="")

    def pair(self, number: int) -> ScenePair:
        """Two dates of 0.5 m, as LEVIR's; houses are built in every other pair."""
        kind = "none" if number % 2 else "houses built"
        return pair(self.first_seed + number, self.size, pixel_size=0.5, kind=kind)


def _geochat(place: _Place, _splits: tuple[str, ...]) -> None:
    conversations = []
    for number in place.numbers(0):
        shown = scene(place.first_seed + number, place.size)
        file = f"{number:05d}.png"
        place.save(shown.image, geochat.IMAGES[0], file)
        turns = [("Describe the image in detail.", shown.description)]
        turns += [
            (f"{each.question} Answer in one word or a short phrase.", each.answer)
            for each in shown.questions[: 1 + number % 3]
        ]
        conversations.append({"id": f"{number:05d}", "image": file, "conversations": _llava(turns)})
    place.write(json.dumps(conversations), geochat.ANNOTATIONS)


def _llava(turns: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Turns in LLaVA's form; the image stands before the first question."""
    first, *others = turns
    marked = [(f"<image>\n{first[0]}", first[1]), *others]
    return [
        {"from": speaker, "value": value}
        for turn in marked
        for speaker, value in zip(("human", "gpt"), turn, strict=True)
    ]


def _levir_cc(place: _Place, splits: tuple[str, ...]) -> None:
    _levir(place, splits, masks=False)


def _levir_mci(place: _Place, splits: tuple[str, ...]) -> None:
    _levir(place, splits, masks=True)


def _levir(place: _Place, splits: tuple[str, ...], *, masks: bool) -> None:
    images = []
    for turn, split in enumerate(splits):
        for number in place.numbers(turn):
            shown = place.pair(number)
            file = f"{split}_{number:06d}.png"
            place.save(shown.before, "images", split, "A", file)
            place.save(shown.after, "images", split, "B", file)
            if masks:
                mask = shown.change_mask.astype(np.uint8) * 255
                place.save(mask, "images", split, "label", file)
            images.append(_levir_record(shown, file, split, number))
    place.write(json.dumps({"images": images}), levir.ANNOTATIONS)


def _levir_record(shown: ScenePair, file: str, split: str, number: int) -> dict[str, Any]:
    first = number * len(shown.captions)
    return {
        "filepath": split,
        "filename": file,
        "imgid": number,
        "split": split,
        "changeflag": int(shown.changed),
        "sentids": list(range(first, first + len(shown.captions))),
        "sentences": [
            {
                "tokens": caption.split(),
                "raw": f" {caption} .",
                "imgid": number,
                "sentid": first + place,
            }
            for place, caption in enumerate(shown.captions)
        ],
    }


def _era(place: _Place, splits: tuple[str, ...]) -> None:
    for turn, split in enumerate(splits):
        for number in place.numbers(turn):
            event = EVENTS[number % len(EVENTS)]
            clip = video(place.first_seed + number, place.size, _FRAMES, event)
            folder = "".join(word.capitalize() for word in re.split(r"\W", event))
            file = f"{folder}_{number + 1:03d}.mp4"
            write_video(place.path(split.capitalize(), folder, file), clip.frames)


def _rsvqa_lr(place: _Place, splits: tuple[str, ...]) -> None:
    _rsvqa(place, splits, rsvqa.LOW, ("presence", "comparison", "count", "rural_urban"))


def _rsvqa_hr(place: _Place, splits: tuple[str, ...]) -> None:
    _rsvqa(place, splits, rsvqa.HIGH, ("presence", "comparison", "count", "area"))


def _rsvqa(
    place: _Place, splits: tuple[str, ...], release: rsvqa.Release, types: tuple[str, ...]
) -> None:
    """The files of each split list the ids of all splits, with contents for its own alone."""
    official = [split for split in splits if split != rsvqa.SAMPLE]
    records: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "images": [],
        "questions": [],
        "answers": [],
    }
    for turn, split in enumerate(official):
        for number in place.numbers(turn):
            shown = scene(place.first_seed + number, place.size)
            path = place.path(release.images, f"{number}.tif")
            write_raster(path, shown.image, shown.pixel_size, _ORIGIN, _DAY)
            asked = [each for each in shown.questions if each.type in types]
            first = len(records["questions"])
            ids = list(range(first, first + len(asked)))
            records["images"].append((split, {"id": number, "questions_ids": ids}))
            for each, question in zip(asked, ids, strict=True):
                records["questions"].append((split, _rsvqa_question(each, question, number)))
                answer = {"id": question, "question_id": question, "answer": each.answer}
                records["answers"].append((split, answer))
    for split in official:
        for what, rows in records.items():
            listed = [
                {**row, "active": True} if own == split else {"id": row["id"], "active": False}
                for own, row in rows
            ]
            place.write(json.dumps({what: listed}), f"{release.prefix}_split_{split}_{what}.json")


def _rsvqa_question(asked: QA, number: int, image: int) -> dict[str, Any]:
    return {
        "id": number,
        "img_id": image,
        "type": _RSVQA_TYPES.get(asked.type, asked.type),
        "question": asked.question,
        "answers_ids": [number],
    }


def _crsvqa(place: _Place, _splits: tuple[str, ...]) -> None:
    for number in _crsvqa_names(place.count):
        shown = scene(place.first_seed + number, place.size)
        place.save(shown.image, "data", "image", f"{number}.png")
        asked = shown.questions[0]
        place.write(f"{asked.question}\r\n{asked.answer}\r\n", "data", "text", f"{number}.txt")


def _crsvqa_names(count: int) -> Iterator[int]:
    """Numbers of images, so that there are ``count`` of the training and of the test set."""
    for testing in (False, True):
        fitting = (n for n in counter() if crsvqa.is_for_testing(str(n)) == testing)
        yield from islice(fitting, count)


def _jsonl(place: _Place, splits: tuple[str, ...]) -> None:
    makers = (_single_line, _pair_line, _video_line)
    for turn, split in enumerate(splits):
        lines = [makers[number % 3](place, number) for number in place.numbers(turn)]
        place.write("".join(json.dumps(line) + "\n" for line in lines), f"{split}.jsonl")


def _single_line(place: _Place, number: int) -> dict[str, Any]:
    shown = scene(place.first_seed + number, place.size)
    asked = shown.questions[0]
    return {
        "images": [place.save(shown.image, "images", f"{number}.png")],
        "kind": "single",
        "instruction": asked.question,
        "answer": asked.answer,
        "group": asked.type,
    }


def _pair_line(place: _Place, number: int) -> dict[str, Any]:
    shown = place.pair(number)
    mask = shown.change_mask.astype(np.uint8) * 255
    return {
        "images": [
            place.save(shown.before, "images", f"{number}-before.png"),
            place.save(shown.after, "images", f"{number}-after.png"),
        ],
        "kind": "pair",
        "instruction": CHANGE_INSTRUCTION,
        "answer": list(shown.captions),
        "group": "change" if shown.changed else "no change",
        "mask": place.save(mask, "masks", f"{number}.png"),
    }


def _video_line(place: _Place, number: int) -> dict[str, Any]:
    clip = video(place.first_seed + number, place.size, _FRAMES)
    path = place.path("videos", f"{number}.mp4")
    write_video(path, clip.frames)
    return {
        "images": [path.relative_to(place.root).as_posix()],
        "kind": "video",
        "instruction": "What happens in this video?",
        "answer": clip.description,
        "group": clip.event,
    }


def _make_empty(root: Path) -> None:
    make_folder(root)
    if any(root.iterdir()):
        raise UniRSError(
            "target_exists",
            f"{root} has something in it already; name a new folder for the example.",
        )


_WRITERS: dict[str, Callable[[_Place, tuple[str, ...]], None]] = {
    "geochat": _geochat,
    "levir-cc": _levir_cc,
    "levir-mci": _levir_mci,
    "era": _era,
    "rsvqa-lr": _rsvqa_lr,
    "rsvqa-hr": _rsvqa_hr,
    "crsvqa": _crsvqa,
    "jsonl": _jsonl,
}

EXAMPLES = tuple(_WRITERS)
"""Names of the datasets of which there is an example."""

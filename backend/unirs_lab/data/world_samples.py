"""Generated scenes, pairs and videos as training data: written to files, or drawn."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from unirs.files import make_folder, whole_file
from unirs.inputs import InputKind
from unirs.prompts import (
    CAPTION_INSTRUCTION,
    CHANGE_INSTRUCTION,
    CLUE_INSTRUCTIONS,
    classify_instruction,
    short_answer,
)
from unirs_lab import world
from unirs_lab.data.augmentation import as_tensor, resized
from unirs_lab.data.drawn import Drawn, Source
from unirs_lab.data.real import question_templates as templates
from unirs_lab.data.real.questions import Balance, Questioner
from unirs_lab.data.samples import Row
from unirs_lab.world.write import write_video

QUESTIONS = 3
"""Questions about a scene; the first ones of its list, which is in random order."""


DRAWN = 1 << 16
"""Different inputs of each kind that are drawn."""


def write_world_samples(
    root: Path,
    kind: InputKind,
    split: str,
    count: int,
    size: int = 128,
    first: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write samples of one kind of visual input, unless the split is there already.

    Args:
        root: Takes ``SPLIT.jsonl`` and the images.
        kind: Scenes, pairs or videos.
        split: ``"train"``, ``"val"`` or ``"test"``; no scene is in two of them.
        count: Visual inputs.
        size: Side of the images in pixels.
        first: Number of the first one in its split.
        on_progress: Called with the number of inputs written and of all.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    index = root / f"{split}.jsonl"
    if index.is_file():
        return
    make_folder(root / split)
    write = {InputKind.SINGLE: _scene, InputKind.PAIR: _pair, InputKind.VIDEO: _video}[kind]
    lines: list[dict[str, Any]] = []
    for number in range(count):
        seed = world.seed_for(split, first + number)
        lines += write(root, f"{split}/{number:06d}", seed, size)
        if on_progress:
            on_progress(number + 1, count)
    with whole_file(index) as temporary:
        temporary.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def world_sources(split: str, rows: int) -> Mapping[str, Source]:
    """Scenes, pairs and videos that are rendered as they are drawn, by part of ``world``.

    Args:
        split: ``"train"``, ``"val"`` or ``"test"``; no scene is in two of them.
        rows: Questions about an input.
    """
    return {
        "scene": Source(InputKind.SINGLE, DRAWN, partial(_draw_scene, split, rows)),
        "pair": Source(InputKind.PAIR, DRAWN, partial(_draw_pair, split, rows)),
        "video": Source(InputKind.VIDEO, DRAWN, partial(_draw_video, split)),
    }


def _draw_scene(split: str, rows: int, index: int, rng: Generator, _frames: int) -> Drawn:
    shown, ask = world.scene(world.seed_for(split, index)), Questioner(rng, Balance())
    chosen = [shown.questions[i] for i in rng.permutation(len(shown.questions))[: rows - 1]]
    asked = [Row(qa.question, qa.answer, "world") for qa in chosen]
    asked.append(Row(CAPTION_INSTRUCTION, ask.one(shown.captions), "world caption"))
    return Drawn(resized(as_tensor(shown.image[None])), asked)


def _draw_pair(split: str, rows: int, index: int, rng: Generator, _frames: int) -> Drawn:
    shown, ask = world.pair(world.seed_for(split, index)), Questioner(rng, Balance())
    asked = ask.change(ask.one(shown.captions), shown.changed)
    asked += [Row(qa.question, qa.answer, "world") for qa in shown.questions]
    mask = torch.from_numpy(shown.change_mask[None, None].astype(np.float32))
    dates = as_tensor(np.stack([shown.before, shown.after]))
    return Drawn(resized(dates), asked[:rows], mask)


def _draw_video(split: str, index: int, rng: Generator, frames: int) -> Drawn:
    shown, ask = (
        world.video(world.seed_for(split, index), frames=frames),
        Questioner(rng, Balance()),
    )
    asked = [
        Row(classify_instruction(world.EVENTS), shown.event, "video"),
        Row(ask.one(templates.VIDEO), shown.description, "world caption"),
    ]
    return Drawn(resized(as_tensor(shown.frames)), asked)


def _scene(root: Path, name: str, seed: int, size: int) -> list[dict[str, Any]]:
    shown = world.scene(seed, size)
    image = _save(shown.image, root, f"{name}.png")
    rows = [
        (CAPTION_INSTRUCTION, shown.captions[0], "caption"),
        (CLUE_INSTRUCTIONS[InputKind.SINGLE], shown.description, "caption"),
        *((short_answer(q.question), q.answer, q.type) for q in shown.questions[:QUESTIONS]),
    ]
    return [
        {"images": [image], "kind": "single", "instruction": i, "answer": answer, "group": group}
        for i, answer, group in rows
    ]


def _pair(root: Path, name: str, seed: int, size: int) -> list[dict[str, Any]]:
    shown = world.pair(seed, size)
    mask = shown.change_mask.astype(np.uint8) * 255
    return [
        {
            "images": [
                _save(shown.before, root, f"{name}-before.png"),
                _save(shown.after, root, f"{name}-after.png"),
            ],
            "kind": "pair",
            "instruction": CHANGE_INSTRUCTION,
            "answer": list(shown.captions),
            "group": "change" if shown.changed else "no change",
            "mask": _save(mask, root, f"{name}-mask.png"),
        }
    ]


def _video(root: Path, name: str, seed: int, size: int) -> list[dict[str, Any]]:
    clip = world.video(seed, size)
    write_video(root / f"{name}.mp4", clip.frames)
    rows = [
        (classify_instruction(world.EVENTS), clip.event),
        (CLUE_INSTRUCTIONS[InputKind.VIDEO], clip.description),
    ]
    return [
        {"images": [f"{name}.mp4"], "kind": "video", "instruction": i, "answer": answer}
        for i, answer in rows
    ]


def _save(image: NDArray[np.uint8], root: Path, name: str) -> str:
    with whole_file(root / name) as temporary:
        Image.fromarray(image).save(temporary)
    return name

"""ERA: five-second clips from drones, in a folder for each of 25 events.

Source: Mou et al., "ERA: A Data Set and Deep Learning Benchmark for Event Recognition in Aerial
Videos", 2020.
"""

from __future__ import annotations

import re
from pathlib import Path

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs.prompts import ERA_CLASSES, classify_instruction
from unirs_lab.data.samples import Sample


def index(root: Path, split: str) -> Path:
    """The folder of a split, in whatever case it is written (``Train`` in the release)."""
    if root.is_dir():
        for folder in sorted(root.iterdir()):
            if folder.is_dir() and folder.name.casefold() == split:
                return folder
    return root / split.capitalize()


def read(root: Path, split: str) -> list[Sample]:
    """Every clip, with the name of its class in :data:`unirs.prompts.ERA_CLASSES`.

    Raises:
        UniRSError: ``dataset_broken`` for a folder that is no class.
    """
    folder = index(root, split)
    instruction = classify_instruction(ERA_CLASSES)
    samples = []
    for event_folder in _folders(folder):
        event = _event(event_folder)
        samples += [
            Sample(
                id=clip.relative_to(root).as_posix(),
                kind=InputKind.VIDEO,
                images=(clip,),
                instruction=instruction,
                answers=(event,),
                group=event,
            )
            for clip in _clips(event_folder)
        ]
    return samples


def _folders(folder: Path) -> list[Path]:
    """Folders in order of their names; what operating systems leave behind is none of them."""
    folders = (path for path in folder.iterdir() if path.is_dir())
    return sorted(path for path in folders if not path.name.startswith((".", "__")))


def _clips(folder: Path) -> list[Path]:
    from unirs.imagery import is_video

    files = (path for path in folder.iterdir() if not path.name.startswith("."))
    return sorted(path for path in files if is_video(path))


def _letters(name: str) -> str:
    """What is common to ``ParadeProtest``, ``parade_protest`` and ``parade/protest``."""
    return re.sub(r"[^a-z]", "", name.casefold())


_EVENT_BY_LETTERS = {_letters(event): event for event in ERA_CLASSES}


def _event(folder: Path) -> str:
    event = _EVENT_BY_LETTERS.get(_letters(folder.name))
    if event is None:
        raise UniRSError(
            "dataset_broken",
            f"{folder} is named after none of ERA's 25 events; move it away, or rename it to one "
            f"of: {', '.join(ERA_CLASSES)}.",
        )
    return event

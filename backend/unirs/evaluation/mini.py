"""The benchmark of the small model: generated scenes of seeds that no training has seen.

Versions are chosen by the split ``val``, and the one chosen is reported on ``test``.

A question is put exactly as in training, and its answer is generated and compared by exact match.
Whether a pair has changed is read from the generated change caption, not from scored options. On
real rasters, held-out tiles are asked about water, and the water index knows the answer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from unirs import prompts
from unirs.data.raster_truth import water_bodies
from unirs.data.rasters import RasterTiles, changed_body
from unirs.errors import UniRSError
from unirs.evaluation.scores.captions import cider_d, require_cider
from unirs.evaluation.scores.tokenisation import PLAIN
from unirs.evaluation.scores.vqa import Accuracy, is_right, normalise
from unirs.inference import Pipeline, load_pipeline
from unirs.inputs import Crop, Question, Task, VisualInput
from unirs.world import EVENTS, pair, scene, seed_for, video

Split = Literal["val", "test"]
DEFAULT_COUNT = {"scenes": 300, "pairs": 300, "videos": 150, "tiles": 200}
ANSWER_TOKENS, CAPTION_TOKENS = 12, 64
TILE_SEED = 2012

NO_CHANGE_WORDS = (
    "no change",
    "no difference",
    "nothing has changed",
    "is the same",
    "are the same",
    "identical",
    "unchanged",
)
"""A caption with one of these says that nothing has changed."""

WATER_WORDS = {
    "grown": ("grown", "larger", "more water", "replaced by water"),
    "shrunk": ("shrunk", "smaller", "less water", "water is replaced"),
}
"""What a caption of changed water says, by direction."""

Tick = Callable[[], None]


@dataclass(frozen=True)
class WorldScores:
    """Scores on generated scenes: shares from 0 to 1, CIDEr-D × 100, ``None`` if never asked.

    Attributes:
        presence: "Is there a …?"
        comparison: "Are there more … than …?"
        rural_urban: "Is it a rural or an urban area?"
        change_no_change: Whether the change caption says rightly that there is a change.
        video: Class of a video, scored among the classes of the world.
        change_cider_d: Change captions against five references.
        count: "How many …?", exact number.
        area: "How much of the image is covered by …?", to the nearest ten percent.
        change_questions: Questions about pairs.
        caption_cider_d: Captions of single scenes.
        questions: How many answers each of these is taken from.
    """

    presence: float | None
    comparison: float | None
    rural_urban: float | None
    change_no_change: float | None
    video: float | None
    change_cider_d: float | None
    count: float | None
    area: float | None
    change_questions: float | None
    caption_cider_d: float | None
    questions: dict[str, int]


@dataclass(frozen=True)
class RasterScores:
    """Scores on held-out tiles of real rasters: shares from 0 to 1.

    Attributes:
        water_presence: "Is there water?" against the water index.
        change_no_change: Whether the change caption says rightly that the water has changed.
        water_direction: Whether it says rightly that the water has grown, shrunk, or neither.
        questions: How many answers each of these is taken from.
        changed_bodies: How many of the changed tiles show each body of water, the commonest first:
            what a model says of tiles of one lake is hardly more than one answer.
    """

    water_presence: float | None
    change_no_change: float | None
    water_direction: float | None
    questions: dict[str, int]
    changed_bodies: tuple[int, ...]


@dataclass(frozen=True)
class MiniScores:
    """Result of the benchmark.

    Attributes:
        model: Name of the model folder.
        device: Where it ran.
        split: What was asked about.
        world: Scores on generated scenes.
        naip: Scores on real tiles; ``None`` where no folder was given.
        without_clues: The same model with the clue pass off; ``None`` if not asked for.
        without_change_module: Another model, trained with plain concatenation of the two dates in
            the change module's place; ``None`` if not given.
    """

    model: str
    device: str
    split: Split
    world: WorldScores
    naip: RasterScores | None = None
    without_clues: WorldScores | None = None
    without_change_module: WorldScores | None = None


def evaluate_mini(
    pipeline: Pipeline,
    *,
    split: Split = "test",
    count: int | Mapping[str, int] | None = None,
    naip: Path | None = None,
    without_clues: bool = False,
    without_change_module: Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> MiniScores:
    """Score a model on generated scenes, pairs and videos, and on real tiles.

    Args:
        pipeline: The model.
        split: ``"val"`` to choose a model by, ``"test"`` to report it.
        count: How many ``scenes``, ``pairs``, ``videos`` and ``tiles``; one number for all, a
            mapping for some, the rest as in ``DEFAULT_COUNT``. CIDEr-D wants a few hundred pairs.
        naip: Folder of dated rasters, see ``RasterTiles``; its tiles of the split are asked about.
        without_clues: Whether to ask everything once more without clues.
        without_change_module: Folder of a model trained without the module, asked the same.
        on_progress: Told how many images, pairs, videos and tiles are done, of how many.

    Raises:
        UniRSError: ``eval_extra_missing`` without pycocoevalcap, ``count_invalid``,
            ``rasters_missing`` for a folder without dated rasters, ``model_missing``.
    """
    require_cider()
    counts = _counts(count)
    tiles = RasterTiles.open(naip, split, pipeline.image_size) if naip else None
    runs = 1 + without_clues + (without_change_module is not None)
    total = runs * (counts["scenes"] + counts["pairs"] + counts["videos"])
    tick = _ticker(total + (2 * counts["tiles"] if tiles else 0), on_progress)

    world = _examine_world(Examiner(pipeline), split, counts, tick)
    naip_scores = (
        _examine_tiles(Examiner(pipeline), tiles, counts["tiles"], tick) if tiles else None
    )
    clueless = concatenated = None
    if without_clues:
        clueless = _examine_world(Examiner(pipeline, clue=False), split, counts, tick)
    if without_change_module:
        other = load_pipeline(without_change_module, pipeline.device, pipeline.precision)
        concatenated = _examine_world(Examiner(other), split, counts, tick)
    return MiniScores(
        model=pipeline.name,
        device=pipeline.device,
        split=split,
        world=world,
        naip=naip_scores,
        without_clues=clueless,
        without_change_module=concatenated,
    )


def says_no_change(caption: str) -> bool:
    """Whether a change caption says that nothing has changed (see ``NO_CHANGE_WORDS``)."""
    words = f" {normalise(caption)} "
    return any(f" {phrase} " in words for phrase in NO_CHANGE_WORDS)


def water_direction(caption: str) -> str:
    """``"grown"``, ``"shrunk"`` or ``"unchanged"``, as a change caption says; else ``""``."""
    if says_no_change(caption):
        return "unchanged"
    words = f" {normalise(caption)} "
    said = [way for way, signs in WATER_WORDS.items() if any(f" {s} " in words for s in signs)]
    return said[0] if len(said) == 1 else ""


@dataclass
class Examiner:
    """Asks a model and keeps the verdicts.

    Attributes:
        pipeline: The model.
        clue: Whether clues are used.
        verdicts: Right or wrong, by key.
        captions: What was said and what would have been right, by key.
    """

    pipeline: Pipeline
    clue: bool = True
    verdicts: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    captions: dict[str, list[tuple[str, Sequence[str]]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def ask(self, key: str, visual: VisualInput, question: str, expected: str) -> None:
        """Put a question for a short answer."""
        text = prompts.short_answer(question)
        asked = Question(Task.ASK, text, clue=self.clue, max_new_tokens=ANSWER_TOKENS)
        answer = self.pipeline.answer(visual, asked)
        self.verdicts[key].append(is_right(answer.text, expected))

    def caption(self, key: str, visual: VisualInput, task: Task, references: Sequence[str]) -> str:
        """Let an image or a pair be described."""
        asked = Question(task, clue=self.clue, max_new_tokens=CAPTION_TOKENS)
        answer = self.pipeline.answer(visual, asked)
        self.captions[key].append((answer.text, references))
        return answer.text

    def judge_change(self, visual: VisualInput, changed: bool, references: Sequence[str]) -> str:
        """Let a change be described, and read from it whether there is one."""
        caption = self.caption("change_cider_d", visual, Task.CHANGE, references)
        self.verdicts["change_no_change"].append(says_no_change(caption) is not changed)
        return caption

    def classify(self, key: str, visual: VisualInput, classes: Sequence[str], event: str) -> None:
        """Let a video be assigned to one of the classes."""
        asked = Question(Task.CLASSIFY, options=tuple(classes), clue=self.clue)
        answer = self.pipeline.answer(visual, asked)
        self.verdicts[key].append(answer.text == event)

    def share(self, key: str) -> float | None:
        """Share of right answers."""
        return Accuracy.of(self.verdicts[key]).share

    def cider_d(self, key: str) -> float | None:
        """CIDEr-D of the captions, × 100."""
        said = [caption for caption, _ in self.captions[key]]
        return cider_d(said, [references for _, references in self.captions[key]], PLAIN)

    def questions(self) -> dict[str, int]:
        """How many answers were given, by key."""
        judged = {key: len(verdicts) for key, verdicts in self.verdicts.items()}
        return judged | {key: len(said) for key, said in self.captions.items()}


def _examine_world(
    examiner: Examiner, split: Split, counts: Mapping[str, int], tick: Tick
) -> WorldScores:
    size = examiner.pipeline.image_size
    for index in range(counts["scenes"]):
        one = scene(seed_for(split, index), size)
        visual = VisualInput.single(Crop(one.image))
        for asked in one.questions:
            examiner.ask(asked.type, visual, asked.question, asked.answer)
        examiner.caption("caption_cider_d", visual, Task.CAPTION, one.captions)
        tick()
    for index in range(counts["pairs"]):
        two = pair(seed_for(split, index), size)
        visual = _pair(two.before, two.after)
        examiner.judge_change(visual, two.changed, two.captions)
        for asked in two.questions:
            examiner.ask("change_questions", visual, asked.question, asked.answer)
        tick()
    for index in range(counts["videos"]):
        clip = video(seed_for(split, index), size, examiner.pipeline.frame_count)
        frames = VisualInput.video([Crop(frame) for frame in clip.frames])
        examiner.classify("video", frames, EVENTS, clip.event)
        tick()
    return WorldScores(
        presence=examiner.share("presence"),
        comparison=examiner.share("comparison"),
        rural_urban=examiner.share("rural_urban"),
        change_no_change=examiner.share("change_no_change"),
        video=examiner.share("video"),
        change_cider_d=examiner.cider_d("change_cider_d"),
        count=examiner.share("count"),
        area=examiner.share("area"),
        change_questions=examiner.share("change_questions"),
        caption_cider_d=examiner.cider_d("caption_cider_d"),
        questions=examiner.questions(),
    )


def _examine_tiles(examiner: Examiner, tiles: RasterTiles, count: int, tick: Tick) -> RasterScores:
    rng = np.random.default_rng(TILE_SEED)
    for _ in range(count):
        one = tiles.scene(rng)
        visual = VisualInput.single(Crop(one.image))
        for asked in one.questions:
            if asked.type == "presence":
                examiner.ask("water_presence", visual, asked.question, asked.answer)
        tick()
    bodies, shown = water_bodies(tiles.rasters), Counter[int]()
    for _ in range(count):
        two = tiles.pair(rng)
        changed = two.change != "unchanged"
        if changed:
            shown[changed_body(two, bodies)] += 1
        caption = examiner.judge_change(_pair(two.before, two.after), changed, two.captions)
        examiner.verdicts["water_direction"].append(water_direction(caption) == two.change)
        tick()
    counted = examiner.questions()
    return RasterScores(
        water_presence=examiner.share("water_presence"),
        change_no_change=examiner.share("change_no_change"),
        water_direction=examiner.share("water_direction"),
        questions={
            key: counted.get(key, 0)
            for key in ("water_presence", "change_no_change", "water_direction")
        },
        changed_bodies=tuple(tiles_of_it for _, tiles_of_it in shown.most_common()),
    )


def _pair(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> VisualInput:
    return VisualInput.pair(Crop(before), Crop(after))


def _counts(count: int | Mapping[str, int] | None) -> dict[str, int]:
    wanted = dict.fromkeys(DEFAULT_COUNT, count) if isinstance(count, int) else dict(count or {})
    if wanted.keys() - DEFAULT_COUNT.keys() or any(number < 0 for number in wanted.values()):
        raise UniRSError(
            "count_invalid",
            f"The count {count} is not valid; give a number of at least 0, or such numbers for "
            f"{', '.join(DEFAULT_COUNT)}.",
        )
    return {**DEFAULT_COUNT, **wanted}


def _ticker(total: int, on_progress: Callable[[int, int], None] | None) -> Tick:
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if on_progress:
            on_progress(done, total)

    return tick

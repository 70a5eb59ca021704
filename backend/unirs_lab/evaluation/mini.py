"""The benchmark of the small model: generated scenes of seeds that no training has seen.

Versions are chosen by the split ``val``, and the one chosen is reported on ``test``.

A question is put exactly as in training, and its answer is generated and compared by exact match.
Whether a pair has changed is what the model itself finds (``inference.verdict``). On real rasters,
held-out tiles are asked about water, and the water index knows the answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from unirs.errors import UniRSError
from unirs.inference import Pipeline, load_pipeline
from unirs.inputs import Crop, Task, VisualInput
from unirs.models import find_model
from unirs_lab.data.raster_truth import water_bodies
from unirs_lab.data.rasters import RasterTiles, TilePair, changed_body
from unirs_lab.evaluation.examiner import Examiner
from unirs_lab.evaluation.scores.captions import require_cider
from unirs_lab.world import EVENTS, pair, scene, seed_for, video

Split = Literal["val", "test"]
DEFAULT_COUNT = {"scenes": 300, "pairs": 300, "videos": 150, "tiles": 200}
TILE_SEED = 2012

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
class VoteScores:
    """Scores of change captions on which several views have voted (``unirs.inference.views``).

    Attributes:
        views: How many.
        change_no_change: As in ``WorldScores``.
        change_cider_d: As in ``WorldScores``.
        naip_change_no_change: As in ``RasterScores``; ``None`` where no folder was given.
        naip_water_direction: Likewise.
    """

    views: int
    change_no_change: float | None
    change_cider_d: float | None
    naip_change_no_change: float | None
    naip_water_direction: float | None


@dataclass(frozen=True)
class MiniScores:
    """Result of the benchmark.

    Attributes:
        model: Name of the model folder.
        device: Where it ran.
        split: What was asked about.
        world: Scores on generated scenes.
        naip: Scores on real tiles; ``None`` where no folder was given.
        by_vote: The same model, its change captions by a vote of views; ``None`` if not asked for.
        without_clues: The same model with the clue pass off; ``None`` if not asked for.
        without_change_module: Another model, trained with plain concatenation of the two dates in
            the change module's place; ``None`` if not given.
    """

    model: str
    device: str
    split: Split
    world: WorldScores
    naip: RasterScores | None = None
    by_vote: VoteScores | None = None
    without_clues: WorldScores | None = None
    without_change_module: WorldScores | None = None


def evaluate_mini(
    pipeline: Pipeline,
    *,
    split: Split = "test",
    count: int | Mapping[str, int] | None = None,
    naip: Path | None = None,
    clue: bool = True,
    views: int = 1,
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
        clue: Whether the frozen base writes clues.
        views: If more than 1: from how many views the changes are described once more.
        without_clues: Whether to ask everything once more without clues.
        without_change_module: Folder of a model trained without the module, asked the same.
        on_progress: Told how many images, pairs, videos and tiles are done, of how many.

    Raises:
        UniRSError: ``eval_extra_missing`` without pycocoevalcap, ``count_invalid``,
            ``rasters_missing`` for a folder without dated rasters, ``model_missing``.
    """
    require_cider()
    if without_change_module:
        find_model(without_change_module)  # so that it is not found missing after half of the work
    counts = _counts(count)
    tiles = RasterTiles.open(naip, split, pipeline.image_size) if naip else None
    runs = 1 + without_clues + (without_change_module is not None)
    total = runs * (counts["scenes"] + counts["pairs"] + counts["videos"])
    if tiles:
        total += 2 * counts["tiles"]
    if views > 1:
        total += counts["pairs"] + (counts["tiles"] if tiles else 0)
    tick = _ticker(total, on_progress)

    world = _examine_world(Examiner(pipeline, clue), split, counts, tick)
    naip_scores = (
        _examine_tiles(Examiner(pipeline, clue), tiles, counts["tiles"], tick) if tiles else None
    )
    by_vote = clueless = concatenated = None
    if views > 1:
        by_vote = _examine_views(Examiner(pipeline, clue, views), split, tiles, counts, tick)
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
        by_vote=by_vote,
        without_clues=clueless,
        without_change_module=concatenated,
    )


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
    for two in _tile_pairs(tiles, count):
        if two.change != "unchanged":
            shown[changed_body(two, bodies)] += 1
        examiner.judge_water(_pair(two.before, two.after), two.change, two.captions)
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


def _examine_views(
    examiner: Examiner,
    split: Split,
    tiles: RasterTiles | None,
    counts: Mapping[str, int],
    tick: Tick,
) -> VoteScores:
    for index in range(counts["pairs"]):
        two = pair(seed_for(split, index), examiner.pipeline.image_size)
        examiner.judge_change(_pair(two.before, two.after), two.changed, two.captions)
        tick()
    on_tiles = Examiner(examiner.pipeline, examiner.clue, examiner.views)
    for one in _tile_pairs(tiles, counts["tiles"]) if tiles else ():
        on_tiles.judge_water(_pair(one.before, one.after), one.change, one.captions)
        tick()
    return VoteScores(
        views=examiner.views,
        change_no_change=examiner.share("change_no_change"),
        change_cider_d=examiner.cider_d("change_cider_d"),
        naip_change_no_change=on_tiles.share("change_no_change"),
        naip_water_direction=on_tiles.share("water_direction"),
    )


def _tile_pairs(tiles: RasterTiles, count: int) -> Iterator[TilePair]:
    """The pairs that are asked about; those behind as many single tiles."""
    rng = np.random.default_rng(TILE_SEED)
    for _ in range(count):
        tiles.scene(rng)
    for _ in range(count):
        yield tiles.pair(rng)


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

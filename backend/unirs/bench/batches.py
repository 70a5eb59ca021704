"""What batches gain: tiles and options against one by one, and how long a lone question waits."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise, product
from statistics import median
from typing import Any, NamedTuple, TypeVar

from unirs.engines.engine import Item
from unirs.engines.unirs.pipeline import Pipeline
from unirs.imagery import CropOptions, read_crop
from unirs.inputs import Extent, Question, Task, VisualInput
from unirs.samples import CITY, CITY_EXTENT
from unirs.worker.client import PendingRequest, WorkerClient
from unirs.worker.protocol import Message

Result = TypeVar("Result")

TILES = 8, 4
"""Columns and rows of the tiles that are captioned."""

OPTION_TILES = 10, 5
"""The same for tiles with questions that have options."""

ONE_BY_ONE_TILES = 5
"""Of the latter, so many are asked about one by one; the time of all is in proportion."""

STAGES = ("prefill", "decode", "decode")
"""Of a batch, in which a lone question comes. Images are encoded once, so there is no other."""

TILE_QUESTIONS = (
    "Is there water?",
    "Is there a river?",
    "Is there a lake?",
    "Is there a road?",
    "Is there a highway?",
    "Is there a bridge?",
    "Are there buildings?",
    "Are there houses?",
    "Is there a factory?",
    "Is there a parking lot?",
    "Are there trees?",
    "Is there a forest?",
    "Is there a park?",
    "Are there fields?",
    "Is there bare soil?",
    "Is there a beach?",
    "Is there an airport?",
    "Are there ships?",
    "Is this area built up?",
    "Is this area rural?",
)
OPTIONS = ("yes", "no")


@dataclass(frozen=True)
class BatchFigures:
    """What was measured; seconds are wall-clock.

    Attributes:
        tiles: Tiles that the worker captioned, as ``unirs:captiontiles`` sends them.
        tiles_batch_seconds: All of them, as many in flight as the worker takes.
        tiles_one_by_one_seconds: All of them, each sent after the answer to the one before.
        tiles_batch_speedup: The one by the other.
        tiles_same_answers: Share of tiles with the same caption.
        option_questions: Questions with options, 20 on each of 50 tiles.
        options_batch_seconds: All of them in batches.
        options_one_by_one_seconds: The same one by one, tile by tile: each image is encoded and
            read once as well.
        options_batch_speedup: The one by the other.
        options_by_question_speedup: Against one question after the other on all tiles, as columns
            of a table are filled: then each image is read once for each question.
        lone_question_seconds: To the answer of a question while the worker has nothing else to do.
        lone_question_added_wait: How much longer it takes while the worker captions tiles.
        batch_step_seconds: The longest step of that batch, after which the question can go first.
    """

    tiles: int
    tiles_batch_seconds: float
    tiles_one_by_one_seconds: float
    tiles_batch_speedup: float
    tiles_same_answers: float
    option_questions: int
    options_batch_seconds: float
    options_one_by_one_seconds: float
    options_batch_speedup: float
    options_by_question_speedup: float
    lone_question_seconds: float
    lone_question_added_wait: float
    batch_step_seconds: float

    def to_json(self) -> dict[str, Any]:
        """The figures for machines."""
        return asdict(self)


class TileFigures(NamedTuple):
    """Seconds of captions both ways, the share of equal ones; seconds of a lone question."""

    batch: float
    one_by_one: float
    same_answers: float
    lone: float
    lone_in_batch: float


class OptionFigures(NamedTuple):
    """Seconds of questions with options: in batches, one by one by tile, and by question."""

    batch: float
    by_tile: float
    by_question: float


def measure_batches(pipeline: Pipeline, choice: dict[str, str]) -> BatchFigures:
    """Measure all, on a machine that has nothing else to do.

    Args:
        pipeline: The model.
        choice: Parameters of ``load`` for the same model in a worker.

    Raises:
        WorkerError, WorkerDied: See ``measure_tiles``.
    """
    step = measure_longest_step(pipeline)
    options = measure_options(pipeline)
    tiles = measure_tiles(choice)
    return BatchFigures(
        tiles=len(extents(*TILES)),
        tiles_batch_seconds=tiles.batch,
        tiles_one_by_one_seconds=tiles.one_by_one,
        tiles_batch_speedup=tiles.one_by_one / tiles.batch,
        tiles_same_answers=tiles.same_answers,
        option_questions=len(extents(*OPTION_TILES)) * len(TILE_QUESTIONS),
        options_batch_seconds=options.batch,
        options_one_by_one_seconds=options.by_tile,
        options_batch_speedup=options.by_tile / options.batch,
        options_by_question_speedup=options.by_question / options.batch,
        lone_question_seconds=tiles.lone,
        lone_question_added_wait=tiles.lone_in_batch - tiles.lone,
        batch_step_seconds=step,
    )


def extents(columns: int, rows: int) -> list[Extent]:
    """Extents of equal tiles of the sample raster of a city."""
    left, bottom, right, top = CITY_EXTENT
    width, height = (right - left) / columns, (top - bottom) / rows
    corners = product(range(rows), range(columns))
    places = [(left + column * width, bottom + row * height) for row, column in corners]
    return [(x, y, x + width, y + height) for x, y in places]


def measure_tiles(choice: dict[str, str]) -> TileFigures:
    """Captions of tiles by a worker, both ways, and a question in between.

    Args:
        choice: Parameters of ``load``.

    Raises:
        WorkerError: The worker refuses one.
        WorkerDied: It does not survive one.
    """
    requests = [
        {"paths": [str(CITY.path)], "crop": {"extent": extent}, "clue": False}
        for extent in extents(*TILES)
    ]
    with WorkerClient() as client:
        in_flight = 2 * client.request("load", dict(choice))["batch_size"]
        client.request("caption", requests[0])  # what happens once is not counted
        single, one_by_one = _timed(lambda: [client.request("caption", r) for r in requests])
        together, batch = _timed(lambda: _caption_together(client, requests, in_flight))
        questions = [
            {**request, "text": TILE_QUESTIONS[0], "max_new_tokens": 1}
            for request in requests[-2 * len(STAGES) :]
        ]
        lone = median(_timed(partial(client.request, "ask", q))[1] for q in questions)
        in_batch = [
            _ask_in_batch(client, requests[:in_flight], stage, question)
            for stage, question in zip(2 * STAGES, questions, strict=True)
        ]
    same = [a["answer"] == b["answer"] for a, b in zip(single, together, strict=True)]
    return TileFigures(batch, one_by_one, sum(same) / len(same), lone, median(in_batch))


def measure_options(pipeline: Pipeline) -> OptionFigures:
    """Questions with options, in batches and one by one; see ``ONE_BY_ONE_TILES``."""
    tiles = _tiles(pipeline, OPTION_TILES)
    questions = [Question(text=text, options=OPTIONS, clue=False) for text in TILE_QUESTIONS]
    few = tiles[:ONE_BY_ONE_TILES]
    all_of_them = len(tiles) / len(few)

    def one_by_one(asked: list[tuple[VisualInput, Question]]) -> float:
        pipeline.forget()
        return _timed(lambda: [pipeline.answer(*each) for each in asked])[1] * all_of_them

    by_tile = one_by_one([(tile, question) for tile in few for question in questions])
    by_question = one_by_one([(tile, question) for question in questions for tile in few])
    pipeline.forget()
    items = [Item(tile, question) for tile in tiles for question in questions]
    _, batch = _timed(lambda: list(pipeline.answers(items, batch_size=pipeline.batch_size)))
    return OptionFigures(batch, by_tile, by_question)


def measure_longest_step(pipeline: Pipeline) -> float:
    """Seconds of the longest step of a batch of captions, between two moments to pause."""
    moments: list[float] = []

    def stop() -> bool:
        moments.append(time.perf_counter())
        return False

    question = Question(Task.CAPTION, clue=False)
    items = [Item(tile, question, stop=stop) for tile in _tiles(pipeline, TILES)]
    list(pipeline.answers(items[:2]))  # what happens once is not counted
    pipeline.forget()
    moments.clear()
    list(pipeline.answers(items, batch_size=pipeline.batch_size))
    return max(later - earlier for earlier, later in pairwise(moments))


def _caption_together(
    client: WorkerClient, requests: Sequence[Message], in_flight: int
) -> list[Message]:
    """Captions with so many requests in flight, as a run of Processing sends them."""
    sent: deque[PendingRequest] = deque()
    results = []
    for request in requests:
        sent.append(client.submit("caption", {**request, "background": True}))
        if len(sent) == in_flight:
            results.append(sent.popleft().result())
    return results + [each.result() for each in sent]


def _ask_in_batch(
    client: WorkerClient, requests: Sequence[Message], stage: str, question: Message
) -> float:
    """Seconds of a question that comes while a batch of captions is in a stage."""
    begun = threading.Event()

    def listen(_: str, facts: Message) -> None:
        if facts.get("stage") == stage:
            begun.set()

    pending = [
        # The first one does not wait for the others; the last one is answered with them.
        client.submit("caption", {**r, "background": True}, listen if r is requests[-1] else None)
        for r in requests
    ]
    begun.wait()
    _, seconds = _timed(lambda: client.request("ask", question))
    for each in pending:
        each.result()
    return seconds


def _tiles(pipeline: Pipeline, grid: tuple[int, int]) -> list[VisualInput]:
    options = [CropOptions(extent=extent) for extent in extents(*grid)]
    return [VisualInput.single(read_crop(CITY.path, pipeline.image_size, o)) for o in options]


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """What work returns, and the seconds that it takes."""
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started

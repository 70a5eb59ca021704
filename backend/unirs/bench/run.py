"""Measures of speed and memory: ratios within one run, with the seconds behind them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import product
from operator import truediv
from statistics import median
from typing import Any, NamedTuple

import torch

from unirs.bench.batches import BatchFigures, measure_batches
from unirs.bench.memory import MEGABYTE, measure_worker_peak
from unirs.engines.engine import Item
from unirs.engines.unirs.pipeline import Pipeline
from unirs.engines.unirs.prompting import answer_prompt, fuses, instruction_for, writes_clue
from unirs.engines.unirs.stages import CLUE_MAX_NEW_TOKENS
from unirs.engines.unirs.visual import visual_tokens
from unirs.imagery import CropOptions, read_crop, read_pair
from unirs.inputs import Question, Task, VisualInput
from unirs.model import ModelBundle, embed_prompt
from unirs.model.adapters import Role
from unirs.prompts import Prompt, clue_prompt
from unirs.samples import AFTER, BEFORE, CITY, CITY_EXTENT

REPETITIONS = 5

EMPTY_PROGRAM = """
import typer

app = typer.Typer(rich_markup_mode="rich")
app.callback()(lambda: None)
app.command("nothing")(lambda: None)
app(["--help"])
"""

PAIR_QUESTIONS = (
    "Has anything changed?",
    "Is there a new house?",
    "Is there a new road?",
    "Have trees been cut down?",
    "Has a house been torn down?",
    "Has a road been built at the top?",
    "Is there more water than before?",
    "Is there less water than before?",
    "Has bare land been built on?",
    "Where did something change?",
    "What appears in the second image?",
    "What disappears from the first image?",
    "Are there more houses than before?",
    "Are there fewer trees than before?",
    "Did the left part of the scene change?",
    "Did the right part of the scene change?",
    "Is the scene the same as before?",
    "Has the parking lot grown?",
    "Is the area rural or urban now?",
    "Describe the change.",
)


@dataclass(frozen=True)
class BenchResult:
    """What was measured. Seconds are wall-clock; a megabyte is 10^6 bytes.

    Attributes:
        model: Name of the model.
        device: Where it ran.
        precision: In which precision.
        load_seconds: Loading the model, in a process that has imported PyTorch.
        caption_seconds: A caption of an image, with its clue where the model writes one (median).
        first_question_seconds: To the first token of the first question on an image (median).
        follow_up_seconds: To the first token of a second question on it (median).
        follow_up_first_token_speedup: The one by the other.
        questions: Number of questions asked of one pair.
        shared_seconds: All of them through the pipeline, vision and clue included.
        naive_seconds: All of them, each by a fresh ``generate`` for clue and for answer.
        shared_vs_naive_speedup: The one by the other.
        same_answers: Whether both ways gave the same answers.
        tokens_per_second: Of decoding, through the pipeline.
        captions_per_second: Captions of tiles, in batches, without clues.
        batch: Number of questions, each on a tile of its own, answered in one batch.
        batched_seconds: All of them in one batch.
        one_by_one_seconds: All of them through the pipeline, one after the other.
        batched_speedup: The one by the other.
        batched_same_answers: Whether both ways gave the same answers.
        worker_peak_mb: Resident memory of a worker that captioned an image, described a change
            and classified a video; sampled every 10 ms.
        batches: What batches gain, see ``bench.batches``.
        help_seconds: Of ``unirs --help`` as a process (median).
        help_cost: The same by the help of an empty program made with the same library (median of
            pairs, one after the other).
    """

    model: str
    device: str
    precision: str
    load_seconds: float
    caption_seconds: float
    first_question_seconds: float
    follow_up_seconds: float
    follow_up_first_token_speedup: float
    questions: int
    shared_seconds: float
    naive_seconds: float
    shared_vs_naive_speedup: float
    same_answers: bool
    tokens_per_second: float
    captions_per_second: float
    batch: int
    batched_seconds: float
    one_by_one_seconds: float
    batched_speedup: float
    batched_same_answers: bool
    batches: BatchFigures
    worker_peak_mb: float
    help_seconds: float
    help_cost: float

    def to_json(self) -> dict[str, Any]:
        """The result for machines; the figures of batches stand among the others."""
        facts = asdict(self)
        batches = facts.pop("batches")
        return {**facts, **batches}


class FirstTokens(NamedTuple):
    """Median seconds to the first token."""

    first_question: float
    follow_up: float


class SharedAndNaive(NamedTuple):
    """Seconds of both ways, whether they agree, and the speed of decoding."""

    shared: float
    naive: float
    same_answers: bool
    tokens_per_second: float


class BatchedAndSingle(NamedTuple):
    """Seconds of both ways, and whether they agree."""

    batched: float
    one_by_one: float
    same_answers: bool


def run_bench(
    load: Callable[[], Pipeline], on_step: Callable[[str], None] | None = None
) -> BenchResult:
    """Measure everything on the sample imagery, on a machine that has nothing else to do.

    Args:
        load: Loads the model.
        on_step: Called with the name of each measurement as it begins.
    """
    report = on_step or (lambda _: None)
    report("starting the command line")
    help_seconds, help_cost = measure_help()
    report("loading")
    pipeline = load()
    pair = VisualInput.pair(*read_pair(BEFORE.path, AFTER.path, pipeline.image_size))
    image = VisualInput.single(read_crop(CITY.path, pipeline.image_size))
    tiles = sample_tiles(pipeline.image_size)
    report("captions and first tokens of one image")
    caption_seconds = measure_caption(pipeline, image)
    first_tokens = measure_first_tokens(pipeline, image)
    report(f"{len(PAIR_QUESTIONS)} questions on one pair, shared and naive")
    both = measure_shared_and_naive(pipeline, pair)
    report(f"{len(tiles)} questions on as many tiles, in a batch and one by one")
    batch = measure_batched_and_single(pipeline, tiles)
    report(f"captions of {len(tiles)} tiles")
    captions_per_second = measure_captions(pipeline, tiles)
    name, device, precision = pipeline.name, pipeline.device, pipeline.precision
    folder, load_seconds = pipeline.bundle.folder.resolve(), pipeline.load_seconds
    choice = {"model": str(folder), "device": device, "precision": precision}
    report("tiles and options in batches and one by one")
    batches = measure_batches(pipeline, choice)
    pipeline.close()
    report("memory of the worker")
    worker_peak = measure_worker_peak(choice)
    return BenchResult(
        model=name,
        device=device,
        precision=precision,
        load_seconds=load_seconds,
        caption_seconds=caption_seconds,
        first_question_seconds=first_tokens.first_question,
        follow_up_seconds=first_tokens.follow_up,
        follow_up_first_token_speedup=first_tokens.first_question / first_tokens.follow_up,
        questions=len(PAIR_QUESTIONS),
        shared_seconds=both.shared,
        naive_seconds=both.naive,
        shared_vs_naive_speedup=both.naive / both.shared,
        same_answers=both.same_answers,
        tokens_per_second=both.tokens_per_second,
        captions_per_second=captions_per_second,
        batch=len(tiles),
        batched_seconds=batch.batched,
        one_by_one_seconds=batch.one_by_one,
        batched_speedup=batch.one_by_one / batch.batched,
        batched_same_answers=batch.same_answers,
        batches=batches,
        worker_peak_mb=worker_peak / MEGABYTE,
        help_seconds=help_seconds,
        help_cost=help_cost,
    )


def sample_tiles(size: int) -> list[VisualInput]:
    """Tiles of the sample raster of a city, one for each of ``PAIR_QUESTIONS``.

    Args:
        size: Side of a tile as the model reads it, in pixels.
    """
    left, bottom, right, top = CITY_EXTENT
    columns, rows = 5, len(PAIR_QUESTIONS) // 5
    width, height = (right - left) / columns, (top - bottom) / rows
    tiles = []
    for row, column in product(range(rows), range(columns)):
        x, y = left + column * width, bottom + row * height
        options = CropOptions(extent=(x, y, x + width, y + height))
        tiles.append(VisualInput.single(read_crop(CITY.path, size, options)))
    return tiles


def measure_caption(pipeline: Pipeline, image: VisualInput) -> float:
    """Median seconds of a caption of an image that the pipeline has not seen.

    A round that is not counted pays for what happens once in a process.
    """
    rounds = []
    for _ in range(REPETITIONS + 1):
        pipeline.forget()
        rounds.append(pipeline.answer(image, Question(Task.CAPTION)).seconds.total)
    return median(rounds[1:])


def measure_captions(pipeline: Pipeline, tiles: list[VisualInput]) -> float:
    """Captions of tiles a second, in batches and without clues."""
    pipeline.forget()
    started = time.perf_counter()
    list(pipeline.answers(Item(tile, Question(Task.CAPTION, clue=False)) for tile in tiles))
    return len(tiles) / (time.perf_counter() - started)


def measure_first_tokens(pipeline: Pipeline, visual: VisualInput) -> FirstTokens:
    """How soon the first token comes, of a first question and of a second on the same image.

    A round that is not counted pays for what happens once in a process.
    """
    first, second = (Question(text=text) for text in PAIR_QUESTIONS[:2])
    rounds = []
    for _ in range(REPETITIONS + 1):
        pipeline.forget()
        answers = pipeline.answer(visual, first), pipeline.answer(visual, second)
        rounds.append([answer.seconds.first_token for answer in answers])
    return FirstTokens(*(median(column) for column in zip(*rounds[1:], strict=True)))


def measure_shared_and_naive(pipeline: Pipeline, pair: VisualInput) -> SharedAndNaive:
    """All ``PAIR_QUESTIONS`` through the pipeline, and each on its own with nothing shared."""
    questions = [Question(text=text) for text in PAIR_QUESTIONS]
    naive_answer(pipeline.bundle, pair, questions[0])  # what happens once is not counted
    started = time.perf_counter()
    naive = [naive_answer(pipeline.bundle, pair, question) for question in questions]
    between = time.perf_counter()
    pipeline.forget()
    shared = [pipeline.answer(pair, question) for question in questions]
    ended = time.perf_counter()
    tokens = sum(answer.tokens.answer for answer in shared)
    return SharedAndNaive(
        shared=ended - between,
        naive=between - started,
        same_answers=[answer.text for answer in shared] == naive,
        tokens_per_second=tokens / sum(answer.seconds.decode for answer in shared),
    )


def measure_batched_and_single(pipeline: Pipeline, tiles: list[VisualInput]) -> BatchedAndSingle:
    """Each of ``PAIR_QUESTIONS`` on a tile of its own, in one batch and one by one.

    No image has two questions: the batch is measured, and not what questions share.
    """
    items = [
        Item(tile, Question(text=text)) for tile, text in zip(tiles, PAIR_QUESTIONS, strict=True)
    ]
    list(pipeline.answers(items[:2]))  # what happens once is not counted
    started = time.perf_counter()
    batched = list(pipeline.answers(items))
    between = time.perf_counter()
    pipeline.forget()
    single = [pipeline.answer(item.visual, item.question) for item in items]
    ended = time.perf_counter()
    same = [each.text for each in batched] == [each.text for each in single]
    return BatchedAndSingle(between - started, ended - between, same)


@torch.inference_mode()
def naive_answer(bundle: ModelBundle, visual: VisualInput, question: Question) -> str:
    """An answer as a straightforward script makes it: two fresh ``generate``, nothing shared."""
    clue = None
    if question.clue is not False and writes_clue(bundle.config):
        prompt = clue_prompt(visual.kind, len(visual.crops))
        clue = _generate(bundle, "clue", prompt, visual, False, CLUE_MAX_NEW_TOKENS).strip()
    prompt = answer_prompt(bundle.config, visual, instruction_for(question, visual.kind), clue)
    as_pair = fuses(bundle.config, visual)
    return _generate(bundle, "answer", prompt, visual, as_pair, question.max_new_tokens)


def _generate(
    bundle: ModelBundle,
    role: Role,
    prompt: Prompt,
    visual: VisualInput,
    as_pair: bool,
    max_new_tokens: int,
) -> str:
    model, processor = bundle.model, bundle.processor
    pixel_values = processor.images([crop.pixels for crop in visual.crops])
    features = model.encode_images(pixel_values.to(model.device, model.dtype))
    tokens = visual_tokens(bundle, features, as_pair=as_pair)
    with bundle.language_model(role) as language_model:
        embedded = embed_prompt(language_model, processor.encode(prompt).to(model.device), tokens)
        ids = language_model.generate(
            inputs_embeds=embedded,
            attention_mask=torch.ones(embedded.shape[:2], device=model.device),
            do_sample=False,
            max_new_tokens=max_new_tokens,
            eos_token_id=processor.tokenizer.eos_token_id,
            pad_token_id=processor.tokenizer.pad_token_id,
        )
    return processor.decode(ids[0])


def measure_help() -> tuple[float, float]:
    """Seconds of ``unirs --help``, and their ratio to those of an empty program's help."""
    ours, empty = [], []
    for _ in range(REPETITIONS):
        ours.append(_process_seconds(["-m", "unirs", "--help"]))
        empty.append(_process_seconds(["-c", EMPTY_PROGRAM]))
    return median(ours), median(map(truediv, ours, empty))


def _process_seconds(words: list[str]) -> float:
    started = time.perf_counter()
    command = [sys.executable, *words]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - our own words
    return time.perf_counter() - started

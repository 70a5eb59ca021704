"""How well images and pairs are found by sentences: ``unirs evaluate retrieval``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unirs.engines.engine import Item
from unirs.engines.unirs import Pipeline
from unirs.files import keep_settings, make_folder
from unirs.index.ranking import FIT_WEIGHT, fit, fit_question, word_similarities
from unirs.index.request import RESCORED
from unirs.index.sentences import find_sentence_model, load_sentence_model
from unirs.inputs import InputKind, Question, Task
from unirs_lab.data.real.readers import read_real
from unirs_lab.data.records import RecordFile
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import read_visual
from unirs_lab.evaluation.asking import Observer, Options, model_facts
from unirs_lab.evaluation.cases import NO_CHANGE_GROUP
from unirs_lab.evaluation.figures import Aim
from unirs_lab.evaluation.generated_questions import draw_changes
from unirs_lab.evaluation.published import beside
from unirs_lab.evaluation.published_retrieval import RSICD
from unirs_lab.evaluation.question_kinds import Sources, Split
from unirs_lab.evaluation.report import Evaluation, write_reports
from unirs_lab.evaluation.scores.retrieval import (
    FIRST,
    RetrievalScores,
    image_rank,
    recalls,
    score_retrieval,
)
from unirs_lab.evaluation.tables import Cell, Column, Table

AIM = Aim(15)
"""Aim: mean recall of images of RSICD that are found by sentences, in %."""

PAIRS = 60
"""Generated pairs that have changed."""

TASKS = {InputKind.SINGLE: Task.CAPTION, InputKind.PAIR: Task.CHANGE}

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Described:
    """What an index keeps of an image or pair.

    Attributes:
        id: Name of the sample.
        caption: What the model wrote.
        image: Where the image lies among sentences; ``None`` if that is unknown.
    """

    id: str
    caption: str
    image: tuple[float, ...] | None


@dataclass(frozen=True)
class Gallery:
    """Described images, and the sentences that people or the generator wrote about them.

    Attributes:
        samples: The images.
        described: The same, as they were described.
        own: The image of each sentence.
        asked: The sentences that are looked for.
    """

    samples: Sequence[Sample]
    described: Sequence[Described]
    own: tuple[int, ...] = field(init=False)
    asked: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        pairs = [(place, each) for place, each in enumerate(self.samples) for _ in each.answers]
        object.__setattr__(self, "own", tuple(place for place, _ in pairs))
        asked = (row for row, (_, each) in enumerate(pairs) if each.group != NO_CHANGE_GROUP)
        object.__setattr__(self, "asked", tuple(asked))

    @cached_property
    def sentences(self) -> list[str]:
        """All sentences, image by image."""
        return [" ".join(sentence.split()) for each in self.samples for sentence in each.answers]

    @cached_property
    def _embeddings(self) -> tuple[Array, Array, Array]:
        """Of sentences, of captions, and of the images, NaN where unknown."""
        texts = [*self.sentences, *(each.caption for each in self.described)]
        distinct = sorted(set(texts), key=len)
        known = dict(zip(distinct, load_sentence_model().embed(distinct), strict=True))
        found = np.stack([known[text] for text in texts])
        unknown = np.full(found.shape[1], np.nan)
        images = [unknown if each.image is None else each.image for each in self.described]
        count = len(self.sentences)
        return found[:count], found[count:], np.array(images, np.float32)

    def similarities(self, *, images: bool, captions: bool = True) -> Array:
        """How near images are to sentences, ``[images, sentences]``, as ``unirs find`` ranks them.

        Args:
            images: Whether the images themselves are compared.
            captions: Whether their captions are.
        """
        words, written, seen = self._embeddings
        if not captions:
            return np.asarray(seen @ words.T)
        return word_similarities(words.T, written, seen if images else np.full_like(seen, np.nan))

    @property
    def has_images(self) -> bool:
        """Whether it is known where the images lie among sentences."""
        return all(each.image is not None for each in self.described)

    def scores(self, **compared: bool) -> RetrievalScores:
        """The recalls of a search; see ``similarities``."""
        return score_retrieval(self.similarities(**compared), self.own, self.asked)

    def ways(self) -> dict[str, RetrievalScores]:
        """The recalls by what is compared."""
        found = {"captions": self.scores(images=False)}
        if self.has_images:
            found["images"] = self.scores(images=True, captions=False)
            found["captions and images"] = self.scores(images=True)
        return found


def evaluate_retrieval(
    root: Path,
    load: Callable[[], Pipeline],
    options: Options,
    observer: Observer | None = None,
    *,
    split: Split = "test",
    rescore: int = 0,
) -> Evaluation:
    """Find the images of RSICD, and generated pairs, by their sentences.

    Args:
        root: Folder of the collection ``rsicd``.
        load: Loads the model.
        options: How it is evaluated; ``limit`` is the number of images and of pairs.
        observer: Receives stages, counts and notes.
        split: ``"val"`` to choose settings, ``"test"`` to report.
        rescore: For so many sentences about images, the best images are compared anew as well.

    Raises:
        UniRSError: Of the readers; ``sentence_model_missing``, ``settings_differ``.
    """
    observer = observer or Observer()
    find_sentence_model()
    observer.stage("Reading the data")
    items = read_real(root, "rsicd", split)[: options.limit]
    images = [Sample(each.id, InputKind.SINGLE, each.images, "", each.captions) for each in items]
    pairs = draw_changes(Sources(), split, options.limit or PAIRS)
    observer.stage("Loading the model")
    pipeline = load()
    facts = {"split": split, **model_facts(pipeline), "clues": options.clue}
    make_folder(options.out)
    keep_settings(options.out, facts)
    found = {
        name: Gallery(samples, _described(pipeline, name, samples, options, observer))
        for name, samples in (("rsicd", images), ("pairs", pairs))
    }
    observer.stage("Searching")
    ways = {name: gallery.ways() for name, gallery in found.items()}
    rescored = _rescored(pipeline, found["rsicd"], rescore, observer) if rescore else {}
    heading = f"Retrieval, {split}: {pipeline.name}"
    record = {
        "benchmark": "retrieval",
        **facts,
        "figures": {
            name: {way: dict(scores.figures) for way, scores in each.items()}
            for name, each in ways.items()
        },
        "rescored": rescored,
    }
    tables = (
        _beside(pipeline.name, ways["rsicd"]),
        _pair_table(ways["pairs"]),
        *([_rescored_table(rescored, rescore)] if rescored else []),
    )
    evaluation = Evaluation(record, tables, options.out)
    write_reports(evaluation, (), heading, options, observer)
    return evaluation


def _described(
    pipeline: Pipeline, name: str, samples: Sequence[Sample], options: Options, observer: Observer
) -> list[Described]:
    """The samples as an index describes them; what was described before is kept."""
    observer.stage(f"Describing {name}")
    with RecordFile(options.out / f"{name}.jsonl", Described) as file:
        known = {each.id: each for each in file.read()}
        new = [sample for sample in samples if sample.id not in known]
        items = (
            Item(
                read_visual(sample, pipeline.frame_count),
                Question(TASKS[sample.kind], clue=None if options.clue else False),
            )
            for sample in new
        )
        answers = pipeline.answers(items, batch_size=options.batch_size)
        for done, (sample, answer) in enumerate(zip(new, answers, strict=True), start=1):
            place = answer.image_sentence
            image = None if place is None else tuple(np.round(place, 5).tolist())
            known[sample.id] = Described(sample.id, answer.text, image)
            file.add([known[sample.id]])
            observer.asking(done, len(new))
    return [known[sample.id] for sample in samples]


def _rescored(
    pipeline: Pipeline, gallery: Gallery, count: int, observer: Observer
) -> dict[str, list[float]]:
    """Recalls for some sentences before and after their best images were compared anew."""
    observer.stage("Comparing the best images anew")
    similarities = gallery.similarities(images=gallery.has_images)
    asked = gallery.asked[:: max(1, len(gallery.asked) // count)][:count]
    before, after = [], []
    for done, sentence in enumerate(asked, start=1):
        near, own = similarities[:, sentence].copy(), gallery.own[sentence]
        before.append(image_rank(near, own))
        best = np.argsort(-near, kind="stable")[:RESCORED]
        fits = list(_fits(pipeline, gallery, gallery.sentences[sentence], best.tolist()))
        near[best] = near[best].max() + 1 + near[best] + FIT_WEIGHT * np.array(fits, np.float32)
        after.append(image_rank(near, own))
        observer.asking(done, len(asked))
    return {"before": list(recalls(before)), "after": list(recalls(after))}


def _fits(pipeline: Pipeline, gallery: Gallery, words: str, best: Sequence[int]) -> Iterator[float]:
    """How well words fit each of some images, as ``unirs find`` asks for it."""
    captions = [gallery.described[place].caption for place in best]
    items = (
        Item(
            read_visual(gallery.samples[place], pipeline.frame_count),
            fit_question(words, [gallery.described[place].caption, *captions], Task.CAPTION),
        )
        for place in best
    )
    for answer in pipeline.answers(items, batch_size=pipeline.batch_size):
        yield fit(answer, words) or 0.0


def _beside(model: str, ways: Mapping[str, RetrievalScores]) -> Table:
    own = {
        f"{model}, {way}": [scores.figures[key] for key in RSICD.columns]
        for way, scores in ways.items()
    }
    (*_, last) = ways.values()
    return beside(RSICD, own, (last.note, f"Aim for the mean by text: {AIM} %."))


def _pair_table(ways: Mapping[str, RetrievalScores]) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (way, *scores.by_text) for way, scores in ways.items()
    )
    (*_, last) = ways.values()
    chance: tuple[Cell, ...] = tuple(100 * min(1, k / last.images) for k in FIRST)
    return Table(
        "Generated pairs, found by their change captions",
        (Column("Compared"), *_recall_columns()),
        (("at random", *chance), *rows),
        (f"{last.images:,} pairs; sentences about those that have changed are looked for.",),
    )


def _rescored_table(rescored: Mapping[str, Sequence[float]], count: int) -> Table:
    return Table(
        f"Images of {count:,} sentences, before and after the best {RESCORED} are compared anew",
        (Column("Ranked"), *_recall_columns()),
        tuple((name, *figures) for name, figures in rescored.items()),
    )


def _recall_columns() -> tuple[Column, ...]:
    return tuple(Column(f"R@{k}", "%", 1) for k in FIRST)

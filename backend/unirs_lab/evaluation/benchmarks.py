"""The paper's benchmarks: what each asks, and how its answers are scored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from unirs.errors import UniRSError
from unirs.inputs import Question
from unirs.prompts import ERA_CLASSES
from unirs_lab.data.datasets import dataset
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import read_mask
from unirs_lab.evaluation.asking import question_for
from unirs_lab.evaluation.cases import Case, is_verdict_right
from unirs_lab.evaluation.predictions import Prediction
from unirs_lab.evaluation.published import era_by_class, own_figures
from unirs_lab.evaluation.question_kinds import CAPTION_TOKENS, SHORT_TOKENS
from unirs_lab.evaluation.scores.captions import CaptionScores, score_captions
from unirs_lab.evaluation.scores.change_maps import ChangeMapScores, score_change_maps
from unirs_lab.evaluation.scores.classes import ClassScores, score_classes
from unirs_lab.evaluation.scores.java import require_java
from unirs_lab.evaluation.scores.tokenisation import Tokenisation
from unirs_lab.evaluation.scores.vqa import LEFT_OUT, Accuracy, Answered, is_right, score_vqa
from unirs_lab.evaluation.tables import Column, Table

_CHANGE_PROTOCOL = "the model's verdict whether anything has changed, against the label"
_SHARE_COLUMNS = (
    Column("Type"),
    Column("Right", "%", 2),
    Column("Right answers", decimals=0),
    Column("Questions", decimals=0),
)


@dataclass(frozen=True)
class Findings:
    """The scores of a benchmark.

    Attributes:
        scores: JSON values, with protocols and denominators.
        figures: The cells of the row beside the paper's, in the paper's units.
        notes: Sentences below that row: protocol, tokenisation, denominators.
        tables: Everything else that was measured.
        cases: One for each prediction.
        classes: Confusion of classes, where there are some.
    """

    scores: dict[str, Any]
    figures: tuple[float | None, ...]
    notes: tuple[str, ...]
    tables: tuple[Table, ...]
    cases: tuple[Case, ...]
    classes: ClassScores | None = None


Score = Callable[[Sequence[Sample], Sequence[Prediction], Tokenisation], Findings]


@dataclass(frozen=True)
class Benchmark:
    """One benchmark of the paper.

    Attributes:
        name: Name for commands.
        title: Name for people.
        datasets: Data sets that it can be read from; the first one with all of its files is.
        split: The split that the paper scores.
        max_new_tokens: Longest answer.
        score: From samples, predictions and tokenisation to the findings.
        left_out: Groups that the paper does not ask; they can be asked and are scored apart.
        options: Closed set of answers that can be scored instead of generated.
        compares_captions: Whether the tokenisation matters.
        require: Raises a ``UniRSError`` where something is missing that scoring needs.
    """

    name: str
    title: str
    datasets: tuple[str, ...]
    split: str
    max_new_tokens: int
    score: Score = field(repr=False)
    left_out: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    compares_captions: bool = False
    require: Callable[[], None] = field(default=lambda: None, repr=False)

    def read(self, root: Path, split: str) -> list[Sample]:
        """The samples of a split.

        Raises:
            UniRSError: Of the reader; ``dataset_layout`` if an image is missing.
        """
        *richer, plain = self.datasets
        for name in richer:
            samples = dataset(name).read(root, split)
            if all(each.mask is None or each.mask.is_file() for each in samples):
                return samples
        return dataset(plain).read(root, split)

    def captions(self, root: Path) -> list[str]:
        """All reference captions of all splits, also of splits without images."""
        data = dataset(self.datasets[-1])
        return [
            caption
            for split in data.splits
            for sample in data.reader(root, split)
            for caption in sample.answers
        ]

    def published(self, split: str) -> int | None:
        """Published number of samples of a split; ``None`` where none is published."""
        return dataset(self.datasets[-1]).published.get(split, {}).get("samples")

    def question(self, sample: Sample, *, clue: bool, scored: bool) -> Question:
        """The question of a sample; its closed set of answers is scored or not."""
        options = self.options if scored else ()
        return question_for(sample, clue=clue, max_new_tokens=self.max_new_tokens, options=options)


def benchmark(name: str) -> Benchmark:
    """A benchmark by its name.

    Raises:
        UniRSError: ``benchmark_unknown``.
    """
    if name not in BENCHMARKS:
        raise UniRSError(
            "benchmark_unknown",
            f"There is no benchmark {name!r}; choose from: {', '.join(BENCHMARKS)}.",
        )
    return BENCHMARKS[name]


def _vqa(left_out: tuple[str, ...], name: str) -> Score:
    """Exact match by type of question; see ``scores.vqa``."""

    def score(
        samples: Sequence[Sample], predictions: Sequence[Prediction], _words: Tokenisation
    ) -> Findings:
        answers = [Answered(each.group, each.answer, each.references[0]) for each in predictions]
        scores = score_vqa(answers, left_out)
        rows = [(type_ or "all", *_share(one)) for type_, one in scores.by_type.items()]
        by_type = Table("Types of questions", _SHARE_COLUMNS, tuple(rows), (scores.note,))
        return Findings(
            scores.as_json(),
            own_figures(scores, name),
            (scores.note,),
            (by_type,),
            _exact_matches(samples, predictions),
        )

    return score


def _score_captions(
    samples: Sequence[Sample], predictions: Sequence[Prediction], words: Tokenisation
) -> Findings:
    """Captions against five references, the verdict whether anything changed, change maps."""
    scores = score_captions(
        [each.answer for each in predictions], [each.references for each in predictions], words
    )
    rights = [is_verdict_right(*each) for each in zip(samples, predictions, strict=True)]
    seen = Accuracy.of(rights)
    maps = _score_maps(samples, predictions)
    return Findings(
        {
            **scores.as_json(),
            "change_or_no_change": {**seen.as_json(), "protocol": _CHANGE_PROTOCOL},
            "change_maps": None if maps is None else maps.as_json(),
        },
        own_figures(scores, "levir-cc"),
        (scores.note,),
        tuple(_caption_tables(scores, seen, maps)),
        tuple(
            Case(sample, each, right, f"CIDEr-D {score:.1f}")
            for sample, each, right, score in zip(
                samples, predictions, rights, scores.each, strict=True
            )
        ),
    )


def _score_maps(
    samples: Sequence[Sample], predictions: Sequence[Prediction]
) -> ChangeMapScores | None:
    """Change maps against masks, of the pairs that have both."""
    maps = {
        each.id: np.array(each.change_map) for each in predictions if each.change_map is not None
    }
    known = [each for each in samples if each.mask is not None and each.id in maps]
    if not known:
        return None
    return score_change_maps(
        (maps[each.id] for each in known),
        (read_mask(each.mask, each.edit) for each in known if each.mask is not None),
    )


def _score_events(
    samples: Sequence[Sample], predictions: Sequence[Prediction], _words: Tokenisation
) -> Findings:
    """Names of events; see ``scores.classes``."""
    scores = score_classes(
        [each.answer for each in predictions],
        [each.references[0] for each in predictions],
        ERA_CLASSES,
    )
    return Findings(
        scores.as_json(),
        own_figures(scores, "era"),
        (scores.note,),
        (era_by_class(scores),),
        _exact_matches(samples, predictions),
        scores,
    )


def _exact_matches(
    samples: Sequence[Sample], predictions: Sequence[Prediction]
) -> tuple[Case, ...]:
    return tuple(
        Case(sample, each, is_right(each.answer, each.references[0]))
        for sample, each in zip(samples, predictions, strict=True)
    )


def _caption_tables(
    scores: CaptionScores, seen: Accuracy, maps: ChangeMapScores | None
) -> Iterator[Table]:
    measures = (
        *((f"BLEU-{n}", each) for n, each in enumerate(scores.bleu, 1)),
        ("METEOR", scores.meteor),
        ("ROUGE-L", scores.rouge_l),
        ("CIDEr-D", scores.cider_d),
        ("S*m", scores.s_m),
    )
    yield Table("Captions", (Column("Measure"), Column("× 100")), measures, (scores.note,))
    shares = (("change or no change", *_share(seen)),)
    note = f"Change or no change: {_CHANGE_PROTOCOL}."
    yield Table("Change or no change", _SHARE_COLUMNS, shares, (note,))
    if maps is not None:
        yield Table(
            "Change maps", (Column("Measure"), Column("%")), tuple(_map_rows(maps)), (maps.note,)
        )


def _map_rows(maps: ChangeMapScores) -> Iterator[tuple[str, float | None]]:
    yield "F1", _percent(maps.f1)
    yield "cIoU", _percent(maps.c_iou)
    yield "mIoU", _percent(maps.m_iou)
    for k, found in maps.at.items():
        yield f"Recall@{k}", _percent(None if found is None else found.recall)
        yield f"Precision@{k}", _percent(None if found is None else found.precision)


def _share(accuracy: Accuracy) -> tuple[float | None, int, int]:
    return _percent(accuracy.share), accuracy.right, accuracy.asked


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


_ALL = (
    Benchmark(
        name="rsvqa-lr",
        title="RSVQA-LR",
        datasets=("rsvqa-lr",),
        split="test",
        max_new_tokens=SHORT_TOKENS,
        score=_vqa(LEFT_OUT, "rsvqa-lr"),
        left_out=LEFT_OUT,
    ),
    Benchmark(
        name="rsvqa-hr",
        title="RSVQA-HR",
        datasets=("rsvqa-hr",),
        split="test_phili",
        max_new_tokens=SHORT_TOKENS,
        score=_vqa(LEFT_OUT, "rsvqa-hr"),
        left_out=LEFT_OUT,
    ),
    Benchmark(
        name="crsvqa",
        title="CRSVQA",
        datasets=("crsvqa",),
        split="test",
        max_new_tokens=SHORT_TOKENS,
        score=_vqa((), "crsvqa"),
    ),
    Benchmark(
        name="levir-cc",
        title="LEVIR-CC",
        datasets=("levir-mci", "levir-cc"),
        split="test",
        max_new_tokens=CAPTION_TOKENS,
        score=_score_captions,
        compares_captions=True,
        require=require_java,
    ),
    Benchmark(
        name="era",
        title="ERA",
        datasets=("era",),
        split="test",
        max_new_tokens=SHORT_TOKENS,
        score=_score_events,
        options=ERA_CLASSES,
    ),
)

BENCHMARKS: Mapping[str, Benchmark] = {each.name: each for each in _ALL}
"""Every benchmark by its name."""

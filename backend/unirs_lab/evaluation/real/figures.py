"""The table's rows: what each is computed from, how, and what is aimed at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from unirs_lab.data.real import Split
from unirs_lab.evaluation.gallery import Case
from unirs_lab.evaluation.real import exams, measures
from unirs_lab.evaluation.real.exams import Exam
from unirs_lab.evaluation.real.measures import Result
from unirs_lab.evaluation.scores.tokenisation import PLAIN
from unirs_lab.evaluation.scores.yes_no import BINS

Part = tuple[Exam, Split]
"""An exam on one of the splits."""


@dataclass(frozen=True)
class Aim:
    """What a figure should reach.

    Attributes:
        value: In the figure's unit.
        at_most: Whether the figure should not be above it; else not below.
    """

    value: float
    at_most: bool = False

    def met_by(self, value: float) -> bool:
        """Whether a figure reaches it."""
        return value <= self.value if self.at_most else value >= self.value

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.value:g}"


@dataclass(frozen=True)
class Answers:
    """Everything that a model was asked, and said.

    Attributes:
        split: What the figures are of.
        cases: The answers to each exam, on this split and on others.
        mini: The scores of :mod:`unirs_lab.evaluation.mini` as JSON values, or nothing.
    """

    split: Split
    cases: Mapping[Part, Sequence[Case]]
    mini: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Figure(ABC):
    """One row of the table.

    Attributes:
        name: Its key for programs.
        title: What it is, with its unit.
        aim: What it should reach.
        protocol: How it is found, in a sentence without a full stop.
    """

    name: str
    title: str
    aim: Aim
    protocol: str

    def parts(self, _split: Split) -> list[Part]:
        """The exams whose answers are needed."""
        return []

    @abstractmethod
    def result(self, answers: Answers) -> Result:
        """What it comes to."""


@dataclass(frozen=True, kw_only=True)
class ExamFigure(Figure):
    """A row that is computed from answers about real images.

    Attributes:
        exams: Whose answers.
        compute: From the answers to each exam.
        tuned_on: Exams whose validation questions are asked as well; their answers come last.
    """

    exams: tuple[Exam, ...]
    compute: Callable[..., Result] = field(repr=False)
    tuned_on: tuple[Exam, ...] = ()

    def parts(self, split: Split) -> list[Part]:
        """Its own exams on the split, then those that it is tuned on."""
        return [(exam, split) for exam in self.exams] + [(exam, "val") for exam in self.tuned_on]

    def result(self, answers: Answers) -> Result:
        """What it comes to."""
        return self.compute(*(answers.cases[part] for part in self.parts(answers.split)))


@dataclass(frozen=True, kw_only=True)
class MiniFigure(Figure):
    """A row that is a score of :mod:`unirs_lab.evaluation.mini`.

    Attributes:
        part: ``"world"`` for generated scenes, ``"naip"`` for tiles of real rasters.
        key: Name of the score there.
        counted: What has to be rendered or cut for it, of ``DEFAULT_COUNT`` there.
    """

    part: str
    key: str
    counted: str

    def result(self, answers: Answers) -> Result:
        """What it comes to."""
        scores = answers.mini.get(self.part) or {}
        share = scores.get(self.key)
        value = None if share is None else 100 * share
        return Result(value, scores.get("questions", {}).get(self.key, 0))


_CIDER = (
    f"captions against five references, words {PLAIN.description}, document frequencies from the "
    "references of the images asked about"
)
_SCORED = f"the most probable of all names as the answer to “{exams.SCENE_QUESTION}”"
_BALANCED = "greedy answers, exact match; mean of the shares right where “yes” and where “no” is"
_CHANGED = (
    f"“{exams.CHANGE_QUESTION}”, scored yes/no on tiles of {exams.TILE} px; changed from "
    f"{exams.CHANGED:.1%} of the tile on, tiles with less but not nothing left out; the masks know "
    "buildings alone"
)
_NOTHING = (
    f"“{exams.CHANGE_QUESTION}”, scored yes/no; the later date is made of the earlier by another "
    "light, season, haze, blur or shift"
)
_GENERATED = "scenes of seeds never trained on, by the protocol of unirs evaluate mini"
_YES_NO = (exams.UCMERCED_YES_NO, exams.LEVIR_TILES)

FIGURES: tuple[Figure, ...] = (
    ExamFigure(
        name="rsicd_captions",
        title="RSICD, captions (CIDEr-D × 100)",
        aim=Aim(150),
        protocol=_CIDER,
        exams=(exams.RSICD_CAPTIONS,),
        compute=measures.caption_score,
    ),
    ExamFigure(
        name="rsicd_scenes",
        title="RSICD, scene of 30 (%)",
        aim=Aim(85),
        protocol=_SCORED,
        exams=(exams.RSICD_SCENES,),
        compute=measures.share_right,
    ),
    ExamFigure(
        name="ucmerced_captions",
        title="UC Merced, captions (CIDEr-D × 100)",
        aim=Aim(200),
        protocol=_CIDER,
        exams=(exams.UCMERCED_CAPTIONS,),
        compute=measures.caption_score,
    ),
    ExamFigure(
        name="ucmerced_yes_no",
        title="UC Merced, yes/no (balanced %)",
        aim=Aim(90),
        protocol=_BALANCED,
        exams=(exams.UCMERCED_QUESTIONS,),
        compute=measures.balanced("presence"),
    ),
    ExamFigure(
        name="ucmerced_count",
        title="UC Merced, count within one or a fifth (%)",
        aim=Aim(55),
        protocol="greedy answers with a single number, in words or digits; questions that people "
        "answered with “several” are left out",
        exams=(exams.UCMERCED_QUESTIONS,),
        compute=measures.share_right_of("count"),
    ),
    ExamFigure(
        name="eurosat_scenes",
        title="EuroSAT, scene of 10 (%)",
        aim=Aim(85),
        protocol=_SCORED,
        exams=(exams.EUROSAT_SCENES,),
        compute=measures.share_right,
    ),
    ExamFigure(
        name="rsvqa_hr_presence",
        title="RSVQA-HR, presence (balanced %)",
        aim=Aim(70),
        protocol=_BALANCED,
        exams=(exams.RSVQA_HR,),
        compute=measures.balanced("presence"),
    ),
    ExamFigure(
        name="rsvqa_hr_comparison",
        title="RSVQA-HR, comparison (balanced %)",
        aim=Aim(65),
        protocol=_BALANCED,
        exams=(exams.RSVQA_HR,),
        compute=measures.balanced("comparison"),
    ),
    ExamFigure(
        name="rsvqa_lr_presence",
        title="RSVQA-LR, presence (balanced %)",
        aim=Aim(65),
        protocol=_BALANCED,
        exams=(exams.RSVQA_LR,),
        compute=measures.balanced("presence"),
    ),
    ExamFigure(
        name="levir_changed",
        title="LEVIR-CD, tile changed or not (balanced %)",
        aim=Aim(90),
        protocol=_CHANGED,
        exams=(exams.LEVIR_TILES,),
        compute=measures.balanced("change", "no change"),
    ),
    ExamFigure(
        name="levir_map_f1",
        title="LEVIR-CD, change map (F1 %)",
        aim=Aim(70),
        protocol="pixels of 0.5 m of all tiles together, changed from 0.5 on; a pixel has the "
        "value of the map's cell that it lies in",
        exams=(exams.LEVIR_TILES,),
        compute=measures.change_map_f1,
    ),
    ExamFigure(
        name="nothing_changed",
        title="One image at two dates, nothing changed (%)",
        aim=Aim(95),
        protocol=_NOTHING,
        exams=(exams.OTHER_DATES,),
        compute=measures.share_right,
    ),
    MiniFigure(
        name="naip_water",
        title="NAIP, presence of water (%)",
        aim=Aim(90),
        protocol="tiles of held-out dates and ground, by the water index",
        part="naip",
        key="water_presence",
        counted="tiles",
    ),
    MiniFigure(
        name="generated_presence",
        title="Generated scenes, presence (%)",
        aim=Aim(92),
        protocol=_GENERATED,
        part="world",
        key="presence",
        counted="scenes",
    ),
    MiniFigure(
        name="generated_comparison",
        title="Generated scenes, comparison (%)",
        aim=Aim(93),
        protocol=_GENERATED,
        part="world",
        key="comparison",
        counted="scenes",
    ),
    MiniFigure(
        name="generated_change",
        title="Generated pairs, change or no change (%)",
        aim=Aim(94),
        protocol=_GENERATED,
        part="world",
        key="change_no_change",
        counted="pairs",
    ),
    MiniFigure(
        name="generated_video",
        title="Generated videos, class (%)",
        aim=Aim(91),
        protocol=_GENERATED,
        part="world",
        key="video",
        counted="videos",
    ),
    ExamFigure(
        name="same_answer",
        title="Same question in 10 wordings, same answer (%)",
        aim=Aim(90),
        protocol="UC Merced's questions of presence and number, greedy answers; share of the "
        "answers that are the commonest one to their question",
        exams=(exams.UCMERCED_WORDINGS,),
        compute=measures.agreement,
    ),
    ExamFigure(
        name="calibration_error",
        title="Yes/no, expected calibration error (%)",
        aim=Aim(5, at_most=True),
        protocol=f"scored yes/no of UC Merced's questions and LEVIR-CD's tiles, {BINS} bins",
        exams=_YES_NO,
        compute=measures.calibration,
        tuned_on=_YES_NO,
    ),
)
"""All rows, in the order of the table."""

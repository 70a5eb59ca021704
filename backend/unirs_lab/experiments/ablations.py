"""The paper's three ablations: which arms stand in which line, and which effects are judged."""

from __future__ import annotations

from dataclasses import dataclass, replace

from unirs.inputs import InputKind
from unirs_lab.experiments.arms import (
    JOINT,
    JOINT_CLUELESS,
    JOINT_CONCATENATED,
    PAIR,
    PAIR_CONCATENATED,
    SINGLE,
    VIDEO,
    Arm,
)


@dataclass(frozen=True)
class Measure:
    """A score of an arm, the higher the better.

    Attributes:
        key: Its name among the scores of an arm.
        label: Its name for people.
        unit: What it is counted in.
        kind: The kind of input that it is about.
    """

    key: str
    label: str
    unit: str
    kind: InputKind


PRESENCE = Measure("presence", "Presence", "%", InputKind.SINGLE)
COMPARISON = Measure("comparison", "Comparison", "%", InputKind.SINGLE)
RURAL_URBAN = Measure("rural_urban", "Rural/urban", "%", InputKind.SINGLE)
VQA = Measure("vqa", "VQA", "%", InputKind.SINGLE)
CHANGE_FOUND = Measure("change_no_change", "Change", "%", InputKind.PAIR)
CHANGE_CAPTIONS = Measure("change_cider_d", "CIDEr-D", "× 100", InputKind.PAIR)
VIDEO_CLASS = Measure("video", "Video", "%", InputKind.VIDEO)
MEASURES = (PRESENCE, COMPARISON, RURAL_URBAN, VQA, CHANGE_FOUND, CHANGE_CAPTIONS, VIDEO_CLASS)


@dataclass(frozen=True)
class Line:
    """A line of a table.

    Attributes:
        cells: What it is called, below the headings of its ablation.
        arms: One arm for all kinds of input, or one for each.
    """

    cells: tuple[str, ...]
    arms: tuple[Arm, ...]

    def arm(self, measure: Measure) -> Arm | None:
        """The arm that the measure is taken of, if one of them learns its kind of input."""
        return next((arm for arm in self.arms if measure.kind in arm.kinds), None)


@dataclass(frozen=True)
class Effect:
    """What helps according to the paper.

    Attributes:
        name: What is switched on, and where.
        measure: The score that shall rise.
        off: The line without it.
        on: The line with it.
        published: Points by which it rises in the paper, at full size and on other data.
    """

    name: str
    measure: Measure
    off: Line
    on: Line
    published: float


@dataclass(frozen=True)
class Ablation:
    """One table of the paper.

    Attributes:
        number: The table's number in the paper.
        name: Names its files.
        title: What is compared.
        headings: Headings of the lines' names.
        lines: From top to bottom, as in the paper.
        measures: From left to right.
        effects: What is judged.
    """

    number: str
    name: str
    title: str
    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    measures: tuple[Measure, ...]
    effects: tuple[Effect, ...]

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The arms that it needs, with the seed 0."""
        return tuple(dict.fromkeys(arm for line in self.lines for arm in line.arms))


ALONE, TOGETHER = Line(("individual",), (SINGLE, PAIR, VIDEO)), Line(("joint",), (JOINT,))
NEITHER = Line(("no", "no"), (PAIR_CONCATENATED,))
JOINT_ONLY = Line(("yes", "no"), (JOINT_CONCATENATED,))
MODULE_ONLY = Line(("no", "yes"), (PAIR,))
BOTH = Line(("yes", "yes"), (JOINT,))
WITHOUT_CLUES, WITH_CLUES = Line(("without",), (JOINT_CLUELESS,)), Line(("with",), (JOINT,))

JOINT_TRAINING = Ablation(
    number="VIII",
    name="joint-training",
    title="Joint against individual training",
    headings=("Training",),
    lines=(ALONE, TOGETHER),
    measures=MEASURES,
    effects=(
        Effect("joint training, questions", VQA, ALONE, TOGETHER, published=0.77),
        Effect("joint training, captions", CHANGE_CAPTIONS, ALONE, TOGETHER, published=1.51),
        Effect("joint training, videos", VIDEO_CLASS, ALONE, TOGETHER, published=3.4),
    ),
)
CHANGE_MODULE = Ablation(
    number="IX",
    name="change-module",
    title="Change extraction module, with and without joint training",
    headings=("Joint training", "Change module"),
    lines=(NEITHER, JOINT_ONLY, MODULE_ONLY, BOTH),
    measures=(CHANGE_FOUND, CHANGE_CAPTIONS),
    effects=(
        Effect(
            "change module, individual training",
            CHANGE_CAPTIONS,
            NEITHER,
            MODULE_ONLY,
            published=11.20,
        ),
        Effect("change module, joint training", CHANGE_CAPTIONS, JOINT_ONLY, BOTH, published=7.84),
        Effect(
            "joint training without the change module",
            CHANGE_CAPTIONS,
            NEITHER,
            JOINT_ONLY,
            published=4.87,
        ),
    ),
)
PROMPT_AUGMENTATION = Ablation(
    number="X",
    name="prompt-augmentation",
    title="Prompt augmentation: with clues and without",
    headings=("Clues",),
    lines=(WITHOUT_CLUES, WITH_CLUES),
    measures=MEASURES,
    effects=(
        Effect("clues, questions", VQA, WITHOUT_CLUES, WITH_CLUES, published=0.41),
        Effect("clues, captions", CHANGE_CAPTIONS, WITHOUT_CLUES, WITH_CLUES, published=0.65),
        Effect("clues, videos", VIDEO_CLASS, WITHOUT_CLUES, WITH_CLUES, published=1.7),
    ),
)
ABLATIONS = (JOINT_TRAINING, CHANGE_MODULE, PROMPT_AUGMENTATION)
"""In the order of the paper. The published differences are those of RSVQA-LR's average, LEVIR-CC
and ERA (paper, Tables VIII, IX and X)."""


def arms_of(ablations: tuple[Ablation, ...], seeds: int) -> tuple[Arm, ...]:
    """The runs that some ablations need, each once, one seed after the other."""
    once = dict.fromkeys(arm for ablation in ablations for arm in ablation.arms)
    return tuple(replace(arm, seed=seed) for seed in range(seeds) for arm in once)

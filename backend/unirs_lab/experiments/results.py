"""What comes of the experiments: scores by arm, tables and verdicts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from unirs.inputs import InputKind
from unirs_lab.evaluation.scores.tokenisation import PLAIN
from unirs_lab.evaluation.tables import Column, Figure, Table
from unirs_lab.experiments.ablations import Ablation, Effect, Line, Measure
from unirs_lab.experiments.arms import INPUTS, Arm
from unirs_lab.experiments.settings import Settings
from unirs_lab.experiments.verdicts import RULE, Verdict, judge, sentence

NAMES = {
    InputKind.SINGLE: "single images",
    InputKind.PAIR: "pairs",
    InputKind.VIDEO: "videos",
}


@dataclass(frozen=True)
class Results:
    """The scores of the arms, and what is made of them.

    Attributes:
        settings: What they were run on, and for how long.
        ablations: Which tables.
        scores: Scores of each arm in the paper's units: percent, CIDEr-D × 100.
    """

    settings: Settings
    ablations: tuple[Ablation, ...]
    scores: dict[Arm, dict[str, float]]

    @property
    def seeds(self) -> int:
        """How many seeds are finished."""
        return len({arm.seed for arm in self.scores})

    def values(self, line: Line, measure: Measure) -> list[float]:
        """A score of a line, one for each seed; empty if none of its arms has it."""
        arm = line.arm(measure)
        return [
            scores[measure.key]
            for other, scores in sorted(self.scores.items(), key=lambda item: item[0].seed)
            if arm is not None and other.name == arm.name
        ]

    def verdict(self, effect: Effect) -> Verdict:
        """What the seeds show about an effect."""
        return judge(
            self.values(effect.off, effect.measure), self.values(effect.on, effect.measure)
        )

    def sentences(self, ablation: Ablation) -> list[str]:
        """The verdicts of an ablation, in words."""
        return [
            sentence(effect.name, effect.measure.label, effect.published, self.verdict(effect))
            for effect in ablation.effects
        ]

    def table(self, ablation: Ablation) -> Table:
        """The table of an ablation."""
        headings = [Column(heading) for heading in ablation.headings]
        columns = [Column(one.label, one.unit, 1) for one in ablation.measures]
        rows = tuple(
            (*line.cells, *(self._figure(line, measure) for measure in ablation.measures))
            for line in ablation.lines
        )
        return Table(ablation.title, (*headings, *columns), rows, notes=(self.protocol(),))

    def protocol(self) -> str:
        """What the numbers are."""
        return (
            f"Seeds: {self.seeds}; mean ± sample standard deviation; "
            f"{self.settings.steps} steps and equal inputs of the own task; "
            f"{self.settings.evaluate} generated test scenes, pairs and videos each. VQA is the "
            "micro average over the questions of the three types. Change: whether the caption of a "
            "pair is right that something has changed. CIDEr-D of these captions: five "
            "references, document frequencies of the test references, "
            f"{PLAIN.description}. Video: accuracy among the world's events."
        )

    def as_json(self) -> dict[str, Any]:
        """Settings, budgets, scores by arm and seed, tables and verdicts."""
        return {
            "settings": {
                **self.settings.as_json(),
                "evaluate": self.settings.evaluate,
                "seeds": self.seeds,
            },
            "budget": budget(self.settings),
            "protocol": self.protocol(),
            "rule": RULE,
            "arms": [self._arm(arm) for arm in self.scores],
            "tables": [self._ablation(ablation) for ablation in self.ablations],
        }

    def _figure(self, line: Line, measure: Measure) -> Figure | None:
        values = self.values(line, measure)
        return Figure.of(values) if values else None

    def _arm(self, arm: Arm) -> dict[str, Any]:
        inputs = arm.inputs(self.settings.steps)
        return {
            "arm": arm.name,
            "seed": arm.seed,
            "steps": self.settings.steps,
            "inputs": {kind.value: count for kind, count in inputs.items()},
            "scores": self.scores[arm],
        }

    def _ablation(self, ablation: Ablation) -> dict[str, Any]:
        return {
            "table": ablation.number,
            "name": ablation.name,
            "title": ablation.title,
            "lines": [
                {
                    **dict(zip(ablation.headings, line.cells, strict=True)),
                    "scores": {
                        measure.key: asdict(figure)
                        for measure in ablation.measures
                        if (figure := self._figure(line, measure))
                    },
                }
                for line in ablation.lines
            ],
            "effects": [
                {
                    "effect": effect.name,
                    "measure": effect.measure.key,
                    "published": effect.published,
                    **asdict(self.verdict(effect)),
                }
                for effect in ablation.effects
            ],
        }


def budget(settings: Settings) -> str:
    """What every arm is given: the definition of equal budgets."""
    shares = ", ".join(f"{count} {NAMES[kind]}" for kind, count in INPUTS.items())
    return (
        f"Every arm takes {settings.steps} optimiser steps at the same rates, from the same base. "
        f"A step reads {shares} on average, with all rows about each. An arm that learns one kind "
        "reads, over the whole run, the very inputs of its kind that the joint arm reads, and none "
        "of the others: budgets are equal in steps and in inputs of the own task, and the joint "
        "arm reads the other tasks' inputs on top, as in the paper. Arms without clues or without "
        "the change module read the same inputs, too. Base, scenes and clues are made once for "
        f"all; a seed varies the change stage ({settings.change_epochs} epochs, once a seed, for "
        "all of its arms) and the order of the LLM's rows."
    )

"""The arms of the experiments: ways to train one model, with one seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unirs.inputs import InputKind

INPUTS: Mapping[InputKind, int] = {InputKind.SINGLE: 4, InputKind.PAIR: 8, InputKind.VIDEO: 2}
"""Visual inputs of each kind in a step, where an arm learns it, each with all rows about it."""

ALL_KINDS = tuple(InputKind)


@dataclass(frozen=True)
class Arm:
    """One way to train the LLM. Everything else about a run follows from this and the settings.

    Attributes:
        kinds: The kinds of input that it learns; all of them is the paper's joint training.
        change_module: Whether the change extraction module fuses a pair; without it, a pair is
            read as two images.
        clues: Whether every row, and every question of the evaluation, comes with a clue.
        seed: Of the change module's weights and training, and of the LLM's batches.
    """

    kinds: tuple[InputKind, ...] = ALL_KINDS
    change_module: bool = True
    clues: bool = True
    seed: int = 0

    @property
    def name(self) -> str:
        """Names the arm, for any seed."""
        learns = "joint" if self.kinds == ALL_KINDS else "-".join(kind.value for kind in self.kinds)
        module = "" if self.change_module else "-without-change-module"
        return learns + module + ("" if self.clues else "-without-clues")

    def inputs(self, steps: int) -> dict[InputKind, int]:
        """Visual inputs of each kind that it reads in so many steps: its budget."""
        return {kind: steps * INPUTS[kind] for kind in self.kinds}

    @property
    def overrides(self) -> list[str]:
        """What it sets differently from the preset of joint tuning, as ``name=value``."""
        left_out = [f"data.{kind.value}=null" for kind in InputKind if kind not in self.kinds]
        return [
            *left_out,
            f"batch_size={sum(INPUTS[kind] for kind in self.kinds)}",
            f"change_module={str(self.change_module).lower()}",
            f"with_clues={str(self.clues).lower()}",
            f"seed={self.seed}",
        ]


JOINT = Arm()
SINGLE = Arm(kinds=(InputKind.SINGLE,))
PAIR = Arm(kinds=(InputKind.PAIR,))
VIDEO = Arm(kinds=(InputKind.VIDEO,))
JOINT_CONCATENATED = Arm(change_module=False)
PAIR_CONCATENATED = Arm(kinds=(InputKind.PAIR,), change_module=False)
JOINT_CLUELESS = Arm(clues=False)

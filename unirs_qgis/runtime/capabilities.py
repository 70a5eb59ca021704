"""What a loaded model can do, and how the user reads of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qtpy.QtCore import QCoreApplication

translate = QCoreApplication.translate

KINDS = ("single", "pair", "video")


@dataclass(frozen=True)
class Capabilities:
    """What a model can do.

    Attributes:
        model: Its name.
        engine: What answers with it.
        inputs: Kinds of visual input that it reads.
        clue: Whether it can describe the images first.
        change_maps: Whether an answer about a pair comes with a change map.
        option_scores: Where probabilities of options come from: ``"exact"``, ``"server"``, or
            ``"none"``.
        conversation: Whether an answer takes earlier turns into account.
    """

    model: str
    engine: str = "unirs"
    inputs: tuple[str, ...] = KINDS
    clue: bool = True
    change_maps: bool = False
    option_scores: str = "exact"
    conversation: bool = False

    @classmethod
    def of_load(cls, loaded: Mapping[str, Any]) -> Capabilities:
        """Those in the result of ``load``."""
        facts = loaded["capabilities"]
        return cls(
            model=loaded["model"],
            engine=loaded["engine"],
            inputs=tuple(facts["inputs"]),
            clue=facts["clue"],
            change_maps=facts["change_maps"],
            option_scores=facts["option_scores"],
            conversation=facts["conversation"],
        )

    @property
    def views(self) -> bool:
        """Whether probabilities can be averaged over turned and mirrored views."""
        return self.engine != "server"

    def refusal(self, kind: str) -> str:
        """Why a kind of input cannot be asked about, in one sentence; empty if it can."""
        if kind in self.inputs:
            return ""
        text = {
            "single": translate("Capabilities", "{model} reads no single images."),
            "pair": translate("Capabilities", "{model} reads no pairs of dates."),
            "video": translate("Capabilities", "{model} reads no series or videos."),
        }[kind]
        return text.format(model=self.model)

    def limits(self) -> list[str]:
        """What the model cannot do, in sentences."""
        sentences = []
        if not self.clue:
            sentences.append(translate("Capabilities", "{model} does not describe images first."))
        if not self.change_maps:
            sentences.append(translate("Capabilities", "{model} makes no change maps."))
        if not self.views:
            sentences.append(translate("Capabilities", "{model} averages over no views."))
        if self.option_scores == "none":
            sentences.append(
                translate("Capabilities", "{model} chooses from options without probabilities.")
            )
        refusals = [self.refusal(kind) for kind in KINDS if kind not in self.inputs]
        return [*refusals, *(sentence.format(model=self.model) for sentence in sentences)]

"""What the experiments run on, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unirs.engines.devices import resolve_device
from unirs.errors import UniRSError
from unirs.files import make_folder
from unirs.inputs import InputKind
from unirs.models.store import find_model
from unirs_lab.experiments.arms import INPUTS
from unirs_lab.experiments.verdicts import MOST_SEEDS
from unirs_lab.training.settings import ChangeSettings, JointSettings
from unirs_lab.training.settings_files import digest, load_settings

PRESET = "ablation"


@dataclass(frozen=True)
class Settings:
    """What the experiments run on, and for how long.

    Attributes:
        folder: Takes everything; a second call resumes there.
        base: Model folder of the base that every arm starts from.
        seeds: Runs of each arm, 2 to ``MOST_SEEDS`` for a verdict; seeds are 0, 1, 2 and so on.
        steps: Optimiser steps of the LLM, in every arm.
        change_epochs: Passes of the change stage over all captions, once for each seed.
        evaluate: Test scenes, test pairs and test videos.
        device: ``"auto"``, ``"cpu"``, or an accelerator's name.
    """

    folder: Path = Path("runs/experiments")
    base: Path = Path("runs/base/model")
    seeds: int = 3
    steps: int = 200
    change_epochs: int = 10
    evaluate: int = 100
    device: str = "auto"

    @property
    def inputs(self) -> dict[InputKind, int]:
        """Generated training inputs of each kind; every arm reads those of its kinds once."""
        return {kind: self.steps * count for kind, count in INPUTS.items()}

    def change(self, seed: int) -> ChangeSettings:
        """The change stage of a seed."""
        given = self._given(InputKind.PAIR)
        overrides = [f"seed={seed}", f"epochs={self.change_epochs}"]
        return load_settings(ChangeSettings, PRESET, None, overrides, given)

    def joint(self, overrides: list[str], start: Path) -> JointSettings:
        """Joint tuning of an arm."""
        given = self._given(*InputKind) | {
            "steps": self.steps,
            "start": str(start),
            "clues": str(self.shared / "clues"),
        }
        return load_settings(JointSettings, PRESET, None, overrides, _kept(given, overrides))

    @property
    def shared(self) -> Path:
        """Folder of what all arms share."""
        return self.folder / "shared"

    def _given(self, *kinds: InputKind) -> dict[str, Any]:
        data = {f"data.{kind.value}.root": str(self.shared / kind.value) for kind in kinds}
        return {"base": str(self.base), "machine.device": self.device, **data}

    def as_json(self) -> dict[str, Any]:
        """What decides the result of a run; a folder goes on with the same only."""
        return {
            "steps": self.steps,
            "change": digest(self.change(0)),
            "joint": digest(self.joint([], Path("start"))),
            "inputs": {kind.value: count for kind, count in self.inputs.items()},
        }

    def checked(self) -> None:
        """Refuse at once what would fail after hours.

        Raises:
            UniRSError: ``count_invalid``, ``device_missing``, ``model_missing`` where there is no
                base, ``output_unwritable``.
        """
        least = min(self.seeds, self.steps, self.change_epochs, self.evaluate)
        if least < 1 or self.seeds > MOST_SEEDS:
            raise UniRSError(
                "count_invalid",
                f"Steps, epochs, seeds and test items are at least 1, and seeds at most "
                f"{MOST_SEEDS}.",
            )
        resolve_device(self.device)
        find_model(str(self.base))
        make_folder(self.folder)


def _kept(given: dict[str, Any], overrides: list[str]) -> dict[str, Any]:
    """Without the folders of data that an arm leaves out."""
    left_out = [each.removesuffix("=null") for each in overrides if each.endswith("=null")]
    return {
        name: value
        for name, value in given.items()
        if not any(name.startswith(f"{data}.") for data in left_out)
    }

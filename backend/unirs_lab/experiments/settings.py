"""What the experiments run on, and for how long."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from unirs.errors import UniRSError
from unirs.files import make_folder
from unirs.inference.devices import resolve_device
from unirs.inputs import InputKind
from unirs_lab.experiments.arms import SHARES
from unirs_lab.experiments.verdicts import MOST_SEEDS
from unirs_lab.training.loop import LoopOptions, describe
from unirs_lab.training.mini import ONE_WAY
from unirs_lab.training.options import require_extra

CHANGE_BATCH = 64
"""Pairs in a step of stage 1."""

CHANGE_VISITS = 10
"""How often stage 1 comes back to a pair, each time with another caption."""

LEAST_ITEMS = 16


@dataclass(frozen=True)
class Settings:
    """What the experiments run on, and for how long.

    Attributes:
        folder: Everything is written here; a second call goes on where the first one stopped.
        base: Folder of a run of ``unirs train mini``, whose base every arm starts from.
        seeds: Runs of each arm, 2 to ``MOST_SEEDS`` for a verdict; seeds are 0, 1, 2 and so on.
        steps: Optimiser steps of the LLM, in every arm.
        change_steps: Optimiser steps of the change module, once for each seed.
        evaluate: Test scenes, test pairs and test videos.
        device: ``"cpu"``, or an accelerator's name.
        processes: Processes that render.
    """

    folder: Path = Path("runs/experiments")
    base: Path = Path("runs/mini")
    seeds: int = 3
    steps: int = 200
    change_steps: int = 375
    evaluate: int = 100
    device: str = "cpu"
    processes: int = os.cpu_count() or 1

    @property
    def base_model(self) -> Path:
        """Model folder of the base."""
        return self.base / "base" / "model"

    @property
    def items(self) -> dict[InputKind, int]:
        """Generated training items: the LLM sees each about once, and stage 1 its pairs again."""
        visited = {kind: self.steps * items for kind, (items, _) in SHARES.items()}
        for_change = self.change_steps * CHANGE_BATCH // CHANGE_VISITS
        visited[InputKind.PAIR] = max(visited[InputKind.PAIR], for_change)
        return {kind: max(LEAST_ITEMS, count) for kind, count in visited.items()}

    @property
    def one_way_steps(self) -> int:
        """Steps at the start in which few comparisons are reversed, as ``unirs-mini`` learns."""
        return round(ONE_WAY * self.steps)

    @property
    def tuning(self) -> LoopOptions:
        """The loop of the LLM: the same for every arm."""
        return replace(self._loop(self.steps), warmup=0.1)

    @property
    def change_tuning(self) -> LoopOptions:
        """The loop of the change module."""
        return replace(self._loop(self.change_steps), weight_decay=0.01)

    def _loop(self, steps: int) -> LoopOptions:
        return LoopOptions(
            steps, 1e-3, device=self.device, validate_every=steps, checkpoint_every=100
        )

    def as_json(self) -> dict[str, Any]:
        """What decides the result of a run; a folder goes on with the same only."""
        return {
            "tuning": describe(self.tuning),
            "change_tuning": describe(self.change_tuning),
            "items": {kind.value: count for kind, count in self.items.items()},
            "one_way_steps": self.one_way_steps,
            "shares": {kind.value: share for kind, share in SHARES.items()},
        }

    def checked(self) -> None:
        """Refuse at once what would fail after hours.

        Raises:
            UniRSError: ``count_invalid``, ``train_extra_missing``, ``device_missing``,
                ``model_missing`` where there is no base, ``output_unwritable``.
        """
        least = min(self.seeds, self.steps, self.change_steps, self.evaluate)
        if least < 1 or self.seeds > MOST_SEEDS:
            raise UniRSError(
                "count_invalid",
                f"Steps, seeds and test items are at least 1, and seeds at most {MOST_SEEDS}.",
            )
        require_extra()
        resolve_device(self.device)
        if not self.base_model.is_dir():
            raise UniRSError(
                "model_missing",
                f"The experiments start from a base, and there is none in {self.base}; train one "
                f"with 'unirs train mini --stage base --folder {self.base}'.",
            )
        make_folder(self.folder)

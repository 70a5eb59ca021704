"""What the arms share, made once: scenes, features, clues, and one change module for each seed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from torch import Tensor

from unirs.files import keep_settings
from unirs.inputs import InputKind
from unirs.model import ModelBundle, load_bundle
from unirs_lab.experiments.arms import Arm
from unirs_lab.experiments.settings import Settings
from unirs_lab.training.bank import Bank, Item, build_bank
from unirs_lab.training.options import Report
from unirs_lab.training.prepared import clues_of, features_of, visual_tokens
from unirs_lab.training.world_rows import world_item
from unirs_lab.training.world_stages import (
    Material,
    Materials,
    WorldMixture,
    as_unirs,
    train_change_module,
    tune_llm,
)

FIRST_SCENE = 1 << 30
"""Index of the first training scene here. No base has seen it: its clues about training scenes are
then as good, or bad, as those about test scenes."""


class Workshop:
    """Trains arms.

    Args:
        settings: What with, and for how long.
        report: Where progress is told.

    Raises:
        UniRSError: ``settings_differ`` if the folder was begun with other settings or with another
            base, ``model_invalid`` if the base cannot be used.
    """

    def __init__(self, settings: Settings, report: Report) -> None:
        self._settings, self._report = settings, report
        self._base = load_bundle(settings.base_model, settings.device)
        keep_settings(settings.folder, {"base": self._base.digest, **settings.as_json()})
        self._folder = settings.folder / "shared"
        self._banks = {kind: self._bank(kind) for kind in InputKind}
        self._features = {kind: self._features_of(kind) for kind in InputKind}
        self._alone = {
            kind: visual_tokens(self._base, kind, features)[0]
            for kind, features in self._features.items()
        }
        self._clues = {
            kind: clues_of(self._folder, self._base, kind, alone, report)
            for kind, alone in self._alone.items()
        }

    def train_change(self, seed: int) -> None:
        """Stage 1, for all arms of a seed that have the module; goes on where it was stopped."""
        folder = self._change_folder(seed)
        bundle = as_unirs(self._base, folder / "model", seed)
        train_change_module(
            bundle,
            self._features[InputKind.PAIR],
            self._banks[InputKind.PAIR],
            self._settings.change_tuning,
            folder,
            seed,
            self._report,
        )

    def tune(self, arm: Arm, folder: Path) -> None:
        """Stage 2: the LLM of an arm; goes on where it was stopped.

        Args:
            arm: What is trained; where it has the change module, ``train_change`` comes first.
            folder: Takes checkpoint, curves and ``model``.
        """
        if arm.change_module:
            bundle = load_bundle(self._change_folder(arm.seed) / "model", self._settings.device)
        else:
            bundle = as_unirs(self._base, folder / "model", arm.seed, change_module=False)
        mixture = WorldMixture(
            arm.shares,
            clue_share=1.0 if arm.clues else 0.0,
            one_way_steps=self._settings.one_way_steps,
        )
        tune_llm(
            bundle,
            self._base,
            self._materials(arm, bundle),
            mixture,
            self._settings.tuning,
            folder,
            arm.seed,
            self._report,
        )

    def _materials(self, arm: Arm, bundle: ModelBundle) -> Materials:
        return {
            kind: Material(self._banks[kind].truths, self._visual(bundle, kind), self._clues[kind])
            for kind in arm.kinds
        }

    def _visual(self, bundle: ModelBundle, kind: InputKind) -> Tensor:
        """Tokens as an arm reads them: those of the frozen base, but for pairs that are fused."""
        if kind is InputKind.PAIR and bundle.model.change is not None:
            return visual_tokens(bundle, kind, self._features[kind])[1]
        return self._alone[kind]

    def _change_folder(self, seed: int) -> Path:
        return self._settings.folder / "change" / f"seed-{seed}"

    def _bank(self, kind: InputKind) -> Bank:
        self._report.stage(f"{kind.value} scenes")
        make = partial(make_item, kind, self._base.config.image_size)
        count, processes = self._settings.items[kind], self._settings.processes
        folder = self._folder / "banks" / kind.value
        return build_bank(folder, make, count, processes, self._report.making)

    def _features_of(self, kind: InputKind) -> Tensor:
        bank = self._banks[kind]
        return features_of(self._folder, self._base, kind, bank, len(bank), self._report)


def make_item(kind: InputKind, size: int, index: int) -> Item:
    """A training item of the experiments."""
    return world_item(kind, "train", size, FIRST_SCENE + index)

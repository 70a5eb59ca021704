"""How the small model is trained, and what is checked before hours are spent on it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from unirs.errors import UniRSError
from unirs.files import make_folder
from unirs.inference.devices import resolve_device
from unirs.inputs import InputKind
from unirs_lab.data.rasters import RasterTiles
from unirs_lab.training.loop import Progress

Stage = Literal["base", "change", "colours", "joint"]
STAGES: tuple[Stage, ...] = ("base", "change", "colours", "joint")

STEPS: dict[Stage, tuple[str, ...]] = {
    "base": ("vision_steps", "language_steps", "reading_steps"),
    "change": ("change_steps",),
    "colours": ("colour_steps",),
    "joint": ("joint_steps",),
}
"""The options that say how long a stage is."""


@dataclass(frozen=True)
class MiniOptions:
    """How the small model is trained.

    Attributes:
        folder: Everything is written here; a second call goes on where the first one stopped.
        items: Generated training items by kind.
        rasters: Folders of dated rasters with a near-infrared band that join the scenes.
        raster_items: Real tiles among the items of each kind, as a share of ``items``.
        vision_steps: Steps of the encoder alone, 48 images each.
        language_steps: Steps of the general base, eight scenes and some more each.
        reading_steps: Steps of the base's LLM alone, over features that are made once.
        change_steps: Steps of the change module, 64 pairs each.
        colour_steps: Steps of the vision tower on water of any colour, 18 pairs each.
        joint_steps: Steps of the LLM on the mixture.
        variant: Name of the folder of the joint stage, so that ablations lie beside the model.
        change_module: ``False`` reads a pair as two images side by side (ablation).
        clues: ``False`` trains without clues (ablation).
        device: ``"cpu"``, or an accelerator's name.
        processes: Processes that render.
        seed: Of weights and batches.
    """

    folder: Path
    items: dict[InputKind, int] = field(
        default_factory=lambda: {
            InputKind.SINGLE: 13_000,
            InputKind.PAIR: 41_000,
            InputKind.VIDEO: 2_000,
        }
    )
    rasters: tuple[Path, ...] = ()
    raster_items: float = 0.25
    vision_steps: int = 1_150
    language_steps: int = 550
    reading_steps: int = 700
    change_steps: int = 6_000
    colour_steps: int = 800
    joint_steps: int = 3_300
    variant: str = "joint"
    change_module: bool = True
    clues: bool = True
    device: str = "cpu"
    processes: int = os.cpu_count() or 1
    seed: int = 0

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages that lead to this model.

        Without the change module there is none to train, and without rasters there is no water but
        that of the generated scenes.
        """
        left_out = {"change": not self.change_module}
        left_out["colours"] = not (self.change_module and self.rasters)
        return tuple(stage for stage in STAGES if not left_out.get(stage))

    def checked(self, stages: tuple[Stage, ...]) -> None:
        """Refuse at once what would fail after hours.

        Raises:
            UniRSError: ``train_extra_missing``, ``device_missing``, ``output_unwritable``,
                ``rasters_missing`` and its kin, ``stage_left_out`` for a stage that does not lead
                to this model, ``model_missing`` for one whose forerunner is neither asked for nor
                in the folder.
        """
        require_extra()
        resolve_device(self.device)
        for folder in self.rasters:
            RasterTiles.open(folder)
        make_folder(self.folder)
        for stage in stages:
            if stage not in self.stages:
                raise UniRSError(
                    "stage_left_out",
                    f"The stage {stage} is no part of this training, which has "
                    f"{', '.join(self.stages)}; the stage change needs a change module, and the "
                    "stage colours that and dated rasters (--rasters).",
                )
            for earlier in self.stages[: self.stages.index(stage)]:
                if earlier not in stages and not (self.folder / earlier / "model").is_dir():
                    raise UniRSError(
                        "model_missing",
                        f"The stage {stage} needs the stage {earlier}, which is not in "
                        f"{self.folder}; train that one first.",
                    )


@dataclass(frozen=True)
class Report:
    """Where to tell what is going on.

    Attributes:
        stage: Called with the name of each part.
        making: Called with done and total while items are made or read.
        training: Called with the progress of a training loop.
    """

    stage: Callable[[str], None] = lambda _name: None
    making: Callable[[int, int], None] = lambda _done, _total: None
    training: Callable[[Progress], None] = lambda _progress: None


def require_extra() -> None:
    """The libraries that training needs beside those of answering.

    Raises:
        UniRSError: ``train_extra_missing``.
    """
    if not (find_spec("matplotlib") and find_spec("pycocoevalcap")):
        raise UniRSError(
            "train_extra_missing",
            "Training needs matplotlib and pycocoevalcap; install them with "
            "'pip install unirs[train]'.",
        )

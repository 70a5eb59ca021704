"""Checkpoints: what learns and the optimiser's state, whole, in one safetensors file.

Every process has a shard; the first one puts tensor after tensor together in its main memory and
writes the file. For UniRS-3B in full tuning that is 32.4 GB of memory and of disk (2.70 billion
weights and two moments each, float32), twice that on disk while a new one takes the old one's
place. Reading needs no more than a tensor at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from unirs.errors import UniRSError
from unirs.files import require_space
from unirs_lab.training.distributed import Place, placed_like, whole

CHECKPOINT = "checkpoint.safetensors"
BEST = "best.safetensors"
STATE = 12
"""Bytes in a checkpoint for each weight that learns: itself and two moments, float32."""


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of a run.

    Attributes:
        folder: Their folder; all processes see it.
        modules: What learns; parameters that need no gradient are not kept.
        optimizer: AdamW or Adam over the parameters that learn, in the order of ``modules``.
        place: This process.
    """

    folder: Path
    modules: nn.ModuleDict
    optimizer: torch.optim.Optimizer
    place: Place

    def save(self, step: int) -> None:
        """Replace the checkpoint by one of this step; there is a whole one at any moment.

        Raises:
            UniRSError: ``output_unwritable``.
        """
        tensors = self._gathered({**_weights(self.modules), **self._moments()})
        self._write(CHECKPOINT, tensors, step)

    def save_best(self, step: int) -> None:
        """Keep the weights of this step as the best.

        Raises:
            UniRSError: ``output_unwritable``.
        """
        self._write(BEST, self._gathered(_weights(self.modules)), step)

    def restore(self) -> int:
        """Put the checkpoint's weights and moments in place.

        Returns:
            Its step; 0 if there is none.

        Raises:
            UniRSError: ``checkpoint_broken``.
        """
        path = self.folder / CHECKPOINT
        if not path.is_file():
            return 0
        with _opened(path) as file:
            _fill(file, self.modules)
            for index, parameter in enumerate(self._parameters()):
                self._fill_moments(file, f"optimizer.{index}.", parameter)
            return int(file.metadata()["step"])

    def restore_best(self) -> None:
        """Put the best weights in place.

        Raises:
            UniRSError: ``checkpoint_broken``.
        """
        self.place.wait()  # for the process that writes them
        with _opened(self.folder / BEST) as file:
            _fill(file, self.modules)

    def require_room(self) -> None:
        """Refuse to begin where the checkpoints would not fit.

        Raises:
            UniRSError: ``disk_full``.
        """
        size = checkpoint_bytes(self.modules)
        needed = size if (self.folder / CHECKPOINT).is_file() else 2 * size
        require_space(self.folder, needed, "The checkpoints")

    def _parameters(self) -> list[nn.Parameter]:
        return [weights for weights in self.modules.parameters() if weights.requires_grad]

    def _moments(self) -> dict[str, Tensor]:
        return {
            f"optimizer.{index}.{name}": value
            for index, parameter in enumerate(self._parameters())
            for name, value in self.optimizer.state[parameter].items()
        }

    def _fill_moments(self, file: Any, prefix: str, parameter: nn.Parameter) -> None:
        names = [name for name in file.keys() if name.startswith(prefix)]  # noqa: SIM118
        on_device = self.optimizer.defaults["fused"]
        state = {}  # empty where no step has used the module yet
        for name in names:
            value, is_count = file.get_tensor(name), name.endswith(".step")
            keep = is_count and not on_device  # where Adam itself counts its steps
            moved = value.to(parameter.device) if is_count else placed_like(value, parameter)
            state[name.removeprefix(prefix)] = value if keep else moved
        if state:
            self.optimizer.state[parameter] = state

    def _gathered(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Whole tensors in main memory, each with memory of its own; nothing but on the main."""
        gathered = {}
        for name, tensor in tensors.items():
            together = whole(tensor.detach())
            if self.place.main:
                gathered[name] = together.to("cpu", copy=True).contiguous()
        return gathered

    def _write(self, name: str, tensors: Mapping[str, Tensor], step: int) -> None:
        if not self.place.main:
            return
        path = self.folder / name
        partial = path.with_suffix(".partial")
        try:
            save_file(dict(tensors), partial, metadata={"step": str(step)})
            partial.replace(path)
        except (OSError, SafetensorError) as error:
            partial.unlink(missing_ok=True)
            raise UniRSError(
                "output_unwritable",
                f"{path} of step {step} cannot be written ({error}); what was there before is "
                "whole: make room, and start the same command again.",
            ) from error


def load_weights(folder: Path, modules: nn.ModuleDict) -> None:
    """Put the weights that a run ended with, or its best, into modules that are not sharded.

    Args:
        folder: The run's.
        modules: As the run's objective gave them: the same parameters require a gradient.

    Raises:
        UniRSError: ``checkpoint_missing``, ``checkpoint_broken``.
    """
    best, last = folder / BEST, folder / CHECKPOINT
    path = best if best.is_file() else last
    if not path.is_file():
        raise UniRSError("checkpoint_missing", f"{folder} has no checkpoint; train it first.")
    with _opened(path) as file:
        _fill(file, modules)


def checkpoint_bytes(modules: nn.Module) -> int:
    """Size of a checkpoint on disk."""
    return sum(STATE * each.numel() for each in modules.parameters() if each.requires_grad)


def _weights(modules: nn.ModuleDict) -> dict[str, Tensor]:
    """Parameters that learn, and buffers, which BatchNorm's statistics are."""
    frozen = {name for name, each in modules.named_parameters() if not each.requires_grad}
    state = modules.state_dict()
    return {f"module.{name}": tensor for name, tensor in state.items() if name not in frozen}


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with safe_open(path, "pt") as file:
            yield file
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise UniRSError(
            "checkpoint_broken",
            f"The checkpoint {path} is not whole or of another model ({error}); delete it to "
            "begin anew.",
        ) from error


@torch.no_grad()
def _fill(file: Any, modules: nn.ModuleDict) -> None:
    own = _weights(modules)
    stored = {name for name in file.keys() if name.startswith("module.")}  # noqa: SIM118
    if strangers := sorted(stored ^ own.keys()):
        raise ValueError(f"it differs in {strangers[0].removeprefix('module.')}")
    for name, tensor in own.items():
        value = file.get_tensor(name)
        if value.shape != tensor.shape:
            raise ValueError(f"{name.removeprefix('module.')} has another shape")
        tensor.copy_(placed_like(value, tensor))

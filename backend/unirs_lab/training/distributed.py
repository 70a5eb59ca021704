"""Several processes that train one model: who is who, what is added up, what is sharded.

accelerate finds this process's place among those that ``accelerate launch`` or ``torchrun`` started
on one machine or several, and makes them know each other. Sharding is PyTorch's ``fully_shard``
(FSDP2), which accelerate calls as well, but only on accelerators; so the tests on two CPU processes
run what four GPUs run.
"""

from __future__ import annotations

import atexit
import os
import signal
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard, register_fsdp_forward_method
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn.modules.batchnorm import _BatchNorm
from transformers import PreTrainedModel

from unirs.errors import UniRSError

Row = TypeVar("Row")


@dataclass(frozen=True)
class Place:
    """Which of the processes of a run this one is.

    Attributes:
        rank: 0 to ``count`` - 1.
        count: Processes of the run.
        device: Where this one computes.
    """

    rank: int
    count: int
    device: torch.device

    @property
    def main(self) -> bool:
        """Whether this is the process that writes files and reports progress."""
        return self.rank == 0

    def share(self, rows: Sequence[Row]) -> Sequence[Row]:
        """This process's part of the rows of a step: every ``count``-th."""
        return rows[self.rank :: self.count]

    def sums(self, values: Sequence[float]) -> list[float]:
        """The sum of each value over all processes, the same on all of them."""
        if self.count == 1 or not values:
            return list(values)
        total = torch.tensor(values, dtype=torch.float64, device=self.device)
        torch.distributed.all_reduce(total)
        return total.tolist()

    def wait(self) -> None:
        """Go on once every process has come here."""
        self.sums([0.0])


def join(device: str | torch.device = "cpu") -> Place:
    """Find this process's place, and meet the others.

    A command calls it before anything else; a second call gives the same place.

    Args:
        device: Where a single process computes. Of several, each gets an accelerator of its own,
            unless this is the CPU.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return Place(0, 1, torch.device(device))
    from accelerate import PartialState

    on_cpu = torch.device(device).type == "cpu"
    state = PartialState(cpu=on_cpu)
    # One that just ends may break off what others do; where all have ended, this does nothing.
    atexit.register(state.destroy_process_group)
    own = torch.device("cpu") if on_cpu else state.device
    return Place(state.process_index, state.num_processes, own)


def shard(model: nn.Module, modules: nn.ModuleDict, place: Place) -> None:
    """Split what learns over the processes, in place; each layer is put together when it computes.

    What is frozen is whole on every device, so that it can be called on its own.

    Args:
        model: Its ``forward`` or ``answer_logits`` is what the loss calls.
        modules: What learns; all of it belongs to the model.
        place: This process. A single one keeps everything.

    Raises:
        UniRSError: ``one_process_only`` if something learns outside of the model, or by the
            statistics of its batch, which processes would not share.
    """
    if place.count == 1:
        return
    inside = set(model.parameters())
    apart = any(weights not in inside for weights in modules.parameters())
    if apart or any(isinstance(module, _BatchNorm) for module in modules.modules()):
        raise UniRSError(
            "one_process_only",
            "This stage trains in one process; start it without accelerate launch or torchrun.",
        )
    mesh = init_device_mesh(place.device.type, (place.count,))
    frozen = {weights for weights in inside if not weights.requires_grad}
    for module in (*_blocks(model), model):
        fully_shard(module, mesh=mesh, ignored_params=frozen)
    register_fsdp_forward_method(model, "answer_logits")


def whole(tensor: Tensor) -> Tensor:
    """A tensor with all of its shards; every process asks for it at the same time."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def placed_like(tensor: Tensor, example: Tensor) -> Tensor:
    """A whole tensor on the example's device, or this process's shard of it."""
    moved = tensor.to(example.device)
    if not isinstance(example, DTensor):
        return moved
    # Every process has read the same file: nothing needs to be sent.
    return distribute_tensor(moved, example.device_mesh, example.placements, src_data_rank=None)


def _blocks(model: PreTrainedModel) -> list[nn.Module]:
    """The layers in which something learns."""
    return [
        module
        for module in model.modules()
        if type(module).__name__ in model._no_split_modules
        and any(weights.requires_grad for weights in module.parameters())
    ]


class StopSignal(AbstractContextManager["StopSignal"]):
    """Notes SIGTERM instead of ending: a cluster sends it before it takes a machine back.

    The step at hand is finished and kept.

    Attributes:
        asked: Whether the signal has come.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None

    def __enter__(self) -> StopSignal:
        if threading.current_thread() is threading.main_thread():  # others may not handle signals
            self._before = signal.signal(signal.SIGTERM, self._note)
        return self

    def __exit__(self, *_failure: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGTERM, self._before)

    def _note(self, *_signal: object) -> None:
        self.asked = True

"""The training loop: one for all stages, with exact resume."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from unirs.training.curves import Curves


class Objective(Protocol):
    """What a stage trains, on what, and how its loss is made. All apart from the loop."""

    def trainable(self) -> nn.ModuleDict:
        """The modules that learn."""

    def batch(self, step: int) -> Any:
        """The batch of a step: a function of the step alone, so that a run can resume."""

    def loss(self, batch: Any) -> dict[str, Tensor]:
        """Named losses of a batch; their sum is minimised."""

    def validate(self) -> dict[str, float]:
        """Named validation figures; the modules are in evaluation mode."""


@dataclass(frozen=True)
class LoopOptions:
    """How long and how a stage is trained.

    Attributes:
        steps: Optimiser steps.
        learning_rate: Peak of the cosine schedule.
        warmup: Share of the steps in which the rate rises, 0 to 1.
        weight_decay: AdamW's.
        clip: Upper bound of the gradient's norm.
        device: Where it runs.
        autocast: Whether matrix products run in bfloat16.
        validate_every: Steps between validations.
        checkpoint_every: Steps between checkpoints.
    """

    steps: int
    learning_rate: float = 1e-3
    warmup: float = 0.03
    weight_decay: float = 0.0
    clip: float = 1.0
    device: str = "cpu"
    autocast: bool = True
    validate_every: int = 500
    checkpoint_every: int = 500


@dataclass(frozen=True)
class Progress:
    """Where a running stage is: for a progress bar with the time left."""

    step: int
    steps: int
    loss: float
    seconds: float
    seconds_left: float


def fit(
    objective: Objective,
    options: LoopOptions,
    folder: Path,
    on_progress: Callable[[Progress], None] | None = None,
) -> Curves:
    """Train a stage, resuming from the checkpoint in ``folder`` if there is one.

    Args:
        objective: What is trained.
        options: How.
        folder: Takes ``checkpoint.safetensors``, ``curves.csv`` and ``curves.png``.
        on_progress: Called after every tenth step.

    Returns:
        The curves of the whole run. The objective's modules hold the final weights.
    """
    folder.mkdir(parents=True, exist_ok=True)
    modules = objective.trainable().to(options.device).requires_grad_(True)
    parameters = [p for p in modules.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        parameters, lr=options.learning_rate, weight_decay=options.weight_decay, betas=(0.9, 0.98)
    )
    checkpoint = folder / "checkpoint.safetensors"
    step = _restore(checkpoint, modules, optimizer, parameters)
    curves = Curves.open(folder / "curves.csv", first_step=step)
    started, first = time.monotonic() - curves.seconds, step
    while step < options.steps:
        modules.train()
        losses = _step(objective, optimizer, parameters, step, options)
        step += 1
        seconds = time.monotonic() - started
        figures: dict[str, float] = {}
        if step % options.validate_every == 0 or step == options.steps:
            modules.eval()
            with torch.inference_mode():
                figures = objective.validate()
        if figures or step % 10 == 0:
            curves.add(step, seconds, {**losses, **figures})
            if on_progress:
                rate = (seconds - curves.first_seconds) / max(1, step - first)
                left = rate * (options.steps - step)
                on_progress(Progress(step, options.steps, sum(losses.values()), seconds, left))
        if step % options.checkpoint_every == 0 or step == options.steps:
            _save(checkpoint, modules, optimizer, parameters, step)
            curves.save()
    modules.eval()
    return curves


def learning_rate(step: int, options: LoopOptions) -> float:
    """Cosine from the peak to 0 behind a linear warm-up (paper, section IV-A)."""
    warmup = max(1, round(options.warmup * options.steps))
    if step < warmup:
        return options.learning_rate * (step + 1) / warmup
    share = (step - warmup) / max(1, options.steps - warmup)
    return options.learning_rate * 0.5 * (1.0 + math.cos(math.pi * share))


def _step(
    objective: Objective,
    optimizer: torch.optim.Optimizer,
    parameters: list[nn.Parameter],
    step: int,
    options: LoopOptions,
) -> dict[str, float]:
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(step, options)
    torch.manual_seed(step)  # dropout, where a module has it, is a function of the step too
    with torch.autocast(torch.device(options.device).type, torch.bfloat16, options.autocast):
        losses = objective.loss(objective.batch(step))
    total = torch.stack(list(losses.values())).sum()
    optimizer.zero_grad(set_to_none=True)
    total.backward()
    nn.utils.clip_grad_norm_(parameters, options.clip)
    optimizer.step()
    return {name: float(loss.detach()) for name, loss in losses.items()}


def _save(
    path: Path,
    modules: nn.ModuleDict,
    optimizer: torch.optim.Optimizer,
    parameters: Iterable[nn.Parameter],
    step: int,
) -> None:
    """Weights and AdamW's moments in one safetensors file, replaced atomically."""
    tensors = {f"module.{name}": value for name, value in modules.state_dict().items()}
    for index, parameter in enumerate(parameters):
        for name, value in optimizer.state[parameter].items():
            tensors[f"optimizer.{index}.{name}"] = value
    partial = path.with_suffix(".partial")
    save_file({name: value.contiguous().clone() for name, value in tensors.items()}, partial,
              metadata={"step": str(step)})  # fmt: skip
    partial.replace(path)


def _restore(
    path: Path,
    modules: nn.ModuleDict,
    optimizer: torch.optim.Optimizer,
    parameters: Iterable[nn.Parameter],
) -> int:
    if not path.is_file():
        return 0
    with safe_open(path, "pt") as file:
        step = int(file.metadata()["step"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    modules.load_state_dict(
        {n.removeprefix("module."): t for n, t in tensors.items() if n.startswith("module.")}
    )
    for index, parameter in enumerate(parameters):
        prefix = f"optimizer.{index}."
        state = {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}
        if state:  # a module that no step has used yet has none
            optimizer.state[parameter] = {
                n: t if n == "step" else t.to(parameter.device) for n, t in state.items()
            }
    return step


def describe(options: LoopOptions) -> dict[str, Any]:
    """The options as JSON values, for the record of a run."""
    return asdict(options)

"""The training loop: one for all stages, all sizes and any number of processes; resumes exactly."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import torch
from torch import Tensor, nn

from unirs.engines.devices import is_out_of_memory, multiplies_bfloat16
from unirs.errors import UniRSError
from unirs_lab.training.checkpoints import Checkpoints
from unirs_lab.training.curves import Curves, Meter, Speed
from unirs_lab.training.distributed import Place, StopSignal, join, shard, whole

HOW_IT_RUNS = ("device", "gradient_checkpointing", "report_every", "peak_flops", "tensorboard")
"""Options that a run may go on with others of: they do not decide what comes out."""


@dataclass(frozen=True)
class MicroBatch:
    """A part of a step's batch, as much as is computed at once.

    Attributes:
        content: What the objective's ``loss`` takes.
        weight: What its loss is a sum over: its answer tokens. 0 for a part without any, which
            only keeps the other processes company.
        tokens: Tokens that the LLM reads, visual ones among them; 0 if they are not counted.
        flops: Operations forward and back, without recomputed ones; 0 if they are not counted.
    """

    content: Any
    weight: float = 1.0
    tokens: int = 0
    flops: float = 0.0


class Objective(Protocol):
    """What a stage trains, on what, and how its loss is made. All apart from the loop.

    An objective whose modules learn at different rates has an attribute ``rates`` as well: by the
    name of a module in ``trainable``, what the learning rate is multiplied with.
    """

    @property
    def model(self) -> nn.Module:
        """Whose ``forward`` the loss calls; frozen parts may be called on their own."""

    def trainable(self) -> nn.ModuleDict:
        """The modules that learn; of their parameters, those that require a gradient."""

    def micro_batches(self, step: int) -> Sequence[MicroBatch]:
        """This process's part of a step: a function of the step alone, so that a run can resume.

        Every process has equally many of them, with losses of the same names.
        """

    def loss(self, content: Any) -> dict[str, Tensor]:
        """Named losses of a micro-batch, summed over what its weight counts.

        What is minimised is their sum over all micro-batches of all processes, divided by the sum
        of the weights: the mean over all answer tokens of the step, and no mean of means.
        """

    def validate(self) -> dict[str, float]:
        """Named figures, of which the mean over the processes is taken.

        The modules are in evaluation mode. All processes are here at once, and call the model
        equally often.
        """


@dataclass(frozen=True)
class LoopOptions:
    """How long and how a stage is trained.

    What learns is kept in float32, as are its gradients and moments: at the small rates of
    fine-tuning most updates are below what bfloat16 resolves. ``autocast`` lets the matrix
    products run in bfloat16 all the same. What is frozen stays in the precision it was loaded in.

    Attributes:
        steps: Optimiser steps.
        learning_rate: Peak of the schedule.
        warmup: Share of the steps in which the rate rises, 0 to 1.
        weight_decay: The optimiser's.
        clip: Upper bound of the gradient's norm.
        device: Where a single process runs.
        autocast: Whether matrix products run in bfloat16; ``None`` where the device is made for it.
        validate_every: Steps between validations.
        checkpoint_every: Steps between checkpoints.
        optimizer: AdamW, or Adam, whose weight decay is part of the gradient.
        betas: The optimiser's.
        schedule: Behind the warm-up a cosine down to 0, the peak, or steps down from it.
        decay_every: Steps between two steps down.
        decay_factor: What the rate is multiplied with at each.
        gradient_checkpointing: Whether layers are computed anew on the way back instead of kept.
        best: Name of the validation figure whose highest value chooses the weights that the run
            ends with; empty for the last ones.
        report_every: Steps between reports.
        peak_flops: Operations that a device can do in a second; 0 if not known.
        tensorboard: Whether figures go to TensorBoard as well.
    """

    steps: int
    learning_rate: float = 1e-3
    warmup: float = 0.03
    weight_decay: float = 0.0
    clip: float = 1.0
    device: str = "cpu"
    autocast: bool | None = None
    validate_every: int = 500
    checkpoint_every: int = 500
    optimizer: Literal["adamw", "adam"] = "adamw"
    betas: tuple[float, float] = (0.9, 0.98)
    schedule: Literal["cosine", "constant", "step"] = "cosine"
    decay_every: int = 1
    decay_factor: float = 0.5
    gradient_checkpointing: bool = False
    best: str = ""
    report_every: int = 10
    peak_flops: float = 0.0
    tensorboard: bool = False


@dataclass(frozen=True)
class Progress:
    """Where a running stage is: for a progress bar with the time left.

    Attributes:
        step: Steps done.
        steps: Steps of the stage.
        loss: Of the last step.
        seconds: Spent so far.
        seconds_left: By the speed of this session.
        speed: Of the steps since the last report, where the objective counts its tokens.
    """

    step: int
    steps: int
    loss: float
    seconds: float
    seconds_left: float
    speed: Speed | None = None


def fit(
    objective: Objective,
    options: LoopOptions,
    folder: Path,
    on_progress: Callable[[Progress], None] | None = None,
) -> Curves:
    """Train a stage, resuming from the checkpoint in ``folder`` if there is one.

    Where ``accelerate launch`` or ``torchrun`` started several processes, they share the work.

    Args:
        objective: What is trained.
        options: How.
        folder: Takes ``checkpoint.safetensors``, ``curves.csv`` and ``curves.png``. All processes
            see it.
        on_progress: Called with every report, in the first process.

    Returns:
        The curves of the whole run. The objective's modules hold the weights that it ended with:
        those of several processes are sharded, and ``load_weights`` puts them together.

    Raises:
        UniRSError: ``loss_not_finite``, ``out_of_memory``, ``disk_full``, ``output_unwritable``,
            ``checkpoint_broken``, ``one_process_only``, ``tensorboard_missing``, and
            ``training_stopped`` after SIGTERM. The last checkpoint stays whole.
    """
    place = join(options.device)
    folder.mkdir(parents=True, exist_ok=True)
    with _memory_guard(0, place):
        run = _Run(objective, options, folder, place)
    with StopSignal() as stop:
        while run.step < options.steps:
            with _memory_guard(run.step, place):
                done = run.advance(stop.asked)
            run.report(done, on_progress)
            run.keep(done)
    if options.best:
        run.checkpoints.restore_best()
    run.modules.eval()
    return run.curves


@dataclass(frozen=True)
class _Done:
    """What came of a step, over all processes."""

    losses: dict[str, float]
    figures: dict[str, float]
    stopped: bool


class _Run:
    """A stage in training, as one process sees it."""

    def __init__(
        self, objective: Objective, options: LoopOptions, folder: Path, place: Place
    ) -> None:
        self.objective, self.options, self.folder, self.place = objective, options, folder, place
        fast, wanted = multiplies_bfloat16(place.device), options.autocast
        self.autocast = fast if wanted is None else wanted
        self.modules = objective.trainable().to(place.device)
        for weights in _learning(self.modules):
            weights.data = weights.data.float()
        if options.gradient_checkpointing:
            _checkpoint_layers(objective.model)
        shard(objective.model, self.modules, place)
        self.parameters = _learning(self.modules)
        groups = _groups(self.modules, getattr(objective, "rates", {}))
        self.optimizer = _optimizer(groups, options, place)
        self.checkpoints = Checkpoints(folder, self.modules, self.optimizer, place)
        self.checkpoints.require_room()
        self.step = self.first = self.checkpoints.restore()
        board = options.tensorboard and place.main
        self.curves = Curves.open(folder / "curves.csv", self.first, board)
        self.meter = Meter(place.device, options.peak_flops * place.count)
        self.started = time.monotonic() - self.curves.seconds

    def advance(self, stop: bool) -> _Done:
        """Make a step, and validate where it is time."""
        begun = time.monotonic()
        self.modules.train()
        losses, tokens, flops, stopped = self._optimize(stop)
        self.step += 1
        self.meter.add(time.monotonic() - begun, tokens, flops)
        figures = self._validate() if self._is_time(self.options.validate_every) else {}
        return _Done(losses, figures, stopped)

    def report(self, done: _Done, on_progress: Callable[[Progress], None] | None) -> None:
        """Note figures, and report the progress."""
        if not (done.figures or self._is_time(self.options.report_every)):
            return
        seconds, speed = time.monotonic() - self.started, self.meter.read()
        figures = {**done.losses, **(speed.figures() if speed else {}), **done.figures}
        self.curves.add(self.step, seconds, figures)
        if on_progress and self.place.main:
            steps = self.options.steps
            rate = (seconds - self.curves.first_seconds) / (self.step - self.first)
            left, loss = rate * (steps - self.step), sum(done.losses.values())
            on_progress(Progress(self.step, steps, loss, seconds, left, speed))

    def keep(self, done: _Done) -> None:
        """Write checkpoint and curves where it is time; the curves first.

        Of rows behind the checkpoint that a killed run left, a resumed one knows nothing.
        """
        best = self.options.best
        if best in done.figures and self.curves.is_highest(best):
            self.checkpoints.save_best(self.step)
        if done.stopped or self._is_time(self.options.checkpoint_every):
            if self.place.main:
                self.curves.save(at_end=self.step == self.options.steps)
            self.checkpoints.save(self.step)
        if done.stopped and self.step < self.options.steps:
            raise UniRSError(
                "training_stopped",
                f"Training was asked to stop, and did after step {self.step} of "
                f"{self.options.steps}; the same command goes on from {self.folder}.",
            )

    def _optimize(self, stop: bool) -> tuple[dict[str, float], float, float, bool]:
        """Make a step of the optimiser; what is counted is counted over all processes."""
        options, place = self.options, self.place
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.step, options) * group["rate"]
        torch.manual_seed(self.step * place.count + place.rank)  # dropout follows the step too
        batches = self.objective.micro_batches(self.step)
        (weight,) = place.sums([sum(batch.weight for batch in batches)])
        losses: dict[str, Tensor] = {}
        self.optimizer.zero_grad(set_to_none=True)
        for batch in batches:
            with torch.autocast(place.device.type, torch.bfloat16, self.autocast):
                named = self.objective.loss(batch.content)
            # Sharding takes the mean of the processes' gradients, and this wants their sum.
            (torch.stack(list(named.values())).sum() * (place.count / weight)).backward()
            for name, loss in named.items():
                losses[name] = losses.get(name, torch.zeros_like(loss)) + loss.detach()
        norm = float(whole(nn.utils.clip_grad_norm_(self.parameters, options.clip)))
        own = [float(loss) / weight for loss in losses.values()]  # waits for the device
        *shared, tokens, flops, asked = place.sums([*own, *_counted(batches), stop])
        self._require_finite(sum(shared) + norm)
        self.optimizer.step()
        return dict(zip(losses, shared, strict=True)), tokens, flops, asked > 0

    def _require_finite(self, value: float) -> None:
        if not math.isfinite(value):
            raise UniRSError(
                "loss_not_finite",
                f"The loss or its gradient is not finite at step {self.step + 1}, which was not "
                f"made; the last checkpoint in {self.folder} is unchanged: look for broken samples "
                "in the data, or train in another folder at a lower learning rate.",
            )

    def _validate(self) -> dict[str, float]:
        self.modules.eval()
        with torch.no_grad():  # what inference mode makes could not be sharded further
            figures = self.objective.validate()
        totals = self.place.sums(list(figures.values()))
        return {n: total / self.place.count for n, total in zip(figures, totals, strict=True)}

    def _is_time(self, every: int) -> bool:
        return self.step % every == 0 or self.step == self.options.steps


def _learning(modules: nn.Module) -> list[nn.Parameter]:
    return [weights for weights in modules.parameters() if weights.requires_grad]


def _counted(batches: Sequence[MicroBatch]) -> tuple[float, float]:
    """Tokens and operations of this process."""
    return sum(batch.tokens for batch in batches), sum(batch.flops for batch in batches)


def _groups(modules: nn.ModuleDict, rates: Mapping[str, float]) -> list[dict[str, Any]]:
    """The parameters that learn, in the order of ``modules.parameters()``, with their rates."""
    return [
        {"params": learning, "rate": rates.get(name, 1.0)}
        for name, module in modules.items()
        if (learning := _learning(module))
    ]


def _optimizer(
    groups: list[dict[str, Any]], options: LoopOptions, place: Place
) -> torch.optim.Optimizer:
    kinds = {"adamw": torch.optim.AdamW, "adam": torch.optim.Adam}
    return kinds[options.optimizer](
        groups,
        lr=options.learning_rate,
        weight_decay=options.weight_decay,
        betas=options.betas,
        fused=place.device.type == "cuda" or None,  # elsewhere PyTorch's choice
    )


def _checkpoint_layers(model: Any) -> None:
    """Keep a layer's input instead of all that it computes."""
    enable = getattr(model, "activation_checkpointing_enable", None)
    # transformers 5.23 brought the name, and warns of the one before
    (enable or model.gradient_checkpointing_enable)({"use_reentrant": False})


@contextmanager
def _memory_guard(step: int, place: Place) -> Iterator[None]:
    """Raise an error with advice where the memory is too small."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise UniRSError(
            "out_of_memory",
            f"The memory of {place.device} is too small for step {step + 1}; take smaller "
            "micro-batches (more of them make the same step), switch gradient checkpointing on, "
            "train an adapter instead of the whole LLM, or use more devices.",
        ) from error


def learning_rate(step: int, options: LoopOptions) -> float:
    """The rate of a step: linear warm-up, then the schedule.

    The cosine is stage 2's (paper, section IV-A), the steps down are stage 1's (Chg2Cap).
    """
    warmup = max(1, round(options.warmup * options.steps))
    if step < warmup:
        return options.learning_rate * (step + 1) / warmup
    if options.schedule == "constant":
        return options.learning_rate
    if options.schedule == "step":
        return options.learning_rate * options.decay_factor ** (step // options.decay_every)
    share = (step - warmup) / max(1, options.steps - warmup)
    return options.learning_rate * 0.5 * (1.0 + math.cos(math.pi * share))


def describe(options: LoopOptions) -> dict[str, Any]:
    """What decides the result, as JSON values, for the record of a run."""
    return {name: value for name, value in asdict(options).items() if name not in HOW_IT_RUNS}

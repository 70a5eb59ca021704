"""What a run will need, worked out before it starts: memory, time, disk.

All of it is an estimate. Every line of a plan has its derivation, so that a reader can judge it;
assumptions are named here, and listed in the plan's last part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from unirs.inputs import InputKind
from unirs_lab.training import checkpoints
from unirs_lab.training.costs import (
    CLUE_TOKENS,
    HALF,
    SAVED_BY_LOGIT,
    STATE,
    TEXT_TOKENS,
    Gpu,
    Load,
    Sizes,
    adapter_size,
    image_operations,
    images_of,
    row_operations,
    row_tokens,
    saved_bytes,
)
from unirs_lab.training.settings import ChangeSettings, JointSettings

UTILISATION = 0.35
"""Share of the peak that training reaches. LLM trainings report 0.3 to 0.5."""

DECODE_BATCH, DECODE_UTILISATION = 32, 0.5
"""Clues written at a time, and the share of the memory's bandwidth that writing them reaches."""

USABLE = 0.9
"""Share of a GPU's memory for tensors; the rest is the driver's context and fragmentation."""

CAPTION_TOKENS = 32
CLUE_BYTES = 500

FEATURE_MAPS = 16
"""Maps of the size of an image's features that the change module keeps of each pair."""


@dataclass(frozen=True)
class Item:
    """A line of a plan.

    Attributes:
        name: What it is.
        amount: Bytes, seconds, or a number.
        how: How it comes about.
    """

    name: str
    amount: float
    how: str


@dataclass(frozen=True)
class Plan:
    """What a run will need.

    Attributes:
        gpu: On which.
        gpus: How many of them.
        work: Numbers of rows, steps, tokens.
        memory: Bytes on each GPU, at the worst moment.
        time: Seconds.
        disk: Bytes.
        assumptions: What could only be assumed.
    """

    gpu: Gpu
    gpus: int
    work: tuple[Item, ...]
    memory: tuple[Item, ...]
    time: tuple[Item, ...]
    disk: tuple[Item, ...]
    assumptions: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Whether each GPU's memory is enough."""
        return total(self.memory) <= USABLE * self.gpu.memory


def total(items: tuple[Item, ...]) -> float:
    """Sum of the amounts of a part of a plan."""
    return sum(item.amount for item in items)


def plan_joint(
    settings: JointSettings,
    sizes: Sizes,
    load: Load,
    gpu: Gpu,
    gpus: int = 1,
    utilisation: float = UTILISATION,
) -> Plan:
    """Stage 2, its clues included.

    Args:
        settings: Of the run.
        sizes: Of the model.
        load: What is read.
        gpu: On which GPU.
        gpus: On how many; FSDP shares out what learns.
        utilisation: Share of the GPU's peak that training reaches, 0 to 1.
    """
    rows = load.count
    tokens = {kind: row_tokens(settings, sizes, kind) for kind in load.rows}
    steps = settings.steps or settings.epochs * -(-rows // settings.batch_size)
    epochs = steps * settings.batch_size / rows
    read = epochs * sum(count * tokens[kind] for kind, count in load.rows.items())
    operations = epochs * sum(
        count * row_operations(settings, sizes, kind) for kind, count in load.rows.items()
    )
    seconds = operations / (gpu.peak * utilisation * gpus)
    clue_time = (_clue_time(settings, sizes, load, gpu, utilisation),)
    return Plan(
        gpu=gpu,
        gpus=gpus,
        work=(
            Item("rows an epoch", rows, _by_kind(load.rows)),
            Item("optimiser steps", steps, f"batches of {settings.batch_size} rows"),
            Item("tokens", read, f"a row: {_by_kind(tokens)}"),
        ),
        memory=_joint_memory(settings, sizes, max(tokens.values()), gpus),
        time=(
            *(clue_time if settings.with_clues else ()),
            Item("training", seconds, f"{operations:.2g} operations"),
        ),
        disk=_joint_disk(settings, sizes, load),
        assumptions=(*_assumptions(load, utilisation), *_joint_assumptions(settings)),
    )


def plan_change(
    settings: ChangeSettings,
    sizes: Sizes,
    load: Load,
    gpu: Gpu,
    utilisation: float = UTILISATION,
) -> Plan:
    """Stage 1, which runs on one GPU.

    Args:
        settings: Of the run.
        sizes: Of the model.
        load: What is read.
        gpu: On which GPU.
        utilisation: Share of the GPU's peak that training reaches, 0 to 1.
    """
    rows, pairs = load.count, load.inputs.get(InputKind.PAIR, 0)
    patches, speed = sizes.config.grid**2, gpu.peak * utilisation
    kept = settings.machine.keep_features
    images = 2 * pairs * (1 if kept else settings.epochs)
    # As often as rows are read: the module over all patches, the decoder's keys and values of them
    # and its words; twice as much on the way back.
    looked_at = 2.0 * patches * (sizes.change + 2 * sizes.width**2)
    written = 2.0 * CAPTION_TOKENS * sizes.decoder
    operations = 3 * settings.epochs * rows * (looked_at + written)
    learning, rows_at_once = sizes.change + sizes.decoder, settings.batch_size
    feature_bytes = HALF * patches * sizes.width
    logits = CAPTION_TOKENS * sizes.config.text_config.vocab_size * SAVED_BY_LOGIT
    return Plan(
        gpu=gpu,
        gpus=1,
        work=(
            Item("rows an epoch", rows, "one for each caption of a pair"),
            Item("optimiser steps", settings.epochs * -(-rows // settings.batch_size),
                 f"{settings.epochs} epochs in batches of {settings.batch_size} rows"),
        ),
        memory=(
            Item("vision tower", HALF * sizes.vision, f"{sizes.vision:,} weights, 2 bytes"),
            Item("module and decoder", STATE * learning, f"{learning:,} weights, {STATE} bytes"),
            Item("activations", rows_at_once * (2 * FEATURE_MAPS * feature_bytes + logits),
                 f"{rows_at_once} pairs at a time"),
        ),
        time=(
            Item("features", images * image_operations(sizes) / speed, f"{images:,} images"),
            Item("training", operations / speed, f"{operations:.2g} operations"),
        ),
        disk=(
            Item("features", 2 * pairs * feature_bytes * kept, f"{pairs:,} pairs, kept"),
            _checkpoint(learning),
            Item("model folder", HALF * sizes.whole, "bfloat16"),
        ),
        assumptions=(
            *_assumptions(load, utilisation),
            f"captions of {CAPTION_TOKENS} tokens; validation left out",
        ),
    )  # fmt: skip


def advice(plan: Callable[[JointSettings, int], Plan], settings: JointSettings, gpus: int) -> str:
    """What makes a run fit that does not, in half a sentence.

    Args:
        plan: Makes the plan for settings and a number of GPUs.
        settings: Those that do not fit.
        gpus: The number that does not.
    """

    def small(count: int, **changes: str) -> JointSettings:
        machine = settings.machine.model_copy(update={"gradient_checkpointing": True})
        return settings.model_copy(update={"machine": machine, "round_size": count, **changes})

    if plan(small(gpus), gpus).fits:
        return f"set round_size={gpus} and machine.gradient_checkpointing=true"
    more = (count for count in (2, 4, 8, 16) if count > gpus)
    enough = next((count for count in more if plan(small(count), count).fits), None)
    adapted = plan(small(gpus, tuning="lora"), gpus).fits
    ways = [f"train on {enough} GPUs with round_size={enough}"] if enough else []
    ways += [f"set tuning=lora and round_size={gpus}"] if adapted else []
    return ", or ".join(ways) or "take a GPU with more memory"


def _joint_memory(
    settings: JointSettings, sizes: Sizes, longest: int, gpus: int
) -> tuple[Item, ...]:
    tokens = -(-settings.round_size // gpus) * longest
    frozen = sizes.vision + sizes.projector + sizes.change
    again = "computed twice" if settings.machine.gradient_checkpointing else "all kept"
    logits = SAVED_BY_LOGIT * tokens * sizes.config.text_config.vocab_size
    return (
        Item("frozen parts", HALF * frozen, f"{frozen:,} weights, 2 bytes"),
        *(_tuned(settings, sizes, gpus) if settings.tunes_all else _adapted(settings, sizes)),
        Item("activations", saved_bytes(settings, sizes, tokens), f"{tokens:,} tokens, {again}"),
        Item("logits", logits, f"{SAVED_BY_LOGIT} bytes for each token and word"),
    )


def _tuned(settings: JointSettings, sizes: Sizes, gpus: int) -> tuple[Item, ...]:
    """The LLM where all of it learns; FSDP shares it out, and gathers it part by part."""
    shared = f", shared by {gpus} GPUs" if gpus > 1 else ""
    learning = f"{sizes.language:,} weights, {STATE} bytes{shared}"
    cast = sizes.language if gpus == 1 else 2 * (sizes.layer + sizes.embedding)
    parts = "all of them" if gpus == 1 else "two layers, embedding and head at a time"
    is_half = settings.precision == "bfloat16"
    return (
        Item("LLM", STATE * sizes.language / gpus, learning),
        Item("LLM in bfloat16", HALF * cast * is_half, f"for matrix products, {parts}"),
    )


def _adapted(settings: JointSettings, sizes: Sizes) -> tuple[Item, ...]:
    adapter = adapter_size(settings, sizes)
    return (
        Item("LLM", HALF * sizes.language, f"{sizes.language:,} frozen weights, 2 bytes"),
        Item("adapter", STATE * adapter, f"{adapter:,} weights, {STATE} bytes"),
    )


def _joint_disk(settings: JointSettings, sizes: Sizes, load: Load) -> tuple[Item, ...]:
    inputs = sum(load.inputs.values())
    clues = Item("clues", CLUE_BYTES * inputs * settings.with_clues, f"{inputs:,} inputs")
    folder = HALF * sizes.whole
    if not settings.tunes_all:
        adapter = adapter_size(settings, sizes)
        how = "bfloat16, and the adapter"
        return clues, _checkpoint(adapter), Item("model folder", folder + 4 * adapter, how)
    folder += HALF * sizes.language * settings.with_clues
    how = "bfloat16, and the LLM that writes clues"
    return clues, _checkpoint(sizes.language), Item("model folder", folder, how)


def _checkpoint(learning: int) -> Item:
    how = f"{checkpoints.STATE} bytes a weight, twice while a new one is written"
    return Item("checkpoint", 2 * checkpoints.STATE * learning, how)


def _clue_time(
    settings: JointSettings, sizes: Sizes, load: Load, gpu: Gpu, utilisation: float
) -> Item:
    """The frozen base reads each input once; each word it writes reads all of its weights."""
    image = image_operations(sizes) + 2.0 * sizes.matrices * sizes.config.visual_tokens
    images = sum(count * images_of(settings, kind) for kind, count in load.inputs.items())
    inputs = sum(load.inputs.values())
    words = inputs * CLUE_TOKENS / DECODE_BATCH
    reading = images * image / (gpu.peak * utilisation)
    writing = words * HALF * sizes.matrices / (gpu.bandwidth * DECODE_UTILISATION)
    return Item("clues", reading + writing, f"{inputs:,} inputs, once, on one GPU")


def _assumptions(load: Load, utilisation: float) -> tuple[str, ...]:
    return (
        f"{utilisation:.0%} of the GPU's dense bfloat16 peak; reading images keeps up with it",
        f"{1 - USABLE:.0%} of the GPU's memory goes to its context and to fragments",
        f"numbers of rows {load.source}",
    )


def _joint_assumptions(settings: JointSettings) -> tuple[str, ...]:
    clue = f" and a clue of {CLUE_TOKENS}" if settings.with_clues else ""
    return (
        f"text of a row: {_by_kind(TEXT_TOKENS)} tokens{clue}; no padding",
        "the worst round has rows of the longest kind alone",
        "GPUs wait for each other no time; without NVLink, sharding can double the hours",
        *(
            [f"{DECODE_BATCH} clues at a time, {DECODE_UTILISATION:.0%} of the memory's bandwidth"]
            if settings.with_clues
            else []
        ),
    )


def _by_kind(figures: Mapping[InputKind, int]) -> str:
    return ", ".join(f"{kind.value} {count:,}" for kind, count in figures.items())

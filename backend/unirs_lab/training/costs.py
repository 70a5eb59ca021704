"""What a training costs: how much it reads, on what, and its tokens, operations and bytes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil
import torch

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs.model import UniRSConfig, UniRSForConditionalGeneration, replace_config
from unirs_lab.data.datasets import dataset
from unirs_lab.data.mixture import Part, SamplePart
from unirs_lab.data.samples import Sample
from unirs_lab.training.settings import AnswerSettings, JointSettings, Source, StageSettings

CLUE_TOKENS = 90
TEXT_TOKENS = {InputKind.SINGLE: 110, InputKind.PAIR: 85, InputKind.VIDEO: 190}
"""Tokens of a row beside its images and its clue: system prompt, task tag, instruction, answer."""

STATE = 16
"""Bytes for each weight that learns: itself, its gradient and Adam's two moments, in float32."""

HALF = 2
"""Bytes of a number in bfloat16."""

SAVED_BY_LAYER = {"bfloat16": (34, 8), "float32": (40, 16)}
"""Bytes that a layer of the LLM keeps of each token for the way back: so many times its width, and
so many times its FFN's width. Counted with saved-tensor hooks on the LLaMA of transformers."""

SAVED_BY_LOGIT = 12
"""Bytes for each token and word of the vocabulary: logits, their float32 copy, its gradient."""


@dataclass(frozen=True)
class Sizes:
    """Numbers of weights, and the configuration that they follow from.

    Attributes:
        vision: Weights of the vision tower.
        projector: Of the projector.
        change: Of the change extraction module.
        language: Of the LLM.
        embedding: Of its token embedding, which no matrix product uses. The head is as large.
        config: The configuration.
    """

    vision: int
    projector: int
    change: int
    language: int
    embedding: int
    config: UniRSConfig

    @classmethod
    def of(cls, config: UniRSConfig) -> Sizes:
        """Count a model without making it: its tensors have shapes and no memory."""
        unirs = replace_config(config, kind="unirs", change_module=True)
        with torch.device("meta"):
            model = UniRSForConditionalGeneration(unirs)
        return cls(
            vision=_count(model.vision_tower),
            projector=_count(model.projector),
            change=_count(model.change),
            language=_count(model.language_model),
            embedding=_count(model.get_input_embeddings()),
            config=unirs,
        )

    @property
    def whole(self) -> int:
        """All weights."""
        return self.vision + self.projector + self.change + self.language

    @property
    def matrices(self) -> int:
        """Weights of the LLM that every token is multiplied with."""
        return self.language - self.embedding

    @property
    def layer(self) -> int:
        """Weights of a layer of the LLM."""
        layers = int(self.config.text_config.num_hidden_layers)
        return (self.language - 2 * self.embedding) // layers

    @property
    def width(self) -> int:
        """Width of the vision tower."""
        return int(self.config.vision_config.hidden_size)

    @property
    def decoder(self) -> int:
        """Weights of the caption decoder: one layer between an embedding and a head."""
        return 2 * int(self.config.text_config.vocab_size) * self.width + 16 * self.width**2


def images_of(settings: JointSettings, kind: InputKind) -> int:
    """Images of an input."""
    return {InputKind.SINGLE: 1, InputKind.PAIR: 2, InputKind.VIDEO: settings.frame_count}[kind]


def row_tokens(settings: JointSettings, sizes: Sizes, kind: InputKind) -> int:
    """Tokens of a row: those of its images, its text, its clue."""
    fused = kind is InputKind.PAIR and settings.change_module
    markers = 1 if fused else images_of(settings, kind)
    clue = CLUE_TOKENS * settings.with_clues
    return markers * sizes.config.visual_tokens + TEXT_TOKENS[kind] + clue


def row_operations(settings: JointSettings, sizes: Sizes, kind: InputKind) -> float:
    """Operations of a row: images forward, LLM forward and back, and again with checkpointing."""
    forward = language_operations(sizes, row_tokens(settings, sizes, kind))
    images = images_of(settings, kind) * image_operations(sizes)
    return images + forward * (passes(settings) + settings.machine.gradient_checkpointing)


def passes(settings: AnswerSettings) -> int:
    """How many forwards the LLM's way there and back costs.

    Back is two where all weights learn, one where only activations need gradients (LoRA).
    """
    return 3 if settings.tunes_all else 2


def language_operations(sizes: Sizes, tokens: int) -> float:
    """Operations of the LLM over a sequence, forward.

    Two for each weight and token; in each layer's attention, four times its width for each token
    that a token reads.
    """
    text = sizes.config.text_config
    attention = 4.0 * text.num_hidden_layers * text.hidden_size * tokens**2
    return 2.0 * sizes.matrices * tokens + attention


def image_operations(sizes: Sizes) -> float:
    """Operations of the vision tower and the projector for an image."""
    vision, patches = sizes.config.vision_config, sizes.config.grid**2
    layers = getattr(vision, "num_hidden_layers", 0)  # a tower of convolutions has no attention
    attention = 4.0 * layers * vision.hidden_size * patches**2
    projected = 2.0 * sizes.projector * sizes.config.visual_tokens
    return 2.0 * sizes.vision * patches + attention + projected


def saved_bytes(settings: JointSettings, sizes: Sizes, tokens: int) -> float:
    """Bytes of activations that the LLM keeps of so many tokens for the way back."""
    text = sizes.config.text_config
    by_width, by_ffn = SAVED_BY_LAYER[settings.precision]
    layer = float(tokens * (by_width * text.hidden_size + by_ffn * text.intermediate_size))
    if settings.machine.gradient_checkpointing:
        return layer + 4.0 * tokens * text.hidden_size * (text.num_hidden_layers + 2)
    return layer * text.num_hidden_layers


def adapter_size(settings: JointSettings, sizes: Sizes) -> int:
    """Weights of the adapter: its rank times inputs and outputs of seven matrices a layer."""
    text = sizes.config.text_config
    sides = 4 * 2 * text.hidden_size + 3 * (text.hidden_size + text.intermediate_size)
    return int(settings.lora.rank * sides * text.num_hidden_layers)


def _count(module: torch.nn.Module | None) -> int:
    return sum(weights.numel() for weights in module.parameters()) if module else 0


GIB = 2**30


@dataclass(frozen=True)
class Gpu:
    """A GPU, after its vendor's data sheet.

    Attributes:
        title: Its name.
        model: Its model number, as in the name that the driver gives.
        memory: Bytes.
        peak: Dense bfloat16 matrix operations a second, accumulated in float32.
        bandwidth: Bytes a second from and to its memory.
    """

    title: str
    model: str
    memory: float
    peak: float
    bandwidth: float


GPUS = {
    "rtx-4090": Gpu("NVIDIA GeForce RTX 4090", "4090", 24 * GIB, 165.2e12, 1.008e12),
    "a100-40": Gpu("NVIDIA A100 SXM 40 GB", "A100", 40 * GIB, 312e12, 1.555e12),
    "a100-80": Gpu("NVIDIA A100 SXM 80 GB", "A100", 80 * GIB, 312e12, 2.039e12),
    "h100": Gpu("NVIDIA H100 SXM 80 GB", "H100", 80 * GIB, 989e12, 3.35e12),
    "h200": Gpu("NVIDIA H200 SXM 141 GB", "H200", 139 * GIB, 989e12, 4.8e12),
}
"""The data sheets of Ada, A100, H100 and H200, without sparsity."""


CORE_PEAK, CPU_BANDWIDTH, UNKNOWN_PEAK, UNKNOWN_BANDWIDTH = 5e10, 2e10, 1e14, 1e12
"""What is assumed of a core of a CPU, and of a GPU that is not among those above."""


def gpu_of(device: torch.device) -> Gpu:
    """The device of this computer, with its own memory; a CPU counts as a slow GPU."""
    if device.type != "cuda":
        cores, memory = os.cpu_count() or 1, psutil.virtual_memory().total
        return Gpu(f"{cores} CPU cores", "", memory, cores * CORE_PEAK, CPU_BANDWIDTH)
    found = torch.cuda.get_device_properties(device)
    alike = _like(found.name)
    peak, bandwidth = (alike.peak, alike.bandwidth) if alike else (UNKNOWN_PEAK, UNKNOWN_BANDWIDTH)
    return Gpu(found.name, found.name, found.total_memory, peak, bandwidth)


def known_peak(device: torch.device) -> float:
    """Operations a second that a data sheet gives for a device, or 0."""
    if device.type != "cuda":
        return 0.0
    alike = _like(torch.cuda.get_device_name(device))
    return alike.peak if alike else 0.0


def _like(name: str) -> Gpu | None:
    """The known GPU whose model number is in a name."""
    return next((gpu for gpu in GPUS.values() if gpu.model in name), None)


def gpu_named(name: str) -> Gpu:
    """A GPU of ``GPUS``.

    Raises:
        UniRSError: ``gpu_unknown``.
    """
    if name not in GPUS:
        raise UniRSError("gpu_unknown", f'No GPU "{name}" is known; choose {", ".join(GPUS)}.')
    return GPUS[name]


CONVERSATIONS = {"geochat": 308_861}
"""Rows of a dataset of which no count of answers is published: one a conversation, which fits the
paper's 3,858 steps."""


@dataclass(frozen=True)
class Load:
    """What a run reads.

    Attributes:
        rows: Rows of an epoch by kind of input, repeats included.
        inputs: Different visual inputs by kind.
        source: Where the numbers are from.
    """

    rows: Mapping[InputKind, int]
    inputs: Mapping[InputKind, int]
    source: str

    @property
    def count(self) -> int:
        """Rows of an epoch.

        Raises:
            UniRSError: ``data_missing`` if there are none.
        """
        count = sum(self.rows.values())
        if not count:
            raise UniRSError(
                "data_missing",
                "There is nothing to train on: add --data NAME=FOLDER, with a repeat above 0.",
            )
        return count


def load_of(settings: StageSettings) -> Load:
    """What a run reads: counted where a dataset is at hand, else as published.

    Raises:
        UniRSError: ``dataset_unknown``, ``plan_unknown`` for a dataset without folder whose size
            nobody has published, and what its reader raises.
    """
    here, elsewhere = [], []
    for name, source in settings.data.items():
        if source.shares is not None:
            elsewhere.append(_drawn(settings, name, source.shares))
        elif source.root is None:
            elsewhere.append(_published(name, source))
        else:
            samples = dataset(source.dataset or name).read(source.root, source.split)
            here.append(load_from([SamplePart(name, samples, source.repeat)]))
    return _together([*here, *elsewhere])


def load_from(parts: Sequence[Part]) -> Load:
    """What a run over parts of a mixture reads."""
    rows: Counter[InputKind] = Counter()
    inputs: Counter[InputKind] = Counter()
    for part in parts:
        if isinstance(part, SamplePart):
            read, seen = _counted(part.samples)
        else:
            read = Counter(listing.kind for listing in part.listings())
            seen = Counter({kind: round(part.factor * count) for kind, count in read.items()})
        rows.update({kind: round(part.factor * count) for kind, count in read.items()})
        inputs.update(seen)
    return Load(dict(rows), dict(inputs), "as counted")


def _counted(samples: Sequence[Sample]) -> tuple[Counter[InputKind], Counter[InputKind]]:
    """Rows and different visual inputs by kind."""
    rows: Counter[InputKind] = Counter()
    for sample in samples:
        rows[sample.kind] += len(sample.answers)
    return rows, Counter(kind for kind, _ in {(each.kind, each.images) for each in samples})


def _drawn(settings: StageSettings, name: str, shares: Mapping[str, float]) -> Load:
    """Inputs whose questions are drawn, all counted as single images."""
    steps = settings.steps if isinstance(settings, AnswerSettings) else None
    count = round((steps or 0) * settings.batch_size * sum(shares.values()))
    return Load({InputKind.SINGLE: count}, {InputKind.SINGLE: count}, f"by the shares of {name}")


def _published(name: str, source: Source) -> Load:
    known = dataset(source.dataset or name)
    counts = known.published.get(source.split, {})
    rows = counts.get("answers", CONVERSATIONS.get(known.name, 0))
    if not rows or known.kind is None:
        raise UniRSError(
            "plan_unknown",
            f"How many samples {name} has is not published; name its folder with "
            f"--data {name}=FOLDER.",
        )
    kind = known.kind
    inputs = counts.get("images", rows) // (2 if kind is InputKind.PAIR else 1)
    return Load({kind: round(source.repeat * rows)}, {kind: inputs}, f"as published for {name}")


def _together(loads: Sequence[Load]) -> Load:
    rows: Counter[InputKind] = Counter()
    inputs: Counter[InputKind] = Counter()
    for load in loads:
        rows.update(load.rows)
        inputs.update(load.inputs)
    sources = dict.fromkeys(load.source for load in loads)
    return Load(dict(rows), dict(inputs), ", ".join(sources))

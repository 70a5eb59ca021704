"""Measures at full size: the language model of ``unirs-3b`` with random weights, by precision.

What is compared happens in one process, on as many threads as it has; weights do not change how
long a product takes. A model folder of 6 GB is written and removed again, and the largest model
takes 7 GB of memory.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn
from transformers import LlamaForCausalLM

from unirs.bench.memory import MEGABYTE, PeakMemory
from unirs.engines.devices import free_unused_memory, synchronize
from unirs.engines.unirs.cache import KeyValueCache
from unirs.engines.unirs.decoding import prefill
from unirs.engines.unirs.pipeline import Pipeline, load_pipeline
from unirs.model import PRESETS, train_tokenizer
from unirs.model.random_folder import write_random_folder
from unirs.samples import AFTER, BEFORE, FLIGHT
from unirs.worker.client import WorkerClient

PRESET = "unirs-3b"
MEASURED = ("int4", "int8", "bfloat16")
"""The smallest first: the memory that it leaves to the process is less than the next one takes."""
PROMPT_TOKENS = 256
DECODED_TOKENS = 16
COPIED_BYTES = 2**28
_TEXTS = ["A lake lies between trees and farmland; some houses are built."] * 20


@dataclass(frozen=True)
class PrecisionFigures:
    """What was measured in one precision.

    Attributes:
        load_seconds: Reading the folder, and quantising.
        load_peak_share: Most memory that loading took, by the memory of the weights.
        weights_mb: Memory of the weights.
        prefill_tokens_per_second: Reading a prompt of ``PROMPT_TOKENS`` tokens.
        decode_tokens_per_second: Writing one token after the other (median).
        bandwidth_share: Bytes of the weights that writing a token reads, by those that a copy moves
            in the same time.
        logits_error: Distance of the logits behind each token of a prompt to those of float32, as a
            share of their norm.
        same_first_choice: Share of the tokens of a prompt behind which float32 chooses the same.
    """

    load_seconds: float
    load_peak_share: float
    weights_mb: float
    prefill_tokens_per_second: float
    decode_tokens_per_second: float
    bandwidth_share: float
    logits_error: float
    same_first_choice: float


@dataclass(frozen=True)
class FullSizeResult:
    """What was measured. A megabyte is 10^6 bytes.

    Attributes:
        model: Name of the preset.
        device: Where it ran.
        threads: Threads of a product.
        copy_gb_per_second: Bytes that a copy reads and writes.
        precisions: Figures of each precision.
        int4_decode_speedup: Tokens a second in int4, by those in bfloat16.
        bandwidth_share: Of bfloat16.
        worker_peak_mb: Resident memory of a worker in int4, one language model for clue and answer,
            that captioned an image and described a change.
        worker_peak_with_video_mb: The same after a video, whose frames are a longer prompt.
    """

    model: str
    device: str
    threads: int
    copy_gb_per_second: float
    precisions: dict[str, PrecisionFigures]
    int4_decode_speedup: float
    bandwidth_share: float
    worker_peak_mb: float
    worker_peak_with_video_mb: float

    def to_json(self) -> dict[str, Any]:
        """The result for machines."""
        return asdict(self)


def run_full_size(
    device: str = "auto",
    on_step: Callable[[str], None] = lambda _: None,
    preset: str = PRESET,
    folder: Path | None = None,
) -> FullSizeResult:
    """Measure the full-size model.

    Args:
        device: See ``resolve_device``.
        on_step: Called with the name of each measurement as it begins.
        preset: Another one for tests.
        folder: One that ``write_full_size`` wrote; by default one is written and removed.

    Raises:
        UniRSError: ``out_of_memory``, ``disk_full``, ``device_missing``.
    """
    with _written(preset, folder, on_step) as written:
        on_step("bandwidth of the memory")
        bandwidth = copy_bandwidth()
        found = {}
        for precision in MEASURED:
            on_step(f"decoding in {precision}")
            found[precision] = _measure(written, device, precision, bandwidth)
            free_unused_memory()
        exact = _required(found[MEASURED[-1]].exact)
        figures = {name: each.figures(exact) for name, each in found.items()}
        on_step("memory of the worker in int4")
        peak, with_video = worker_peaks(written, device)
    speeds = {name: each.decode_tokens_per_second for name, each in figures.items()}
    return FullSizeResult(
        model=preset,
        device=device,
        threads=torch.get_num_threads(),
        copy_gb_per_second=bandwidth / 1e9,
        precisions=figures,
        int4_decode_speedup=speeds["int4"] / speeds["bfloat16"],
        bandwidth_share=figures["bfloat16"].bandwidth_share,
        worker_peak_mb=peak / MEGABYTE,
        worker_peak_with_video_mb=with_video / MEGABYTE,
    )


def write_full_size(
    folder: Path,
    preset: str = PRESET,
    device: torch.device = torch.device("cpu"),  # noqa: B008
) -> None:
    """Write a model folder of a preset's size with random weights, drawn on a device."""
    with tempfile.TemporaryDirectory() as temporary:
        tokenizer = train_tokenizer(_TEXTS, 320, Path(temporary))
        config = PRESETS[preset]()
        vocabulary = max(config.text_config.vocab_size, len(tokenizer))
        config.text_config.vocab_size = vocabulary
        tokenizer.add_tokens([f"word{number}" for number in range(len(tokenizer), vocabulary)])
        write_random_folder(folder, config, tokenizer, device=device)


def copy_bandwidth(device: str = "cpu") -> float:
    """Bytes that a copy reads and writes in a second (the best of several)."""
    source = torch.ones(COPIED_BYTES, dtype=torch.uint8, device=device)
    target, seconds = torch.empty_like(source), []
    for _ in range(8):
        started = time.perf_counter()
        target.copy_(source)
        synchronize(source.device)
        seconds.append(time.perf_counter() - started)
    return 2 * COPIED_BYTES / min(seconds)


@torch.inference_mode()
def decode_seconds(language_model: LlamaForCausalLM) -> tuple[float, float]:
    """Seconds of a prompt of ``PROMPT_TOKENS`` tokens, and of a token behind it (median)."""
    embed = language_model.get_input_embeddings()
    prompt = torch.arange(PROMPT_TOKENS, device=language_model.device).remainder(200) + 5
    cache = KeyValueCache(language_model.config.num_hidden_layers)
    cache.reserve(PROMPT_TOKENS + DECODED_TOKENS + 1)
    seconds = []
    embeddings = embed(prompt.unsqueeze(0))
    for _ in range(DECODED_TOKENS + 1):
        started = time.perf_counter()
        logits = prefill(language_model, embeddings, cache, lambda: False)
        embeddings = embed(logits.argmax(dim=-1, keepdim=True))
        synchronize(language_model.device)
        seconds.append(time.perf_counter() - started)
    return seconds[0], median(seconds[1:])


def read_bytes(language_model: LlamaForCausalLM) -> int:
    """Bytes of the weights that writing a token reads: all but the embedding, and adapters."""
    head = language_model.lm_head.weight
    weights = {id(head): head} | {
        id(each): each
        for name, each in language_model.model.layers.named_parameters()
        if ".lora_" not in name
    }
    return sum(each.numel() * each.element_size() for each in weights.values())


@torch.inference_mode()
def all_logits(language_model: LlamaForCausalLM, *, exactly: bool = False) -> Tensor:
    """Logits behind each token of a short prompt, ``[tokens, vocabulary]`` float32.

    Args:
        language_model: The language model.
        exactly: Whether to compute in float32, one block after the other, so that never more than
            one of them takes the memory of float32.
    """
    ids = torch.arange(64, device=language_model.device).unsqueeze(0) + 5
    if not exactly:
        return language_model(input_ids=ids).logits[0].float().cpu()
    model = language_model.model
    hidden = model.embed_tokens(ids).float()
    places = torch.arange(ids.shape[1], device=ids.device).unsqueeze(0)
    rotation = model.rotary_emb(hidden, places)
    for block in model.layers:
        hidden = _in_float32(block)(hidden, position_embeddings=rotation, attention_mask=None)
    hidden = _in_float32(model.norm)(hidden)
    logits: Tensor = _in_float32(language_model.lm_head)(hidden)[0].cpu()
    return logits


def _in_float32(module: nn.Module) -> nn.Module:
    return deepcopy(module).float()


def worker_peaks(folder: Path, device: str) -> tuple[int, int]:
    """Most resident memory of a worker in int4: after an image and a pair, and after a video."""
    before, after, video = (str(sample.path) for sample in (BEFORE, AFTER, FLIGHT))
    tasks: list[tuple[str, list[str]]] = [("caption", [after]), ("change", [before, after])]
    load = {"model": str(folder), "device": device, "precision": "int4"}
    short = {"max_new_tokens": 16}
    with WorkerClient() as client, PeakMemory(client.request("hello")["pid"]) as peak:
        client.request("load", load)
        for method, paths in tasks:
            client.request(method, {"paths": paths, **short})
        without_video = peak.bytes
        client.request("ask", {"paths": [video], "text": "What is this?", **short})
    return without_video, peak.bytes


@dataclass(frozen=True)
class _Found:
    """Figures of a precision before its logits are compared, and those of float32 if computed."""

    speeds: dict[str, float]
    logits: Tensor
    exact: Tensor | None

    def figures(self, exact: Tensor) -> PrecisionFigures:
        alike = self.logits.argmax(dim=-1) == exact.argmax(dim=-1)
        return PrecisionFigures(
            **self.speeds,
            logits_error=float((self.logits - exact).norm() / exact.norm()),
            same_first_choice=float(alike.float().mean()),
        )


def _required(exact: Tensor | None) -> Tensor:
    assert exact is not None  # noqa: S101 - the last precision computes it
    return exact


def _measure(folder: Path, device: str, precision: str, bandwidth: float) -> _Found:
    pipeline, share = _load(folder, device, precision)
    with pipeline.bundle.language_model("clue") as language_model:
        prompt, token = decode_seconds(language_model)
        exact = all_logits(language_model, exactly=True) if precision == MEASURED[-1] else None
        speeds = {
            "load_seconds": pipeline.load_seconds,
            "load_peak_share": share,
            "weights_mb": pipeline.memory_bytes / MEGABYTE,
            "prefill_tokens_per_second": PROMPT_TOKENS / prompt,
            "decode_tokens_per_second": 1 / token,
            "bandwidth_share": read_bytes(language_model) / token / bandwidth,
        }
        found = _Found(speeds, all_logits(language_model), exact)
    pipeline.close()
    return found


def _load(folder: Path, device: str, precision: str) -> tuple[Pipeline, float]:
    """A pipeline, and the most memory that loading it took as a share of its weights."""
    with PeakMemory(os.getpid()) as peak:
        before = _resident_bytes()
        pipeline = load_pipeline(folder, device, precision)
    return pipeline, (peak.bytes - before) / pipeline.memory_bytes


def _resident_bytes() -> int:
    import psutil

    return int(psutil.Process().memory_info().rss)


@contextmanager
def _written(preset: str, folder: Path | None, on_step: Callable[[str], None]) -> Iterator[Path]:
    """The folder, or one that is written here and removed in the end."""
    if folder is not None:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="unirs-full-size-") as temporary:
        on_step("writing a model folder")
        write_full_size(Path(temporary) / preset, preset)
        yield Path(temporary) / preset

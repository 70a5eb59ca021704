"""What only a GPU can show, in one run of less than eight minutes that needs no network.

    python -m scripts.gpu_check [--device cuda] [--output gpu-check.json]

The goldens; the full-size model with random weights in bfloat16, int8 and int4 (prefill, decode
against the memory's bandwidth, tiles a second, peak memory); and 50 steps of joint tuning. Each
part stands alone: one that fails is reported, and the others go on. Results are written after each
part, and printed as JSON and as a table at the end. ``--preset unirs-tiny`` runs all of it on a CPU
in about a minute, which the tests do.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
GOLDENS = ROOT / "tests/model/reference-7x7"
SECONDS = 450
"""When no further part is begun: what is left of eight minutes is for the part that runs."""

Facts = dict[str, Any]


def main(words: list[str] | None = None) -> int:
    """Run all parts; 0 if none of them failed."""
    options = _options(words)
    check = Check(options)
    with tempfile.TemporaryDirectory(prefix="unirs-gpu-check-") as temporary:
        check.run(Path(temporary))
    print(json.dumps(check.facts, indent=1))
    print(table(check.facts))
    return int(bool(check.facts["problems"]))


def _options(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Formatter)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda[:N]")
    parser.add_argument("--preset", default="unirs-3b", help="size of the model")
    parser.add_argument("--goldens", action="append", type=Path, help="further folders of goldens")
    parser.add_argument("--steps", type=int, default=50, help="steps of joint tuning")
    parser.add_argument("--batch", type=int, default=64, help="rows of a step of joint tuning")
    parser.add_argument("--tiles", type=int, default=64, help="tiles that are captioned")
    parser.add_argument("--output", type=Path, default=Path("gpu-check.json"))
    return parser.parse_args(words)


class _Formatter(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """The text above as it stands, and the default of each option."""


class Check:
    """The parts of a run, and what they found.

    Args:
        options: Of the command line.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        from unirs.engines.devices import resolve_device

        self.options = options
        self.device = resolve_device(options.device)
        self.facts: Facts = {"machine": machine(self.device), "seconds": {}, "problems": {}}
        self._started = time.monotonic()

    def run(self, temporary: Path) -> None:
        """Run all parts that there is time for."""
        folder = temporary / self.options.preset
        for goldens in [GOLDENS, *(self.options.goldens or [])]:
            self._part(f"goldens {goldens.name}", lambda: check_goldens(goldens, self.device))  # noqa: B023 - called at once
        self._part("default model", lambda: check_default_model(self.device))
        self._part("writing weights", lambda: write(folder, self.options.preset, self.device))
        for precision in ("bfloat16", "int8", "int4"):
            tiles = self.options.tiles if precision == "bfloat16" else 0
            self._part(precision, lambda: measure(folder, self.device, precision, tiles))  # noqa: B023 - called at once
        self._part("joint tuning", lambda: tune(folder, temporary, self.device, self.options))

    def _part(self, name: str, work: Callable[[], Facts]) -> None:
        """Do a part, unless it is too late; whatever goes wrong ends this part alone."""
        begun = time.monotonic()
        if begun - self._started > SECONDS:
            self.facts["problems"][name] = "left out: no time was left"
            return
        print(f"{begun - self._started:5.0f} s  {name}", file=sys.stderr, flush=True)
        try:
            self.facts[name] = work()
        except Exception as error:
            traceback.print_exc()
            self.facts["problems"][name] = f"{type(error).__name__}: {error}"[:500]
        self.facts["seconds"][name] = round(time.monotonic() - begun, 1)
        self.options.output.write_text(json.dumps(self.facts, indent=1), encoding="utf-8")
        release(self.device)


def machine(device: torch.device) -> Facts:
    """What it runs on."""
    from importlib.metadata import version

    facts: Facts = {
        "device": str(device),
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "transformers", "peft")},
        "cores": os.cpu_count(),
    }
    if device.type == "cuda":
        found = torch.cuda.get_device_properties(device)
        facts |= {
            "name": found.name,
            "memory_gb": found.total_memory / 1e9,
            "capability": list(torch.cuda.get_device_capability(device)),
            "cuda": torch.version.cuda,
        }
    return facts


@torch.inference_mode()
def check_goldens(goldens: Path, device: torch.device) -> Facts:
    """The reference's outputs, from checkpoint to greedy ids, in float32 on the device.

    Raises:
        ValueError: Ids differ, or numbers do by more than 0.1 %.
    """
    from unirs.model import embed_prompt, load_bundle
    from unirs.model.convert import convert
    from unirs.prompts import Prompt

    cases = json.loads((goldens / "cases.json").read_text())["cases"]
    wanted, bundles, worst = np.load(goldens / "tensors.npz"), {}, 0.0
    with exact_products(), tempfile.TemporaryDirectory() as temporary:
        for name in sorted({case["model"] for case in cases.values()}):
            convert(goldens / name, Path(temporary) / name)
            bundles[name] = load_bundle(Path(temporary) / name, device)
        for name, case in cases.items():
            bundle = bundles[case["model"]]
            images = [_pixels(goldens / "images" / f"{image}.png") for image in case["images"]]
            features = bundle.model.encode_images(bundle.processor.images(images).to(device))
            paired = case["model"] == "unirs" and len(images) == 2
            model = bundle.model
            visual = (
                model.project_pair(features[:1], features[1:])
                if paired
                else model.project(features)
            )
            text = case["prompt"].rpartition("<image>\n")[2].removesuffix(" ASSISTANT:")
            prompt = Prompt(text, markers=case["prompt"].count("<image>"))
            ids = bundle.processor.encode(prompt).to(device)
            embedded = embed_prompt(model.language_model, ids, visual)
            logits = model.language_model(inputs_embeds=embedded).logits[0, -1].cpu().numpy()
            expected = wanted[f"{name}.logits"]
            worst = max(worst, float(np.abs(logits - expected).max() / np.abs(expected).max()))
            generated = model.language_model.generate(
                inputs_embeds=embedded,
                attention_mask=torch.ones(embedded.shape[:2], device=device),
                max_new_tokens=len(case["generated"]),
                min_new_tokens=len(case["generated"]),
                do_sample=False,
            )
            if not _alike(generated[0].tolist(), case):
                raise ValueError(f"{name}: {generated[0].tolist()} instead of {case['generated']}")
    if worst > 1e-3:
        raise ValueError(f"logits differ by {worst:.1e} of the largest")
    return {"cases": len(cases), "worst_logit": worst}


def _alike(ids: list[int], case: Facts) -> bool:
    """Whether generated ids are those of a case."""
    return ids == list(case["generated"])


def _pixels(path: Path) -> Any:
    return np.asarray(Image.open(path).convert("RGB"))


@contextmanager
def exact_products() -> Iterator[None]:
    """Products in full float32, and not in TF32, which GPUs use for convolutions by default."""
    convolutions, products = torch.backends.cudnn.allow_tf32, torch.get_float32_matmul_precision()
    torch.backends.cudnn.allow_tf32 = False
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = convolutions
        torch.set_float32_matmul_precision(products)


def check_default_model(device: torch.device) -> Facts:
    """The known answers of the default model on the device, where its language model is installed.

    Raises:
        ValueError: Some are wrong.
    """
    from unirs.engines.unirs import load_pipeline
    from unirs.errors import UniRSError
    from unirs.self_test import run_self_test

    try:
        pipeline = load_pipeline("unirs-small", str(device), "auto")
    except UniRSError as error:
        return {"left_out": error.message}
    report = run_self_test(pipeline)
    right = sum(case.passed for case in report.cases)
    pipeline.close()
    if right < len(report.cases):
        raise ValueError(f"{right} of {len(report.cases)} known answers")
    return {"right": right, "cases": len(report.cases), "precision": pipeline.precision}


def write(folder: Path, preset: str, device: torch.device) -> Facts:
    """Write a model folder with random weights."""
    from unirs.bench.full_size import write_full_size
    from unirs.model.folder import folder_bytes

    write_full_size(folder, preset, device)
    return {"gb": folder_bytes(folder) / 1e9}


def measure(folder: Path, device: torch.device, precision: str, tiles: int) -> Facts:
    """Speed and memory of the model in one precision.

    Args:
        folder: Of the model.
        device: Where it runs.
        precision: Of its weights.
        tiles: Tiles that are captioned in batches; 0 for none.
    """
    from unirs.bench.full_size import PROMPT_TOKENS, copy_bandwidth, decode_seconds, read_bytes
    from unirs.engines.unirs import load_pipeline

    reset_peak(device)
    pipeline = load_pipeline(folder, str(device), precision)
    facts: Facts = {
        "load_seconds": pipeline.load_seconds,
        "weights_gb": pipeline.memory_bytes / 1e9,
        "load_peak_gb": peak_gb(device),
    }
    with pipeline.bundle.language_model("clue") as language_model:
        decode_seconds(language_model)  # what happens once is not counted
        prompt, token = decode_seconds(language_model)
        bandwidth = copy_bandwidth(str(device))
        facts |= {
            "prefill_tokens_per_second": PROMPT_TOKENS / prompt,
            "decode_tokens_per_second": 1 / token,
            "copy_gb_per_second": bandwidth / 1e9,
            "bandwidth_share": read_bytes(language_model) / token / bandwidth,
        }
    if tiles:
        facts |= caption_tiles(pipeline, tiles)
    facts["peak_gb"] = peak_gb(device)
    pipeline.close()
    return facts


def caption_tiles(pipeline: Any, count: int) -> Facts:
    """Captions of tiles a second: in batches, one by one, and with ``generate``."""
    from unirs.bench.run import naive_answer
    from unirs.engines.engine import Item
    from unirs.inputs import Question, Task

    question = Question(Task.CAPTION, clue=False, max_new_tokens=24)
    tiles = noise_tiles(pipeline.image_size, count)
    few = tiles[: max(2, count // 8)]
    list(pipeline.answers(Item(tile, question) for tile in few[:2]))
    pipeline.forget()
    batched = _rate(count, lambda: list(pipeline.answers(Item(tile, question) for tile in tiles)))
    pipeline.forget()
    single = _rate(len(few), lambda: [pipeline.answer(tile, question) for tile in few])
    naive = _rate(len(few), lambda: [naive_answer(pipeline.bundle, tile, question) for tile in few])
    return {
        "tiles_per_second": batched,
        "tiles_per_second_one_by_one": single,
        "tiles_per_second_generate": naive,
    }


def _rate(count: int, work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def noise_tiles(size: int, count: int) -> list[Any]:
    """Tiles that are all different."""
    from unirs.inputs import Crop, VisualInput

    noise = np.random.default_rng(0)
    return [
        VisualInput.single(Crop(noise.integers(0, 256, (size, size, 3), dtype=np.uint8)))
        for _ in range(count)
    ]


class _Enough(Exception):  # noqa: N818 - not an error
    """The steps are made. The run ends here, and writes no checkpoint of many gigabytes."""


def tune(folder: Path, temporary: Path, device: torch.device, options: Any) -> Facts:
    """Steps of joint tuning on generated examples of the paper's data sets.

    All weights of the language model learn where 16 bytes for each of them fit, else an adapter.
    """
    from unirs.engines.devices import free_memory
    from unirs.model import load_bundle
    from unirs_lab.data.examples import write_example
    from unirs_lab.training.answer_objective import AnswerObjective, loop_options
    from unirs_lab.training.costs import STATE, Sizes, known_peak
    from unirs_lab.training.joint_stage import tuning_of
    from unirs_lab.training.loop import Progress, fit
    from unirs_lab.training.settings import JointSettings
    from unirs_lab.training.settings_files import load_settings
    from unirs_lab.training.sources import read_parts
    from unirs_lab.training.tuning import DTYPES, learn

    start = without_adapter(folder, temporary / "start")
    bundle = load_bundle(start, device, torch.bfloat16)
    whole = free_memory(device) > 1.3 * STATE * Sizes.of(bundle.config).language
    datasets = ("geochat", "levir-cc", "era")
    roots = {name: write_example(name, temporary / "data" / name, count=16) for name in datasets}
    settings = load_settings(
        JointSettings,
        overrides=[
            f"tuning={'full' if whole else 'lora'}",
            f"steps={options.steps + 1}",
            f"batch_size={options.batch}",
            f"round_size={min(16, options.batch)}",
            "with_clues=false",
            f"machine.device={device}",
            f"machine.workers={min(4, (os.cpu_count() or 1) - 1)}",
            f"frame_count={bundle.config.frame_count}",
            *(f"data.{name}.root={root}" for name, root in roots.items()),
        ],
    )
    parts, held_back = read_parts(settings)
    learning = learn(bundle, tuning_of(settings))
    place = place_on(device)
    objective = AnswerObjective(bundle, learning, settings, parts, held_back, None, place)
    speeds = []

    def on_progress(progress: Progress) -> None:
        speeds.append(progress.speed)
        if progress.step >= options.steps:
            raise _Enough

    reset_peak(device)
    loop = loop_options(settings, objective.steps_an_epoch, place)
    with suppress(_Enough):
        fit(objective, loop, temporary / "run", on_progress)
    counted = [speed for speed in islice(speeds, int(len(speeds) > 1), None) if speed]
    steps = sum(speed.step_seconds for speed in counted) / len(counted)
    tokens = sum(speed.tokens_per_second for speed in counted) / len(counted)
    used = [speed.utilisation for speed in counted if speed.utilisation is not None]
    return {
        "tuning": settings.tuning,
        "rows_per_step": settings.batch_size,
        "steps": options.steps,
        "dtype": str(DTYPES[settings.precision]).removeprefix("torch."),
        "step_seconds": steps,
        "tokens_per_second": tokens,
        "utilisation": sum(used) / len(used) if used else None,
        "peak_flops": known_peak(device),
        "peak_gb": peak_gb(device),
    }


def without_adapter(folder: Path, target: Path) -> Path:
    """The same weights as the folder of a change stage, which joint tuning starts from."""
    target.mkdir()
    for file in folder.iterdir():
        if file.is_file() and file.name != "config.json":
            os.link(file, target / file.name)
    config = json.loads((folder / "config.json").read_text())
    (target / "config.json").write_text(json.dumps({**config, "clue_source": "none"}))
    return target


def place_on(device: torch.device) -> Any:
    """This process as the only one of a run."""
    from unirs_lab.training.distributed import join

    return join(str(device))


def release(device: torch.device) -> None:
    """Give memory back between two parts."""
    from unirs.engines.devices import free_unused_memory

    free_unused_memory()
    reset_peak(device)


def reset_peak(device: torch.device) -> None:
    """Count the peak of the memory from here."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)


def peak_gb(device: torch.device) -> float:
    """Peak of the device's memory, or what the process has on a CPU."""
    from unirs_lab.training.curves import peak_memory

    return peak_memory(device) / 1e9


def table(facts: Facts) -> str:
    """The figures as a table in Markdown, for the documentation."""
    lines = [f"| {facts['machine'].get('name', facts['machine']['device'])} | |", "| --- | --- |"]
    for part, found in facts.items():
        if part not in ("machine", "problems", "seconds"):
            lines += [f"| {part}: {name} | {_shown(value)} |" for name, value in found.items()]
    lines += [f"| {part} **failed** | {reason} |" for part, reason in facts["problems"].items()]
    lines.append(f"| all | {sum(facts['seconds'].values()):.0f} s |")
    return "\n".join(line.replace("_", " ") for line in lines)


def _shown(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())

"""What the frozen parts say about a bank, made once: features, visual tokens, clues."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from unirs.files import whole_file
from unirs.inference.devices import fast_products
from unirs.inputs import InputKind
from unirs.model import ModelBundle
from unirs_lab.training.bank import Bank
from unirs_lab.training.clues import write_clues
from unirs_lab.training.heads import to_pixels
from unirs_lab.training.options import Report


@torch.inference_mode()
def features_of(
    folder: Path,
    bundle: ModelBundle,
    kind: InputKind,
    bank: Bank,
    count: int,
    report: Report,
) -> Tensor:
    """Frozen features ``[count, frames, patches, width]`` of a bank in bfloat16, kept on disk."""
    path = folder / "features" / f"{kind.value}.safetensors"
    if path.is_file():
        features = load_file(path)["features"]
        if len(features) >= count:
            return features[:count]
    report.stage(f"features of {kind.value} inputs")
    config = bundle.config.vision_config
    shape = (count, bank.images.shape[1], bundle.config.grid**2, config.hidden_size)
    features = torch.empty(shape, dtype=torch.bfloat16)  # filled in place: they are gigabytes
    for start in range(0, count, 64):
        part = slice(start, min(start + 64, count))
        images = torch.tensor(bank.images[part])
        pixels = to_pixels(images.flatten(0, 1).to(bundle.model.device))
        with fast_products(pixels.device):
            encoded = bundle.model.encode_images(pixels)
        features[part] = encoded.to("cpu", torch.bfloat16).unflatten(0, images.shape[:2])
        report.making(part.stop, count)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, SafetensorError) as partial:
        save_file({"features": features}, partial)
    return features


@torch.inference_mode()
def visual_tokens(bundle: ModelBundle, kind: InputKind, features: Tensor) -> tuple[Tensor, Tensor]:
    """Projected tokens: each image on its own (base), and as UniRS reads the input."""
    alone, read = [], []
    for part in features.split(64):
        frames = part.to(bundle.model.device, torch.float32)
        single = bundle.model.project(frames.flatten(0, 1)).unflatten(0, part.shape[:2])
        alone.append(single.to("cpu", torch.bfloat16))
        if kind is InputKind.PAIR and bundle.model.change is not None:
            fused = bundle.model.project_pair(frames[:, 0], frames[:, 1])
            read.append(fused.unsqueeze(1).to("cpu", torch.bfloat16))
    return torch.cat(alone), torch.cat(read or alone)


def clues_of(
    folder: Path, base: ModelBundle, kind: InputKind, alone: Tensor, report: Report
) -> list[str]:
    """Clues of a bank by the frozen base, kept on disk."""
    path = folder / "clues" / f"{kind.value}.json"
    if path.is_file():
        clues = json.loads(path.read_text(encoding="utf-8"))
        if len(clues) >= len(alone):
            return list(clues[: len(alone)])
    report.stage(f"clues for {kind.value} inputs")
    clues = write_clues(base, kind, alone, on_progress=report.making)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial_path = path.with_suffix(".partial")
    partial_path.write_text(json.dumps(clues), encoding="utf-8")
    partial_path.replace(path)
    return clues

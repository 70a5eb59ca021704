"""Loading a model's processor: tokenizer and image processor, and what is special about them."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from unirs.errors import UniRSError, short_reason
from unirs.model.vlm_folder import VLMFolder

LARGEST_CROP = 1024
"""Longest side of a crop in pixels: what some models take beyond costs thousands of tokens."""

_SMALLEST_CROP = 32
_USUAL_SIZE = 448


@contextmanager
def explained(what: str, code: str) -> Iterator[None]:
    """Turn what a library raises about a model's files or images into a ``UniRSError``.

    Args:
        what: Beginning of the sentence.
        code: Of the error.

    Raises:
        UniRSError: With this code.
    """
    try:
        yield
    except (MemoryError, UniRSError):
        raise
    except Exception as error:  # the libraries have no exceptions of their own
        raise UniRSError(code, f"{what}: {short_reason(error)}.") from error


def load_processor(folder: VLMFolder, config: Any) -> Any:
    """The processor of a model, without its part for videos: frames are given as images.

    The part for videos alone would need torchvision, and that of SmolVLM num2words.
    """
    from transformers import AutoFeatureExtractor, AutoImageProcessor, AutoTokenizer

    kind: Any = _processor_class(folder, config)
    module = sys.modules[kind.__module__]
    if getattr(module, "num2words", _no_words) is None:
        module.num2words = _no_words  # type: ignore[attr-defined]  # it is asked for, if never used

    class WithoutVideo(kind):
        def check_argument_for_proper_class(self, argument_name: str, argument: Any) -> Any:
            if argument is None:
                return None
            return super().check_argument_for_proper_class(argument_name, argument)

    options = {"local_files_only": True, "trust_remote_code": False}
    makers = {
        "tokenizer": lambda: AutoTokenizer.from_pretrained(folder.path, **options),
        "image_processor": lambda: AutoImageProcessor.from_pretrained(
            folder.path, backend="pil", **options
        ),
        "feature_extractor": lambda: AutoFeatureExtractor.from_pretrained(folder.path, **options),
    }
    settings, _ = kind.get_processor_dict(folder.path, local_files_only=True)
    parts = [makers.get(part, lambda: None)() for part in WithoutVideo.get_attributes()]
    return WithoutVideo.from_args_and_dict(parts, settings)


def _no_words(number: int) -> str:
    """In place of num2words, which writes out the number of a video's frames."""
    raise NotImplementedError(f"{number} frames as a video")


def _processor_class(folder: VLMFolder, config: Any) -> Any:
    """The class that the folder's files name, else that of the architecture.

    Raises:
        ValueError: There is none.
    """
    from transformers.models.auto.processing_auto import (
        PROCESSOR_MAPPING,
        processor_class_from_name,
    )

    for name in ("processor_config.json", "preprocessor_config.json", "tokenizer_config.json"):
        path = folder.path / name
        named = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if found := processor_class_from_name(str(named.get("processor_class"))):
            return found
    if type(config) in PROCESSOR_MAPPING:
        return PROCESSOR_MAPPING[type(config)]
    raise ValueError("transformers has no processor for it")


def image_ids(processor: Any, config: Any) -> Tensor:
    """Tokens that stand for the features of images."""
    found = {getattr(config, name, None) for name in ("image_token_id", "image_token_index")}
    found |= set(getattr(processor, "image_token_ids", None) or ())
    return torch.tensor(sorted(each for each in found if isinstance(each, int)), dtype=torch.long)


def image_size(image_processor: Any, config: Any) -> int:
    """Longer side of the crops that an image processor makes the most of, in pixels."""
    size = dict(getattr(image_processor, "size", None) or {})
    size = {name: value for name, value in size.items() if value}
    vision = getattr(config, "vision_config", None)
    sides = [
        size[name] for name in ("height", "width", "longest_edge", "max_height") if name in size
    ]
    if not sides:
        sides = [size.get("shortest_edge") or getattr(vision, "image_size", None) or _USUAL_SIZE]
    areas = hasattr(image_processor, "merge_size")  # of Qwen's kind, whose sizes are areas
    side = max(math.isqrt(value) if areas else _side(value) for value in sides)
    tiles = getattr(image_processor, "image_grid_pinpoints", None)
    if tiles:
        side = max(side, *(min(grid) for grid in tiles))
    return max(_SMALLEST_CROP, min(side, LARGEST_CROP))


def _side(value: Any) -> int:
    """A side in pixels, where it may be given as a list of two."""
    return max(map(int, value)) if isinstance(value, (list, tuple)) else int(value)

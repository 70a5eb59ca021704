"""Limits for what the files of a model may contain, checked before anything is built from them.

An untrusted folder may describe a million layers, or contain a regular expression that never
terminates, and the libraries that read it would try. The limits here are far above every published
model, and far below what hangs a program or exhausts its memory. Standard library only, so that
listing models stays fast.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

MIB = 2**20
HEADER_BYTES = MIB
"""Longest header of a weight file: some 10,000 tensors. A model of 70 B parameters has 723."""

_FILE_BYTES = {
    **dict.fromkeys(("tokenizer.json", "tokenizer.model"), 32 * MIB),
    **dict.fromkeys(("config.json", "generation_config.json", "adapter_config.json"), MIB),
    **dict.fromkeys(("processor_config.json", "preprocessor_config.json", "README.md"), MIB),
    **dict.fromkeys(("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"), MIB),
    **dict.fromkeys(("model.safetensors.index.json", "pytorch_model.bin.index.json"), MIB),
}
"""Largest files that are read, by name."""

_SIZES = {
    "num_hidden_layers": (1, 512),
    "hidden_size": (1, 65_536),
    "intermediate_size": (1, 2**20),
    "num_attention_heads": (1, 1024),
    "num_key_value_heads": (1, 1024),
    "head_dim": (1, 4096),
    "vocab_size": (1, 2**21),
    "max_position_embeddings": (1, 2**24),
    "image_size": (1, 4096),
    "patch_size": (1, 4096),
    "num_channels": (1, 16),
    "num_labels": (0, 1024),
    "frame_count": (1, 1024),
    "num_video_frames": (0, 1024),
    "stem": (1, 1024),
    "change_head": (0, 64),
    "rank": (1, 4096),
}
"""Smallest and largest value of each size in a configuration, at any depth."""

_TEMPERATURES = ("answer_temperature", "change_temperature")
_LEAST_TEMPERATURE, _MOST_TEMPERATURE = 0.01, 100.0
"""Between a choice that is always sure and one that never is."""

_THRESHOLDS = "unsure_below"
"""Name of the confidences below which an answer is not sure."""

_TARGET = r"\w{1,64}"
_TARGET_PATTERN = re.compile(
    rf"\.\*layers\\\.\\d\+\\\.\(self_attn\|mlp\)\\\.\({_TARGET}(\|{_TARGET}){{0,15}}\)"
)
"""The only pattern of target modules that is accepted: that of ``adapters.add_adapter``."""

_FLOATING_POINT = {"F64", "F32", "F16", "BF16"}

_ADAPTER_FREE = {
    *("r", "lora_alpha", "lora_dropout", "target_modules"),
    *("base_model_name_or_path", "revision", "inference_mode", "task_type", "peft_version"),
    "use_rslora",
}
"""Fields of an adapter's configuration that may differ from PEFT's defaults."""


class InvalidModelError(ValueError):
    """Something in a model is missing or not allowed; the message ends a sentence about it."""


class TensorFacts(NamedTuple):
    """What the header of a weight file states about a tensor.

    Attributes:
        dtype: Type of its numbers, as safetensors names it.
        shape: Its sizes.
        end: Where its bytes end, counted from the end of the header.
    """

    dtype: str
    shape: tuple[int, ...]
    end: int

    @property
    def numbers(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


Weights = Mapping[str, TensorFacts]
"""Tensors by name."""


def check_files(folder: Path) -> None:
    """Refuse a folder with a file that is much larger than any file of its name has to be.

    Raises:
        InvalidModelError: Names the file.
    """
    for path in _files(folder):
        allowed = _FILE_BYTES.get(path.name)
        if allowed and path.stat().st_size > allowed:
            raise InvalidModelError(f"its {path.name} is larger than any such file has to be")
        if path.suffix == ".safetensors":
            _header_length(path)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file.

    Raises:
        InvalidModelError: It cannot be read, or contains something else.
    """
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidModelError(f"its {path.name} cannot be read ({error!s:.200})") from error
    if not isinstance(loaded, dict):
        raise InvalidModelError(f"its {path.name} is not a JSON object")
    return loaded


def check_sizes(config: Mapping[str, Any]) -> None:
    """Refuse a configuration of quantised weights, or with a number out of range.

    Raises:
        InvalidModelError: Names the field.
    """
    for name, value in config.items():
        if name == "quantization_config" and value is not None:
            raise InvalidModelError(
                "its weights are quantised, and UniRS reads only floating-point weights"
            )
        if name in _SIZES and value is not None:
            least, most = _SIZES[name]
            if type(value) is not int or not least <= value <= most:
                raise InvalidModelError(
                    f"its configuration has {name} {value!r:.40} instead of a whole number from "
                    f"{least} to {most}"
                )
        if name in _TEMPERATURES:
            _check_temperature(name, value)
        if name == _THRESHOLDS and value is not None:
            _check_thresholds(value)
        if isinstance(value, Mapping):
            check_sizes(value)


def _check_temperature(name: str, value: Any) -> None:
    is_number = type(value) in {int, float}
    if not is_number or not _LEAST_TEMPERATURE <= value <= _MOST_TEMPERATURE:
        raise InvalidModelError(
            f"its configuration has {name} {value!r:.40} instead of a number from "
            f"{_LEAST_TEMPERATURE} to {_MOST_TEMPERATURE}"
        )


def _check_thresholds(value: Any) -> None:
    is_mapping = isinstance(value, Mapping) and len(value) <= 16
    if not is_mapping or not all(
        type(each) in {int, float} and 0 <= each <= 1 for each in value.values()
    ):
        raise InvalidModelError(
            f"its configuration has {_THRESHOLDS} {value!r:.80} instead of numbers from 0 to 1 by "
            "kinds of answers"
        )


def check_adapter(written: Mapping[str, Any], defaults: Mapping[str, Any], width: int) -> None:
    """Refuse an adapter that is anything but low-rank updates of named layers.

    Args:
        written: Content of its ``adapter_config.json``.
        defaults: PEFT's default values.
        width: Hidden size of the language model, the largest rank that is accepted.

    Raises:
        InvalidModelError: Names the field.
    """
    targets, rank = written.get("target_modules"), written.get("r")
    if isinstance(targets, list):
        named = 0 < len(targets) <= 16 and all(re.fullmatch(_TARGET, str(name)) for name in targets)
    else:
        named = isinstance(targets, str) and bool(_TARGET_PATTERN.fullmatch(targets))
    if not named:
        raise InvalidModelError("its adapter names no target layers (target_modules)")
    if type(rank) is not int or not 1 <= rank <= width:
        raise InvalidModelError(f"its adapter has rank {rank!r:.40} instead of 1 to {width}")
    for name, value in written.items():
        if name not in _ADAPTER_FREE and name in defaults and value != defaults[name]:
            raise InvalidModelError(
                f"its adapter has {name} {value!r:.40}, which UniRS does not support"
            )


def read_header(path: Path) -> dict[str, TensorFacts]:
    """The tensors of a weight file by name, from its header.

    Raises:
        InvalidModelError: It is no such file, has a header beyond the limits, or is truncated.
    """
    length = _header_length(path)
    try:
        with path.open("rb") as stream:
            stream.seek(8)
            header = json.loads(stream.read(length))
        header.pop("__metadata__", None)
        tensors = {
            name: TensorFacts(
                facts["dtype"], tuple(map(int, facts["shape"])), facts["data_offsets"][1]
            )
            for name, facts in header.items()
        }
        size = 8 + length + max((facts.end for facts in tensors.values()), default=0)
        if size == path.stat().st_size:
            return tensors
    except (OSError, RecursionError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise InvalidModelError(f"its {path.name} is damaged; copy it again") from error
    raise InvalidModelError(f"its {path.name} is truncated; copy it again")


def check_floating_point(weights: Weights) -> None:
    """Refuse weights that are not floating-point numbers: the library would convert them.

    Raises:
        InvalidModelError: A tensor holds others, and is not the counter of a BatchNorm.
    """
    for name, facts in weights.items():
        if facts.dtype not in _FLOATING_POINT and not name.endswith("num_batches_tracked"):
            raise InvalidModelError(
                f"its tensor {name} holds {facts.dtype} instead of floating-point numbers"
            )


def check_tensors(
    expected: Mapping[str, Sequence[int]],
    stored: Mapping[str, Sequence[int]],
    optional: Collection[str] = (),
) -> None:
    """Refuse weights with a tensor that is missing, unexpected or of another shape.

    Args:
        expected: Shapes of all tensors that a configuration describes, by name.
        stored: Shapes of the tensors that are there.
        optional: Names that may be missing, such as that of a tied output layer.

    Raises:
        InvalidModelError: Names the first such tensor.
    """
    for name, shape in expected.items():
        if name not in stored:
            if name in optional:
                continue
            raise InvalidModelError(f"the tensor {name} is missing from its weights")
        if tuple(stored[name]) != tuple(shape):
            raise InvalidModelError(
                f"its tensor {name} has shape {list(stored[name])} instead of {list(shape)}"
            )
    for name in stored:
        if name not in expected:
            raise InvalidModelError(f"its weights have an unexpected tensor {name}")


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _header_length(path: Path) -> int:
    try:
        with path.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
    except OSError as error:
        raise InvalidModelError(f"its {path.name} cannot be read ({error.strerror})") from error
    if length > HEADER_BYTES:
        raise InvalidModelError(f"its {path.name} is damaged, or names more tensors than any model")
    return length

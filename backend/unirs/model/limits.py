"""What the files of a model may hold, checked before anything is built of them.

A folder from elsewhere may describe a million layers, or bring a pattern that a search never comes
to the end of. The libraries that read it would try. The bounds here are far above every model that
there is, and far below what hangs a program or fills its memory. Standard library alone, so that
listing models stays cheap.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

MIB = 2**20
HEADER_BYTES = MIB
"""Longest header of a weight file: some 10,000 tensors, where a model of 70 B numbers has 723."""

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
"""Least and largest value of every size in a configuration, wherever in it."""

_TARGET = r"\w{1,64}"
_TARGET_PATTERN = re.compile(
    rf"\.\*layers\\\.\\d\+\\\.\(self_attn\|mlp\)\\\.\({_TARGET}(\|{_TARGET}){{0,15}}\)"
)
"""The one pattern of target modules that is taken: that of ``create.add_adapter``."""

_ADAPTER_FREE = {
    *("r", "lora_alpha", "lora_dropout", "target_modules"),
    *("base_model_name_or_path", "revision", "inference_mode", "task_type", "peft_version"),
    "use_rslora",
}
"""Fields of an adapter's configuration that may differ from PEFT's defaults."""


class Unfit(ValueError):  # noqa: N818 - says what a file is
    """A file is beyond the bounds; the message is the rest of a sentence about its folder."""


class TensorFacts(NamedTuple):
    """What the header of a weight file says of a tensor."""

    dtype: str
    numbers: int
    end: int

    def is_fit(self, name: str) -> bool:
        """Whether it holds floating-point numbers, or is the counter of a BatchNorm."""
        return self.dtype in {"F64", "F32", "F16", "BF16"} or name.endswith("num_batches_tracked")


def check_files(folder: Path) -> None:
    """Refuse files that are too large to be what their name says.

    Raises:
        Unfit: One of them is.
    """
    for path in _files(folder):
        allowed = _FILE_BYTES.get(path.name)
        if allowed and path.stat().st_size > allowed:
            raise Unfit(f"its {path.name} is larger than any such file has to be")
        if path.suffix == ".safetensors":
            _header_length(path)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a file of JSON.

    Raises:
        Unfit: It cannot be read, or holds something else.
    """
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise Unfit(f"its {path.name} cannot be read ({error!s:.200})") from error
    if not isinstance(loaded, dict):
        raise Unfit(f"its {path.name} is not a JSON object")
    return loaded


def check_sizes(config: Mapping[str, Any]) -> None:
    """Refuse a configuration of quantised weights, or with a size that no model has, at any depth.

    Raises:
        Unfit: It is one.
    """
    for name, value in config.items():
        if name == "quantization_config" and value is not None:
            raise Unfit("its weights are quantised, and UniRS reads floating-point numbers alone")
        if name in _SIZES and value is not None:
            least, most = _SIZES[name]
            if type(value) is not int or not least <= value <= most:
                raise Unfit(
                    f"its configuration has {name} {value!r:.40}, where a whole number from "
                    f"{least} to {most} belongs"
                )
        if isinstance(value, Mapping):
            check_sizes(value)


def check_adapter(written: Mapping[str, Any], defaults: Mapping[str, Any], width: int) -> None:
    """Refuse an adapter that is anything but low-rank updates of named layers.

    Args:
        written: Its ``adapter_config.json``.
        defaults: PEFT's own values.
        width: Of the LLM; a larger rank would be no low one.

    Raises:
        Unfit: It is one.
    """
    targets, rank = written.get("target_modules"), written.get("r")
    if isinstance(targets, list):
        named = 0 < len(targets) <= 16 and all(re.fullmatch(_TARGET, str(name)) for name in targets)
    else:
        named = isinstance(targets, str) and bool(_TARGET_PATTERN.fullmatch(targets))
    if not named:
        raise Unfit("its adapter names no layers that it is for (target_modules)")
    if type(rank) is not int or not 1 <= rank <= width:
        raise Unfit(f"its adapter has rank {rank!r:.40}, where 1 to {width} can be")
    for name, value in written.items():
        if name not in _ADAPTER_FREE and name in defaults and value != defaults[name]:
            raise Unfit(f"its adapter has {name} {value!r:.40}, which UniRS does not take")


def read_tensors(path: Path) -> dict[str, TensorFacts]:
    """The tensors of a weight file by name, from its header.

    Raises:
        Unfit: It is no such file, has a header beyond the bounds, or is cut.
    """
    length = _header_length(path)
    try:
        with path.open("rb") as stream:
            stream.seek(8)
            header = json.loads(stream.read(length))
        header.pop("__metadata__", None)
        tensors = {
            name: TensorFacts(facts["dtype"], math.prod(facts["shape"]), facts["data_offsets"][1])
            for name, facts in header.items()
        }
        whole = 8 + length + max((facts.end for facts in tensors.values()), default=0)
        if whole == path.stat().st_size:
            return tensors
    except (OSError, RecursionError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise Unfit(f"its {path.name} is damaged") from error
    raise Unfit(f"its {path.name} is cut")


def count_numbers(folder: Path) -> int:
    """Numbers in all weight files of a folder.

    Raises:
        Unfit: One is damaged or beyond the bounds.
    """
    return sum(facts.numbers for _, facts in _tensors(folder))


def check_kinds(folder: Path) -> None:
    """Refuse weights that are not floating-point numbers: the library would convert them.

    Raises:
        Unfit: A tensor holds others.
    """
    for name, facts in _tensors(folder):
        if not facts.is_fit(name):
            raise Unfit(f"its tensor {name} holds {facts.dtype} and no floating-point numbers")


def _tensors(folder: Path) -> Iterator[tuple[str, TensorFacts]]:
    for path in _files(folder):
        if path.suffix == ".safetensors":
            yield from read_tensors(path).items()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _header_length(path: Path) -> int:
    try:
        with path.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
    except OSError as error:
        raise Unfit(f"its {path.name} cannot be read ({error.strerror})") from error
    if length > HEADER_BYTES:
        raise Unfit(f"its {path.name} is damaged, or names more tensors than any model has")
    return length

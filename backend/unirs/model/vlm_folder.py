"""A folder with a vision-language model of ``transformers``: read and checked without its weights.

Such a folder comes from a hub or another program. What would fail, or run its own code, is refused
here, from its JSON files and the headers of its weight files: before gigabytes are read. Nothing
here imports PyTorch.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from unirs.errors import UniRSError
from unirs.model import limits
from unirs.model.folder import CARD, CONFIG, folder_bytes, refuse_invalid
from unirs.model.limits import InvalidModelError, Weights
from unirs.model.memory import MemoryNeed

INDEX, WEIGHTS = "model.safetensors.index.json", "model.safetensors"
TEMPLATE = "chat_template.jinja"
TEMPLATE_CHARACTERS = 100_000
"""Longest chat template; those of published models have some 10,000 characters at most."""

_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "tekken.json")
_IMAGE_PROCESSORS = ("preprocessor_config.json", "processor_config.json")
_JSON_BYTES = 16 * limits.MIB
_TOKENIZER_BYTES = 128 * limits.MIB
_COUNTS = {"depth", "num_layers", "n_layers", "n_layer", "num_experts", "n_routed_experts"}
_MOST = 4096
_BLOCK, _BLOCKS = 1 << 16, 256
_CONTEXT_TOKENS = 8192
"""Tokens that a question takes at most in the estimate of memory; contexts are far longer."""

_PRODUCT = re.compile(r"\blayers\.\d+\..*weight$")
_VISION = re.compile(r"vision|visual|image|encoder|resampler|projector|audio")
"""Parts of names of weights: of the language model's blocks, and of what is beside them."""


@dataclass(frozen=True)
class VLMFolder:
    """A folder that can be loaded, as far as its small files show.

    Attributes:
        path: Where it is.
        config: Content of its ``config.json``.
        template: Its chat template, in Jinja.
        weight_files: Its weight files.
        weights: Their headers.
    """

    path: Path
    config: Mapping[str, Any]
    template: str
    weight_files: tuple[Path, ...]
    weights: Weights

    @property
    def name(self) -> str:
        """Name of the model: of the folder, or of the repository in the cache of a hub."""
        return vlm_name(self.path)

    @property
    def model_type(self) -> str:
        """Its architecture, as ``transformers`` names it."""
        return str(self.config["model_type"])

    @property
    def parameters(self) -> int:
        """Numbers in its weight files."""
        return sum(facts.numbers for facts in self.weights.values())

    @property
    def memory(self) -> MemoryNeed:
        """Estimate of the memory that answering takes."""
        products = sum(
            facts.numbers
            for name, facts in self.weights.items()
            if len(facts.shape) == 2 and _PRODUCT.search(name) and not _VISION.search(name)
        )
        return MemoryNeed(products, self.parameters - products, _context_numbers(self.config))

    @property
    def needs_bytes(self) -> dict[str, int]:
        """The same for each precision."""
        return self.memory.by_precision()

    @property
    def file_bytes(self) -> int:
        """Size of all its files."""
        return folder_bytes(self.path)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the weight files, which identifies the model in records.

        Of a file above 16 MiB it takes the header and 256 blocks of 64 KiB, evenly spaced: the
        weights of two models differ everywhere, and reading all of them would take minutes.
        """
        hasher = hashlib.sha256()
        for file in self.weight_files:
            hasher.update(f"{file.name}:{file.stat().st_size}:".encode())
            for block in _samples(file):
                hasher.update(block)
        return hasher.hexdigest()


def _context_numbers(config: Mapping[str, Any]) -> int:
    """Numbers in the keys and values of a long question; 0 where the sizes have other names."""
    text = config.get("text_config") or config
    try:
        heads = text["num_attention_heads"]
        width = text.get("head_dim") or text["hidden_size"] // heads
        pairs = text["num_hidden_layers"] * (text.get("num_key_value_heads") or heads) * width
    except (KeyError, TypeError, AttributeError, ZeroDivisionError):
        return 0
    context = text.get("max_position_embeddings") or _CONTEXT_TOKENS
    return int(2 * pairs * min(context, _CONTEXT_TOKENS))


def vlm_name(path: Path) -> str:
    """Name of the model in a folder, which in the cache of a hub is not the folder's own."""
    if path.parent.name == "snapshots" and path.parent.parent.name.startswith("models--"):
        return path.parent.parent.name.rpartition("--")[2]
    return path.resolve().name


def read_vlm_folder(path: Path) -> VLMFolder:
    """Read and check the folder of a vision-language model.

    Raises:
        UniRSError: ``model_missing`` if it has no ``config.json``; ``model_invalid`` for a file
            that is missing, damaged or not allowed, or a model without a chat template.
    """
    if not (path / CONFIG).is_file():
        raise UniRSError("model_missing", f"{path} is not a model folder: it has no {CONFIG}.")
    with refuse_invalid(f"The model folder {path}"):
        _check_sizes_of_files(path)
        config = limits.read_json(path / CONFIG)
        _check_config(config)
        for names in (_TOKENIZERS, _IMAGE_PROCESSORS):
            if not any((path / name).is_file() for name in names):
                raise InvalidModelError(f"it has no {names[0]}; download it again")
        files, weights = _read_weights(path)
        return VLMFolder(path, config, _read_template(path), files, weights)


def read_licence(path: Path) -> str:
    """The licence that a folder's model card names; empty without one."""
    from huggingface_hub import metadata_load

    try:
        metadata = metadata_load(path / CARD) or {}
    except Exception:  # free text, for which the YAML library raises many kinds of errors
        return ""
    return str(metadata.get("license_name") or metadata.get("license") or "")


def _check_sizes_of_files(path: Path) -> None:
    for file in path.glob("*"):
        allowed = _TOKENIZER_BYTES if file.name in _TOKENIZERS else _JSON_BYTES
        if file.suffix in {".json", ".jinja", ".model"} and file.stat().st_size > allowed:
            raise InvalidModelError(f"its {file.name} is larger than any such file has to be")


def _check_config(config: Mapping[str, Any]) -> None:
    if not isinstance(config.get("model_type"), str):
        raise InvalidModelError(f"its {CONFIG} names no architecture (model_type)")
    if config.get("is_encoder_decoder"):
        raise InvalidModelError("it has an encoder for its text, which UniRS does not support")
    single = _without_lists(config)
    limits.check_sizes(single)
    _check_counts(single)


def _check_counts(config: Mapping[str, Any]) -> None:
    """Refuse more layers or experts than any model has, which would be built one by one."""
    for name, value in config.items():
        if name in _COUNTS and isinstance(value, int) and value > _MOST:
            raise InvalidModelError(f"its configuration has {name} {value}, above {_MOST}")
        if isinstance(value, Mapping):
            _check_counts(value)


def _without_lists(config: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a configuration that are single values; some architectures have pairs."""
    return {
        name: _without_lists(value) if isinstance(value, Mapping) else value
        for name, value in config.items()
        if not isinstance(value, list)
    }


def _read_weights(path: Path) -> tuple[tuple[Path, ...], Weights]:
    """The weight files and their headers; all of them have to be there and whole."""
    if (path / INDEX).is_file():
        places = limits.read_json(path / INDEX).get("weight_map")
        if not isinstance(places, dict) or not all(map(_is_file_name, places.values())):
            raise InvalidModelError(f"its {INDEX} does not list files of the folder")
    elif (path / WEIGHTS).is_file():
        places = {}
    else:
        raise InvalidModelError(_no_weights(path))
    files = tuple(path / name for name in sorted(set(places.values()) or {WEIGHTS}))
    weights: dict[str, limits.TensorFacts] = {}
    for file in files:
        if not file.is_file():
            raise InvalidModelError(f"its {file.name} is missing; download it again")
        weights |= limits.read_header(file)
    if missing := places.keys() - weights.keys():
        raise InvalidModelError(f"the tensor {min(missing)} is missing from its weights")
    limits.check_floating_point(
        {name: facts for name, facts in weights.items() if not name.endswith("position_ids")}
    )
    return files, weights


def _no_weights(path: Path) -> str:
    if next(path.glob("*.bin"), None):
        return (
            "its weights are pickled (.bin), which could run code; "
            "get a version with safetensors files"
        )
    return "it has no weights (safetensors); download it again"


def _is_file_name(name: Any) -> bool:
    return isinstance(name, str) and Path(name).name == name and name.endswith(".safetensors")


def _read_template(path: Path) -> str:
    """The chat template, from whichever of the files that ``transformers`` has had for it."""
    for template in _templates(path):
        if isinstance(template, list):  # several, by name
            named = {each.get("name"): each.get("template") for each in template}
            template = named.get("default")  # noqa: PLW2901 - the one that is meant
        if isinstance(template, str) and template.strip():
            if len(template) > TEMPLATE_CHARACTERS:
                raise InvalidModelError("its chat template is larger than any has to be")
            return template
    raise InvalidModelError(
        "it has no chat template, so it is a base model that follows no instructions; "
        "take the version for chats (often called Instruct or it)"
    )


def _templates(path: Path) -> Iterator[Any]:
    if (path / TEMPLATE).is_file():
        try:
            yield (path / TEMPLATE).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise InvalidModelError(f"its {TEMPLATE} cannot be read ({error})") from error
    for name in ("chat_template.json", "processor_config.json", "tokenizer_config.json"):
        if (path / name).is_file():
            yield limits.read_json(path / name).get("chat_template")


def _samples(file: Path) -> Iterator[bytes]:
    """A file, or of a large one its header and blocks of it."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        if size <= _BLOCK * _BLOCKS:
            yield stream.read()
            return
        length = int.from_bytes(stream.read(8), "little")
        yield stream.read(length)
        for number in range(_BLOCKS):
            stream.seek(number * (size - _BLOCK) // (_BLOCKS - 1))
            yield stream.read(_BLOCK)

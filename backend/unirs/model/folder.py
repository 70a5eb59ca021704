"""A model folder on disk: the one place that reads and validates it, without loading its weights.

Everything that asks about a model folder (the list of models, the worker, loading, a download)
gets its answer from here, so that one fault has one message and one code. Nothing here imports
PyTorch. The layout is documented in ``docs/model-folder.md``.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from unirs.errors import UniRSError, short_reason
from unirs.model import limits
from unirs.model.language_model import LanguageModel, require_language_model
from unirs.model.limits import InvalidModelError, Weights
from unirs.model.memory import MemoryNeed

CONFIG = "config.json"
CARD = "README.md"
CLUE_FOLDER = "clue"
ADAPTER_FOLDER = "adapter"

CHECKPOINT_MARK = "mm_projector/config.json"
"""A file of every VILA-1.5 or authors' UniRS checkpoint, and of no model folder."""

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")
_FILES = (*TOKENIZER_FILES, "processor_config.json")
_CLUE_FILES: dict[str, tuple[str, ...]] = {
    "none": (),
    "self": (),
    "second": (f"{CLUE_FOLDER}/{CONFIG}",),
    "adapter": tuple(
        f"{ADAPTER_FOLDER}/adapter_{name}" for name in ("config.json", "model.safetensors")
    ),
}
"""Files of each clue source, in a folder that contains its language model."""

_DEMONSTRATION_TAG = "demonstration"
_PRODUCT = re.compile(r"(^|\.)layers\.\d+\.(self_attn|mlp)\.\w+_proj\.weight$")
"""Names of the weights in the language model's blocks that products are made with."""

_LANGUAGE_PARTS = {".": "language_model.", CLUE_FOLDER: ""}
"""What the names of a language model's weights begin with, in each folder that has some."""


@dataclass(frozen=True)
class ModelCard:
    """What a model card (``README.md``) states in a form that programs read.

    Attributes:
        summary: First sentence of its text; empty without a card.
        demonstration: Whether it has the tag ``demonstration``: do not rely on its answers.
        reliable: Kinds of questions (``reliable`` of its metadata) whose answers can be relied on
            all the same.
    """

    summary: str = ""
    demonstration: bool = False
    reliable: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModelFolder:
    """A valid model folder, as ``read_folder`` found it.

    Attributes:
        path: Where it is.
        config: Content of its ``config.json``.
        card: From its model card.
        weights: Headers of its weight files, by the folder inside of it that they are in:
            ``"."``, ``"clue"``, ``"adapter"``.
    """

    path: Path
    config: Mapping[str, Any]
    card: ModelCard
    weights: Mapping[str, Weights]

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.path.resolve().name

    @property
    def kind(self) -> str:
        """``"unirs"`` or ``"base"``."""
        return str(self.config.get("kind", "unirs"))

    @property
    def clue_source(self) -> str:
        """``"none"``, ``"self"``, ``"second"`` or ``"adapter"``."""
        return str(self.config.get("clue_source", "none"))

    @property
    def language_model(self) -> LanguageModel | None:
        """The language model that the folder names instead of containing it."""
        return _language_model(self.config)

    @property
    def parameters(self) -> int:
        """Numbers in its weight files, and in the language model that it names."""
        own = sum(facts.numbers for part in self.weights.values() for facts in part.values())
        return own + (self.language_model.parameters if self.language_model else 0)

    @property
    def memory(self) -> MemoryNeed:
        """Estimate of the memory that answering takes."""
        products = sum(
            facts.numbers
            for part, start in _LANGUAGE_PARTS.items()
            for name, facts in self.weights.get(part, {}).items()
            if name.startswith(start) and _PRODUCT.search(name)
        )
        if self.language_model:
            text = self.config["text_config"]
            embedding = text.get("vocab_size", 0) * text["hidden_size"]
            products += max(self.language_model.parameters - embedding, 0)
        return MemoryNeed(products, self.parameters - products, _context_numbers(self.config))

    @property
    def needs_bytes(self) -> dict[str, int]:
        """Estimate of the memory that answering takes, for each precision."""
        return self.memory.by_precision()


def read_folder(path: Path) -> ModelFolder:
    """Read and validate a model folder: configuration, weight headers, card, and required files.

    Raises:
        UniRSError: ``model_missing`` if it has no ``config.json``, ``model_unconverted`` if it is a
            checkpoint for ``unirs convert``, ``language_model_missing`` if the language model that
            it names is not installed, ``model_invalid`` for every other fault.
    """
    config = read_config(path)
    with refuse_invalid(f"The model folder {path}"):
        require_files(config, lambda name: (path / name).is_file())
        weights = _read_weights(path)
        if not config.get("language_model"):
            for part in weights.values():
                limits.check_floating_point(part)
        found = ModelFolder(path, config, _read_card(path / CARD), weights)
    if found.language_model:
        require_language_model(found.language_model)
    return found


def read_config(path: Path) -> dict[str, Any]:
    """Read and validate the configuration of a model folder.

    Raises:
        UniRSError: As ``read_folder``.
    """
    if not is_model_folder(path):
        raise UniRSError("model_missing", f"{path} is not a model folder: it has no {CONFIG}.")
    with refuse_invalid(f"The model folder {path}"):
        limits.check_files(path)
        config = limits.read_json(path / CONFIG)
        if config.get("model_type") != "unirs":
            raise _foreign(path)
        check_config(config)
        return config


def check_config(config: Mapping[str, Any]) -> None:
    """Validate the content of a ``config.json``, on disk or on a hub.

    Raises:
        InvalidModelError: A field has a value that no model can have, or that this version of UniRS
            does not support.
    """
    limits.check_sizes(config)
    for field, choices in _choices().items():
        value = config.get(field)
        if field in config and value not in choices:
            raise InvalidModelError(
                f"its {CONFIG} has {field} {value!r:.40}, and this version of UniRS supports "
                f"{' and '.join(choices)}"
            )
    _context_numbers(config)
    _language_model(config)
    _check_adapters(config)


def require_files(config: Mapping[str, Any], is_there: Callable[[str], bool]) -> None:
    """Refuse a model without a file that a configuration requires.

    Args:
        config: A valid one.
        is_there: Whether the model has a file, by its path inside of the folder.

    Raises:
        InvalidModelError: Names the file.
    """
    clue_source = config.get("clue_source", "none")
    clue_files = () if config.get("language_model") else _CLUE_FILES[clue_source]
    for name in (*_FILES, *clue_files):
        if not is_there(name):
            raise InvalidModelError(f"it has no {name}")


def is_model_folder(path: Path) -> bool:
    """Whether a folder has a ``config.json``, valid or not."""
    try:
        return (path / CONFIG).is_file()
    except (OSError, ValueError):  # not a possible path
        return False


def is_checkpoint(path: Path) -> bool:
    """Whether a folder is a checkpoint for ``unirs convert``."""
    return (path / CHECKPOINT_MARK).is_file()


def folder_bytes(path: Path) -> int:
    """Size of all files in a folder."""
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def weights_digest(path: Path) -> str:
    """SHA-256 over the weight files of a model folder."""
    hasher = hashlib.sha256()
    for file in sorted(path.rglob("*.safetensors")):
        with file.open("rb") as stream:
            while block := stream.read(1 << 22):
                hasher.update(block)
    return hasher.hexdigest()


@contextmanager
def refuse_invalid(what: str) -> Iterator[None]:
    """Turn an ``InvalidModelError`` into a ``UniRSError``.

    Args:
        what: The model, as the subject of a sentence, such as ``"The model folder unirs-3b"``.

    Raises:
        UniRSError: ``model_invalid``.
    """
    try:
        yield
    except InvalidModelError as error:
        raise UniRSError("model_invalid", f"{what} is not usable: {error}.") from error


def _choices() -> dict[str, Collection[str]]:
    """Values of the fields of ``config.json`` that have a closed set of values."""
    from unirs.inputs import AspectMode  # here, because it imports NumPy, which help does not need
    from unirs.prompts import CONVERSATIONS, TEMPLATE_VERSION

    return {
        "kind": ("unirs", "base"),
        "clue_source": tuple(_CLUE_FILES),
        "aspect_mode": get_args(AspectMode),
        "prompt_template": (TEMPLATE_VERSION,),
        "conversation": tuple(CONVERSATIONS),
    }


def _foreign(path: Path) -> UniRSError:
    if is_checkpoint(path):
        return UniRSError(
            "model_unconverted",
            f"{path} is a checkpoint and not a model folder; convert it with 'unirs convert'.",
        )
    return UniRSError(
        "model_invalid",
        f"{path} is not a UniRS model folder; if it is a VILA-1.5 or UniRS checkpoint, convert it "
        "with 'unirs convert'.",
    )


def _context_numbers(config: Mapping[str, Any]) -> int:
    """Numbers in the keys and values of one full context."""
    try:
        text = config["text_config"]
        heads = text.get("num_attention_heads", 1)
        sharing = heads // text.get("num_key_value_heads", heads)  # query heads per key head
        width = 2 * text["num_hidden_layers"] * text["hidden_size"] // sharing
        return int(width * text["max_position_embeddings"])
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise InvalidModelError(f"its {CONFIG} has no text_config with sizes") from error


def _language_model(config: Mapping[str, Any]) -> LanguageModel | None:
    named = config.get("language_model")
    if not named:
        return None
    try:
        return LanguageModel(**named)
    except (TypeError, ValueError) as error:
        raise InvalidModelError(f"its {CONFIG} does not identify its language model") from error


def _check_adapters(config: Mapping[str, Any]) -> None:
    """Refuse adapters (of a folder that names its language model) that loading could not attach."""
    adapters, width = config.get("adapters") or {}, config["text_config"]["hidden_size"]
    try:
        if adapters and not {"answer"} <= set(adapters) <= {"answer", "clue"}:
            raise InvalidModelError(
                f"its {CONFIG} has adapters for {', '.join(map(str, adapters))}, where answer, or "
                "answer and clue, are supported"
            )
        for role, size in adapters.items():
            if size["rank"] > width:
                raise InvalidModelError(
                    f"its adapter {role} has rank {size['rank']}, more than the language model's "
                    f"hidden size of {width}"
                )
            float(size["alpha"])
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidModelError(f"its {CONFIG} has adapters without rank and alpha") from error


def _read_weights(path: Path) -> dict[str, Weights]:
    weights: defaultdict[str, dict[str, limits.TensorFacts]] = defaultdict(dict)
    for file in sorted(path.rglob("*.safetensors")):
        weights[file.parent.relative_to(path).as_posix()] |= limits.read_header(file)
    if not weights["."]:
        raise InvalidModelError("it has no weights (safetensors)")
    return dict(weights)


def _read_card(path: Path) -> ModelCard:
    if not path.is_file():
        return ModelCard()
    from huggingface_hub import metadata_load

    try:
        text = path.read_text(encoding="utf-8")
        metadata = metadata_load(path) or {}
        demonstration = _DEMONSTRATION_TAG in list(metadata.get("tags") or ())
        reliable = tuple(metadata.get("reliable") or ())
    except Exception as error:  # free text, for which the YAML library raises many kinds of errors
        raise InvalidModelError(f"its card cannot be read ({short_reason(error)})") from error
    body = re.sub(r"\A\s*---[\r\n].*?[\r\n]---[ \t]*(?=[\r\n]|\Z)", "", text, flags=re.DOTALL)
    paragraphs = [block for block in re.split(r"\n\s*\n", body) if block.strip()]
    prose = [" ".join(block.split()) for block in paragraphs if not block.lstrip().startswith("#")]
    first = re.match(r".*?[.!?](?=\s|$)|.*", prose[0]) if prose else None
    return ModelCard(first.group() if first else "", demonstration, reliable)

"""Foreign checkpoints become model folders: VILA-1.5 and the authors' UniRS."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import safe_open
from torch import Tensor
from transformers import LlamaConfig, LlamaTokenizer, SiglipVisionConfig

from unirs.errors import UniRSError
from unirs.inputs import AspectMode
from unirs.model import foreign, limits
from unirs.model.bundle import (
    BAD_VALUES,
    ModelBundle,
    first_line,
    make_processor,
    quiet_transformers,
    save_bundle,
)
from unirs.model.config import UniRSConfig
from unirs.model.modeling import UniRSForConditionalGeneration

_WORDS, _HEAD = "language_model.model.embed_tokens.weight", "language_model.lm_head.weight"

PARTS = ("llm", "vision_tower", "mm_projector")


def convert(
    source: Path,
    target: Path,
    base: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Convert a foreign checkpoint folder into a model folder.

    A VILA-1.5 folder becomes a base-only model folder. An authors'-UniRS folder becomes a UniRS
    model folder; with ``base``, the LLM of that VILA-1.5 folder goes in as the writer of clues.

    Args:
        source: Folder with ``config.json``, ``llm/``, ``vision_tower/``, ``mm_projector/``.
        target: Made by this call; the folder appears only when it is complete.
        base: VILA-1.5 folder that ``source`` was tuned from.
        progress: Called with the name of each stage.

    Raises:
        UniRSError: ``model_missing``, ``model_invalid`` (with the tensor's or file's name),
            ``model_unsupported``, ``target_exists``, ``output_unwritable``.
    """
    source, target = Path(source), Path(target)
    if target.exists() and any(target.iterdir() if target.is_dir() else [target]):
        raise UniRSError("target_exists", f"{target} is there already; name another folder.")
    progress = progress or (lambda _stage: None)
    with quiet_transformers():
        progress("reading")
        bundle = _read(source)
        if base is not None:
            progress("reading the base")
            _attach_base(bundle, source, Path(base))
        progress("writing")
        _write(bundle, target)


def _read(source: Path) -> ModelBundle:
    config = _config(source)
    tensors = _tensors(source, config)
    with _values_make_sense(source), torch.device("meta"):
        model = UniRSForConditionalGeneration(config)
    _fill(model, tensors, source)
    tokenizer = _tokenizer(source / "llm")
    return ModelBundle(source.name, source, model.eval(), make_processor(config, tokenizer))


def _tokenizer(folder: Path) -> LlamaTokenizer:
    try:
        return LlamaTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # three libraries read it, each with errors of its own
        raise _invalid(folder, f"its tokenizer cannot be read ({first_line(error)})") from error


def _attach_base(bundle: ModelBundle, source: Path, base: Path) -> None:
    """Add the base's LLM, after making sure that the two really share everything else."""
    if bundle.config.kind != "unirs":
        raise UniRSError("model_invalid", f"{source} is a base model itself and takes no base.")
    other = _read(base)
    own_state, base_state = bundle.model.state_dict(), other.model.state_dict()
    for name, tensor in base_state.items():
        if name.startswith("language_model."):
            continue
        if not torch.equal(tensor, own_state[name]):
            raise _invalid(
                base, f"its {name} differs from that of {source}, so it is not the latter's base"
            )
    bundle.clue_language_model = other.model.language_model
    bundle.config.clue_source = "second"


def _config(source: Path) -> UniRSConfig:
    parts = [f"{part}/config.json" for part in PARTS]
    for needed in ("config.json", "llm/tokenizer.model", *parts):
        if not (source / needed).is_file():
            raise UniRSError("model_missing", f"{source} has no {needed}.")
    with _fits(source):
        limits.check_files(source)
        for needed in ("config.json", *parts):
            limits.check_sizes(limits.read_json(source / needed))
    written = _json(source / "config.json")
    projector = _json(source / "mm_projector" / "config.json")
    if projector.get("mm_projector_type") != "mlp_downsample":
        raise _unsupported(source, f"its projector is {projector.get('mm_projector_type')!r}")
    if projector.get("cc_n_layers", 0):
        raise _unsupported(source, "its change module has attention layers (cc_n_layers)")
    with _values_make_sense(source):
        vision = SiglipVisionConfig.from_dict(_json(source / "vision_tower" / "config.json"))
        text = LlamaConfig.from_dict(_json(source / "llm" / "config.json"))
    # hidden_states[k] is the output behind k layers; -1 is the output behind all of them.
    select = written.get("mm_vision_select_layer", -2)
    if not isinstance(select, int) or not -vision.num_hidden_layers <= select < 0:
        raise _unsupported(source, f"its feature layer is {select!r}")
    vision.num_hidden_layers += select + 1
    aspect_mode = written.get("image_aspect_ratio", "resize")
    if aspect_mode not in get_args(AspectMode):
        raise _unsupported(source, f"its image_aspect_ratio is {aspect_mode!r}")
    frame_count = written.get("num_video_frames") or 8
    if not isinstance(frame_count, int) or frame_count < 1:
        raise _invalid(source, f"its num_video_frames is {frame_count!r}")
    unirs = foreign.is_unirs(written)
    with _values_make_sense(source):
        return UniRSConfig(
            vision_config=vision,
            text_config=text,
            kind="unirs" if unirs else "base",
            aspect_mode=aspect_mode,
            frame_count=frame_count,
            clue_source="none" if unirs else "self",
        )


@contextmanager
def _values_make_sense(source: Path) -> Iterator[None]:
    """Sizes that no model can have show when configurations, or the model, are made of them."""
    try:
        yield
    except (StrictDataclassError, ArithmeticError, RuntimeError, *BAD_VALUES) as error:
        raise _invalid(
            source, f"its configuration has a value that cannot be ({first_line(error)})"
        ) from error


def _tensors(source: Path, config: UniRSConfig) -> dict[str, Tensor]:
    """All tensors of a foreign folder under our names."""
    written = _json(source / "config.json")
    layers = config.vision_config.num_hidden_layers
    found: dict[str, Tensor] = {}
    tables = (
        ("llm", foreign.LANGUAGE, foreign.LANGUAGE_UNUSED),
        ("vision_tower", foreign.VISION, foreign.VISION_UNUSED),
        ("mm_projector", foreign.projector_names(written), None),
    )
    for part, prefixes, unused in tables:
        for name, tensor in _read_part(source / part):
            layer = foreign.VISION_LAYER.match(name)
            if (unused and unused.match(name)) or (layer and int(layer[1]) >= layers):
                continue
            ours = foreign.rename(name, prefixes)
            if ours is None:
                raise _invalid(source, f"unexpected tensor {part}/{name}")
            found[ours] = tensor
    return found


def _read_part(folder: Path) -> Iterator[tuple[str, Tensor]]:
    """Name and tensor of every weight in a folder: safetensors or ``.bin``, whole or sharded."""
    for path in _weight_files(folder):
        try:
            if path.suffix == ".safetensors":
                with safe_open(path, framework="pt") as stream:
                    for name in stream.keys():  # noqa: SIM118 - safe_open is no mapping
                        yield name, stream.get_tensor(name)
            else:
                yield from torch.load(path, map_location="cpu", weights_only=True).items()
        except (OSError, RuntimeError, ValueError, EOFError) as error:
            raise _invalid(folder, f"{path.name} cannot be read ({error})") from error
        except Exception as error:  # safetensors and the unpickler have errors of their own
            raise _invalid(folder, f"{path.name} is damaged ({error})") from error


def _weight_files(folder: Path) -> list[Path]:
    for stem, suffix in (("model", "safetensors"), ("pytorch_model", "bin")):
        whole, index = folder / f"{stem}.{suffix}", folder / f"{stem}.{suffix}.index.json"
        if whole.is_file():
            return [whole]
        if index.is_file():
            return [_shard(folder, name) for name in _shard_names(index)]
    raise UniRSError("model_missing", f"{folder} has no weights (safetensors or bin).")


def _shard_names(index: Path) -> list[str]:
    weight_map = _json(index).get("weight_map")
    if not isinstance(weight_map, dict) or not all(isinstance(v, str) for v in weight_map.values()):
        raise _invalid(index.parent, f"{index.name} has no weight_map of tensors to files")
    return sorted(set(weight_map.values()))


def _shard(folder: Path, name: str) -> Path:
    path = folder / name
    if path.parent.resolve() != folder.resolve():
        raise _invalid(folder, f"its index names the file {name!r} outside the folder")
    if not path.is_file():
        raise UniRSError("model_missing", f"{folder} lacks its shard {name}.")
    return path


def _fill(model: UniRSForConditionalGeneration, tensors: dict[str, Tensor], source: Path) -> None:
    """Give a model on the meta device its tensors, strict in both directions."""
    if model.config.text_config.tie_word_embeddings:
        _tie(tensors, source)
    wanted = model.state_dict()
    for name in wanted:
        if name not in tensors:
            raise _invalid(source, f"tensor {name} is missing")
    for name, tensor in tensors.items():
        if name not in wanted:
            raise _invalid(source, f"unexpected tensor {name}")
        if tensor.is_floating_point() != wanted[name].is_floating_point():
            kind = str(tensor.dtype).removeprefix("torch.")
            raise _invalid(source, f"tensor {name} holds {kind} and no floating-point numbers")
        if tensor.shape != wanted[name].shape:
            raise _invalid(
                source,
                f"tensor {name} has shape {list(tensor.shape)} instead of "
                f"{list(wanted[name].shape)}",
            )
        if "_norm.running_" in name:  # BatchNorm statistics
            tensors[name] = tensor.float()
    model.load_state_dict(tensors, strict=True, assign=True)
    _fill_buffers(model)


def _tie(tensors: dict[str, Tensor], source: Path) -> None:
    """Let the output layer be the token embedding, which is why a file need not hold both."""
    words = tensors.get(_WORDS)
    if words is None:
        return  # and is missed by name
    if not torch.equal(tensors.setdefault(_HEAD, words), words):
        raise _invalid(
            source,
            f"tensor {_HEAD} differs from {_WORDS}, where tie_word_embeddings makes them one",
        )
    tensors[_HEAD] = words


def _fill_buffers(model: UniRSForConditionalGeneration) -> None:
    """Compute what no file stores: rotary frequencies and position ids, still on meta."""
    rotary = model.language_model.model
    rotary.rotary_emb = type(rotary.rotary_emb)(model.config.text_config)
    positions = torch.arange(model.config.grid**2).expand((1, -1))
    model.vision_tower.embeddings.position_ids = positions


def _write(bundle: ModelBundle, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".converting-", dir=target.parent) as scratch:
            folder = Path(scratch) / target.name
            save_bundle(bundle, folder, card=_card(bundle))
            if target.is_dir():
                target.rmdir()
            shutil.move(folder, target)
    except OSError as error:
        raise UniRSError("output_unwritable", f"{target} cannot be written: {error}.") from error


def _card(bundle: ModelBundle) -> str:
    kind = "UniRS" if bundle.config.kind == "unirs" else "Base"
    clue = bundle.clue_language_model is not None
    return (
        f"# {bundle.name}\n\n{kind} model converted from a foreign checkpoint folder"
        f"{' with the LLM of its base for the clues' if clue else ''}. "
        "Its licence is that of the source.\n"
    )


def _json(path: Path) -> dict[str, Any]:
    with _fits(path.parent):
        return limits.read_json(path)


@contextmanager
def _fits(folder: Path) -> Iterator[None]:
    """Within it, what is beyond the bounds is told of a folder."""
    try:
        yield
    except limits.Unfit as error:
        raise _invalid(folder, str(error)) from error


def _invalid(folder: Path, reason: str) -> UniRSError:
    return UniRSError("model_invalid", f"The checkpoint {folder} is not usable: {reason}.")


def _unsupported(folder: Path, reason: str) -> UniRSError:
    return UniRSError("model_unsupported", f"The checkpoint {folder} is not supported: {reason}.")

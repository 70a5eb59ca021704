"""Foreign checkpoints become model folders: VILA-1.5 and the authors' UniRS."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import torch
from safetensors import safe_open
from torch import Tensor
from transformers import LlamaConfig, LlamaTokenizer, SiglipVisionConfig

from unirs.errors import UniRSError, short_reason
from unirs.files import require_space, write_failure
from unirs.inputs import AspectMode
from unirs.model import foreign, limits
from unirs.model.bundle import ModelBundle, make_processor, quiet_transformers, save_bundle
from unirs.model.compact_folder import shapes_of
from unirs.model.config import UniRSConfig
from unirs.model.folder import CONFIG, refuse_invalid
from unirs.model.limits import InvalidModelError
from unirs.model.loading import sensible_values
from unirs.model.modeling import UniRSForConditionalGeneration

_EMBEDDING, _HEAD = "language_model.model.embed_tokens.weight", "language_model.lm_head.weight"

PARTS = ("llm", "vision_tower", "mm_projector")


def convert(
    source: Path,
    target: Path,
    base: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Convert a foreign checkpoint folder into a model folder.

    A VILA-1.5 folder becomes a base-only model folder. An authors' UniRS folder becomes a UniRS
    model folder; with ``base``, it includes the LLM of that VILA-1.5 folder, which writes the
    clues.

    Args:
        source: Folder with ``config.json``, ``llm/``, ``vision_tower/``, ``mm_projector/``.
        target: Created by this call; the folder appears only when it is complete.
        base: VILA-1.5 folder that ``source`` was tuned from.
        progress: Called with the name of each stage.

    Raises:
        UniRSError: ``model_missing``, ``model_invalid`` (with the tensor's or file's name),
            ``model_unsupported``, ``target_exists``, ``disk_full``, ``output_unwritable``.
    """
    source, target = Path(source), Path(target)
    if target.exists() and any(target.iterdir() if target.is_dir() else [target]):
        raise UniRSError("target_exists", f"{target} already exists; choose another folder.")
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
    with refuse_invalid(f"The checkpoint {source}"):
        config = _config(source)
        tensors = _tensors(source, config)
        with sensible_values(), torch.device("meta"):
            model = UniRSForConditionalGeneration(config)
        _fill(model, tensors)
        tokenizer = _tokenizer(source / "llm")
        return ModelBundle(source.name, source, model.eval(), make_processor(config, tokenizer))


def _tokenizer(folder: Path) -> LlamaTokenizer:
    try:
        return LlamaTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # three libraries read it, each with errors of its own
        raise InvalidModelError(f"its tokenizer cannot be read ({short_reason(error)})") from error


def _attach_base(bundle: ModelBundle, source: Path, base: Path) -> None:
    """Add the base's LLM, provided that everything else is the same in both checkpoints."""
    if bundle.config.kind != "unirs":
        raise UniRSError("model_invalid", f"{source} is a base model itself and takes no base.")
    other = _read(base)
    own_state, base_state = bundle.model.state_dict(), other.model.state_dict()
    for name, tensor in base_state.items():
        if name.startswith("language_model."):
            continue
        if not torch.equal(tensor, own_state[name]):
            with refuse_invalid(f"The checkpoint {base}"):
                raise InvalidModelError(
                    f"its {name} differs from that of {source}, so it is not the latter's base"
                )
    bundle.clue_language_model = other.model.language_model
    bundle.config.clue_source = "second"


def _config(source: Path) -> UniRSConfig:
    written = _read_configs(source)
    projector, foreign_config = written["mm_projector"], written["."]
    if projector.get("mm_projector_type") != "mlp_downsample":
        raise _unsupported(source, f"its projector is {projector.get('mm_projector_type')!r}")
    if projector.get("cc_n_layers", 0):
        raise _unsupported(source, "its change module has attention layers (cc_n_layers)")
    with sensible_values():
        vision = SiglipVisionConfig.from_dict(written["vision_tower"])
        text = LlamaConfig.from_dict(written["llm"])
    # hidden_states[k] is the output of the first k layers; -1 is the output of all of them.
    select = foreign_config.get("mm_vision_select_layer", -2)
    if not isinstance(select, int) or not -vision.num_hidden_layers <= select < 0:
        raise _unsupported(source, f"its feature layer is {select!r}")
    vision.num_hidden_layers += select + 1
    aspect_mode = foreign_config.get("image_aspect_ratio", "resize")
    if aspect_mode not in get_args(AspectMode):
        raise _unsupported(source, f"its image_aspect_ratio is {aspect_mode!r}")
    frame_count = foreign_config.get("num_video_frames") or 8
    if not isinstance(frame_count, int) or frame_count < 1:
        raise InvalidModelError(f"its num_video_frames is {frame_count!r}")
    unirs = foreign.is_unirs(foreign_config)
    with sensible_values():
        return UniRSConfig(
            vision_config=vision,
            text_config=text,
            kind="unirs" if unirs else "base",
            aspect_mode=aspect_mode,
            frame_count=frame_count,
            clue_source="none" if unirs else "self",
        )


def _read_configs(source: Path) -> dict[str, dict[str, Any]]:
    """The configuration of a checkpoint (``"."``) and of each of its parts."""
    files = {part: Path(part, CONFIG) for part in (".", *PARTS)}
    for needed in (*files.values(), Path("llm/tokenizer.model")):
        if not (source / needed).is_file():
            raise UniRSError("model_missing", f"{source} has no {needed.as_posix()}.")
    limits.check_files(source)
    written = {part: limits.read_json(source / file) for part, file in files.items()}
    for each in written.values():
        limits.check_sizes(each)
    return written


def _tensors(source: Path, config: UniRSConfig) -> dict[str, Tensor]:
    """All tensors of a foreign folder under our names."""
    written = limits.read_json(source / CONFIG)
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
                raise InvalidModelError(f"its weights have an unexpected tensor {part}/{name}")
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
            raise InvalidModelError(f"its {path.name} cannot be read ({error})") from error
        except Exception as error:  # safetensors and the unpickler have errors of their own
            raise InvalidModelError(f"its {path.name} is damaged ({error})") from error


def _weight_files(folder: Path) -> list[Path]:
    for stem, suffix in (("model", "safetensors"), ("pytorch_model", "bin")):
        whole, index = folder / f"{stem}.{suffix}", folder / f"{stem}.{suffix}.index.json"
        if whole.is_file():
            return [whole]
        if index.is_file():
            return [_shard(folder, name) for name in _shard_names(index)]
    raise UniRSError("model_missing", f"{folder} has no weights (safetensors or bin).")


def _shard_names(index: Path) -> list[str]:
    weight_map = limits.read_json(index).get("weight_map")
    if not isinstance(weight_map, dict) or not all(isinstance(v, str) for v in weight_map.values()):
        raise InvalidModelError(f"its {index.name} has no weight_map from tensors to files")
    return sorted(set(weight_map.values()))


def _shard(folder: Path, name: str) -> Path:
    path = folder / name
    if path.parent.resolve() != folder.resolve():
        raise InvalidModelError(f"its index names the file {name!r} outside the folder")
    if not path.is_file():
        raise UniRSError("model_missing", f"{folder} has no {name}, which its index names.")
    return path


def _fill(model: UniRSForConditionalGeneration, tensors: dict[str, Tensor]) -> None:
    """Give a model on the meta device its tensors, strict in both directions."""
    if model.config.text_config.tie_word_embeddings:
        _tie(tensors)
    wanted = model.state_dict()
    limits.check_tensors(shapes_of(wanted), shapes_of(tensors))
    for name, tensor in tensors.items():
        if tensor.is_floating_point() != wanted[name].is_floating_point():
            kind = str(tensor.dtype).removeprefix("torch.")
            raise InvalidModelError(
                f"its tensor {name} holds {kind} instead of floating-point numbers"
            )
        if "_norm.running_" in name:  # BatchNorm statistics
            tensors[name] = tensor.float()
    model.load_state_dict(tensors, strict=True, assign=True)
    _fill_buffers(model)


def _tie(tensors: dict[str, Tensor]) -> None:
    """Make the output layer the token embedding, which is why a file need not contain both."""
    embedding = tensors.get(_EMBEDDING)
    if embedding is None:
        return  # check_tensors names it as missing
    if not torch.equal(tensors.setdefault(_HEAD, embedding), embedding):
        raise InvalidModelError(
            f"its tensor {_HEAD} differs from {_EMBEDDING}, although tie_word_embeddings is true"
        )
    tensors[_HEAD] = embedding


def _fill_buffers(model: UniRSForConditionalGeneration) -> None:
    """Compute what no file contains: rotary frequencies and position ids, still on meta."""
    rotary = model.language_model.model
    rotary.rotary_emb = type(rotary.rotary_emb)(model.config.text_config)
    positions = torch.arange(model.config.grid**2).expand((1, -1))
    model.vision_tower.embeddings.position_ids = positions


def _write(bundle: ModelBundle, target: Path) -> None:
    models = [model for model in (bundle.model, bundle.clue_language_model) if model]
    tensors = [tensor for model in models for tensor in model.state_dict().values()]
    sizes = {tensor.data_ptr(): tensor.nbytes for tensor in tensors}  # tied tensors are one
    require_space(target, sum(sizes.values()), "The model folder")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".converting-", dir=target.parent) as scratch:
            folder = Path(scratch) / target.name
            save_bundle(bundle, folder, card=_card(bundle))
            if target.is_dir():
                target.rmdir()
            shutil.move(folder, target)
    except OSError as error:
        raise write_failure(target, error) from error


def _card(bundle: ModelBundle) -> str:
    kind = "UniRS" if bundle.config.kind == "unirs" else "Base"
    clue = bundle.clue_language_model is not None
    return (
        f"# {bundle.name}\n\n{kind} model converted from a foreign checkpoint folder"
        f"{' with the LLM of its base for the clues' if clue else ''}. "
        "Its licence is that of the source.\n"
    )


def _unsupported(folder: Path, reason: str) -> UniRSError:
    return UniRSError("model_unsupported", f"The checkpoint {folder} is not supported: {reason}.")

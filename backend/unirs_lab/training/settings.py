"""How a stage is trained: every number of a run in one YAML file, which lies beside its results.

The settings of a run are layers: a preset (``paper``, ``tiny``), over it a file, over it single
values from the command line. No number has a default in the code; the presets spell all of them.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationError,
)
from pydantic_core import ErrorDetails

from unirs.errors import UniRSError
from unirs.files import whole_file
from unirs.inputs import AspectMode
from unirs_lab.training.layers import as_yaml, flat, layer, nested, parse_yaml, parted, read_yaml

PRESETS = ("paper", "tiny")
SETTINGS_FILE = "settings.yaml"

Location = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]
"""A path that means the same from every working folder."""


def _model_place(path: Path) -> Path:
    path = path.expanduser()
    is_name = len(path.parts) == 1 and not path.is_dir()
    return path if is_name else path.absolute()


ModelLocation = Annotated[Path, AfterValidator(_model_place)]
"""A model folder: its name among the models, or a path like any other."""

Share = Annotated[float, Field(ge=0, le=1)]
Precision = Literal["float32", "bfloat16"]
Tuning = Literal["full", "lora"]


class Part(BaseModel):
    """A group of settings; a name that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Source(Part):
    """A dataset of a run.

    Attributes:
        root: Its folder; none in a preset.
        dataset: Which dataset lies there, where that is not its name in the settings.
        split: What is read of it.
        repeat: How often its rows come in an epoch, at least 0; 2.5 is every row twice and half of
            them once more.
    """

    root: Location | None = None
    dataset: str | None = None
    split: str = "train"
    repeat: NonNegativeFloat = 1.0


class Machine(Part):
    """How a run is carried out. It may change when a run goes on.

    Attributes:
        device: ``"auto"``, ``"cpu"``, or an accelerator's name.
        workers: Processes that read images.
        checkpoint_every: Steps between checkpoints.
        tensorboard: Whether the curves are written for TensorBoard as well.
    """

    device: str
    workers: NonNegativeInt
    checkpoint_every: PositiveInt
    tensorboard: bool


class ChangeMachine(Machine):
    """How stage 1 is carried out.

    Attributes:
        keep_features: Whether the frozen features of all images are kept on disk.
    """

    keep_features: bool


class JointMachine(Machine):
    """How stage 2 is carried out.

    Attributes:
        gradient_checkpointing: Whether activations are computed twice to save memory.
    """

    gradient_checkpointing: bool


class Decoder(Part):
    """The caption decoder of stage 1, which is thrown away.

    Attributes:
        heads: Attention heads; they divide the width of the vision tower.
        dropout: Share of its activations that are dropped.
    """

    heads: PositiveInt
    dropout: Share


class Lora(Part):
    """The low-rank adapter (PEFT), where not all weights are tuned.

    Attributes:
        rank: Of the update of each linear layer.
        alpha: The update is scaled by ``alpha / rank``.
        dropout: Share of the adapter's inputs that are dropped.
    """

    rank: PositiveInt
    alpha: PositiveInt
    dropout: Share


class StageSettings(Part):
    """What both stages have in common.

    Attributes:
        base: Model folder of the base.
        data: Datasets by name.
        batch_size: Rows of an optimiser step, over all processes and accumulation.
        learning_rate: The highest one.
        clip: Upper bound of the gradient's norm; ``None`` for none.
        aspect_mode: How an image becomes the square that the encoder reads.
        frame_count: Frames read from a video.
        precision: Of matrix products; what learns is kept in float32.
        seed: Of new weights, order and drop-out.
    """

    base: ModelLocation | None
    data: dict[str, Source]
    epochs: PositiveInt
    batch_size: PositiveInt
    learning_rate: PositiveFloat
    clip: PositiveFloat | None
    aspect_mode: AspectMode
    frame_count: PositiveInt
    precision: Precision
    seed: NonNegativeInt
    machine: Machine


class ChangeSettings(StageSettings):
    """Stage 1: the change extraction module under a caption decoder.

    Attributes:
        validation_split: Split whose BLEU-4 says which epoch is kept.
        decay_every: Epochs after which the rate is multiplied by ``decay_factor``.
        decay_factor: See there.
        decoder: The caption decoder.
        machine: How it is carried out.
    """

    validation_split: str
    decay_every: PositiveInt
    decay_factor: PositiveFloat
    decoder: Decoder
    machine: ChangeMachine


class JointSettings(StageSettings):
    """Stage 2: the LLM on the mixture of all tasks.

    Attributes:
        change: Model folder of stage 1.
        change_module: ``False`` reads a pair as two images side by side (ablation).
        clues: Folder of the clue sets that the frozen base has written.
        with_clues: ``False`` trains without clues (ablation).
        tuning: All weights of the LLM, or an adapter.
        lora: The adapter.
        steps: Optimiser steps; ``None`` for all of the epochs.
        round_size: Rows of one kind of input and of like length that all processes compute at
            once, each its share; gradients of several rounds make a step. Memory follows from it.
        warmup: Share of the steps in which the rate rises, 0 to 1.
        weight_decay: AdamW's.
        machine: How it is carried out.
    """

    change: ModelLocation | None
    change_module: bool
    clues: Location | None
    with_clues: bool
    tuning: Tuning
    lora: Lora
    steps: PositiveInt | None
    round_size: PositiveInt
    warmup: Share
    weight_decay: NonNegativeFloat
    machine: JointMachine


Settings = TypeVar("Settings", ChangeSettings, JointSettings)


def load_settings(
    kind: type[Settings],
    preset: str = "paper",
    file: Path | None = None,
    overrides: Sequence[str] = (),
    given: Mapping[str, Any] | None = None,
) -> Settings:
    """The settings of a run.

    Args:
        kind: Of which stage.
        preset: Name of what lies below.
        file: YAML with what differs from the preset.
        overrides: ``name=value`` with dots in the name (``data.era.root=/data/ERA``); the value
            is YAML, and ``null`` takes a dataset out.
        given: Values by such names, over everything else.

    Raises:
        UniRSError: ``preset_unknown``, ``settings_missing``, ``settings_invalid`` with the name
            of what is wrong.
    """
    if preset not in PRESETS:
        raise UniRSError(
            "preset_unknown", f'There is no preset "{preset}"; choose {" or ".join(PRESETS)}.'
        )
    values = layer(_preset(kind, preset), read_yaml(file) if file else {})
    for name, value in [*map(parted, overrides), *(given or {}).items()]:
        values = layer(values, nested(name, value))
    if isinstance(values["data"], dict):
        values["data"] = {name: each for name, each in values["data"].items() if each is not None}
    where = str(file) if file else "The settings"
    return _validated(kind, values, where)


def portable(settings: StageSettings) -> dict[str, Any]:
    """What makes a difference to the result, for others to read: no ``machine``, no places."""
    return _without_places(settings.model_dump(exclude={"machine"}))


def digest(settings: StageSettings) -> str:
    """SHA-256 of ``portable``."""
    return hashlib.sha256(json.dumps(portable(settings), sort_keys=True).encode()).hexdigest()


def keep(settings: StageSettings, folder: Path) -> None:
    """Note in a folder what its run is made with; refuse to go on with something else.

    Args:
        settings: Of the run.
        folder: Takes ``settings.yaml``.

    Raises:
        UniRSError: ``settings_differ`` if the folder was begun with other settings,
            ``output_unwritable``.
    """
    path = folder / SETTINGS_FILE
    wanted = settings.model_dump(mode="json")
    offered = (name for preset in PRESETS for name in _preset(type(settings), preset)["data"])
    left_out = dict.fromkeys(name for name in offered if name not in settings.data)
    wanted["data"] |= left_out  # as null: the file is read over a preset
    if path.is_file():
        begun, now = flat(read_yaml(path)), flat(wanted)
        names = [n for n in {**begun, **now} if begun.get(n) != now.get(n)]
        decisive = next((n for n in names if not n.startswith("machine.")), None)
        if decisive:
            raise UniRSError(
                "settings_differ",
                f"{path} was begun with {decisive} = {begun.get(decisive)} and not "
                f"{now.get(decisive)}; give that value, or train in another folder.",
            )
    with whole_file(path) as partial:
        partial.write_text(as_yaml(wanted), encoding="utf-8")


def _preset(kind: type[StageSettings], name: str) -> dict[str, Any]:
    stage = "change" if kind is ChangeSettings else "joint"
    text = files("unirs_lab.training").joinpath(f"presets/{stage}-{name}.yaml").read_text("utf-8")
    return parse_yaml(text, "the preset")


def _without_places(values: Mapping[str, Any]) -> dict[str, Any]:
    """Folders by their names alone."""
    told: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            told[name] = _without_places(value)
        else:
            told[name] = value.name if isinstance(value, Path) else value
    return told


def _validated(kind: type[Settings], values: dict[str, Any], where: str) -> Settings:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise UniRSError(
            "settings_invalid", f"{where}: {_reason(kind, error.errors()[0])}"
        ) from None


def _reason(kind: type[BaseModel], problem: ErrorDetails) -> str:
    """One sentence on the first thing that is wrong."""
    name = ".".join(map(str, problem["loc"]))
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(problem["loc"][-1]), _names(kind), n=1)
        hint = f"did you mean {near[0]}?" if near else "remove it."
        return f"{name} is not a setting of this stage; {hint}"
    return f"{name} = {problem['input']!r} cannot be: {problem['msg'].lower()}."


def _names(kind: type[BaseModel]) -> list[str]:
    """The names of all settings of a kind and of its groups."""
    names = list(kind.model_fields)
    for field in kind.model_fields.values():
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                names += _names(part)
    return names

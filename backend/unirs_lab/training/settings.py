"""What can be set of each stage. No number has a default here: the presets name all of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
)

from unirs.inputs import AspectMode

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
Tuning = Literal["full", "lora", "adapter"]
LearningPart = Literal["vision_tower", "projector", "change", "language_model"]


class Part(BaseModel):
    """A group of settings; a name that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Source(Part):
    """A data set of a run.

    Attributes:
        root: Its folder, or for own data its file; none in a preset.
        dataset: Name of the data set, where that is not its name in the settings.
        split: Which split is read.
        repeat: How often its rows come in an epoch, at least 0; 2.5 is every row twice and half of
            them once more.
        shares: Of a data set whose questions are drawn: the share of each of its parts among the
            inputs of the run, instead of ``repeat``.
        augment: Whether images are cropped, turned and relit at random as they are read.
    """

    root: Location | None = None
    dataset: str | None = None
    split: str = "train"
    repeat: NonNegativeFloat = 1.0
    shares: dict[str, Share] | None = None
    augment: bool = False


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
    """How the change stage is carried out.

    Attributes:
        keep_features: Whether the frozen features of all images are kept on disk.
    """

    keep_features: bool


class AnswerMachine(Machine):
    """How the base stage and joint tuning are carried out.

    Attributes:
        gradient_checkpointing: Whether activations are computed twice to save memory.
    """

    gradient_checkpointing: bool


class Decoder(Part):
    """The caption decoder of the change stage, which is thrown away.

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


class Validation(Part):
    """What is asked about images that nothing learns from.

    Attributes:
        split: Of each data set.
        inputs: Visual inputs, by the shares of the run.
        every: Steps between two validations.
        leave_out: Data sets, or parts of them as ``"real/mixed"``, that are not asked about.
    """

    split: str
    inputs: PositiveInt
    every: PositiveInt
    leave_out: tuple[str, ...] = ()


class StageSettings(Part):
    """What all stages have in common.

    Attributes:
        data: Data sets by name.
        batch_size: Visual inputs of an optimiser step, over all processes and accumulation.
        learning_rate: The highest one.
        clip: Upper bound of the gradient's norm; ``None`` for none.
        aspect_mode: How an image becomes the square that the encoder reads.
        frame_count: Frames read from a video.
        precision: Of matrix products; what learns is kept in float32.
        seed: Of new weights, order and drop-out.
        machine: How it is carried out.
    """

    data: dict[str, Source]
    batch_size: PositiveInt
    learning_rate: PositiveFloat
    clip: PositiveFloat | None
    aspect_mode: AspectMode
    frame_count: PositiveInt
    precision: Precision
    seed: NonNegativeInt
    machine: Machine


class ChangeSettings(StageSettings):
    """The change stage: the change extraction module under a caption decoder.

    Attributes:
        base: Model folder of the base.
        epochs: Passes over all captions.
        validation_split: Split whose BLEU-4 chooses the epoch that is kept.
        decay_every: Epochs after which the rate is multiplied by ``decay_factor``.
        decay_factor: See there.
        decoder: The caption decoder.
    """

    base: ModelLocation | None
    epochs: PositiveInt
    validation_split: str
    decay_every: PositiveInt
    decay_factor: PositiveFloat
    decoder: Decoder
    machine: ChangeMachine


class AnswerSettings(StageSettings):
    """What the base stage and joint tuning have in common: both learn the answers of a mixture.

    Attributes:
        epochs: Passes over the mixture.
        steps: Optimiser steps; ``None`` for all of the epochs.
        round_size: Inputs of one kind and of like length that all processes compute at once, each
            its share; gradients of several rounds make a step. Memory follows from it.
        rows_per_group: Rows about one visual input that are read together, with its visual tokens
            computed once.
        rates: What learns (``vision_tower``, ``projector``, ``change``, ``language_model``), and
            what ``learning_rate`` is multiplied with for it.
        loss_weights: What the loss of an answer is multiplied with, by kind, if not with 1.
        length_power: An answer of n tokens weighs as n to this power.
        change_weight: What the loss of the change map is multiplied with; 0 for none.
        warmup: Share of the steps in which the rate rises, 0 to 1.
        weight_decay: AdamW's.
        betas: AdamW's.
        validation: ``None`` for none.
    """

    epochs: PositiveInt
    steps: PositiveInt | None
    round_size: PositiveInt
    rows_per_group: PositiveInt
    rates: dict[LearningPart, PositiveFloat]
    loss_weights: dict[str, NonNegativeFloat]
    length_power: Share
    change_weight: NonNegativeFloat
    warmup: Share
    weight_decay: NonNegativeFloat
    betas: tuple[Share, Share]
    validation: Validation | None
    machine: AnswerMachine

    @property
    def tunes_all(self) -> bool:
        """Whether all weights of the LLM learn, and not an adapter."""
        return True


class BaseSettings(AnswerSettings):
    """The base stage: a general model from random weights, which describes and answers.

    Attributes:
        model: Name of the model's sizes, one of ``unirs.model.PRESETS``.
        sizes: What differs from them, as in ``config.json``.
        vocabulary: Tokens of its language model, which are learnt from the texts of the data.
    """

    model: str
    sizes: dict[str, Any]
    vocabulary: Annotated[int, Field(gt=300)]


class JointSettings(AnswerSettings):
    """Joint tuning: the LLM, or an adapter on it, on the mixture of all tasks.

    Attributes:
        start: Model folder that tuning starts from: that of the change stage or of the vision
            stage, or for ``tuning: adapter`` a finished one, which learns more.
        base: Model folder of the frozen base, which writes the clues; not for ``adapter``.
        change_module: ``False`` reads a pair as two images side by side (ablation).
        clues: Folder of the clue sets that the frozen base has written.
        with_clues: ``False`` trains without clues (ablation).
        tuning: ``full`` for all weights of the LLM, ``lora`` for a new adapter on it, ``adapter``
            for the one that ``start`` names together with its language model.
        lora: The new adapter.
    """

    start: ModelLocation | None
    base: ModelLocation | None
    change_module: bool
    clues: Location | None
    with_clues: bool
    tuning: Tuning
    lora: Lora

    @property
    def tunes_all(self) -> bool:
        """See ``AnswerSettings``."""
        return self.tuning == "full"


class VisionSettings(StageSettings):
    """The vision stage: a vision tower learns scenes, words, masks and changes.

    Attributes:
        model: Name of the model's sizes, one of ``unirs.model.PRESETS``.
        sizes: What differs from them, as in ``config.json``: another tower, for example.
        imagenet: Whether the tower begins with ImageNet's weights (EfficientNet-Lite2 alone).
        frozen_stages: Stages of such a tower that stay as ImageNet taught them.
        teacher: Model folder whose features the tower learns besides; ``None`` for none.
        steps: Optimiser steps.
        images: Images of a step by collection, of those whose scene is known.
        pairs: Pairs of buildings that came, or not, in a step.
        least_seen: Share of the side that a crop shows at least, by collection.
        least_mentions: Training images of which the captions must have a word for it to be learnt.
        rates: What ``learning_rate`` is multiplied with for a part of the model, if not with 1.
        loss_weights: What each loss is multiplied with.
        warmup: Share of the steps in which the rate rises, 0 to 1.
        weight_decay: AdamW's.
        betas: AdamW's.
        validate_every: Steps between validations.
    """

    model: str
    sizes: dict[str, Any]
    imagenet: bool
    frozen_stages: NonNegativeInt
    teacher: ModelLocation | None
    steps: PositiveInt
    images: dict[str, PositiveInt]
    pairs: PositiveInt
    least_seen: dict[str, Share]
    least_mentions: PositiveInt
    rates: dict[str, PositiveFloat]
    loss_weights: dict[str, NonNegativeFloat]
    warmup: Share
    weight_decay: NonNegativeFloat
    betas: tuple[Share, Share]
    validate_every: PositiveInt


STAGES: Mapping[type[StageSettings], str] = {
    VisionSettings: "vision",
    BaseSettings: "base",
    ChangeSettings: "change",
    JointSettings: "joint",
}
"""The name of each stage, by its settings."""

Settings = TypeVar("Settings", VisionSettings, BaseSettings, ChangeSettings, JointSettings)

"""The one definition of an answer: what an engine returns, the worker sends and ``--json`` prints.

A field of :class:`Answer` is a key of the JSON object, with the field's description in
``docs/worker-protocol.schema.json``. Another field needs no other definition.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, TypeAdapter, computed_field

from unirs.inputs import Crop, Extent, InputKind, Task, VisualInput

EngineKind = Literal["unirs", "transformers", "server"]
"""What answers: UniRS itself, any vision-language model of transformers, or a server."""

UNSURE_BELOW = 0.6
"""An answer with a lower confidence is not sure, where a model has no calibration of its own."""

RESULT_CONFIG = ConfigDict(
    arbitrary_types_allowed=True,
    extra="forbid",
    json_schema_serialization_defaults_required=True,
)
"""How every part of a result is validated and described."""


@dataclass(frozen=True)
class OptionScore:
    """One member of a closed set of answers, with its probability."""

    __pydantic_config__ = RESULT_CONFIG

    text: str
    probability: Annotated[
        float | None,
        Field(
            description="0 to 1; the set sums to 1. Null for all of the set where the engine gives "
            "no probabilities: the first option is then the one that was chosen."
        ),
    ]


@dataclass(frozen=True)
class ImageFacts:
    """Facts about an image that the model read."""

    __pydantic_config__ = RESULT_CONFIG

    source: Annotated[str, Field(description="The file that it was read from.")]
    date: Annotated[str | None, Field(description="YYYY-MM-DD, YYYY-MM or YYYY, by its precision.")]
    extent: Annotated[
        Extent | None, Field(description="Minimum x, minimum y, maximum x, maximum y.")
    ]
    crs: str | None
    pixel_size: Annotated[float | None, Field(description="Ground size of a pixel in metres.")]
    nodata_share: Annotated[float, Field(description="Share of pixels without data, 0 to 1.")]
    ground_size: Annotated[tuple[float, float] | None, Field(exclude=True)] = None
    """Width and height in metres. Not part of the JSON."""

    @classmethod
    def of(cls, crop: Crop) -> ImageFacts:
        """The facts of a crop."""
        height, width = crop.pixels.shape[:2]
        size = crop.pixel_size
        return cls(
            source=crop.source,
            date=_iso(crop),
            extent=crop.extent,
            crs=crop.crs,
            pixel_size=crop.pixel_size,
            nodata_share=crop.nodata_share,
            ground_size=(width * size, height * size) if size else None,
        )


@dataclass(frozen=True)
class StageSeconds:
    """Wall-clock seconds of each stage; 0 where a cache made it free.

    Answers of one batch share its time equally.
    """

    __pydantic_config__ = RESULT_CONFIG

    load: Annotated[float, Field(description="Loading the model; not part of the total.")] = 0.0
    vision: float = 0.0
    clue: float = 0.0
    prefill: float = 0.0
    decode: Annotated[float, Field(description="Generating, or scoring options.")] = 0.0
    first_token: Annotated[float, Field(description="From the question to its first token.")] = 0.0
    total: float = 0.0


@dataclass(frozen=True)
class TokenCounts:
    """Tokens of the text of the prompt, of its images, and of the answer."""

    __pydantic_config__ = RESULT_CONFIG

    prompt: int = 0
    visual: int = 0
    answer: int = 0


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What answered, and where."""

    __pydantic_config__ = RESULT_CONFIG

    engine: Annotated[EngineKind, Field(description="What answered.")] = "unirs"
    model: Annotated[str, Field(description="Name of the model.")] = ""
    digest: Annotated[
        str | None, Field(description="SHA-256 of the weights; null if it is unknown.")
    ] = None
    host: Annotated[
        str | None,
        Field(description="Host that the images were sent to; null if they stayed here."),
    ] = None
    device: Annotated[str, Field(description='Where it ran, such as "cpu".')] = ""
    demonstration: Annotated[
        bool, Field(description="Whether the model is not meant to be relied on.")
    ] = False


@dataclass(frozen=True, kw_only=True)
class Summary(Origin):
    """What many answers about one ground come to."""

    __pydantic_config__ = RESULT_CONFIG

    extent: Annotated[Extent | None, Field(description="What was asked about.")]
    crs: Annotated[str | None, Field(description="CRS of the extent.")]
    warnings: Annotated[
        tuple[str, ...],
        Field(description="Sentences about the images that make the answer less reliable."),
    ]
    stopped: Annotated[
        bool, Field(description="Whether it was cancelled; the result is then that of a part.")
    ]
    seconds: Annotated[float, Field(description="Wall-clock time, without loading the model.")]


@dataclass(frozen=True)
class Answer(Origin):
    """An answer, and how it was made."""

    __pydantic_config__ = RESULT_CONFIG

    text: Annotated[
        str,
        Field(
            serialization_alias="answer", description="The answer; if stopped, the part until then."
        ),
    ]
    task: Task
    clue: Annotated[
        str | None, Field(description="What the frozen base wrote first; null without a clue.")
    ] = None
    options: Annotated[
        tuple[OptionScore, ...],
        Field(description="The closed set, best first; empty where the answer was generated."),
    ] = ()
    changed: Annotated[
        bool | None,
        Field(
            description=(
                "For a change caption: whether anything has changed, by the model's own score. "
                "Null for other tasks, and after a stop."
            )
        ),
    ] = None
    confidence: Annotated[
        float | None,
        Field(
            description="How sure the answer is, 0 to 1: the probability of the best option; for a "
            "change caption that of its verdict; for other text the mean probability of its "
            "content words. Null where the engine gives no probabilities, and after a stop."
        ),
    ] = None
    agreement: Annotated[
        float | None,
        Field(
            description="How far augmented views agree, 0 to 1: the share with this answer; for "
            "generated text, the mean share of content words in common. Null for one view."
        ),
    ] = None
    unsure_below: Annotated[
        float | None,
        Field(
            description="Confidence below which the answer is not sure, by the model's calibration "
            "for this kind of answer. Null without one."
        ),
    ] = None
    conversation_turns: Annotated[
        int,
        Field(description="Earlier turns that the model read, without the oldest ones left out."),
    ] = 0
    frames_left_out: Annotated[
        int, Field(description="Frames of a video that the model's context had no room for.")
    ] = 0
    stopped: Annotated[
        bool, Field(description="Whether it was cancelled; the answer is then a part.")
    ] = False
    zero_shot: Annotated[
        bool, Field(description="Whether a base model without UniRS weights answered.")
    ] = False
    acquired: Annotated[
        tuple[str | None, ...],
        Field(description="Acquisition date of each image in order of time; null where unknown."),
    ] = ()
    crop: Annotated[
        ImageFacts | tuple[ImageFacts, ...],
        Field(description="One object for a single image, else a list in order of time."),
    ] = ()
    warnings: Annotated[
        tuple[str, ...],
        Field(description="Sentences about the images that make the answer less reliable."),
    ] = ()
    seconds: StageSeconds = field(default_factory=StageSeconds)
    tokens: TokenCounts = field(default_factory=TokenCounts)
    change_map_file: Annotated[
        Path | None,
        Field(serialization_alias="change_map", description="The GeoTIFF that was written."),
    ] = None
    change_map: Annotated[NDArray[np.float32] | None, Field(exclude=True)] = None
    """For pairs: ``[rows, columns]``, 0 (same) to 1, on the pair's extent. Not part of the JSON."""
    image_features: Annotated[NDArray[np.float32] | None, Field(exclude=True)] = None
    """``[width]``: what the vision encoder makes of the images, by which alike ones can be found;
    ``None`` where the engine does not give it. Not part of the JSON."""
    image_sentence: Annotated[NDArray[np.float32] | None, Field(exclude=True)] = None
    """``[SENTENCE_WIDTH]``, of length 1: where captions of a single image should lie among the
    embeddings of sentences, judged by the image alone; ``None`` where the model has no sentence
    map. Not part of the JSON."""
    written: Annotated[tuple[Path, ...], Field(exclude=True)] = ()
    """All files that were written. Not part of the JSON."""

    @computed_field(description="Whether confidence is less than unsure_below.")  # type: ignore[prop-decorator]
    @property
    def unsure(self) -> bool:
        """Whether ``confidence`` is less than ``unsure_below``."""
        if self.confidence is None or self.unsure_below is None:
            return False
        return self.confidence < self.unsure_below

    def to_json(self) -> dict[str, Any]:
        """The object of ``--json`` and of the worker."""
        return to_json(self)


def acquisition_dates(visual: VisualInput) -> tuple[str | None, ...]:
    """ISO date of each image, with its precision; ``None`` if unknown."""
    return tuple(_iso(crop) for crop in visual.crops)


def image_facts(visual: VisualInput) -> ImageFacts | tuple[ImageFacts, ...]:
    """Facts of the image, or of each image where the kind of input has several."""
    facts = tuple(ImageFacts.of(crop) for crop in visual.crops)
    return facts[0] if visual.kind is InputKind.SINGLE else facts


def to_json(value: Any) -> dict[str, Any]:
    """A result as JSON, the answer first; numbers that JSON does not have become ``None``."""
    facts: dict[str, Any] = json.loads(_adapter(value.__class__).dump_json(value, by_alias=True))
    first = {"answer": facts["answer"]} if "answer" in facts else {}
    return first | facts


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _iso(crop: Crop) -> str | None:
    return crop.date.isoformat() if crop.date else None

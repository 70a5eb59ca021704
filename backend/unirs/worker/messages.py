"""Parameters and results of every method: the one definition, from which the schema is written.

``docs/worker-protocol.schema.json`` is generated from these models (``unirs.worker.schema``), for
clients that cannot import pydantic.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from unirs.errors import shorten
from unirs.worker import protocol

FilePath = Annotated[str, Field(min_length=1, pattern=r"^[^\x00]+$")]
"""A local file. A relative path counts from the worker's folder, so clients send absolute ones."""

Text = Annotated[str, Field(max_length=100_000)]
Precision = Literal["auto", "float32", "bfloat16"]
RequestId = int | str


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class NoParams(_Message):
    """A method without parameters."""


class HelloResult(_Message):
    """Who answers, and what it understands."""

    protocol: int = Field(description="Version of this protocol.")
    version: str = Field(description="Version of the package unirs.")
    pid: int
    python: str = Field(description="Version of Python.")
    methods: list[str]
    max_line_bytes: int = Field(description="Longest line that is read.")
    max_waiting: int = Field(description="Requests that may wait behind the one that runs.")


class CancelParams(_Message):
    """Which request to stop."""

    id: RequestId


class CancelResult(_Message):
    """What became of it."""

    state: Literal["dropped", "stopping", "unknown"] = Field(
        description=(
            "dropped: it was waiting and is answered with the error cancelled. "
            "stopping: it runs and is answered within one token, with stopped = true. "
            "unknown: no such request is waiting or running."
        )
    )


class ShutdownResult(_Message):
    """The worker ends after this answer, and that of the request that was running."""


class LoadParams(_Message):
    """Which model to have at hand. What is left out stays as it is, or is chosen by the worker."""

    model: FilePath | None = Field(default=None, description="Name of a model, or its folder.")
    device: str | None = Field(default=None, description='Such as "auto", "cpu", "cuda:0".')
    precision: Precision | None = None


class LoadResult(_Message):
    """The model at hand."""

    model: str
    kind: str = Field(description='"unirs", or "base" for a model without UniRS weights.')
    device: str
    precision: str
    image_size: int = Field(description="Side of the square that the model reads, in pixels.")
    frame_count: int = Field(description="Frames that are read of a video.")
    change_maps: bool = Field(description="Whether it can make change maps of a pair.")
    demonstration: bool = Field(description="Trained on generated scenes, to show how it works.")
    digest: str = Field(description="SHA-256 of its weights, which identifies it in records.")
    seconds: float = Field(description="How long loading took.")


class UnloadResult(_Message):
    """The model whose memory was given back; null if there was none."""

    model: str | None


class CropParams(_Message):
    """What to read of rasters. Videos have none of these."""

    extent: Annotated[list[float], Field(min_length=4, max_length=4)] | None = Field(
        default=None, description="Minimum x, minimum y, maximum x, maximum y."
    )
    extent_crs: str | None = Field(
        default=None, description="CRS of the extent; else the raster's."
    )
    bands: list[int] | None = Field(default=None, description="One or three, counted from 1.")
    stretch: Literal["auto", "none", "percentile", "minmax"] = "auto"


class TaskParams(LoadParams):
    """A question, a caption, a change caption or a classification."""

    paths: list[FilePath] = Field(
        min_length=1,
        max_length=1024,
        description="One raster, two dates, a dated series, or one video.",
    )
    text: Text = Field("", description="The question, or an instruction of the user's own.")
    options: list[Text] = Field([], description="Closed set of answers, which are then scored.")
    classes: list[Text] = Field([], description="Of classify; by default the 25 of ERA.")
    crop: CropParams = Field(default_factory=CropParams)
    clue: bool = Field(True, description="Whether the frozen base writes a clue first.")
    max_new_tokens: int = Field(128, ge=1)
    views: int = Field(1, ge=1, description="From how many sides a change is described.")
    change_map: FilePath | None = Field(default=None, description="GeoTIFF to write, for a pair.")
    overlay: FilePath | None = Field(default=None, description="Picture to write, for a pair.")
    save_crop: FilePath | None = Field(
        default=None, description="Where to write what the model saw."
    )


class OptionScore(_Message):
    """One member of a closed set, with its probability."""

    text: str
    probability: float


class Vote(_Message):
    """How many views of a pair were asked, and how many said what the answer says."""

    views: int
    agreeing: int


class CropFacts(_Message):
    """What is known of an image that the model saw."""

    source: str
    date: str | None = Field(description="YYYY-MM-DD, YYYY-MM or YYYY, as known")
    extent: Annotated[list[float], Field(min_length=4, max_length=4)] | None
    crs: str | None
    pixel_size: float | None = Field(description="Metres.")
    nodata_share: float


class Seconds(_Message):
    """Seconds of each stage; 0 where a cache made it free. The total does not count load."""

    load: float
    vision: float
    clue: float
    prefill: float
    decode: float
    first_token: float
    total: float


class Tokens(_Message):
    """Tokens of the prompt's text, of its images, and of the answer."""

    prompt: int
    visual: int
    answer: int


class TaskResult(_Message):
    """An answer, the same as from the command line's --json."""

    answer: str
    clue: str | None
    options: list[OptionScore] = Field(description="Best first.")
    changed: bool | None = Field(
        description=(
            "Of change: whether anything has changed, as the model itself scores it. "
            "Null for other tasks, and after a stop."
        )
    )
    vote: Vote | None = Field(description="Of several views; null where there was one.")
    task: Literal["ask", "caption", "change", "classify"]
    model: str
    device: str
    stopped: bool = Field(description="Whether it was cancelled; the answer is then a part.")
    zero_shot: bool = Field(description="Whether the base model itself answered.")
    demonstration: bool
    crop: CropFacts | list[CropFacts] = Field(
        description="A list in order of time for pairs and videos."
    )
    seconds: Seconds
    tokens: Tokens
    change_map: str | None


class SelfTestCase(_Message):
    """A known image, and what the model says of it."""

    name: str
    question: str
    expected: str
    answer: str
    passed: bool


class SelfTestResult(_Message):
    """Whether the model at hand answers as it should."""

    model: str
    device: str
    passed: bool
    stopped: bool
    cases: list[SelfTestCase]


class TokenParams(_Message):
    """A piece of an answer's text, as it comes."""

    id: RequestId
    text: str


class ProgressParams(_Message):
    """A stage of a request begins."""

    id: RequestId
    stage: str = Field(
        description=(
            "load, read, vision, clue, prefill, decode, score, view (of several, from the second "
            "on, in place of the five before), or case (self_test)."
        )
    )
    done: int | None = Field(
        default=None, description="Parts of the stage that are done, where known."
    )
    total: int | None = None


class ErrorData(BaseModel):
    """Facts about an error; there are more of them for some codes."""

    model_config = ConfigDict(extra="allow")

    code: str = Field(description="Stable identifier.")
    log: str = Field("", description="Traceback, for the code defect alone.")


class Error(_Message):
    """Why a request has no result."""

    code: int = Field(description="JSON-RPC's number.")
    message: str = Field(description="One sentence for the user.")
    data: ErrorData


class Method(NamedTuple):
    """Models of a method's parameters and result."""

    params: type[BaseModel]
    result: type[BaseModel]


METHODS = {
    "hello": Method(NoParams, HelloResult),
    "cancel": Method(CancelParams, CancelResult),
    "shutdown": Method(NoParams, ShutdownResult),
    "load": Method(LoadParams, LoadResult),
    "unload": Method(NoParams, UnloadResult),
    "ask": Method(TaskParams, TaskResult),
    "caption": Method(TaskParams, TaskResult),
    "change": Method(TaskParams, TaskResult),
    "classify": Method(TaskParams, TaskResult),
    "self_test": Method(LoadParams, SelfTestResult),
}
NOTIFICATIONS: dict[str, type[BaseModel]] = {"token": TokenParams, "progress": ProgressParams}


def checked_params(method: str, params: object) -> BaseModel:
    """Parameters from the wire as their model.

    Raises:
        RPCError: ``params_invalid``, with the first twenty problems in ``details``.
    """
    try:
        return METHODS[method].params.model_validate(params)
    except ValidationError as error:
        problems = [
            {
                "where": shorten(".".join(map(str, problem["loc"])) or "all of them", 100),
                "what": shorten(problem["msg"], 500),
            }
            for problem in error.errors(include_url=False, include_context=False)[:20]
        ]
        first = problems[0]
        raise protocol.RPCError(
            protocol.INVALID_PARAMS,
            "params_invalid",
            f"The parameters of {method} are wrong: {first['where']}: {first['what']}.",
            problems=problems,
        ) from None

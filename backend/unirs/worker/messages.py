"""Parameters and results of every method.

The parameters of a task are the fields of ``unirs.request.TaskRequest``, its result is
``unirs.answers.Answer``; those of a search are ``unirs.where.request.WhereRequest`` and
``unirs.where.places.Places``; those about a series are in ``unirs.when.request`` and
``unirs.when.timeline``, those of indexes in ``unirs.index``. The rest is defined here.
``docs/worker-protocol.schema.json`` is generated from these definitions (``unirs.worker.schema``),
for clients without pydantic.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import MISSING, fields
from typing import Any, Literal, NamedTuple, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, create_model

from unirs.answers import Answer, EngineKind
from unirs.engines.engine import Capabilities
from unirs.errors import shorten
from unirs.index.request import FindRequest, IndexRequest
from unirs.index.results import FoundTiles, IndexSummary
from unirs.inputs import Extent, InputKind
from unirs.request import InputPath, TaskRequest
from unirs.when.request import StoryRequest, WhenRequest
from unirs.when.timeline import Story, Timeline
from unirs.where.places import Places
from unirs.where.request import WhereRequest
from unirs.worker import protocol

Precision = Literal["auto", "float32", "bfloat16", "float16", "int8", "int4"]
RequestId = int | str


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class NoParams(_Message):
    """A method without parameters."""


class HelloResult(_Message):
    """The worker and what it supports."""

    protocol: int = Field(description="Version of this protocol.")
    version: str = Field(description="Version of the package unirs.")
    pid: int
    python: str = Field(description="Version of Python.")
    methods: list[str]
    max_line_bytes: int = Field(description="Longest line that the worker reads.")
    max_waiting: int = Field(description="Requests that may wait behind the one that runs.")


class CancelParams(_Message):
    """The request to stop."""

    id: RequestId


class CancelResult(_Message):
    """What happened to the request."""

    state: Literal["dropped", "stopping", "unknown"] = Field(
        description=(
            "dropped: it was waiting, or was being answered together with others; its response is "
            "the error cancelled. "
            "stopping: it is running alone; its response comes within one token, with "
            "stopped = true. "
            "unknown: no such request is waiting or running."
        )
    )


class ShutdownResult(_Message):
    """The worker ends after this response, and that of the request that was running."""


class LoadParams(_Message):
    """Which model to load. What is left out stays as it is, or is the default."""

    model: InputPath | None = Field(
        default=None,
        description="Name of a model, its folder, hf:OWNER/NAME, or server:URL#MODEL.",
    )
    device: str | None = Field(default=None, description='Such as "auto", "cpu", "cuda:0".')
    precision: Precision | None = Field(default=None, description="Number type of the weights.")
    key: SecretStr | None = Field(
        default=None, description="Key of the server, which is kept in memory alone."
    )
    allow_remote: bool = Field(
        default=False, description="Whether images may be sent to another computer."
    )


class LoadResult(_Message):
    """The loaded model."""

    engine: EngineKind = Field(description="What answers with it.")
    model: str
    host: str | None = Field(
        description="Host that images are sent to; null if they stay on this computer."
    )
    device: str
    precision: str
    image_size: int = Field(description="Side of the square that the model reads, in pixels.")
    frame_count: int = Field(description="Frames that are read of a video.")
    capabilities: Capabilities = Field(description="What it can do.")
    demonstration: bool = Field(description="Whether it is not meant to be relied on.")
    classes: dict[InputKind, tuple[str, ...]] = Field(
        description="Default classes of classify, for a single image and for a video or series."
    )
    digest: str | None = Field(
        description="SHA-256 of its weights, which identifies it in records; null if unknown."
    )
    memory_bytes: int | None = Field(description="Memory that its weights take; null if unknown.")
    batch_size: int = Field(
        description="Questions that are answered together, as far as memory allows. Keep twice as "
        "many in flight to keep the device busy."
    )
    seconds: float = Field(description="How long loading took.")


class UnloadResult(_Message):
    """The model whose memory was released; null if there was none."""

    model: str | None


class _AnyTaskParams(LoadParams):
    background: bool = Field(
        default=False,
        description="Whether nobody waits for this answer alone: a question that is not in the "
        "background goes before it.",
    )


def _params_of(request: type[Any], name: str, base: type[LoadParams]) -> type[LoadParams]:
    """The model of parameters: the fields of a request but ``task``, which is the method."""
    hints = get_type_hints(request, include_extras=True)
    parameters: dict[str, Any] = {
        field.name: (hints[field.name], ... if field.default is MISSING else field.default)
        for field in fields(request)
        if field.name != "task"
    }
    return create_model(name, __base__=base, **parameters)


class SelfTestCase(_Message):
    """An image with a known answer, and the model's answer."""

    name: str
    question: str
    expected: str
    answer: str
    passed: bool


class SelfTestResult(_Message):
    """Whether the loaded model answers as expected."""

    model: str
    device: str
    passed: bool
    stopped: bool
    cases: list[SelfTestCase]


class TokenParams(_Message):
    """A piece of an answer's text, as it is generated."""

    id: RequestId
    text: str


class ProgressParams(_Message):
    """A stage of a request begins."""

    id: RequestId
    stage: str = Field(
        description=(
            "load, read, vision, clue, prefill, decode, score, view (all views after the first), "
            "place (where, with kinds of ground), case (self_test), date (when, story), "
            "tile (index), or compare (find)."
        )
    )
    done: int | None = Field(default=None, description="Completed parts of the stage, where known.")
    total: int | None = None


class WindowParams(_Message):
    """A window of a search is answered."""

    id: RequestId
    extent: Extent = Field(description="Minimum x, minimum y, maximum x, maximum y.")
    crs: str | None = Field(description="CRS of the extent; null without one.")
    probability: float | None = Field(
        description="Probability of yes, 0 to 1; null where there was nothing to see."
    )
    level: int = Field(description="Number of the size of the window, from 1, the coarsest.")
    levels: int
    done: int = Field(description="Windows of this size so far.")
    total: int


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
    """Types of a method's parameters and result."""

    params: type[BaseModel]
    result: type


TaskParams = _params_of(TaskRequest, "TaskParams", _AnyTaskParams)
WhereParams = _params_of(WhereRequest, "WhereParams", LoadParams)
WhenParams = _params_of(WhenRequest, "WhenParams", LoadParams)
StoryParams = _params_of(StoryRequest, "StoryParams", LoadParams)
IndexParams = _params_of(IndexRequest, "IndexParams", LoadParams)
FindParams = _params_of(FindRequest, "FindParams", LoadParams)
METHODS = {
    "hello": Method(NoParams, HelloResult),
    "cancel": Method(CancelParams, CancelResult),
    "shutdown": Method(NoParams, ShutdownResult),
    "load": Method(LoadParams, LoadResult),
    "unload": Method(NoParams, UnloadResult),
    "ask": Method(TaskParams, Answer),
    "caption": Method(TaskParams, Answer),
    "change": Method(TaskParams, Answer),
    "classify": Method(TaskParams, Answer),
    "where": Method(WhereParams, Places),
    "when": Method(WhenParams, Timeline),
    "story": Method(StoryParams, Story),
    "index": Method(IndexParams, IndexSummary),
    "find": Method(FindParams, FoundTiles),
    "self_test": Method(LoadParams, SelfTestResult),
}
NOTIFICATIONS: dict[str, type[BaseModel]] = {
    "token": TokenParams,
    "progress": ProgressParams,
    "window": WindowParams,
}


def checked_params(method: str, params: object) -> BaseModel:
    """The parameters of a message as their model.

    Raises:
        RPCError: ``params_invalid``, with the first twenty problems in ``details``.
        UniRSError: Codes of ``CropOptions``.
    """
    try:
        return METHODS[method].params.model_validate_json(json.dumps(params))
    except ValidationError as error:
        problems = [
            {
                "where": shorten(_place(problem["loc"]) or "all of them", 100),
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


def _place(steps: Sequence[int | str]) -> str:
    """Where a problem is: names and numbers, without the types that pydantic tried."""
    return ".".join(
        str(step) for step in steps if str(step).isidentifier() or isinstance(step, int)
    )

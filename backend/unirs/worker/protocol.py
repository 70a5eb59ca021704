"""The envelope of every message: JSON-RPC 2.0, one message a line, UTF-8.

Standard library only, and Python 3.9: worker, client and QGIS plugin use it, and the worker answers
``hello`` before it imports anything else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, NoReturn, Union

PROTOCOL_VERSION = 3
"""Increased when a client of the old version would misunderstand the new one."""

MAX_LINE_BYTES = 16 * 2**20
"""Longest line that the worker reads, without its end."""

MAX_WAITING = 64
"""Number of requests that may wait for the running one; one more is refused as ``busy``."""

IMMEDIATE_METHODS = ("hello", "cancel", "shutdown")
"""Answered at once, also during other work."""

TASK_METHODS = ("ask", "caption", "change", "classify")
"""Questions; some that wait are answered together."""

WORK_METHODS = (
    "load",
    "unload",
    *TASK_METHODS,
    "where",
    "when",
    "story",
    "index",
    "find",
    "self_test",
)
"""Executed in the order of arrival; a question goes before background ones."""

METHODS = IMMEDIATE_METHODS + WORK_METHODS

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
SERVER_ERROR = -32000
"""Number of every error that is not about the protocol; ``data.code`` distinguishes them."""

RequestId = Union[int, str]
Message = dict[str, Any]


class RPCError(Exception):
    """An error in a message.

    Attributes:
        number: JSON-RPC's error number.
        code: Stable, lower-case identifier. Never reworded.
        details: Further facts, JSON values only.
    """

    def __init__(self, number: int, code: str, message: str, /, **details: Any) -> None:
        super().__init__(message)
        self.number = number
        self.code = code
        self.details = details


class ClientGone(Exception):  # noqa: N818 - not an error: the client has ended
    """The client no longer reads messages."""


@dataclass(frozen=True)
class Request:
    """A request, or a notification if it has no id.

    Parameters by position (a list) are JSON-RPC, but no method takes them.
    """

    method: str
    params: Message | list[Any] = field(default_factory=dict)
    id: RequestId | None = None


def parse_request(line: bytes) -> Request:
    """One line of the client.

    Args:
        line: With its end or without.

    Raises:
        RPCError: ``line_too_long``, ``parse_error``, ``batch_unsupported`` or
            ``invalid_request``. The id of such a message cannot be trusted: it may be that of a
            request in flight.
    """
    if len(line.rstrip(b"\r\n")) > MAX_LINE_BYTES:
        raise RPCError(
            INVALID_REQUEST, "line_too_long", f"A line is longer than {MAX_LINE_BYTES} bytes."
        )
    message = _parse_json(line)
    if isinstance(message, list):
        raise RPCError(
            INVALID_REQUEST, "batch_unsupported", "Batches are not supported; send single messages."
        )
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise _invalid('A message is a JSON object with "jsonrpc": "2.0".')
    if not isinstance(message.get("method"), str):
        raise _invalid("A request names its method.")
    if "id" in message and not is_request_id(message["id"]):
        raise _invalid("The id of a request is a string or a whole number.")
    params = message.get("params", {})
    if not isinstance(params, (dict, list)):
        raise _invalid("The parameters of a request are an object.")
    return Request(message["method"], params, message.get("id"))


def is_request_id(value: object) -> bool:
    """Whether a value can be the id of a request."""
    return isinstance(value, (int, str)) and not isinstance(value, bool)


def encode(message: Message) -> bytes:
    """A message as one line. Characters beyond ASCII are escaped, which is UTF-8 as well.

    Raises:
        TypeError: If something in it has no form in JSON.
        ValueError: The same, for numbers that are not finite.
    """
    return json.dumps(message, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def request_message(request: Request) -> Message:
    """What a client sends."""
    message: Message = {"jsonrpc": "2.0", "method": request.method, "params": request.params}
    return message if request.id is None else {**message, "id": request.id}


def notification_message(method: str, params: Message) -> Message:
    """A notification of the worker about a pending request."""
    return {"jsonrpc": "2.0", "method": method, "params": params}


def result_message(request_id: RequestId, result: Message) -> Message:
    """The answer to a request."""
    return {"jsonrpc": "2.0", "id": request_id, "result": result}


def error_message(request_id: RequestId | None, error: RPCError) -> Message:
    """The refusal or failure of a request; of no request in particular if the id is ``None``."""
    return {
        "jsonrpc": "2.0",
        "id": request_id,
        "error": {
            "code": error.number,
            "message": str(error),
            "data": {**error.details, "code": error.code},
        },
    }


def _parse_json(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise RPCError(
            PARSE_ERROR, "parse_error", f"A line is not JSON in UTF-8: {error}."
        ) from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _invalid(message: str) -> RPCError:
    return RPCError(INVALID_REQUEST, "invalid_request", message)

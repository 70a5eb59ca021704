"""What the refusals of servers mean: one sentence and one code for each, whatever the server."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from urllib.parse import urlsplit

from unirs.errors import UniRSError

_REASON_CHARACTERS = 300

_CONTEXT = re.compile(
    r"context.{0,40}(length|size|window|limit|exceed|too (long|small))"
    r"|(exceed|longer than|maximum).{0,60}(context|model length|max_model_len)"
    r"|prompt.{0,20}too long|too many tokens"
)
_IMAGE = re.compile(r"image|vision|multi-?modal|mmproj|modalit")
_THIS_IMAGE = re.compile(
    r"(fail|unable|cannot|can't|could not|error).{0,20}(load|decod|open|identify|pars).{0,20}image"
    r"|(invalid|corrupt|bad|broken|truncated) image"
    r"|image.{0,30}(too (large|big|small)|invalid|corrupt|truncated)"
    r"|image.{0,30}(size|dimension|resolution).{0,20}(exceed|limit)"
)
_TOO_MANY_IMAGES = re.compile(r"at most [1-9]\d* image|too many images")
_MODEL = re.compile(
    r"model.{0,200}(not found|not exist|not loaded|no such|unknown|pinned)"
    r"|(no|unknown|invalid) model|pinned to"
)
_LOADING = re.compile(r"loading")


def refusal(host: str, status: int, body: str, location: str = "") -> UniRSError:
    """The failure that a server's status stands for.

    Args:
        host: Of the server.
        status: HTTP status other than 200.
        body: What the server wrote about it, without the key.
        location: Where a redirection leads.

    Returns:
        An error with the code ``key_refused``, ``server_busy``, ``context_too_short``,
        ``image_refused``, ``server_model_missing``, ``server_reply_invalid``, or
        ``server_failed``; its details have the status, and what the server wrote as ``reason``.
    """
    reason = reason_of(body)
    quoted = f" ({reason})" if reason else ""
    server = f"The server {host}"
    lower = reason.lower()
    if status in {401, 403}:
        # Its own words are left out: they often repeat the key.
        code, sentence = (
            "key_refused",
            (
                f"{server} refuses the request without the right key ({status}); give its key "
                "(UNIRS_SERVER_KEY, or in the options of UniRS)."
            ),
        )
    elif 300 <= status < 400:
        target = urlsplit(location).netloc.rpartition("@")[2] or "another address"
        code, sentence = (
            "server_reply_invalid",
            (
                f"{server} sends requests on to {target}, which is not followed; "
                "use the address that it really has."
            ),
        )
    elif status == 429 or (status == 503 and _LOADING.search(lower)):
        code, sentence = (
            "server_busy",
            (f"{server} is busy{quoted}; wait a moment, then try again."),
        )
    else:
        code, sentence = _refused(server, status, lower, quoted)
    return UniRSError(code, sentence, status=status, reason=reason)


def _refused(server: str, status: int, reason: str, quoted: str) -> tuple[str, str]:
    """Code and sentence of a status that is not specific, by the text of the server."""
    if _CONTEXT.search(reason):
        return "context_too_short", (
            f"The images and the question are longer than the context of the model on "
            f"{server[4:]}{quoted}; start it with a longer context, or ask about fewer images."
        )
    if _MODEL.search(reason):
        return "server_model_missing", f"{server} does not have this model{quoted}."
    if _TOO_MANY_IMAGES.search(reason):
        return "image_refused", (
            f"{server} takes fewer images at a time{quoted}; "
            "ask about fewer of them, or start it with a larger limit."
        )
    if _THIS_IMAGE.search(reason):
        return "image_refused", (
            f"{server} refused the image{quoted}; ask about another extent, or use another server."
        )
    if _IMAGE.search(reason):
        return "image_refused", (
            f"The model on {server[4:]} does not read images{quoted}; "
            "choose a vision-language model."
        )
    if status == 404:
        return "server_reply_invalid", (
            f"{server} has nothing at this URL{quoted}; check that it is that of an "
            "OpenAI-compatible server (it often ends with /v1)."
        )
    if status >= 500:
        return "server_failed", (
            f"{server} failed ({status}){quoted}; look at its own messages, then try again."
        )
    return "server_failed", f"{server} refused the request ({status}){quoted}."


def reason_of(body: str) -> str:
    """What a server wrote about a failure, on one line, without markup or control characters."""
    text = body.strip()
    if text.startswith("<"):
        return ""
    with suppress(ValueError, RecursionError):
        text = _message(json.loads(text)) or ""
    return one_line(text)[:_REASON_CHARACTERS].rstrip(". ")


def one_line(text: str) -> str:
    """A text of a server on one line, without control characters."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _message(value: object) -> str | None:
    """The message in the JSON of a failure; each kind of server puts it elsewhere."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        for key in ("error", "message", "detail", "msg"):
            if found := _message(value.get(key)):
                return found
    if isinstance(value, list) and value:
        return _message(value[0])
    return None

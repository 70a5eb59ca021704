"""Choices that a server constrains: the model can write nothing but one of the options."""

from __future__ import annotations

import json
from typing import Any

from unirs.errors import UniRSError


def is_refused_field(error: UniRSError) -> bool:
    """Whether a server may have refused a request for a field that it does not have."""
    return error.code == "server_failed" and error.details.get("status") in {400, 415, 422, 501}


def choice_of(options: tuple[str, ...]) -> dict[str, Any]:
    """A response format that allows nothing but one of the options, as most servers know it."""
    schema = {
        "type": "object",
        "properties": {"answer": {"type": "string", "enum": list(options)}},
        "required": ["answer"],
        "additionalProperties": False,
    }
    return {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": True, "schema": schema},
    }


def chosen_option(text: str, options: tuple[str, ...]) -> int | None:
    """The option in a reply that keeps to the schema; ``None`` if it does not."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    answer = value.get("answer") if isinstance(value, dict) else None
    return options.index(answer) if answer in options else None

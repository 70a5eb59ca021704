"""Requests for chat completions: messages with images as data URLs."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from unirs.engines.chat import Message
from unirs.inputs import Crop, InputKind, VisualInput

IMAGE_SIZE = 768
"""Longer side of an image that is sent, in pixels: models split or shrink larger ones anyway."""
FRAME_SIZE = 448
"""The same of each frame of a video or series, so that eight fit into a usual context."""


def request_body(
    model: str, messages: Sequence[Message], frame_size: int, max_tokens: int, **more: Any
) -> dict[str, Any]:
    """The body of a request; the reply is streamed and the most likely tokens are taken.

    Args:
        model: The server's name of the model.
        messages: Text and images.
        frame_size: Longer side of an image in pixels, at most.
        max_tokens: Longest answer.
        more: Further fields.
    """
    return {
        "model": model,
        "messages": [_as_json(message, frame_size) for message in messages],
        "max_tokens": max_tokens,
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
        **more,
    }


def size_of(visual: VisualInput) -> int:
    """Longer side of the images of a visual input when they are sent, in pixels."""
    return FRAME_SIZE if visual.kind is InputKind.VIDEO else IMAGE_SIZE


def _as_json(message: Message, frame_size: int) -> dict[str, Any]:
    """A message; where it is text alone it is a plain string, which every server reads."""
    parts = message.content
    if all(isinstance(part, str) for part in parts):
        return {"role": message.role, "content": "\n".join(map(str, parts))}
    content = [
        {"type": "text", "text": part}
        if isinstance(part, str)
        else {"type": "image_url", "image_url": {"url": data_url(part, frame_size)}}
        for part in parts
    ]
    return {"role": message.role, "content": content}


def data_url(crop: Crop, size: int) -> str:
    """The image of a crop as a PNG in a ``data:`` URL, made smaller if it is larger than ``size``.

    The file holds pixels alone: no place, no date, no name.
    """
    image = Image.fromarray(np.ascontiguousarray(crop.pixels))
    image.thumbnail((size, size), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=3)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")

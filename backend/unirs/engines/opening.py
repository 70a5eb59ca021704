"""Opening the engine of a model by its name: the one place that chooses between the engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from unirs.engines.model_name import ServerModel, find_by_name
from unirs.models import DEFAULT_MODEL

if TYPE_CHECKING:
    from unirs.engines.engine import Engine

KEY_VARIABLE = "UNIRS_SERVER_KEY"
"""Environment variable with the key of a server, for programs without a store of their own."""


def open_engine(
    name: str | Path = DEFAULT_MODEL,
    device: str = "auto",
    precision: str = "auto",
    *,
    key: str | None = None,
    allow_remote: bool = False,
    on_accepted: Callable[[], None] = lambda: None,
) -> Engine:
    """Load a model, or connect to its server.

    Args:
        name: See ``find_by_name``.
        device: See ``devices.resolve_device``; a server chooses its own.
        precision: See ``precision.resolve_precision``; a server chooses its own.
        key: Sent to a server that asks for one. It is never written anywhere.
        allow_remote: Whether images may be sent to another computer.
        on_accepted: Called once the model is known to be usable, before it takes memory.

    Raises:
        UniRSError: What is wrong with the name, the model, the device or the server.
    """
    model = find_by_name(name)
    if isinstance(model, ServerModel):
        from unirs.engines.server import open_server_engine

        return open_server_engine(model.url, model.model, key, allow_remote, on_accepted)
    if model.engine == "transformers":
        from unirs.engines.transformers import load_transformers_engine

        return load_transformers_engine(model.folder, device, precision, on_accepted)
    from unirs.engines.unirs import load_pipeline

    return load_pipeline(model.folder, device, precision, on_accepted)

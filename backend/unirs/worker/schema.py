"""The protocol as a JSON Schema document, for clients that cannot import pydantic.

``python -m unirs.worker.schema docs/worker-protocol.schema.json`` writes it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from unirs.worker.messages import METHODS, NOTIFICATIONS, Error
from unirs.worker.protocol import PROTOCOL_VERSION


def protocol_schema() -> dict[str, Any]:
    """Every method with its parameters and result, every notification, and the error object."""
    models: set[type[BaseModel]] = {Error, *NOTIFICATIONS.values()}
    models.update(model for method in METHODS.values() for model in method)
    references, definitions = models_json_schema(
        [(model, "validation") for model in sorted(models, key=lambda model: model.__name__)]
    )

    def reference(model: type[BaseModel]) -> Any:
        return references[model, "validation"]

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"UniRS worker protocol, version {PROTOCOL_VERSION}",
        "methods": {
            name: {"params": reference(method.params), "result": reference(method.result)}
            for name, method in METHODS.items()
        },
        "notifications": {name: reference(model) for name, model in NOTIFICATIONS.items()},
        "error": reference(Error),
        **definitions,
    }


def main() -> None:
    """Write the document to the path given."""
    text = json.dumps(protocol_schema(), indent=2, ensure_ascii=False)
    Path(sys.argv[1]).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

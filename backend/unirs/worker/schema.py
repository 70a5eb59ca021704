"""The protocol as a JSON Schema document, for clients that cannot import pydantic.

``python -m unirs.worker.schema docs/worker-protocol.schema.json`` writes it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from unirs.worker.messages import METHODS, NOTIFICATIONS, Error
from unirs.worker.protocol import PROTOCOL_VERSION


def protocol_schema() -> dict[str, Any]:
    """Every method with its parameters and result, every notification, and the error object."""
    modes: dict[type, JsonSchemaMode] = {Error: "serialization"}
    modes.update(dict.fromkeys(NOTIFICATIONS.values(), "serialization"))
    for method in METHODS.values():
        modes |= {method.params: "validation", method.result: "serialization"}
    types = sorted(modes, key=lambda each: each.__name__)
    references, definitions = TypeAdapter.json_schemas(
        [(each, modes[each], TypeAdapter(each)) for each in types]
    )

    def reference(each: type) -> Any:
        return references[each, modes[each]]

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"UniRS worker protocol, version {PROTOCOL_VERSION}",
        "methods": {
            name: {"params": reference(method.params), "result": reference(method.result)}
            for name, method in METHODS.items()
        },
        "notifications": {name: reference(each) for name, each in NOTIFICATIONS.items()},
        "error": reference(Error),
        **definitions,
    }


def main() -> None:
    """Write the document to the path given."""
    text = json.dumps(protocol_schema(), indent=2, ensure_ascii=False)
    Path(sys.argv[1]).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

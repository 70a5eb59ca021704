"""Model folders: where they lie, what they are, how they are downloaded and removed.

Importing this package is cheap.
"""

from unirs.models.store import DEFAULT_MODEL, ModelInfo, find_model, list_models

__all__ = ["DEFAULT_MODEL", "ModelInfo", "find_model", "list_models"]

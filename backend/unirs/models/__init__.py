"""Models on this computer and on a hub: finding, listing, downloading and removing them.

Importing this package is cheap.
"""

from unirs.models.store import DEFAULT_MODEL, find_model

__all__ = ["DEFAULT_MODEL", "find_model"]

"""Which use a licence allows, as far as its name shows."""

from __future__ import annotations

import re
from typing import Literal

AllowedUse = Literal["commercial", "non-commercial", "unknown"]
"""``"unknown"`` is every licence with terms of its own: read them."""

_FREE = re.compile(
    r"(apache-2\.0|mit|isc|zlib|unlicense|wtfpl|bsd(-\d-clause)?(-clear)?|[al]?gpl-[\d.]+(-.*)?"
    r"|mpl-2\.0|ecl-2\.0|ms-pl|cc0-1\.0|cc-by(-sa)?-\d\.\d|pddl|odc-by|postgresql|artistic-2\.0)"
)
_RESTRICTED = re.compile(r"\bnc\b|non-?commercial|research|academic")


def allowed_use(licence: str | None) -> AllowedUse:
    """Which use a licence allows.

    Args:
        licence: Its name, such as ``"apache-2.0"`` or ``"CC-BY-NC-SA-4.0"``.
    """
    name = (licence or "").strip().lower().replace("_", "-")
    if _RESTRICTED.search(name):
        return "non-commercial"
    return "commercial" if _FREE.fullmatch(name) else "unknown"

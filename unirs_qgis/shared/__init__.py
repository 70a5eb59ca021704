"""Files of the runtime that the plugin uses as well: the client of the worker, dates, bands, tiles.

They import each other (relatively) and the standard library (``radar`` numpy, too), and run on
Python 3.9. ``scripts/package.py`` copies them here; in a clone they are imported from
``backend/unirs``.
"""

from __future__ import annotations

from pathlib import Path

_RUNTIME = Path(__file__).parents[2] / "backend" / "unirs"
if _RUNTIME.is_dir():
    __path__ += [str(_RUNTIME), str(_RUNTIME / "worker")]

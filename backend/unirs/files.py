"""How any output gets to its place: whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from unirs.errors import UniRSError


@contextmanager
def whole_file(path: str | os.PathLike[str], *failures: type[Exception]) -> Iterator[Path]:
    """A temporary path beside the target, which becomes the target when all went well.

    Args:
        path: The target.
        failures: What the library that writes raises, besides ``OSError``, where it cannot.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    refusals: tuple[type[Exception], ...] = (OSError, *failures)
    target = Path(path)
    temporary = target.with_name(f".{uuid4().hex}{target.suffix}")
    try:
        yield temporary
        temporary.replace(target)
    except refusals as error:
        raise UniRSError(
            "output_unwritable",
            f"{target} cannot be written; check that its folder exists and takes files.",
            reason=str(error),
        ) from error
    finally:
        temporary.unlink(missing_ok=True)

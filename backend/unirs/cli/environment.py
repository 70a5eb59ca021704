"""Faults of the Python environment, as one sentence."""

from __future__ import annotations

from importlib.util import find_spec

from unirs.errors import UniRSError, short_reason


def broken_environment(error: Exception) -> UniRSError:
    """The failure of a library that cannot be loaded."""
    return UniRSError(
        "environment_broken",
        f"A library of this environment cannot be loaded ({short_reason(error)}); create the "
        "environment again, with 'make env' or pip.",
    )


def is_of_a_library(error: ImportError) -> bool:
    """Whether an import failed in a library instead of in our own modules."""
    return (error.name or "").split(".")[0] != "unirs"


def require_extra(extra: str, library: str) -> None:
    """Refuse to begin what needs an extra of the distribution that is not installed.

    Args:
        extra: Its name.
        library: A top-level module that it brings.

    Raises:
        UniRSError: ``extra_missing``.
    """
    if find_spec(library) is None:
        raise UniRSError(
            "extra_missing",
            f'{library} is not installed; install it with: pip install "unirs[{extra}]".',
        )

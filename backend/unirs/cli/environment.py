"""What is wrong with an environment, in a sentence."""

from __future__ import annotations

from unirs.errors import UniRSError


def broken_environment(error: Exception) -> UniRSError:
    """What to tell of a library that does not load."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return UniRSError(
        "environment_broken",
        f"A library of this environment cannot be loaded ({lines[0]}); make the environment anew, "
        "with 'make env' or pip.",
    )


def is_of_a_library(error: ImportError) -> bool:
    """Whether an import failed behind our own modules, and so by no defect of theirs."""
    return (error.name or "").split(".")[0] != "unirs"

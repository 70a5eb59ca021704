"""The engine of UniRS models: the pipeline from a visual input to an answer.

Importing this package is cheap; PyTorch is imported with the first access to a pipeline.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unirs.engines.unirs.pipeline import Pipeline, load_pipeline

__all__ = ["Pipeline", "load_pipeline"]


def __getattr__(name: str) -> Any:
    """Import the pipeline, and PyTorch with it, when it is needed (PEP 562)."""
    if name in {"Pipeline", "load_pipeline"}:
        from unirs.engines.unirs import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

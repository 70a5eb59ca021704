"""The engine of vision-language models that ``transformers`` loads for image-text-to-text."""

from unirs.engines.transformers.engine import TransformersEngine, load_transformers_engine

__all__ = ["TransformersEngine", "load_transformers_engine"]

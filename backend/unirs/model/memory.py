"""Memory that a model needs, by precision: an estimate from the headers of its weight files.

Standard library only, so that listing models stays fast.
"""

from __future__ import annotations

from dataclasses import dataclass

RUNTIME_BYTES = 500 * 2**20
"""Memory of Python, PyTorch and the raster libraries before any weight is loaded."""

_WIDE_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
_PRODUCT_BYTES = {**_WIDE_BYTES, "int8": 1.0, "int4": 0.5625}
"""Bytes of a weight; of int4 with its share of a scale and an offset for 64 weights."""

PRECISION_NAMES = tuple(_PRODUCT_BYTES)


@dataclass(frozen=True)
class MemoryNeed:
    """Numbers of a model.

    Attributes:
        products: In the linear layers of the language model's blocks, which int8 and int4 concern.
        rest: In embeddings, norms and the vision part.
        context: In the keys and values of one full context.
    """

    products: int
    rest: int
    context: int

    def bytes(self, precision: str, wide: int = 2) -> int:
        """Memory that answering takes.

        Args:
            precision: One of ``PRECISION_NAMES``.
            wide: Bytes of a number that int8 and int4 leave wide.
        """
        wide = _WIDE_BYTES.get(precision, wide)
        weights = _PRODUCT_BYTES[precision] * self.products + wide * self.rest
        return RUNTIME_BYTES + int(weights) + wide * self.context

    def by_precision(self) -> dict[str, int]:
        """Memory that answering takes, for each precision."""
        return {precision: self.bytes(precision) for precision in PRECISION_NAMES}

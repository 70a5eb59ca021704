"""Lengths of a plan: on the ground, or in pixels."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainSerializer

_LENGTH = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(px|m|km)?")


@dataclass(frozen=True)
class Length:
    """A length on the ground or in pixels.

    Attributes:
        value: Not negative.
        unit: Pixels of the raster, or metres.
    """

    value: float
    unit: Literal["px", "m"] = "px"

    @classmethod
    def parse(cls, text: object) -> Length:
        """``256``, ``"256 px"``, ``"500 m"`` or ``"2 km"``.

        Raises:
            ValueError: It is none of these.
        """
        if isinstance(text, Length):
            return text
        match = None if isinstance(text, bool) else _LENGTH.fullmatch(str(text).strip())
        if match is None or not math.isfinite(float(match[1])):
            raise ValueError(f"{str(text)!r:.40} is no length such as 256, 256 px, 500 m or 2 km")
        if match[2] == "km":
            return cls(1000 * float(match[1]), "m")
        return cls(float(match[1]), "m" if match[2] == "m" else "px")

    def __str__(self) -> str:
        """As it is read."""
        return f"{self.value:.15g} {self.unit}"


def _size(value: object) -> object:
    return value if value == "whole" else Length.parse(value)


_AS_TEXT = PlainSerializer(str, return_type=str)
TileSize = Annotated[Length | Literal["whole"], BeforeValidator(_size), _AS_TEXT]
"""Width and height of a tile; ``"whole"``: each raster is one tile."""
Overlap = Annotated[Length, BeforeValidator(Length.parse), _AS_TEXT]

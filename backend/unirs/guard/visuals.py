"""Visual inputs with sentences about differences between their dates."""

from __future__ import annotations

from dataclasses import replace

from unirs.guard.pair import differences
from unirs.inputs import InputKind, VisualInput


def compared(visual: VisualInput) -> VisualInput:
    """A pair with sentences about differences that are no change; anything else as it is."""
    if visual.kind is not InputKind.PAIR:
        return visual
    found = differences(*visual.crops)
    return replace(visual, differences=tuple(each.sentence for each in found))

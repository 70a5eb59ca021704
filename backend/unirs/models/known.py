"""Models on the hub that have a short name here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KnownModel:
    """A model that can be asked for by a short name."""

    name: str
    repository: str
    licence: str
    summary: str


KNOWN_MODELS = (
    KnownModel(
        "vila-1.5-3b",
        "Efficient-Large-Model/VILA1.5-3b",
        "CC-BY-NC-4.0, non-commercial use only",
        "The public base of UniRS; it answers zero-shot after 'unirs convert'.",
    ),
)

"""Models on the hub that have a short name in UniRS."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KnownModel:
    """A model with a short name.

    Attributes:
        name: The short name.
        repository: ``owner/model`` on the hub.
        licence: Of its weights. It takes precedence over what the hub states.
        summary: What it is, in one sentence.
    """

    name: str
    repository: str
    licence: str
    summary: str


KNOWN_MODELS = (
    KnownModel(
        "vila-1.5-3b",
        "Efficient-Large-Model/VILA1.5-3b",
        # The text of its card; the card's metadata states CC-BY-NC-4.0, which is less strict.
        "CC-BY-NC-SA-4.0, non-commercial use only",
        "The public base model of UniRS; after 'unirs convert' it answers zero-shot.",
    ),
)

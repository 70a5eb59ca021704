"""The model card of the small model: what it was made from, what it scores, what it cannot do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from unirs_lab.evaluation.report import as_markdown

TEMPLATE = """---
{metadata}
---
# {name}

A demonstration model trained on generated scenes: it shows what UniRS does, on any computer, and \
is no substitute for a full-size model.

It answers questions about one aerial image, describes one image or the change between two dates, \
and names the event in a short video, all in English and in the narrow language of its training.

## Size
{parameters} parameters; images of {image_size} × {image_size} pixels; {frame_count} frames of a \
video. Before it answers, a frozen base model in the same folder writes a clue, as UniRS does.

## Data
{data}

## Training
{training}

The steps are those of UniRS: a general base (trained here from nothing, its vision tower first on \
the land cover of generated scenes), then frozen; the change extraction module with a caption \
decoder that is thrown away; the language model alone on a mixture of questions, change captions \
and videos, with clues written by the frozen base.

{command}

## Scores
{scores}

Generated scenes have seeds that were never used in training. Answers are compared by exact match \
after lower-casing and without punctuation; change against no change is what the model finds by \
its own score; CIDEr-D has five references, {tokenisation}, and document frequencies from \
the test references, so that it does not compare with figures on LEVIR-CC.{tiles}{vote}

## Limits
- It has learned generated scenes{real_limit}. On other imagery its answers are often \
wrong, and it does not say so.
- It knows some dozens of nouns, counts badly beyond a few, and knows no place names.
- It sees {image_size} × {image_size} pixels, whatever the raster's size: what is smaller than two \
or three of these pixels is lost.
- Of ERA's 25 video classes it has been shown {event_count}: {events}. The others it can only guess.
- Do not decide anything that matters by what it says.
"""

ITEMS = {"single": "scenes", "pair": "pairs of dates", "video": "videos"}


@dataclass(frozen=True)
class TrainingFacts:
    """What the card tells about how a model came to be.

    Attributes:
        name: Name of the model folder.
        parameters: Number of weights, of all models in the folder.
        image_size: Side of the images in pixels.
        frame_count: Frames of a video.
        items: Generated training items by ``single``, ``pair`` and ``video``.
        rasters: Real rasters that joined them, one line each, with their licence.
        steps: Optimiser steps by stage, in order.
        hours: Wall-clock hours of the whole training.
        machine: What it was trained on, such as ``"2 CPU cores"``.
        command: Command that repeats the training.
        events: Event classes that the videos show.
        license: SPDX-like identifier in lower case, as model hubs write it.
    """

    name: str
    parameters: int
    image_size: int
    frame_count: int
    items: Mapping[str, int]
    rasters: tuple[str, ...]
    steps: Mapping[str, int]
    hours: float
    machine: str
    command: str
    events: tuple[str, ...]
    license: str = "gpl-2.0"


def model_card(facts: TrainingFacts, scores: Mapping[str, Any]) -> str:
    """The README of a model folder.

    Args:
        facts: How the model was trained.
        scores: What ``report.as_json`` returned (or ``unirs evaluate mini --json`` printed).

    Returns:
        Markdown with the metadata of a Hugging Face model card in front.
    """
    from huggingface_hub import ModelCardData

    metadata = ModelCardData(
        language="en",
        license=facts.license,
        library_name="unirs",
        pipeline_tag="image-text-to-text",
        tags=["remote-sensing", "change-captioning", "visual-question-answering", "demonstration"],
    )
    return TEMPLATE.format(
        metadata=metadata.to_yaml().strip(),
        name=facts.name,
        parameters=f"{facts.parameters / 1e6:.1f} million",
        image_size=facts.image_size,
        frame_count=facts.frame_count,
        data=_data(facts),
        training=_training(facts),
        command=f"`{facts.command}` repeats it.",
        scores=as_markdown(dict(scores)),
        tokenisation=scores["tokenisation"],
        tiles=_tiles(scores),
        vote=_vote(scores),
        real_limit=" and a few tiles of real rasters" if facts.rasters else "",
        event_count=len(facts.events),
        events=", ".join(facts.events),
    )


def _data(facts: TrainingFacts) -> str:
    lines = [f"- {count:,} generated {ITEMS[kind]}" for kind, count in facts.items.items()]
    return "\n".join([*lines, *[f"- {raster}" for raster in facts.rasters]])


def _training(facts: TrainingFacts) -> str:
    steps = ", ".join(f"{stage}: {count:,} steps" for stage, count in facts.steps.items())
    hours = f"{facts.hours:.1f} hours on {facts.machine}"
    return f"{steps}. The optimiser took {hours}, besides rendering scenes and writing clues."


def _tiles(scores: Mapping[str, Any]) -> str:
    if scores["naip"]["water_presence"] is None:
        return ""
    return (
        " Real tiles lie in a quarter of the area and come from two dates that were both held out;"
        " the water index of each date tells whether there is water. What a model says of tiles of"
        " one body of water is hardly more than one answer."
    )


def _vote(scores: Mapping[str, Any]) -> str:
    if not scores["by_vote"]:
        return ""
    views = scores["by_vote"]["views"]
    return (
        f" By vote, a pair is looked at from {views} views, turned, mirrored and backwards in time,"
        " and what most of them tell is the answer, as with"
        f" `unirs change BEFORE AFTER --views {views}`."
    )

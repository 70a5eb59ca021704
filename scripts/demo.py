"""``make demo``: UniRS on real imagery, through the real command line and then in QGIS."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rasterio
from PIL import Image, ImageDraw, ImageFont
from rasterio.warp import Resampling, reproject
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from scripts.demo_in_qgis import show_in_qgis
from unirs.cli.screen import clean
from unirs.inputs import Extent
from unirs.samples import (
    AFTER,
    BEFORE,
    BLOCKS,
    CITY,
    FLIGHT,
    HILLS,
    NEW_WATER,
    RESERVOIR,
    SAMPLES,
    Sample,
)

OUTPUT = Path("demo-output")
CHANGE_MAP, OVERLAY, PICTURE = (OUTPUT / name for name in ("map.tif", "overlay.png", "demo.png"))

PANEL = 420
"""Side of one panel of the picture, in pixels."""


@dataclass(frozen=True)
class Step:
    """One call of the command line.

    Attributes:
        image: What is in the image.
        question: What is asked, in words.
        command: Words of the command.
        truth: The true answer; ``None`` for a description, which a person has to judge.
        given: The part of the result that is compared with the truth.
    """

    image: str
    question: str
    command: tuple[str, ...]
    truth: str | None = None
    given: Callable[[dict[str, Any]], str] = lambda result: str(result["answer"])


def ask(
    image: str,
    sample: Sample,
    question: str,
    truth: str,
    options: str = "yes,no",
    extent: Extent | None = None,
) -> Step:
    """A question with a closed set of answers."""
    box = ("--bbox", *(f"{value:.0f}" for value in extent)) if extent else ()
    command = ("ask", str(OUTPUT / sample.file), question, "--options", options, *box)
    return Step(image, question, command, truth)


def names_water(caption: str) -> bool:
    """Whether a change caption is about water."""
    return any(word in caption for word in ("water", "lake", "pond", "flood"))


RISEN = "the lakes have risen over the fields"
CHANGE = Step(
    "Lakes and fields, 2010 and 2014",
    "What has changed?",
    (
        *("change", str(OUTPUT / BEFORE.file), str(OUTPUT / AFTER.file)),
        *("--map", str(CHANGE_MAP), "--overlay", str(OVERLAY)),
    ),
    RISEN,
    lambda result: RISEN if result["changed"] and names_water(result["answer"]) else "",
)
STEPS = (
    Step("Woods and bare hills", "Describe the image.", ("caption", str(OUTPUT / HILLS.file))),
    ask("Woods and bare hills", HILLS, "Are there airplanes?", "no"),
    ask("Woods and bare hills", HILLS, "Is it a rural or an urban area?", "rural", "rural,urban"),
    ask("A reservoir", CITY, "Is there water in the image?", "yes", extent=RESERVOIR),
    ask("Blocks of a city", CITY, "Are there buildings?", "yes", extent=BLOCKS),
    ask("A flight from a lake to a city", FLIGHT, "Is there water in the video?", "yes"),
    Step(
        "A flight from a lake to a city",
        "Which of lake, desert, airport, forest?",
        ("classify", str(OUTPUT / FLIGHT.file), "--classes", "lake,desert,airport,forest"),
        "lake",
    ),
    CHANGE,
)


def main() -> None:
    """Copy the sample imagery, ask about it, and show the answers beside the truth."""
    console = Console(markup=False, highlight=False)
    OUTPUT.mkdir(exist_ok=True)
    for sample in SAMPLES:
        shutil.copy(sample.path, OUTPUT)
    answers = {
        step: json.loads(unirs(*step.command, "--json"))
        for step in track(STEPS, "Asking", console=Console(stderr=True), transient=True)
    }
    draw_picture(answers[CHANGE]["answer"])
    console.print(as_table(answers))
    console.print(f"{summary(answers)}\n{map_against_truth()}\n")
    console.print("The commands, to try again with other words:")
    for step in STEPS:
        print("  .venv/bin/unirs", shlex.join(step.command))
    print(f"\nTo look at: {PICTURE} and {OVERLAY}; the change map for a GIS: {CHANGE_MAP}\n")
    show_in_qgis(OUTPUT)


def unirs(*words: str) -> str:
    """What a command of the command line prints; the demo ends where one fails."""
    done = subprocess.run(
        [sys.executable, "-m", "unirs", *words], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout


def is_right(step: Step, result: dict[str, Any]) -> bool | None:
    """Whether an answer is true; ``None`` for a description."""
    return None if step.truth is None else step.given(result) == step.truth


def as_table(answers: dict[Step, dict[str, Any]]) -> Table:
    """Image, question, answer, truth, seconds."""
    first = next(iter(answers.values()))
    title = Text(clean(f"{first['model']} on {first['device']}", one_line=True))
    table = Table(title=title, show_lines=True)
    for heading in ("Image", "Question", "Answer", "True answer", "", "Seconds"):
        table.add_column(heading, justify="right" if heading == "Seconds" else "left")
    for step, result in answers.items():
        answer = result["answer"]
        if result["options"]:
            answer += f" ({result['options'][0]['probability']:.0%})"
        mark = {None: "", True: "right", False: "WRONG"}[is_right(step, result)]
        seconds = f"{result['seconds']['total']:.2f}"
        cells = (step.image, step.question, answer, step.truth or "", mark, seconds)
        table.add_row(*(Text(clean(cell)) for cell in cells))
    return table


def summary(answers: dict[Step, dict[str, Any]]) -> str:
    """How many answers are right, and which are not."""
    marks = {step: is_right(step, result) for step, result in answers.items()}
    wrong = [step.question for step, mark in marks.items() if mark is False]
    known = [mark for mark in marks.values() if mark is not None]
    text = f"{sum(known)} of {len(known)} answers are right."
    return text + (f" Wrong: {'; '.join(wrong)}" if wrong else "")


def map_against_truth() -> str:
    """How much of what the change map marks is new water."""
    with rasterio.open(NEW_WATER.path) as truth, rasterio.open(CHANGE_MAP) as change:
        new_water = truth.read(1) == 1
        marked = reproject(
            change.read(1),
            new_water.astype("float32"),
            src_transform=change.transform,
            src_crs=change.crs,
            dst_transform=truth.transform,
            dst_crs=truth.crs,
            resampling=Resampling.bilinear,
        )[0]
    marked = marked >= 50  # percent
    if not marked.any():
        return f"The change map marks nothing; {new_water.mean():.0%} of the image is new water."
    return (
        f"The change map marks {marked.mean():.0%} of the image; {new_water[marked].mean():.0%} of "
        f"that is new water, which covers {new_water.mean():.0%}."
    )


def draw_picture(answer: str) -> None:
    """Both dates and the change map side by side, with the answer below."""
    panels = {
        f"{BEFORE.acquired}": BEFORE.path,
        f"{AFTER.acquired}": AFTER.path,
        "change map": OVERLAY,
    }
    images = [fit(path) for path in panels.values()]
    margin, line = 10, 28
    height = max(image.height for image in images)
    width = margin + len(images) * (PANEL + margin)
    picture = Image.new("RGB", (width, height + 2 * line + 3 * margin), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(16)
    for index, (caption, image) in enumerate(zip(panels, images, strict=True)):
        left = margin + index * (PANEL + margin)
        draw.text((left, margin), caption, "black", font)
        picture.paste(image, (left, margin + line))
    draw.text((margin, height + line + 2 * margin), f"{CHANGE.question}  {answer}", "black", font)
    picture.save(PICTURE)


def fit(path: Path) -> Image.Image:
    """A picture as wide as a panel."""
    with Image.open(path) as image:
        size = (PANEL, round(PANEL * image.height / image.width))
        return image.convert("RGB").resize(size, Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()

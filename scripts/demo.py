"""``make demo``: UniRS on generated imagery, through the real command line and then in QGIS."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from scripts.demo_in_qgis import show_in_qgis
from unirs.cli.screen import clean

OUTPUT = Path("demo-output")
BEFORE, AFTER = OUTPUT / "2019-06-15.tif", OUTPUT / "2021-08-02.tif"
VIDEO = OUTPUT / "video.mp4"
CHANGE_MAP, OVERLAY, PICTURE = (OUTPUT / name for name in ("map.tif", "overlay.png", "demo.png"))

PANEL = 420
"""Side of one panel of the picture, in pixels."""


@dataclass(frozen=True)
class Step:
    """One call of the command line, and what it asks in words."""

    question: str
    command: tuple[str, ...]


def ask(question: str, options: str) -> Step:
    """A question about the later date with a closed set of answers."""
    return Step(question, ("ask", str(AFTER), question, "--options", options))


CHANGE = Step(
    "What has changed?",
    ("change", str(BEFORE), str(AFTER), "--map", str(CHANGE_MAP), "--overlay", str(OVERLAY)),
)
STEPS = (
    Step("Describe the later image.", ("caption", str(AFTER))),
    ask("Is there a road in the image?", "yes,no"),
    ask("Is there more farmland than water in the image?", "yes,no"),
    ask("Is it a rural or an urban area?", "rural,urban"),
    CHANGE,
    Step("What happens in the video?", ("classify", str(VIDEO))),
)


def main() -> None:
    """Write the demo's place, ask about it, and show what came back."""
    console = Console(markup=False, highlight=False)
    unirs("world", str(OUTPUT), "--demo")
    answers = {
        step: json.loads(unirs(*step.command, "--json"))
        for step in track(STEPS, "Asking", console=Console(stderr=True), transient=True)
    }
    draw_picture(answers[CHANGE]["answer"])
    console.print(as_table(answers))
    console.print(facts())
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


def as_table(answers: dict[Step, dict[str, Any]]) -> Table:
    """Question, clue, answer, seconds."""
    first = next(iter(answers.values()))
    title = Text(clean(f"{first['model']} on {first['device']}", one_line=True))
    table = Table(title=title, show_lines=True)
    for heading in ("Question", "Clue", "Answer", "Seconds"):
        table.add_column(heading, justify="right" if heading == "Seconds" else "left")
    for step, answer in answers.items():
        said = answer["answer"]
        if answer["options"]:
            said += f" ({answer['options'][0]['probability']:.0%})"
        cells = (step.question, answer["clue"] or "", said, f"{answer['seconds']['total']:.2f}")
        table.add_row(*(Text(clean(cell)) for cell in cells))
    return table


def facts() -> str:
    """What is true of the generated place, to compare the answers with."""
    truth = json.loads((OUTPUT / "truth.json").read_text(encoding="utf-8"))
    change, event = truth["pair"]["captions"][0], truth["video"]["event"]
    return f'The truth, because the world is generated: "{change}"; the video shows: {event}.\n'


def draw_picture(answer: str) -> None:
    """Both dates and the change map side by side, with the answer below."""
    panels = {"2019-06-15": BEFORE, "2021-08-02": AFTER, "change map": OVERLAY}
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

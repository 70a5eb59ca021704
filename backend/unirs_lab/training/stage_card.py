"""The model card that a stage ends with: what it was made from, how, and its limits."""

from __future__ import annotations

from pathlib import Path

from unirs_lab.training.curves import Curves
from unirs_lab.training.settings import STAGES, Source, StageSettings
from unirs_lab.training.settings_files import as_yaml, digest, portable

TITLES = {
    "vision": "A trained vision tower and change extraction module under a language model that has "
    "not learnt to read them: to be tuned further and not to be asked.",
    "base": "A general base model, trained from random weights: it describes images, and writes "
    "the clues of a UniRS model that is trained on it.",
    "change": "UniRS with a trained change extraction module on an untuned base: to be tuned "
    "further and not to be asked.",
    "joint": "UniRS, tuned on a mixture of single images, pairs of dates and videos.",
}

START = """
## Base
`{base}`. Its licence holds for this model, too.
"""

TEMPLATE = """---
{metadata}
---
# {name}

{title}
{base}
## Data
{data}

The licences of these datasets hold for what is learnt from them.

## Training
{steps:,} steps in {hours:.2f} hours; last figures: {figures}. SHA-256 of these \
settings: {digest}.

```yaml
{settings}
```

## Scores
Not scored yet: `unirs evaluate NAME FOLDER --model {name}` does, for each benchmark.

## Limits
- It has learnt the datasets above, and is worth little on other sensors, scales and regions until \
it has been scored there.
- It does not say when it does not know.
- Do not decide anything that matters by what it says.
"""


def stage_card(settings: StageSettings, base: Path | None, curves: Curves, folder: Path) -> str:
    """The README of a stage's model folder.

    Args:
        settings: Of the run.
        base: Folder of the model that the run started from, of which the name alone is given.
        curves: Of the whole run.
        folder: The model folder; the name of the run is that of the folder around it.
    """
    from huggingface_hub import ModelCardData

    metadata = ModelCardData(
        language="en",
        library_name="unirs",
        pipeline_tag="image-text-to-text",
        tags=["remote-sensing", "change-captioning", "visual-question-answering"],
    )
    last = {name: curves.last(name) for row in curves.rows for name in row}
    return TEMPLATE.format(
        metadata=metadata.to_yaml().strip(),
        name=folder.parent.name,
        title=TITLES[STAGES[type(settings)]],
        base=START.format(base=base.name) if base else "",
        data="\n".join(_source(name, source) for name, source in settings.data.items()),
        steps=int(last.pop("step") or 0),
        hours=(last.pop("seconds") or 0.0) / 3600,
        figures=", ".join(f"{name} {value:.4g}" for name, value in last.items()),
        digest=f"`{digest(settings)}`",
        settings=as_yaml(portable(settings)).strip(),
    )


def _source(name: str, source: Source) -> str:
    from unirs_lab.data.datasets import dataset

    if source.shares is not None:
        shares = ", ".join(f"{part} {share:.0%}" for part, share in source.shares.items())
        return f"- {name}, with drawn questions ({shares} of the inputs)"
    if not source.dataset and name in ("real", "naip"):
        return f"- {name}, images with labels"
    known = dataset(source.dataset or name)
    if source.root:
        known = known.origin(source.root, source.split)
    repeats = f", {source.repeat:g} times" if source.repeat != 1 else ""
    return f"- {known.title} ({name}), split `{source.split}`{repeats}; licence: {known.licence}"

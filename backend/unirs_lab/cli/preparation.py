"""``data shards`` and ``data clues``: what is made of a dataset once, before training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from unirs.cli.json_lines import stoppable
from unirs.cli.options import Device, Precision
from unirs.cli.screen import Bars, Watch, clean

SHARDS_EXAMPLES = """
[bold]Examples[/bold]

unirs data shards geochat data/GeoChat shards/geochat

unirs data shards era data/ERA shards/era --split test --size 1000

unirs data check shards shards/geochat
"""

CLUES_EXAMPLES = """
[bold]Examples[/bold]

unirs data clues levir-cc data/LEVIR-CC runs/clues --model models/vila-3b

unirs data clues shards shards/geochat runs/clues --model models/vila-3b --device cuda --workers 8
"""

Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="See [bold]unirs data list[/bold].", show_default=False),
]
Root = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="Folder of the data set.", show_default=False)
]
Split = Annotated[str, typer.Option(metavar="SPLIT", help="Which of its splits.")]


def shards(
    name: Name,
    root: Root,
    out: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="Takes a folder for the split.", show_default=False),
    ],
    split: Split = "train",
    size: Annotated[
        int, typer.Option(min=1, metavar="MB", help="Images in a shard, in megabytes.")
    ] = 512,
) -> None:
    """Write a split as shards: few large files in webdataset's form."""
    from unirs_lab.data.datasets import dataset
    from unirs_lab.data.shard_writer import write_shards

    samples = dataset(name).read(root, split)
    target = dataset("shards").index(out, split).parent
    with Bars(in_bytes=True) as bars:
        bars.begin(f"Writing {dataset(name).title}, {split}")
        index = write_shards(samples, target, name, split, size * 10**6, bars.update)
    print(
        f"Wrote {len(index.shards)} shard(s) with {len(samples):,} samples to "
        f"{clean(str(target), one_line=True)}; their dataset is called shards, in {out}."
    )


def clues(
    name: Name,
    root: Root,
    out: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="Takes the clues, of all datasets.", show_default=False),
    ],
    model: Annotated[
        str,
        typer.Option(
            metavar="NAME_OR_FOLDER", help="The frozen base that writes them.", show_default=False
        ),
    ],
    split: Split = "train",
    batch_size: Annotated[
        int, typer.Option(min=1, metavar="N", help="Inputs that the base describes at a time.")
    ] = 64,
    frames: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Frames of a video.", show_default="those of the base"
        ),
    ] = None,
    aspect_mode: Annotated[
        Literal["pad", "resize"],
        typer.Option(help="How images become squares; that of the training."),
    ] = "pad",
    workers: Annotated[
        int, typer.Option(min=0, metavar="N", help="Processes that read images.")
    ] = 2,
    device: Device = "auto",
    precision: Precision = "auto",
) -> None:
    """Describe every input of a split once, by the base; a second call resumes."""
    from unirs_lab.data.datasets import dataset

    samples = dataset(name).read(root, split)
    with Watch(f"Loading {model}"):
        from unirs.engines.unirs import load_pipeline
        from unirs_lab.training.clues import ClueOptions, write_clue_set

        base = load_pipeline(model, device, precision).bundle
    options = ClueOptions(batch_size, workers, frames, aspect_mode)
    kept = f"Stopped; what was written is kept in {out}, and the same command goes on there."
    with stoppable("clues_stopped", kept, json_lines=False), Bars() as bars:
        bars.begin(f"Clues for {dataset(name).title}, {split}")
        written = write_clue_set(samples, base, out, options, bars.update)
    print(
        f"{clean(str(written.file.path), one_line=True)} has {len(written):,} clues; "
        f"next: unirs train joint --clues {out}"
    )

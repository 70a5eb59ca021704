"""``data``: datasets on this disk, whether they are whole, and small ones to try things with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unirs.cli.options import Json
from unirs.cli.screen import Bars, clean, print_json, print_table
from unirs.errors import UniRSError
from unirs_lab.cli import preparation

if TYPE_CHECKING:
    from unirs_lab.data.check import CheckResult
    from unirs_lab.data.datasets import Dataset

DEFECTS_SHOWN = 20

CHECK_EXAMPLES = """
[bold]Examples[/bold]

unirs data check levir-cc data/LEVIR-CC

unirs data check rsvqa-lr data/RSVQA-LR --split test --sheet test.png

unirs data check era data/ERA --fast --json
"""

Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="See [bold]unirs data list[/bold].", show_default=False),
]
Root = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="Folder of the data set.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    data = typer.Typer(help="Datasets to train with and to score on.")
    data.command("list")(list_datasets)
    data.command(epilog=CHECK_EXAMPLES)(check)
    data.command()(example)
    data.command()(world)
    data.command(epilog=preparation.SHARDS_EXAMPLES)(preparation.shards)
    data.command(epilog=preparation.CLUES_EXAMPLES)(preparation.clues)
    app.add_typer(data, name="data", rich_help_panel="Making models")


def list_datasets(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="Only this one, with its files.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Show which datasets can be read, their sources, and their layout."""
    from unirs_lab.data.datasets import DATASETS, dataset

    chosen = list(DATASETS.values()) if name is None else [dataset(name)]
    if json:
        print_json([_facts(each) for each in chosen])
    elif name is None:
        columns = ("Name", "Dataset", "Splits", "Licence")
        rows = ((each.name, each.title, ", ".join(each.splits), each.licence) for each in chosen)
        print_table(columns, rows)
    else:
        _print_dataset(chosen[0])


def check(
    name: Name,
    root: Root,
    split: Annotated[
        str | None,
        typer.Option(metavar="SPLIT", help="Only this split.", show_default="all that are there"),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="Draw some samples, with questions and answers."),
    ] = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="Read the images' headers only, and decode none.")
    ] = False,
    json: Json = False,
) -> None:
    """Count what is there beside what was published, and find broken files (exit code 2)."""
    from unirs_lab.data.check import check as check_split
    from unirs_lab.data.datasets import dataset

    chosen = dataset(name)
    splits = (split,) if split else chosen.present(root) or chosen.splits[:1]
    results = []
    with Bars() as bars:
        for each in splits:
            bars.begin(f"Checking {chosen.title}, {each}")
            results.append(
                check_split(chosen, root, each, decode=not fast, on_progress=bars.update)
            )
    if sheet:
        _draw(results, sheet, f"{chosen.title} · {root}")
    if json:
        facts = [result.to_json() for result in results]
        print_json({"dataset": name, "root": str(root), "splits": facts})
    else:
        _print(results)
    if broken := sum(len(result.defects) for result in results):
        raise UniRSError(
            "dataset_broken",
            f"{chosen.title} in {root} has {broken} defect(s); mend these files or get new copies "
            "of them.",
        )


def example(
    name: Name,
    root: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Takes the files.", show_default=False)
    ],
    count: Annotated[
        int, typer.Option(min=1, metavar="N", help="Images, pairs or clips of each split.")
    ] = 6,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="The same seed gives the same images.")
    ] = 0,
) -> None:
    """Write a tiny dataset of generated images in the layout of a published one."""
    from unirs_lab.data.examples import write_example

    write_example(name, root, count, seed)
    print(f"Wrote {clean(str(root), one_line=True)}; try: unirs data check {name} {root}")


def world(
    root: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="Takes single, pair and video.", show_default=False),
    ],
    count: Annotated[int, typer.Option(min=1, metavar="N", help="Inputs of each kind.")] = 1000,
    size: Annotated[int, typer.Option(min=32, metavar="PX", help="Side of the images.")] = 128,
) -> None:
    """Write generated scenes, pairs and videos as data sets of one's own (jsonl)."""
    from unirs.inputs import InputKind
    from unirs_lab.data.world_samples import write_world_samples

    with Bars() as bars:
        for kind in InputKind:
            for split, number in (("train", count), ("val", max(1, count // 20))):
                bars.begin(f"{kind.value} inputs, {split}")
                folder = root / kind.value
                write_world_samples(folder, kind, split, number, size, on_progress=bars.update)
    print(f"Wrote {clean(str(root), one_line=True)}; try: unirs data check jsonl {root / 'single'}")


def _facts(each: Dataset) -> dict[str, object]:
    return {
        "name": each.name,
        "title": each.title,
        "splits": list(each.splits),
        "published": {split: dict(counts) for split, counts in each.published.items()},
        "source": each.source,
        "licence": each.licence,
        "layout": each.layout,
    }


def _draw(results: Sequence[CheckResult], path: Path, title: str) -> None:
    from unirs_lab.data.contact_sheet import write_sheet

    samples = [sample for result in results for sample in result.examples]
    if samples:
        write_sheet(samples, path, title)


def _print_dataset(each: Dataset) -> None:
    print(f"{each.title}\n  Source:  {each.source}\n  Licence: {each.licence}\n")
    columns = ("Split", "Published")
    print_table(columns, ((split, _counts(each.published.get(split, {}))) for split in each.splits))
    print("\nFiles in its folder:\n")
    print("\n".join(f"  {line}" for line in each.layout.splitlines()))


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {what}" for what, number in counts.items()) or "–"


def _print(results: Sequence[CheckResult]) -> None:
    whats = ("samples", "answers", "images")
    print_table(
        ("Split", *(what.capitalize() for what in whats), "Verdict"),
        (
            (result.split, *(_beside(result, what) for what in whats), result.verdict)
            for result in results
        ),
    )
    if any(result.published for result in results):
        print("\nCounts stand as found / published.")
    for result in results:
        if list(result.groups) != [""]:
            groups = {group or "others": number for group, number in result.groups.items()}
            shares = ", ".join(f"{group} {number:,}" for group, number in groups.items())
            print(f"{result.split}: {clean(shares, one_line=True)}")
        for defect in result.defects[:DEFECTS_SHOWN]:
            print(clean(f"{result.split}, {defect.kind}: {defect.message}", one_line=True))
        if (more := len(result.defects) - DEFECTS_SHOWN) > 0:
            print(f"{result.split}: … and {more:,} more; --json lists all")


def _beside(result: CheckResult, what: str) -> str:
    published = result.published.get(what)
    found = f"{result.counts[what]:,}"
    return found if published is None else f"{found} / {published:,}"

"""The results of the experiments as files: a report, tables in every form, plots, JSON."""

from __future__ import annotations

import json
from pathlib import Path

from unirs.files import make_folder, whole_file
from unirs_lab.experiments.plots import plot
from unirs_lab.experiments.results import Results, budget
from unirs_lab.experiments.verdicts import RULE


def as_markdown(results: Results) -> str:
    """The whole report."""
    parts = ["# The paper's ablations at small size", budget(results.settings), RULE]
    for ablation in results.ablations:
        verdicts = "\n".join(f"- {text}" for text in results.sentences(ablation))
        parts += [
            f"## Table {ablation.number} of the paper",
            results.table(ablation).markdown(),
            verdicts,
            f"![{ablation.title}]({ablation.name}.png)",
        ]
    return "\n\n".join(parts) + "\n"


def as_latex(results: Results) -> str:
    """All tables."""
    return "\n\n".join(results.table(ablation).latex() for ablation in results.ablations) + "\n"


def write_results(results: Results) -> None:
    """Write ``results/``: the report, ``results.json``, and four files for each table.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    folder = results.settings.folder / "results"
    make_folder(folder)
    _write(folder / "report.md", as_markdown(results))
    _write(folder / "results.json", json.dumps(results.as_json(), indent=2) + "\n")
    for ablation in results.ablations:
        table = results.table(ablation)
        _write(folder / f"{ablation.name}.md", table.markdown() + "\n")
        _write(folder / f"{ablation.name}.tex", table.latex() + "\n")
        _write(folder / f"{ablation.name}.csv", table.csv())
        with whole_file(folder / f"{ablation.name}.png") as temporary:
            plot(results, ablation).savefig(temporary, dpi=120)


def _write(path: Path, text: str) -> None:
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")

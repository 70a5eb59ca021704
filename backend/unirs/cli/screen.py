"""Output of the command line: answers on stdout, everything about them on stderr.

Model output, questions, file and layer names are data. They are printed as plain text: never
parsed as markup, and without the control characters that could move a terminal's cursor.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from unirs.files import file_size
from unirs.texts import clean as clean  # noqa: PLC0414 - every command takes it from here
from unirs.texts import is_invisible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

    from unirs.answers import Origin

STAGES = {
    "read": "Reading the images",
    "vision": "Encoding the images",
    "clue": "Generating the clue",
    "prefill": "Reading the prompt",
    "decode": "Generating the answer",
    "score": "Scoring the options",
    "view": "Evaluating the other views",
}
"""Text of the spinner at each stage of a task."""

FILE_WIDTH = 10_000
"""Columns where stdout is not a terminal, so that no path is wrapped."""


def print_json(value: Any) -> None:
    """Print one JSON object on stdout; in ASCII where the encoding is not UTF-8.

    Characters that control a terminal or the writing direction are always escaped.
    """
    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    text = json.dumps(value, indent=2, ensure_ascii=plain, allow_nan=False)
    print("".join(_escaped(mark) if is_invisible(mark) else mark for mark in text))


def _escaped(mark: str) -> str:
    return json.dumps(mark)[1:-1]


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table on stdout; the cells are plain text."""
    from rich.table import Table
    from rich.text import Text

    table = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(clean(cell)) for cell in row))
    _console().print(table)


def print_details(rows: Iterable[tuple[str, str]]) -> None:
    """Print names and values on stderr, so that a pipe gets the answer alone."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    for name, value in rows:
        grid.add_row(Text(name, style="dim"), Text(clean(value, one_line=True)))
    _console(stderr=True).print(grid)


def origin_row(found: Origin, seconds: float, *further: str) -> tuple[str, str]:
    """The line about what answered, and where the images went.

    Args:
        found: What answered.
        seconds: How long it took.
        further: What else there is to know about it.
    """
    facts = [f"{found.model} on {found.device}, {seconds:.1f} s"]
    if found.host:
        facts.append(f"the images were sent to {found.host}")
    if found.demonstration:
        facts.append("experimental: check this answer")
    return "model", "; ".join([*facts, *further])


def show_cursor() -> None:
    """Show the cursor again, which a spinner hides."""
    _console(stderr=True).show_cursor()


class Watch:
    """Progress of a question: a spinner with the stage, then the answer as it is generated.

    The spinner is drawn on stderr, and only on a terminal.

    Args:
        doing: First text of the spinner.
        streaming: Whether the answer is written to stdout as it is generated.
    """

    def __init__(self, doing: str, *, streaming: bool = False) -> None:
        from rich.text import Text

        self._text = Text
        console = _console(stderr=True)
        self._spinner = console.status(Text(clean(doing))) if console.is_terminal else None
        self._streaming = streaming
        self._streamed = False

    def __enter__(self) -> Watch:
        """Start the spinner."""
        if self._spinner:
            self._spinner.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the spinner, and end the line that was streamed."""
        if self._spinner:
            self._spinner.stop()
        if self._streamed:
            print(flush=True)

    def stage(self, name: str) -> None:
        """Show a stage: one of ``STAGES``, or any text."""
        if self._spinner:
            self._spinner.update(self._text(clean(STAGES.get(name, name))))

    def token(self, piece: str) -> None:
        """Print a piece of the answer."""
        if not self._streaming:
            return
        if self._spinner:
            self._spinner.stop()
        self._streamed = True
        print(clean(piece), end="", flush=True)


class Bars:
    """Progress bars of long work on stderr, one after the other, with the time left.

    Where stderr is a file, a line is printed at every tenth of the work instead.

    Args:
        in_bytes: Whether bytes are counted, which are shown as sizes and with their rate.
    """

    def __init__(self, *, in_bytes: bool = False) -> None:
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        console = _console(stderr=True)
        self._drawn = console.is_terminal
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            *((DownloadColumn(), TransferSpeedColumn()) if in_bytes else (MofNCompleteColumn(),)),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=console,
            disable=not self._drawn,
        )
        self._task: TaskID | None = None
        self._name = ""
        self._tenth = 0
        self._figure: Callable[[int], str] = file_size if in_bytes else str

    def __enter__(self) -> Bars:
        """Start drawing."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop drawing; the bars stay."""
        self._progress.stop()

    def begin(self, name: str) -> None:
        """Start the bar of the next part of the work."""
        self._finish()
        self._name, self._tenth = clean(name, one_line=True), 0
        self._task = self._progress.add_task(self._name, total=None, note="")
        if not self._drawn:
            print(self._name, file=sys.stderr, flush=True)

    def update(self, done: int, total: int, note: str = "") -> None:
        """Move the bar.

        Args:
            done: Completed units.
            total: All units.
            note: Text behind the bar, such as a loss.
        """
        note = clean(note, one_line=True)
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=total, note=note)
        tenth = 10 * done // total if total else 10
        if not self._drawn and tenth > self._tenth:
            way = f"{self._figure(done)} of {self._figure(total)}"
            print(f"{self._name}: {way} {note}".rstrip(), file=sys.stderr, flush=True)
        self._tenth = tenth

    def note(self, text: str) -> None:
        """Print a line above the bars."""
        self._progress.console.print(clean(text, one_line=True))

    def _finish(self) -> None:
        """Complete the bar of a part that could not be counted."""
        for task in self._progress.tasks:
            if task.total is None:
                self._progress.update(task.id, completed=1, total=1)


def is_terminal() -> bool:
    """Whether a person reads stdout."""
    return sys.stdout.isatty()


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    console = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = FILE_WIDTH
    return console

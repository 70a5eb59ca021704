"""What the command line shows: answers on stdout, everything about them on stderr.

Model output, questions, file and layer names are data. They reach the screen as plain text: never
parsed as markup, and without the control characters that could move a terminal's cursor.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from unirs.files import file_size

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

STAGES = {
    "read": "Reading the images",
    "vision": "Looking",
    "clue": "Writing the clue",
    "prefill": "Reading the prompt",
    "decode": "Answering",
    "score": "Weighing the options",
}
"""What the spinner says at each stage of a task."""

FILE_WIDTH = 10_000
"""Columns where no terminal ends a line: no path is broken in two."""

INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode categories that steer a terminal or the direction of writing, or are no character."""

JOINERS = {"\u200c", "\u200d"}
"""Format characters that scripts and emoji need."""


def clean(text: str, *, one_line: bool = False) -> str:
    """Text that is safe on a terminal: line feeds stay, other control characters go.

    Args:
        text: Anything.
        one_line: Whether line feeds become spaces, too.
    """
    if one_line:
        text = " ".join(text.split())
    return "".join(
        mark for mark in text.replace("\t", " ") if mark in JOINERS or not _is_invisible(mark)
    )


def print_json(value: Any) -> None:
    """Print one JSON object on stdout; in ASCII where the pipe takes no more.

    Characters that steer a terminal or the direction of writing are escaped in any case.
    """
    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    text = json.dumps(value, indent=2, ensure_ascii=plain, allow_nan=False)
    print("".join(_escaped(mark) if _is_invisible(mark) else mark for mark in text))


def _is_invisible(mark: str) -> bool:
    return mark != "\n" and unicodedata.category(mark) in INVISIBLE


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
    """Print names and values below an answer, on stderr, so that a pipe gets the answer alone."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    for name, value in rows:
        grid.add_row(Text(name, style="dim"), Text(clean(value, one_line=True)))
    _console(stderr=True).print(grid)


def show_cursor() -> None:
    """Give a terminal back the cursor that a spinner hides."""
    _console(stderr=True).show_cursor()


class Watch:
    """What a person sees while work goes on: a spinner with the stage, then the words as they come.

    The spinner is drawn on stderr, and only on a terminal.

    Args:
        doing: What the spinner says at first.
        streaming: Whether the answer's words go to stdout as they come.
    """

    def __init__(self, doing: str, *, streaming: bool = False) -> None:
        from rich.text import Text

        self._text = Text
        console = _console(stderr=True)
        self._spinner = console.status(Text(clean(doing))) if console.is_terminal else None
        self._streaming = streaming
        self._spoken = False

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
        """Take the spinner away, and end the line that was streamed."""
        if self._spinner:
            self._spinner.stop()
        if self._spoken:
            print(flush=True)

    def stage(self, name: str) -> None:
        """Say what is going on; for the pipeline's stages in words."""
        if self._spinner:
            self._spinner.update(self._text(clean(STAGES.get(name, name))))

    def view(self, number: int, count: int) -> None:
        """Say which of several views is looked at."""
        self.stage(f"Looking at view {number} of {count}")

    def token(self, piece: str) -> None:
        """Take a piece of the answer."""
        if not self._streaming:
            return
        if self._spinner:
            self._spinner.stop()
        self._spoken = True
        print(clean(piece), end="", flush=True)


class Bars:
    """Progress bars of long work on stderr, one after the other, with the time left.

    Where stderr is a file, lines take the place of the bars: one at every tenth of the way.

    Args:
        in_bytes: Whether what is counted are bytes, which are shown as sizes and with their rate.
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
        """Begin to draw."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the bars where they are."""
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
            done: How much of the work is done.
            total: How much there is.
            note: What to say behind the bar, such as a loss.
        """
        note = clean(note, one_line=True)
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=total, note=note)
        tenth = 10 * done // total if total else 10
        if not self._drawn and tenth > self._tenth:
            way = f"{self._figure(done)} of {self._figure(total)}"
            print(f"{self._name}: {way} {note}".rstrip(), file=sys.stderr, flush=True)
        self._tenth = tenth

    def say(self, text: str) -> None:
        """Put a line above the bars."""
        self._progress.console.print(clean(text, one_line=True))

    def _finish(self) -> None:
        """Let the bar of a part that could not be counted come to its end."""
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

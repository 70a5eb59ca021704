"""``download``, ``remove``: models that come from a hub, and go again."""

from __future__ import annotations

import shlex
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unirs.cli.json_lines import JsonLines, print_line, told
from unirs.cli.screen import Bars, Watch, clean
from unirs.errors import UniRSError
from unirs.files import file_size

if TYPE_CHECKING:
    from unirs.models.download import DownloadPlan

DOWNLOAD_EXAMPLES = """
[bold]Examples[/bold]

unirs download vila-1.5-3b --dry-run

unirs download Efficient-Large-Model/VILA1.5-3b --to VILA1.5-3b

unirs download someone/unirs-3b --revision v1 --json-lines
"""
REMOVE_EXAMPLES = """
[bold]Examples[/bold]

unirs remove VILA1.5-3b
"""

EVENTS_PER_SECOND = 4
RATE_SECONDS = 10.0
"""The rate is that of so many seconds."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    panel = "Models"
    app.command(epilog=DOWNLOAD_EXAMPLES, rich_help_panel=panel)(download)
    app.command(epilog=REMOVE_EXAMPLES, rich_help_panel=panel)(remove)


def download(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="OWNER/MODEL on the Hugging Face hub, or a short name: vila-1.5-3b.",
            show_default=False,
        ),
    ],
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where it goes.",
            show_default="your models folder, see 'unirs models'",
        ),
    ] = None,
    revision: Annotated[
        str | None,
        typer.Option(
            metavar="REVISION", help="Branch, tag or commit.", show_default="the newest version"
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be fetched, and its size.")
    ] = False,
    json_lines: JsonLines = False,
) -> None:
    """Fetch a model from a hub, or go on with a download that was ended.

    Every file is checked by its checksum, and the folder appears when it is whole.

    HF_ENDPOINT names another hub, HF_TOKEN your token, HTTPS_PROXY a proxy.
    """
    sentence = "The download was stopped; what has come is kept, and the same command goes on."
    with told("download_stopped", sentence, json_lines=json_lines):
        from unirs.models.download import download as fetch
        from unirs.models.download import plan_download

        with Watch(f"Asking the hub about {name}"):
            plan = plan_download(name, to, revision)
        if json_lines:
            _print_plan(plan)
        else:
            print(clean(_plan_text(plan)), flush=True)
        if dry_run:
            return
        began = time.monotonic()
        if json_lines:
            fetch(plan, *_line_printers(plan))
            _print_done(plan, time.monotonic() - began)
        else:
            with Bars(in_bytes=True) as bars:
                fetch(plan, *_bar_movers(plan, bars))
            print(clean(_done_text(plan)))


def remove(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="See 'unirs models'.", show_default=False)
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a model, a checkpoint or an unfinished download of your models folder."""
    from unirs.models.removal import removable_folders, remove_model
    from unirs.models.store import folder_bytes

    folders = removable_folders(name)
    size = file_size(sum(folder_bytes(folder) for folder in folders))
    where = clean(str(folders[0]), one_line=True)
    if not yes:
        if not sys.stdin.isatty():
            raise UniRSError("confirmation_missing", f"Removing {name} needs the option --yes.")
        if not typer.confirm(f"Delete {where} ({size})?"):
            print("Nothing was removed.")
            return
    remove_model(name)
    print(f"Removed {where} ({size}).")


def _next_words(plan: DownloadPlan) -> list[str] | None:
    """The words of the command that makes a model folder of what was downloaded."""
    from unirs.models.store import conversion_words

    return list(conversion_words(plan.folder)) if plan.needs_conversion else None


def _plan_text(plan: DownloadPlan) -> str:
    """Size first."""
    left = plan.total_bytes - plan.present_bytes
    rest = "" if left == plan.total_bytes else f", of which {file_size(left)} are still to come"
    if plan.is_there:
        rest = ", and it is there already"
    return (
        f"{plan.remote.repository} at {plan.remote.commit[:7]}: {file_size(plan.total_bytes)} in "
        f"{len(plan.files)} files{rest}\n"
        f"Licence: {plan.remote.licence or 'not stated'}\n"
        f"Folder: {plan.folder} ({file_size(plan.free_bytes)} free)"
    )


def _done_text(plan: DownloadPlan) -> str:
    words = _next_words(plan)
    if words is None:
        return f"The model is in {plan.folder}; try: unirs caption RASTER --model {plan.folder}"
    return (
        f"The checkpoint is in {plan.folder}. To use it, convert it (which takes as much space "
        f"again):\n  unirs {shlex.join(words)}"
    )


def _print_plan(plan: DownloadPlan) -> None:
    print_line(
        "plan",
        name=plan.folder.name,
        repository=plan.remote.repository,
        commit=plan.remote.commit,
        revision=plan.revision,
        licence=plan.remote.licence,
        folder=str(plan.folder),
        files=[{"name": file.name, "bytes": file.size} for file in plan.files],
        total_bytes=plan.total_bytes,
        present_bytes=plan.present_bytes,
        free_bytes=plan.free_bytes,
        needs_conversion=plan.needs_conversion,
        is_there=plan.is_there,
    )


def _print_done(plan: DownloadPlan, seconds: float) -> None:
    print_line(
        "done",
        name=plan.folder.name,
        folder=str(plan.folder),
        commit=plan.remote.commit,
        total_bytes=plan.total_bytes,
        seconds=round(seconds, 3),
        needs_conversion=plan.needs_conversion,
        next=_next_words(plan),
    )


Movers = tuple[Callable[[str, int], None], Callable[[str, str, float], None]]
"""What hears of progress (file, bytes that are there), and of a retry (file, reason, seconds)."""


def _bar_movers(plan: DownloadPlan, bars: Bars) -> Movers:
    bars.begin(plan.folder.name)
    last = plan.present_bytes

    def move(file: str, done: int) -> None:
        nonlocal last
        last = done
        bars.update(done, plan.total_bytes, file)

    def wait(_file: str, _reason: str, seconds: float) -> None:
        bars.update(last, plan.total_bytes, f"no answer, trying again in {seconds:.0f} s")

    return move, wait


def _line_printers(plan: DownloadPlan) -> Movers:
    rate = Rate()
    shown = 0.0

    def move(file: str, done: int) -> None:
        nonlocal shown
        now = time.monotonic()
        rate.add(now, done)
        if now - shown < 1 / EVENTS_PER_SECOND and done < plan.total_bytes:
            return
        shown = now
        speed = rate.bytes_per_second
        left = plan.total_bytes - done
        print_line(
            "progress",
            file=file,
            done_bytes=done,
            total_bytes=plan.total_bytes,
            bytes_per_second=speed and round(speed),
            seconds_left=speed and round(left / speed, 1),
        )

    def wait(file: str, reason: str, seconds: float) -> None:
        print_line("retry", file=file, reason=reason, wait_seconds=seconds)

    return move, wait


class Rate:
    """Bytes a second, over the last few seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def add(self, now: float, done: int) -> None:
        """So many bytes are there by now."""
        if self._samples and done < self._samples[-1][1]:
            self._samples.clear()  # a damaged file starts anew
        self._samples.append((now, done))
        while now - self._samples[0][0] > RATE_SECONDS:
            self._samples.popleft()

    @property
    def bytes_per_second(self) -> float | None:
        """``None`` while it is not known."""
        (since, first), (now, last) = self._samples[0], self._samples[-1]
        return (last - first) / (now - since) if last > first and now > since else None

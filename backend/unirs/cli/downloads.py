"""``download`` and ``remove``: models from a hub."""

from __future__ import annotations

import shlex
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unirs.cli.json_lines import JsonLines, print_line, stoppable
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
"""Seconds over which the rate is averaged."""


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
            help="Target folder.",
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
        bool, typer.Option("--dry-run", help="Only show what would be downloaded, and its size.")
    ] = False,
    json_lines: JsonLines = False,
) -> None:
    """Download a model from a hub, or resume an incomplete download.

    Every file is verified by its checksum. The folder appears when the download is complete.

    Set HF_ENDPOINT for another hub, HF_TOKEN for your token, HTTPS_PROXY for a proxy.
    """
    message = "The download was stopped. Partial files are kept, and the same command resumes it."
    with stoppable("download_stopped", message, json_lines=json_lines):
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
            fetch(plan, *_line_listeners(plan))
            _print_done(plan, time.monotonic() - began)
        else:
            with Bars(in_bytes=True) as bars:
                fetch(plan, *_bar_listeners(plan, bars))
            print(clean(_done_text(plan)))


def remove(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="See 'unirs models'.", show_default=False)
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Delete a model, a checkpoint or an incomplete download from your models folder."""
    from unirs.model.folder import folder_bytes
    from unirs.models.removal import removable_folders, remove_model

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


def _next_arguments(plan: DownloadPlan) -> list[str] | None:
    """Arguments of the command that converts a downloaded checkpoint; ``None`` for a model."""
    from unirs.models.store import conversion_arguments

    return list(conversion_arguments(plan.folder)) if plan.needs_conversion else None


def _plan_text(plan: DownloadPlan) -> str:
    left = plan.total_bytes - plan.present_bytes
    rest = "" if left == plan.total_bytes else f", of which {file_size(left)} are missing"
    if plan.is_there:
        rest = ", downloaded already"
    return (
        f"{plan.remote.repository} at {plan.remote.commit[:7]}: {file_size(plan.total_bytes)} in "
        f"{len(plan.files)} files{rest}\n"
        f"Licence: {plan.licence or 'not stated'}\n"
        f"Folder: {plan.folder} ({file_size(plan.free_bytes)} free)"
    )


def _done_text(plan: DownloadPlan) -> str:
    arguments = _next_arguments(plan)
    if arguments is None:
        return f"The model is in {plan.folder}; try: unirs caption RASTER --model {plan.folder}"
    return (
        f"The checkpoint is in {plan.folder}. Convert it before use (this takes the same disk "
        f"space again):\n  unirs {shlex.join(arguments)}"
    )


def _print_plan(plan: DownloadPlan) -> None:
    print_line(
        "plan",
        name=plan.folder.name,
        repository=plan.remote.repository,
        commit=plan.remote.commit,
        revision=plan.revision,
        licence=plan.licence,
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
        next=_next_arguments(plan),
    )


Listeners = tuple[Callable[[str, int], None], Callable[[str, str, float], None]]
"""Called with progress (file, present bytes) and with a retry (file, reason, seconds to wait)."""


def _bar_listeners(plan: DownloadPlan, bars: Bars) -> Listeners:
    bars.begin(plan.folder.name)
    last = plan.present_bytes

    def on_progress(file: str, done: int) -> None:
        nonlocal last
        last = done
        bars.update(done, plan.total_bytes, file)

    def on_retry(_file: str, _reason: str, seconds: float) -> None:
        bars.update(last, plan.total_bytes, f"no response, next attempt in {seconds:.0f} s")

    return on_progress, on_retry


def _line_listeners(plan: DownloadPlan) -> Listeners:
    rate = Rate()
    shown = 0.0

    def on_progress(file: str, done: int) -> None:
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

    def on_retry(file: str, reason: str, seconds: float) -> None:
        print_line("retry", file=file, reason=reason, wait_seconds=seconds)

    return on_progress, on_retry


class Rate:
    """Bytes per second, averaged over the last ``RATE_SECONDS``."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def add(self, now: float, done: int) -> None:
        """Add a sample.

        Args:
            now: Time in seconds.
            done: Bytes that are present at that time.
        """
        if self._samples and done < self._samples[-1][1]:
            self._samples.clear()  # a damaged file is fetched again
        self._samples.append((now, done))
        while now - self._samples[0][0] > RATE_SECONDS:
            self._samples.popleft()

    @property
    def bytes_per_second(self) -> float | None:
        """The rate; ``None`` before the first progress."""
        (since, first), (now, last) = self._samples[0], self._samples[-1]
        return (last - first) / (now - since) if last > first and now > since else None

"""The program with all its commands, its exit codes, and how it reports failures.

Exit codes: 0, success (also an answer that was stopped); 2, something that the user can fix,
described in one sentence on stderr; 1, a defect of UniRS, with its traceback in a log file.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from unirs import __version__
from unirs.cli import batch, downloads, index, models, programs, questions, tool_server, when, where
from unirs.cli.environment import broken_environment, is_of_a_library
from unirs.cli.extensions import add_extensions
from unirs.cli.screen import clean
from unirs.cli.streams import careful_streams, drop_output
from unirs.errors import UniRSError, shorten

OK, DEFECT, USER_ERROR = 0, 1, 2
INTERRUPTED = 130
"""What typer returns for Ctrl-C outside of an answer."""

SYSTEM_ERRORS = {
    *(errno.EACCES, errno.EPERM, errno.EROFS),
    *(errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENAMETOOLONG),
}
"""Refusals of the operating system: permissions, space, a broken disk, a name that is too long."""

DEBUG_VARIABLE = "UNIRS_DEBUG"

app = typer.Typer(
    name="unirs",
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Help on one command, with examples: [bold]unirs COMMAND --help[/bold]",
)
for module in (questions, where, when, index, batch, models, downloads, programs, tool_server):
    module.register(app)
add_extensions(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Words after ``unirs``; those of the process if ``None``.

    Returns:
        The exit code: 0, 1 or 2.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = bool(os.environ.get(DEBUG_VARIABLE))
    if not debug:
        _silence_libraries()
    try:
        with careful_streams():
            return _run(words or ["--help"], debug)
    except UniRSError as error:  # about stdout
        return _fail(error.message)


def _run(words: Sequence[str], debug: bool) -> int:
    """Run a command, report its failure if any, and return the exit code."""
    try:
        command = typer.main.get_command(app)
        _leave_out_types_of_flags(command)
        code = command(args=words, prog_name="unirs", standalone_mode=False)
        sys.stdout.flush()
    except UniRSError as error:
        return _fail(error.message)
    except ImportError as error:
        if not is_of_a_library(error):
            return _report_defect(error, debug)
        return _fail(broken_environment(error).message)
    except typer.TyperException as error:
        return _fail(_usage_sentence(error, words))
    except (BrokenPipeError, SystemExit):
        # The reader of our output has closed it (`unirs models | head -1`), and typer exits then.
        drop_output()
        return OK
    except OSError as error:
        if error.errno not in SYSTEM_ERRORS or debug:
            return _report_defect(error, debug)
        file = f"{error.filename}: " if error.filename else ""
        return _fail(f"{file}{error.strerror}; fix this, and try again.")
    except Exception as error:
        return _report_defect(error, debug)
    return _fail("Stopped before it was done.") if code == INTERRUPTED else OK


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"unirs {__version__}")
        raise typer.Exit


@app.callback()
def unirs(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and exit.",
            callback=_print_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Ask questions about one image, two dates or a video in plain language."""


def _silence_libraries() -> None:
    """Keep stderr for our own messages: those of libraries are for developers."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    logging.getLogger().addHandler(logging.NullHandler())


def _leave_out_types_of_flags(command: Any, above: typer.Context | None = None) -> None:
    """Have the help show no type beside options that take no value."""
    context = typer.Context(command, above, **command.context_settings)
    for option in command.get_params(context):
        if getattr(option, "is_flag", False):
            option.metavar = ""
    for each in getattr(command, "commands", {}).values():
        _leave_out_types_of_flags(each, context)


def _usage_sentence(error: typer.TyperException, words: Sequence[str]) -> str:
    """One sentence about wrong options or arguments, with where to find help."""
    context: Any = getattr(error, "ctx", None)
    program = context.command_path if context else f"unirs {words[0]}"
    message = error.format_message().replace("Value error, ", "")  # from pydantic, which typer uses
    what = " ".join(message.split()).rstrip(".")
    joint = " See" if what.endswith("?") else "; see"
    return f"{what}{joint} '{program} --help'."


def _fail(sentence: str) -> int:
    print(f"unirs: {shorten(clean(sentence, one_line=True))}", file=sys.stderr)
    return USER_ERROR


def _report_defect(error: Exception, debug: bool) -> int:
    """Report a defect in one line; the traceback goes into a log, or to stderr for developers."""
    report = "".join(traceback.format_exception(error))
    name = type(error).__name__
    log = None if debug else _write_log(report)
    if log is None:
        print(report, file=sys.stderr)
        print(f"unirs: sorry, a defect in UniRS ({name}) stopped this.", file=sys.stderr)
    else:
        print(
            f"unirs: sorry, a defect in UniRS ({name}) stopped this; please report it with {log}.",
            file=sys.stderr,
        )
    return DEFECT


def _write_log(report: str) -> Path | None:
    """Write the last traceback to a file; ``None`` if that fails."""
    from platformdirs import user_log_path

    log = user_log_path("unirs") / "last-defect.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"unirs {__version__}\n{report}", encoding="utf-8")
    except OSError:
        return None
    return log

"""The two Java programs that pycocoevalcap brings: the PTB tokeniser and METEOR.

pycocoevalcap's own wrappers have no timeout, write into the package's folder, and leave METEOR's
process to the garbage collector. Here a program reads files, and is killed after a timeout.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from unirs.errors import UniRSError
from unirs.files import whole_file

START_SECONDS = 600.0
"""Longest start of a program: METEOR reads 60 MB of paraphrases, in 4 s on an idle core."""

LINE_SECONDS = 0.5
"""Longest time for a line of input; some milliseconds are usual."""

UTF8 = ("-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8")


def _jar(*parts: str) -> str:
    """Path of a program below the folder of pycocoevalcap."""
    import pycocoevalcap

    return str(Path(pycocoevalcap.__path__[0], *parts))


def require_java() -> None:
    """Check that Java starts, before a long run that needs it at its end.

    Raises:
        UniRSError: ``java_missing``, also for a Java that does not start.
    """
    try:  # macOS has a stub of this name that only reports that Java is missing
        _run(["-version"], lines=0)
    except UniRSError as error:
        raise _no_java() from error


def ptb_tokenise(texts: Sequence[str]) -> list[str]:
    """Words of the Stanford PTB tokeniser in lower case, joined by spaces; punctuation stays.

    Args:
        texts: Texts of one line each; they may be empty.

    Raises:
        UniRSError: ``java_missing``, ``java_failed``, ``java_timeout``.
    """
    with TemporaryDirectory() as folder:
        source = _write(Path(folder, "captions"), texts)
        jar = _jar("tokenizer", "stanford-corenlp-3.4.1.jar")
        tokeniser = ["-cp", jar, "edu.stanford.nlp.process.PTBTokenizer"]
        output = _run([*tokeniser, "-preserveLines", "-lowerCase", source], len(texts))
    lines = output.split("\n")[:-1]
    if len(lines) != len(texts):
        raise _failed(f"the tokeniser made {len(lines)} lines of {len(texts)} captions")
    return lines


def meteor(captions: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """METEOR 1.5 over all captions, 0 to 1 (Denkowski and Lavie 2014; English, normalised).

    Args:
        captions: Words joined by spaces, one caption for each image; it may be empty.
        references: The reference captions of each image in the same form, at least one.

    Raises:
        UniRSError: ``java_missing``, ``java_failed``, ``java_timeout``.
    """
    # The program needs equally many references for each image; a repeated one changes nothing.
    count = max(len(expected) for expected in references)
    filled = [expected[place % len(expected)] for expected in references for place in range(count)]
    with TemporaryDirectory() as folder:
        candidates = _write(Path(folder, "captions"), captions)
        expected = _write(Path(folder, "references"), filled)
        jar = _jar("meteor", "meteor-1.5.jar")
        options = ["-r", str(count), "-l", "en", "-norm"]
        output = _run(["-Xmx2G", "-jar", jar, candidates, expected, *options], len(filled))
    found = re.search(r"^Final score:\s+(\S+)", output, re.MULTILINE)
    if not found:
        raise _failed("METEOR wrote no score")
    return float(found[1])


def _run(arguments: Sequence[str], lines: int) -> str:
    """The output of a Java program, which is killed after a timeout."""
    program = shutil.which("java")
    if program is None:
        raise _no_java()
    timeout = START_SECONDS + LINE_SECONDS * lines
    try:
        done = subprocess.run(  # noqa: S603 - no shell; Java and our own arguments
            [program, *UTF8, *arguments],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=timeout,
            check=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # on Windows, no console
        )
    except subprocess.TimeoutExpired as error:
        raise UniRSError(
            "java_timeout",
            f"The Java program that scores captions has not finished after {timeout:.0f} s; "
            "score again when the machine is less busy.",
        ) from error
    except subprocess.CalledProcessError as error:
        words = error.stderr.decode("utf-8", "replace").split()
        raise _failed(" ".join(words[:40]) or f"it ended with {error.returncode}") from error
    except OSError as error:
        raise _failed(str(error)) from error
    return done.stdout.decode("utf-8", "replace").replace("\r\n", "\n")


def _write(path: Path, lines: Iterable[str]) -> str:
    text = "".join(f"{line}\n" for line in lines)
    with whole_file(path) as target:
        target.write_bytes(text.encode("utf-8", "replace"))  # for half surrogate pairs
    return str(path)


def _no_java() -> UniRSError:
    return UniRSError(
        "java_missing",
        "Scoring captions needs Java for METEOR and the PTB tokeniser, and no Java starts here; "
        "install a Java runtime (8 or later) and check that 'java -version' works.",
    )


def _failed(reason: str) -> UniRSError:
    return UniRSError(
        "java_failed",
        f"The Java program that scores captions failed: {reason}; check that 'java -version' works "
        "and that 2 GB of memory are free.",
        reason=reason,
    )

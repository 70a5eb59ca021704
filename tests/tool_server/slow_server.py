"""A tool server whose model generates slowly, and whose libraries print. Run by the tests."""

import os
import sys
import time

from unirs.cli import main
from unirs.worker.service import Service

TOKEN_SECONDS = 0.2

run = Service.run


def run_slowly(service, job):
    """Print from Python and from C, and read what is not there to be read."""
    service.prepare()
    from unirs.engines.unirs import reader

    reader.decode = slow_decode
    print("a stray line")
    os.write(1, b"another one\n")
    assert not sys.stdin.read()
    return run(service, job)


def slow_decode(*args, **options):
    """The tokens of an answer that never ends before its longest length."""
    from unirs.engines.unirs.decoding import decode

    for token in decode(*args, **{**options, "end_token": -1}):
        time.sleep(TOKEN_SECONDS)
        yield token


if __name__ == "__main__":
    Service.run = run_slowly
    sys.exit(main())

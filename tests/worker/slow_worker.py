"""A worker whose model generates slowly, so that tests can act while it does.

The answer never ends before its longest length. Run as a program by the tests.
"""

import time

from unirs.worker.__main__ import main
from unirs.worker.service import Service

TOKEN_SECONDS = 0.05

prepare = Service.prepare


def prepare_slowly(service):
    """Import what the worker imports, no earlier than it does, and slow it down."""
    prepare(service)
    from unirs.engines.unirs import reader

    reader.decode = slow_decode


def slow_decode(*args, **options):
    from unirs.engines.unirs.decoding import decode

    for token in decode(*args, **{**options, "end_token": -1}):
        time.sleep(TOKEN_SECONDS)
        yield token


if __name__ == "__main__":
    Service.prepare = prepare_slowly
    main()

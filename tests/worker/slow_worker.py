"""A worker whose model takes its time over each token, so that tests can come in between.

The answer never ends by itself before its longest length. Run as a program by the tests.
"""

import time

from unirs.inference import pipeline
from unirs.worker.__main__ import main

TOKEN_SECONDS = 0.05

decode = pipeline.decode


def slow_decode(*args, **options):
    for token in decode(*args, **{**options, "end_token": -1}):
        time.sleep(TOKEN_SECONDS)
        yield token


if __name__ == "__main__":
    pipeline.decode = slow_decode
    main()

"""The program with a tiny model, as in ``tests/cli``."""

from tests.cli.conftest import (  # noqa: F401
    after,
    ask,
    before,
    known_models,
    models_folder,
    unirs,
    video,
)

import pytest

CARD = (
    "---\ntags: [demonstration]\n---\n# unirs-tiny\n\nA random model for tests. It is untrained.\n"
)


@pytest.fixture(scope="session")
def model_folder(make_model):
    """A model folder of the tiny preset, whose clues are written by a second language model."""
    return make_model(card=CARD, clue_source="second")

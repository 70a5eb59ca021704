"""Batches by the real worker with models that are not UniRS's own: transformers, and a server."""

from __future__ import annotations

import json

import pytest

from tests.plugin.processing_fixtures import Feedback, register_provider, rows_of, write_tiles

pytestmark = pytest.mark.slow

TILE = 64
COLOURS = [[60, 200], [120, 90]]


@pytest.fixture
def answers(worker_python, monkeypatch, qgis_processing, qgis_new_project, tmp_path):
    """The rows of ``unirs:answertiles`` on four tiles, for a model."""
    import processing

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    register_provider()

    def answers(model, **parameters):
        parameters |= {
            "INPUT": str(write_tiles(tmp_path / "town.tif", COLOURS, tile=TILE)),
            "QUESTION": "Is there water?",
            "OPTIONS": "yes,no",
            "TILE_SIZE": TILE,
            "CLUE": False,
            "MODEL": str(model),
            "OUTPUT": str(tmp_path / "rows.gpkg"),
        }
        result = processing.run("unirs:answertiles", parameters, feedback=Feedback())
        return rows_of(result["OUTPUT"])

    return answers


def assert_answered(rows):
    """Every tile has one of the two options, the more likely one."""
    assert set(rows) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    for row in rows.values():
        assert (row["status"], row["error"]) == ("answered", None)
        chances = json.loads(row["options"])
        assert chances == {"yes": row["p_yes"], "no": row["p_no"]}
        assert sum(chances.values()) == pytest.approx(1, abs=1e-3)
        assert row["probability"] == chances[row["text"]] == max(chances.values())


def values(rows, *columns):
    """The one row of values that all rows have in some columns."""
    [value] = {tuple(row[column] or "" for column in columns) for row in rows.values()}
    return value


def test_a_model_of_transformers_answers_about_tiles(answers, tiny_vlm):
    rows = answers(tiny_vlm, VIEWS=2)
    assert_answered(rows)
    engine, model, digest, host = values(rows, "engine", "model", "model_digest", "host")
    assert (engine, model, host) == ("transformers", tiny_vlm.name, "")
    assert len(digest) == 64


def test_a_real_server_answers_about_tiles(answers, llama):
    rows = answers(f"server:{llama}#smollm", VIEWS=1)
    assert_answered(rows)
    engine, model, digest, host = values(rows, "engine", "model", "model_digest", "host")
    assert (engine, model) == ("server", "smollm")
    assert digest == "", "no server names the digest of its model"
    assert host == "", "images stay on this computer"

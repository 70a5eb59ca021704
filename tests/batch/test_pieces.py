"""A tile that ends its worker fails alone: its part is answered in halves until it is found."""

from __future__ import annotations

import pytest

from unirs.batch.answering import PartWorker
from unirs.batch.pieces import MOST_LOSSES, Pieces
from unirs.batch.sources import survey
from unirs.batch.tiling import parts


@pytest.fixture
def plan(write_raster, tiny_plan):
    write_raster("a.tif", 64, 64)
    return tiny_plan("a.tif")


@pytest.fixture
def part(plan):
    return next(parts(plan, survey(plan)))


def answered_with_losses(pieces, worker, deadly):
    """The only part of a run whose workers end at some tiles, and how many ended."""
    losses = 0
    while pieces.left:
        piece = pieces.next(alone=True)
        if any(tile.id in deadly for tile in piece.tiles()):
            losses += 1
            whole = pieces.lost(piece, "killed")
        else:
            whole = pieces.answered(piece, worker.run(piece))
    return whole, losses


@pytest.mark.parametrize("deadly", [{5}, {0, 15}])
def test_tiles_that_end_workers_fail_alone(plan, part, deadly) -> None:
    worker = PartWorker(plan)
    ids = [tile.id for tile in part.tiles()]
    names = {ids[number] for number in deadly}
    joined, losses = answered_with_losses(Pieces(plan, iter([part])), worker, names)
    assert losses <= 2 + 5 * len(deadly)
    assert joined.facts.failed == {"worker_lost": len(deadly)}
    expected = worker.run(part)
    assert (joined.facts.part, joined.facts.tiles) == (expected.facts.part, 16)
    for row, same in zip(joined.table.to_pylist(), expected.table.to_pylist(), strict=True):
        assert (row["tile"], row["geometry"]) == (same["tile"], same["geometry"])
        if row["tile"] in names:
            assert row["code"] == "worker_lost"
            assert row["error"].endswith(
                "while they answered this tile; the last one for this reason: killed."
            )
        else:
            assert row["answer"] == same["answer"]


def test_a_part_of_which_every_tile_ends_workers_is_given_up(plan, part) -> None:
    pieces = Pieces(plan, iter([part]))
    every = {tile.id for tile in part.tiles()}
    joined, losses = answered_with_losses(pieces, PartWorker(plan), every)
    assert joined.facts.failed == {"worker_lost": 16}
    assert MOST_LOSSES <= losses <= MOST_LOSSES + 16


def test_what_has_lost_a_worker_takes_nothing_along(plan, part) -> None:
    pieces = Pieces(plan, iter([part]))
    assert pieces.lost(pieces.next(alone=False), "killed") is None
    assert pieces.left
    assert pieces.next(alone=False) is None
    assert pieces.next(alone=True).losses == 1
    assert not pieces.left

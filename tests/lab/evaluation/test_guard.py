"""The score of the warnings about pairs."""

from __future__ import annotations

from tests.lab.data.real_collections import write_collections
from tests.town import town
from unirs_lab.evaluation.guard import Seen, evaluate_guard

TOWN = town(400)


def view(right: int, down: int):
    return TOWN[88 - down : 312 - down, 88 - right : 312 - right]


def test_warnings_and_the_error_of_offsets_are_counted() -> None:
    seen = Seen()
    seen.add(view(0, 0), view(5, -3), (5, -3))
    seen.add(view(0, 0), view(0, 0), (1, 0))
    assert (seen.pairs, seen.kinds) == (2, {"offset": 1})
    assert [round(error, 1) for error in seen.errors] == [0, 1]


def test_every_sort_of_pair_is_a_row(tmp_path) -> None:
    table = evaluate_guard(write_collections(tmp_path), limit=2)
    assert [row[0] for row in table.rows] == [
        *("other light", "other season", "haze", "softer", "clouds", "moved by 3 to 16 pixels"),
        "real pairs (LEVIR-CD)",
    ]
    assert all(1 <= row[1] <= 2 for row in table.rows)

"""On Ray, every tile is answered once, whatever dies."""

from __future__ import annotations

import pytest

from unirs.batch.cluster import Cluster
from unirs.batch.events import WorkerReady
from unirs.batch.flow import answers
from unirs.batch.output import PartResult


def rows_of(happenings):
    tables = [each.table for each in happenings if isinstance(each, PartResult)]
    return sorted(
        (row for table in tables for row in table.to_pylist()), key=lambda row: row["tile"]
    )


@pytest.mark.slow
def test_a_pool_answers_as_this_process_does(write_tiles, make_plan, lay_parts):
    path = write_tiles("a.tif", 8, 8)
    plan, parts = make_plan([path]), lay_parts(path, 1)
    here = rows_of(answers(plan, iter(parts)))
    happenings = list(answers(plan, iter(parts), Cluster(workers=2)))
    assert rows_of(happenings) == here
    assert len([each for each in happenings if isinstance(each, WorkerReady)]) == 2

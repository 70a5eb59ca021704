"""Outputs get to their places whole, or the reason is told."""

import pytest

from unirs.errors import UniRSError
from unirs.files import whole_file


def test_what_fails_leaves_the_file_that_was_there(tmp_path):
    target = tmp_path / "scores.json"
    target.write_text("old")

    def write_half():
        with whole_file(target) as path:
            path.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()

    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_where_not_even_deleting_works_the_reason_is_told(tmp_path):
    (tmp_path / "file").touch()

    def write():
        with whole_file(tmp_path / "file" / "scores.json") as path:
            path.write_text("new")

    with pytest.raises(UniRSError) as caught:
        write()

    assert caught.value.code == "output_unwritable"

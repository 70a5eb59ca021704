"""Image banks: what was made is what is read, once, whole, and by several processes."""

import errno
import os
import threading

import numpy as np
import pytest

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs_lab.training.bank import Bank, Item, build_bank


class Numbered:
    def __init__(self, shift=0):
        self.shift = shift

    def __call__(self, index):
        value = (index + self.shift) % 256
        images = np.full((1, 4, 4, 3), value, np.uint8)
        return Item(images, np.zeros((1, 2, 2), np.uint8), {"index": index})


def test_items_come_back_in_order_from_several_processes(tmp_path):
    bank = build_bank(tmp_path, Numbered(), 150, processes=2)

    assert [truth["index"] for truth in bank.truths] == list(range(150))
    assert (bank.images[:, 0, 0, 0, 0] == np.arange(150)).all()


LOCK = threading.Lock()


def item_behind_a_lock(index):
    if index:  # the first is made by the process that asks, for its shape
        assert LOCK.acquire(timeout=5), "the lock came along, held"
        LOCK.release()
    return Numbered()(index)


def test_locks_that_are_held_elsewhere_do_not_stop_the_processes(tmp_path):
    with LOCK:
        bank = build_bank(tmp_path, item_behind_a_lock, 3, processes=2)

    assert len(bank) == 3


def test_a_complete_bank_is_not_made_again(tmp_path):
    build_bank(tmp_path, Numbered(), 5, processes=1)

    bank = build_bank(tmp_path, Numbered(shift=7), 5, processes=1)

    assert bank.images[0, 0, 0, 0, 0] == 0


def test_an_interrupted_bank_is_made_again(tmp_path):
    build_bank(tmp_path, Numbered(), 5, processes=1)
    (tmp_path / "truths.jsonl").rename(tmp_path / "truths.jsonl.partial")

    bank = build_bank(tmp_path, Numbered(shift=7), 5, processes=1)

    assert bank.images[0, 0, 0, 0, 0] == 7


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="the system reserves no room")
def test_a_disk_without_room_for_a_bank_is_told(tmp_path, monkeypatch):
    def full(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(UniRSError) as caught:
        build_bank(tmp_path, Numbered(), 3, processes=1)

    assert caught.value.code == "disk_full"
    assert not list(tmp_path.iterdir())

    monkeypatch.undo()
    assert len(build_bank(tmp_path, Numbered(), 3, processes=1)) == 3
    images = (tmp_path / "images.npy").stat()
    assert images.st_blocks * 512 >= images.st_size  # nothing is left to be found room for


def test_banks_of_the_kinds(banks):
    assert len(banks[InputKind.VIDEO]) == 70
    assert banks[InputKind.PAIR].images.shape == (70, 2, 40, 40, 3)
    assert isinstance(banks[InputKind.SINGLE], Bank)

"""Records: what was written stays, half a line never counts."""

import os
import resource
import signal
from dataclasses import dataclass
from multiprocessing import get_context

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unirs.errors import UniRSError
from unirs_lab.data.records import RecordFile


@dataclass(frozen=True)
class Note:
    name: str
    text: str


NOTES = [Note(str(number), f"größer 🌊\n{number}") for number in range(5)]


def write(path, notes=NOTES):
    with RecordFile(path, Note) as file:
        file.add(notes)


def test_records_come_back_in_order(tmp_path):
    path = tmp_path / "folder" / "notes.jsonl"
    assert RecordFile(path, Note).read() == []

    write(path)
    write(path, [Note("last", "")])

    assert RecordFile(path, Note).read() == [*NOTES, Note("last", "")]


@given(length=st.integers(0, 400))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_cut_off_anywhere_the_whole_lines_stay_and_the_next_writer_goes_on(tmp_path, length):
    path = tmp_path / "notes.jsonl"
    path.unlink(missing_ok=True)
    write(path)
    whole = path.read_bytes()[:length]
    path.write_bytes(whole)
    left = whole.count(b"\n")

    assert RecordFile(path, Note).read() == NOTES[:left]
    write(path, [Note("next", "x")])
    assert RecordFile(path, Note).read() == [*NOTES[:left], Note("next", "x")]


def test_others_read_while_one_writes_and_a_second_writer_waits(tmp_path):
    path = tmp_path / "notes.jsonl"
    with RecordFile(path, Note) as file:
        file.add(NOTES[:2])
        assert RecordFile(path, Note).read() == NOTES[:2]
        with pytest.raises(UniRSError) as caught, RecordFile(path, Note):
            pass
        assert caught.value.code == "records_in_use"
        file.add(NOTES[2:])
    assert RecordFile(path, Note).read() == NOTES


def test_a_killed_writer_loses_nothing_and_leaves_no_lock(tmp_path):
    def write_and_die():
        file = RecordFile(tmp_path / "notes.jsonl", Note).__enter__()
        file.add(NOTES[:3])
        os.kill(os.getpid(), signal.SIGKILL)

    process = get_context("fork").Process(target=write_and_die)
    process.start()
    process.join()

    assert RecordFile(tmp_path / "notes.jsonl", Note).read() == NOTES[:3]
    write(tmp_path / "notes.jsonl", NOTES[3:])
    assert RecordFile(tmp_path / "notes.jsonl", Note).read() == NOTES


@pytest.mark.parametrize("line", [b"nonsense", b"[]", b'{"name": 1, "text": "x"}', b"\xff", b""])
def test_a_foreign_line_is_named(tmp_path, line):
    write(path := tmp_path / "notes.jsonl")
    path.write_bytes(path.read_bytes() + line + b"\n")

    with pytest.raises(UniRSError, match=r"Line 6 of .*notes\.jsonl") as caught:
        RecordFile(path, Note).read()
    assert caught.value.code == "records_broken"


def test_a_folder_that_cannot_be_written_is_reported(tmp_path):
    (tmp_path / "notes.jsonl").mkdir()
    with pytest.raises(UniRSError) as caught:
        write(tmp_path / "notes.jsonl")
    assert caught.value.code == "output_unwritable"


def test_a_full_disk_is_reported_and_half_a_record_is_dropped(tmp_path):
    path = tmp_path / "notes.jsonl"
    write(path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 10, limits[1]))
    try:
        with pytest.raises(UniRSError, match="free some space") as caught:
            write(path, [Note("next", "x")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert caught.value.code == "output_unwritable"
    assert RecordFile(path, Note).read() == NOTES
    write(path, [Note("next", "x")])
    assert RecordFile(path, Note).read() == [*NOTES, Note("next", "x")]

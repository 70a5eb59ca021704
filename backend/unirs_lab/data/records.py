"""Records, one a line as JSON, that are only ever added: what a long run has found so far.

A killed run may leave half a line. It counts as not written, and the next writer drops it.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Generic, TypeVar

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from unirs.errors import UniRSError
from unirs.files import make_folder

Record = TypeVar("Record")


class RecordFile(Generic[Record]):
    """A file of records. As a context manager it can be added to, by one process at a time.

    Args:
        path: The file; it and its folder are made by the first who adds to it.
        form: What a record is.
    """

    def __init__(self, path: Path, form: type[Record]) -> None:
        self.path = path
        self._form = TypeAdapter(form)
        self._lock = FileLock(path.with_suffix(".lock"), timeout=0)
        self._stream: FileIO | None = None

    def read(self) -> list[Record]:
        """All whole records, also while another process adds to them; none if there is no file.

        Raises:
            UniRSError: ``records_broken``, with the line.
        """
        try:
            written = self.path.read_bytes() if self.path.exists() else b""
        except OSError as error:
            raise UniRSError(
                "records_broken", f"{self.path} cannot be read ({error.strerror})."
            ) from error
        lines = written[: _whole(written)].splitlines()
        return [self._parse(line, number) for number, line in enumerate(lines, start=1)]

    def __enter__(self) -> RecordFile[Record]:
        """Make ready to add.

        Raises:
            UniRSError: ``records_in_use`` by another process, ``output_unwritable``.
        """
        make_folder(self.path.parent)
        try:
            self._lock.acquire()
            self._stream = FileIO(self.path, "a+")  # unbuffered: a kill takes nothing along
            self._stream.seek(0)
            self._stream.truncate(_whole(self._stream.readall()))
        except Timeout:
            raise UniRSError(
                "records_in_use",
                f"Another process is writing to {self.path}; wait for it, or stop it.",
            ) from None
        except OSError as error:
            self._close()
            raise self._unwritable(error) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let others write."""
        self._close()

    def add(self, records: Iterable[Record]) -> None:
        """Write records; when this returns, they survive the end of the process.

        Raises:
            UniRSError: ``output_unwritable``, for example on a full disk.
        """
        stream = self._stream
        assert stream is not None, "records are added within 'with'"  # noqa: S101
        rest = b"".join(self._form.dump_json(record) + b"\n" for record in records)
        try:
            while rest:  # a nearly full disk takes a part, and refuses what is left
                rest = rest[stream.write(rest) :]
        except OSError as error:
            raise self._unwritable(error) from error

    def _parse(self, line: bytes, number: int) -> Record:
        try:
            return self._form.validate_json(line)
        except ValidationError as error:
            raise UniRSError(
                "records_broken",
                f"Line {number} of {self.path} is none of what was written there; remove that "
                "line, and its content is found anew.",
            ) from error

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        self._lock.release()

    def _unwritable(self, error: OSError) -> UniRSError:
        return UniRSError(
            "output_unwritable",
            f"{self.path} cannot be written ({error.strerror}); free some space or name another "
            "folder, and the run goes on where it stopped.",
        )


def _whole(written: bytes) -> int:
    return written.rfind(b"\n") + 1

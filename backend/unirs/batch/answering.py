"""One worker of a batch: an engine that answers tiles, while the next ones are read."""

from __future__ import annotations

import logging
import os
import platform
import threading
import time
import warnings
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from unirs.batch import rows
from unirs.batch.events import WorkerReady
from unirs.batch.output import PartFacts, PartResult
from unirs.batch.reading import ReadAhead, Readers, ReadTile, defect
from unirs.batch.rows import Row, TileQuestion
from unirs.errors import UniRSError

if TYPE_CHECKING:
    from unirs.answers import Answer
    from unirs.batch.pieces import Piece
    from unirs.batch.plan import Plan
    from unirs.batch.tiling import BatchTile, Part
    from unirs.engines.engine import Engine, Item

PARTS_AT_ONCE = 2
"""Parts that a worker is given at a time: while one is answered, the next one is read."""

_BATCHES_AHEAD = 2
"""As many batches of tiles are read ahead."""

_log = logging.getLogger(__name__)


class PartWorker:
    """Answers parts with an engine of its own. Several threads may call ``run``.

    Args:
        plan: What is asked, of which model.
        threads: CPU threads of the engine; ``None`` leaves it to PyTorch.

    Attributes:
        plan: The same.
        engine: What answers.
        batch_size: Images that it answers side by side.
        seconds: How long opening took.
        tiles_done: Tiles that it has done with, whatever came of them.

    Raises:
        UniRSError: What is wrong with the model or the device.
    """

    def __init__(self, plan: Plan, threads: int | None = None) -> None:
        started = time.monotonic()
        import torch
        from rasterio.errors import NotGeoreferencedWarning

        from unirs.engines.opening import KEY_VARIABLE, open_engine

        # The filter of `open_raster` is one of all threads, which those that end early take away.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        if threads:
            torch.set_num_threads(threads)
        ask, key = plan.ask, os.environ.get(KEY_VARIABLE)
        self.plan = plan
        self.engine: Engine = open_engine(
            ask.model, ask.device, ask.precision, key=key, allow_remote=ask.allow_remote
        )
        self.batch_size = ask.batch_size or self.engine.batch_size
        self.seconds = time.monotonic() - started
        self.tiles_done = 0
        self._readers = Readers()
        self._turn = threading.Lock()
        self._stopping = threading.Event()

    def ready(self) -> WorkerReady:
        """What the worker is, for the log."""
        import torch

        return WorkerReady(
            worker=f"{platform.node()}, process {os.getpid()}",
            model=self.engine.name,
            digest=self.engine.digest,
            device=self.engine.device,
            precision=self.engine.precision,
            threads=torch.get_num_threads(),
            seconds=round(self.seconds, 3),
        )

    def run(self, part: Part | Piece) -> PartResult:
        """Answer all tiles of a part; those that cannot be read or answered have failed rows.

        Reading begins at once, answering when the engine is free.

        Raises:
            UniRSError: The engine answers nothing at all, which is not the tiles' fault; or
                ``cancelled`` after ``stop``.
        """
        started = time.monotonic()
        ahead = _BATCHES_AHEAD * self.batch_size
        reading = ReadAhead(part.tiles(), self.plan, self.engine, self._readers, ahead)
        with reading as tiles, self._turn:
            answering = _Answering(self, part.name, tiles)
            found = answering.rows()
        if self.stopping():
            raise UniRSError("cancelled", "The batch was stopped.")
        seconds = time.monotonic() - started
        return result(self.plan, part.name, found, self.engine.digest, answering.skipped, seconds)

    def stop(self) -> None:
        """End what is running soon, with ``cancelled``."""
        self._stopping.set()

    def close(self) -> None:
        """Release the engine and the threads."""
        self._readers.close()
        self.engine.close()

    def stopping(self) -> bool:
        """Whether it was stopped."""
        return self._stopping.is_set()


class _Answering:
    """The answers to all questions about the tiles of one part.

    Args:
        worker: Whose engine answers.
        part: Name of the part.
        tiles: Its tiles, read.

    Attributes:
        skipped: Tiles with less data than the plan wants.
    """

    def __init__(self, worker: PartWorker, part: str, tiles: Iterable[ReadTile]) -> None:
        self.skipped = 0
        self._worker, self._engine = worker, worker.engine
        self._part, self._tiles = part, tiles
        self._rows: list[Row] = []
        self._waiting: deque[tuple[TileQuestion, Item]] = deque()  # for the engine's answers
        self._answers = 0
        self._error: UniRSError | None = None

    def rows(self) -> list[Row]:
        """The rows, in no order.

        Raises:
            UniRSError: See ``PartWorker.run``.
        """
        items = self._items()
        size, stop = self._worker.batch_size, self._worker.stopping
        while not stop():
            try:
                for answer in self._engine.answers(items, batch_size=size, stop=stop):
                    self._keep(self._waiting.popleft()[0], answer)
                break
            except Exception as error:
                _log.info("A batch failed, so its questions are asked one by one: %s", error)
                if not self._waiting and next(items, None) is None:
                    break  # the engine took none, and there are none
                self._answer_one_by_one()
        if self._error and not self._answers:
            raise self._error
        return self._rows

    def _items(self) -> Iterator[Item]:
        """All questions about the tiles that could be read; the others get their rows here."""
        from unirs.engines.engine import Item

        plan = self._worker.plan
        for tile, images in ((each.tile, each.images) for each in self._tiles):
            if images is None:
                self.skipped += 1
                self._worker.tiles_done += 1
            elif isinstance(images, UniRSError):
                self._rows += failed_rows(plan, self._part, [tile], images)
                self._worker.tiles_done += 1
            else:
                subjects = questions_about(plan, self._part, tile)
                for subject, request in zip(subjects, plan.requests(tile), strict=True):
                    item = Item(images, request.question)
                    self._waiting.append((subject, item))
                    yield item

    def _answer_one_by_one(self) -> None:
        """Answer what is waiting, so that what is wrong with one question fails that one."""
        while self._waiting and not self._worker.stopping():
            subject, item = self._waiting.popleft()
            try:
                answer = self._engine.answer(item.visual, item.question)
            except UniRSError as error:
                self._fail(subject, error)
            except Exception as error:
                _log.exception("A question about the tile %s failed:", subject.tile.id)
                self._fail(subject, defect(error))
            else:
                self._keep(subject, answer)

    def _keep(self, subject: TileQuestion, answer: Answer) -> None:
        self._answers += 1
        self._add(rows.answered(subject, answer))

    def _fail(self, subject: TileQuestion, error: UniRSError) -> None:
        self._error = error
        self._add(rows.failed(subject, error.code, error.message))

    def _add(self, row: Row) -> None:
        self._rows.append(row)
        self._worker.tiles_done += row["ask"] == len(self._worker.plan.ask.questions) - 1


def questions_about(plan: Plan, part: str, tile: BatchTile) -> list[TileQuestion]:
    """The questions of a plan about a tile, in their order."""
    return [
        TileQuestion(part, tile, index, asked) for index, asked in enumerate(plan.ask.questions)
    ]


def failed_rows(plan: Plan, part: str, tiles: Iterable[BatchTile], error: UniRSError) -> list[Row]:
    """Rows of tiles that one error took all answers of."""
    return [
        rows.failed(subject, error.code, error.message)
        for tile in tiles
        for subject in questions_about(plan, part, tile)
    ]


def result(
    plan: Plan,
    part: str,
    found: Sequence[Row],
    digest: str | None = None,
    skipped: int = 0,
    seconds: float = 0.0,
) -> PartResult:
    """What becomes a part file, with the rows by tile and question."""
    failures = {(row["tile"], row["code"]) for row in found if row["status"] == "failed"}
    return PartResult.of(
        PartFacts(
            part=part,
            settings=plan.settings_digest,
            digest=digest,
            tiles=len({row["tile"] for row in found}),
            rows=len(found),
            skipped=skipped,
            failed=dict(sorted(Counter(code for _, code in failures).items())),
            seconds=round(seconds, 3),
        ),
        sorted(found, key=lambda row: (row["tile"], row["ask"])),
    )

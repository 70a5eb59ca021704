"""The tiles of rasters and pairs are described, and added to an index."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from unirs.answers import Answer
from unirs.engines.engine import origin_of
from unirs.errors import UniRSError
from unirs.imagery.stopping import Stop
from unirs.index.request import IndexRequest, TileRequest
from unirs.index.results import IndexSummary, Skipped
from unirs.index.sentences import find_sentence_model, load_sentence_model
from unirs.index.table import Index, IndexedTile
from unirs.inputs import CropOptions, Extent
from unirs.tiles import Tile
from unirs.where.asking import Asking, duration_text
from unirs.where.ground import Ground
from unirs.where.windows import Windows, extent_of

if TYPE_CHECKING:
    from unirs.engines.engine import Engine

OFTEN = 32
"""Tiles that are written at a time: a stop loses no more than is just being answered."""

OF_SOURCE = {
    *("raster_missing", "raster_unreadable", "bands_unsupported", "crs_invalid", "crs_missing"),
    *("all_nodata", "no_overlap", "dates_no_overlap", "extent_empty", "pair_grid"),
}
"""Codes of what is wrong with one raster or pair; the others can be indexed nevertheless."""


class DescribedTile(NamedTuple):
    """One tile, as soon as it is described.

    Attributes:
        extent: Its extent, in units of ``crs``.
        crs: CRS of its raster, ``None`` without one.
        caption: What the model wrote; ``None`` where there was nothing to see.
        done: Tiles so far.
        total: Tiles in all.
    """

    extent: Extent
    crs: str | None
    caption: str | None
    done: int
    total: int


def check_index(request: IndexRequest) -> None:
    """Find out what is wrong with the output before a model is loaded.

    Raises:
        UniRSError: ``sentence_model_missing``, ``index_invalid``, ``output_unwritable``.
    """
    find_sentence_model()
    Index(request.output)


def build_index(
    engine: Engine,
    request: IndexRequest,
    *,
    on_tile: Callable[[DescribedTile], None] | None = None,
    stop: Stop | None = None,
) -> IndexSummary:
    """Describe all tiles that an index does not have yet.

    Args:
        engine: Describes them.
        request: Which ones.
        on_tile: Called with each tile as it is described.
        stop: Called often. Once it returns true, the tiles so far are in the index.

    Raises:
        UniRSError: ``too_many_windows`` with ``windows`` and ``seconds`` in its details;
            ``index_of_other_model``; ``sentence_model_missing``; ``output_unwritable``; the reason
            why the first source cannot be read, if none can.
    """
    building = _Building(engine, request, on_tile, stop)
    return building.run()


class _Source(NamedTuple):
    """A raster or pair with the number of its tiles."""

    request: TileRequest
    tiles: int


class _Building:
    """One run; its attributes are what is done so far."""

    def __init__(
        self,
        engine: Engine,
        request: IndexRequest,
        on_tile: Callable[[DescribedTile], None] | None,
        stop: Stop | None,
    ) -> None:
        self._engine, self._request, self._on_tile, self._stop = engine, request, on_tile, stop
        self._began = time.perf_counter()
        self._index = Index(request.output)
        self._index.check_model(engine.name, engine.digest)
        self._sentences = load_sentence_model()
        self._known = {_key(tile.paths, tile.crop) for tile in self._index.tiles}
        self._kept = len(self._known)
        self._done = self._without_data = 0
        self._skipped: list[Skipped] = []

    def run(self) -> IndexSummary:
        """Source by source, each written before the next."""
        sources = self._sources()
        total = sum(source.tiles for source in sources)
        self._refuse_too_many(sources, total)
        for source in sources:
            if self._stopped:
                break
            try:
                self._describe(source.request, total)
            except UniRSError as error:
                self._skip(source.request.paths, error)
        if self._skipped and not self._index.tiles and not self._stopped:
            raise UniRSError(self._skipped[0].code, self._skipped[0].message)
        return self._summary()

    @property
    def _stopped(self) -> bool:
        return bool(self._stop and self._stop())

    def _sources(self) -> list[_Source]:
        """The sources that can be opened."""
        found = []
        for paths in self._request.sources:
            request = self._request.of(paths)
            try:
                windows = Windows.over(Ground.of(request), request, self._engine.image_size)
            except UniRSError as error:
                self._skip(request.paths, error)
            else:
                found.append(_Source(request, windows.full))
        return found

    def _refuse_too_many(self, sources: Sequence[_Source], total: int) -> None:
        agreed = self._request.max_tiles
        if total <= agreed:
            return
        cost = Asking(self._engine, sources[0].request, self._stop).cost()
        seconds = total * cost.seconds / max(1, cost.windows)
        raise UniRSError(
            "too_many_windows",
            f"These rasters have {total:,} tiles, which is more than {agreed:,} and may take "
            f"{duration_text(seconds)} at the speed measured just now; index a part of them, take "
            "larger tiles, or agree to that many.",
            windows=total,
            seconds=seconds,
        )

    def _describe(self, request: TileRequest, total: int) -> None:
        """Describe the new tiles of a source. However it ends, those with an answer are written.

        Raises:
            UniRSError: Why nothing of it can be read; ``output_unwritable``.
        """
        asking = Asking(self._engine, request, self._stop)
        tiles = asking.first()
        new = [tile for tile in tiles if _key_of(request, tile) not in self._known]
        self._done += asking.windows.full - len(new)
        answered: list[tuple[Tile, Answer]] = []
        try:
            for tile, answer in asking.answers(new):
                self._done += 1
                if answer is not None:
                    answered.append((tile, answer))
                self._report(asking, tile, answer, total)
                if len(answered) >= OFTEN:
                    self._write(request, asking.ground.crs, answered)
                    answered = []
        finally:
            self._write(request, asking.ground.crs, answered)
            self._without_data += asking.counts.without_data
        if new:
            asking.check_answered()

    def _report(self, asking: Asking, tile: Tile, answer: Answer | None, total: int) -> None:
        if self._on_tile:
            caption = None if answer is None else answer.text
            extent = extent_of(tile.box)
            self._on_tile(DescribedTile(extent, asking.ground.crs, caption, self._done, total))

    def _write(
        self, request: TileRequest, crs: str | None, answered: Sequence[tuple[Tile, Answer]]
    ) -> None:
        if answered:
            self._index.add(list(self._indexed(request, crs, answered)))

    def _indexed(
        self, request: TileRequest, crs: str | None, answered: Sequence[tuple[Tile, Answer]]
    ) -> Iterator[IndexedTile]:
        sentences = self._sentences.embed([answer.text for _, answer in answered])
        for (tile, answer), sentence in zip(answered, sentences, strict=True):
            crop = request.window(extent_of(tile.box)).crop
            yield IndexedTile.of(answer, sentence, crop, crs)

    def _skip(self, paths: Sequence[object], error: UniRSError) -> None:
        """Go on without a source; a failure that is not its own ends the run.

        Raises:
            UniRSError: The failure.
        """
        if error.code not in OF_SOURCE:
            raise error
        self._skipped.append(Skipped(tuple(map(str, paths)), error.code, error.message))

    def _summary(self) -> IndexSummary:
        engine = self._engine
        return IndexSummary(
            index=self._request.output,
            added=len(self._index.tiles) - self._kept,
            kept=self._kept,
            without_data=self._without_data,
            skipped=tuple(self._skipped),
            stopped=self._stopped,
            **origin_of(engine),
            seconds=time.perf_counter() - self._began,
        )


def _key_of(request: TileRequest, tile: Tile) -> tuple[object, ...]:
    """What makes a tile this one and no other."""
    return _key(request.paths, request.window(extent_of(tile.box)).crop)


def _key(paths: Sequence[object], crop: CropOptions) -> tuple[object, ...]:
    return tuple(sorted(map(str, paths))), crop

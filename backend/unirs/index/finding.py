"""A search: the tiles of indexes are ranked by words, the best of them by their images anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from unirs.answers import Answer
from unirs.engines.engine import Item
from unirs.errors import UniRSError
from unirs.imagery.stopping import Stop
from unirs.index.building import OF_SOURCE
from unirs.index.files import write_found
from unirs.index.ranking import FIT_WEIGHT, LEAST, fit, fit_question, word_similarities
from unirs.index.request import FindRequest, TileRequest, caption_task
from unirs.index.results import FoundTile, FoundTiles
from unirs.index.sentences import find_sentence_model, load_sentence_model
from unirs.index.table import IndexedTile, outline, read_index
from unirs.inputs import Task, VisualInput
from unirs.tasks import check_inputs, read_visual

if TYPE_CHECKING:
    from unirs.engines.engine import Engine

FEW = 8
"""With fewer tiles, their mean image is too much like each of them to be left out of account."""

OpenEngine = Callable[[], "Engine"]
Locate = Callable[[str], str | Path]
"""Gives the file of a raster that an index names. Raises ``path_outside`` for one that may not be
read, and what is wrong with others."""

_UNREAD = OF_SOURCE | {"path_outside"}
"""Codes of images that cannot be compared, so that the index alone decides."""


def check_find(request: FindRequest) -> None:
    """Find out what is wrong with the example before a model is loaded.

    Raises:
        UniRSError: ``raster_missing``, ``raster_unreadable``, ``sentence_model_missing``.
    """
    if request.tile is None:
        find_sentence_model()
    if request.example:
        check_inputs(TileRequest(request.example, request.crop).window(None))


def find_tiles(
    open_engine: OpenEngine,
    request: FindRequest,
    *,
    on_image: Callable[[int, int], None] | None = None,
    locate: Locate = str,
    stop: Stop | None = None,
) -> FoundTiles:
    """Find the tiles that fit words, or are like an example, and write the file of the request.

    Args:
        open_engine: Opens what describes an example and compares images; not called where neither
            is needed.
        request: What to look for.
        on_image: Called with the number of images compared, and of those to compare.
        locate: Gives the file of a raster that an index names, or refuses it.
        stop: Called often. Once it returns true, the index alone decides about the rest.

    Raises:
        UniRSError: ``index_missing``, ``index_invalid``; ``index_of_other_model`` if the features
            of an example come from another model; ``tile_missing``; ``sentence_model_missing``;
            ``output_unwritable``; all codes of ``unirs.imagery`` about the example, and of the
            engine.
    """
    search = _Search(open_engine, request, on_image, locate, stop)
    found = search.run()
    if request.output:
        write_found(found, request.output)
    return replace(found, output=request.output)


@dataclass
class _Candidate:
    """A tile with what it is ranked by."""

    index: Path
    tile: IndexedTile
    similarity: float
    fit: float | None = None
    usual_fit: float = 0.0

    @property
    def score(self) -> float:
        """How near the tile is to the words, and how much better than usual they fit its image."""
        better = 0.0 if self.fit is None else self.fit - self.usual_fit
        return self.similarity + FIT_WEIGHT * better

    @property
    def task(self) -> Task:
        """That of its caption."""
        return caption_task(len(self.tile.paths))

    def found(self) -> FoundTile:
        """The tile as a part of the result."""
        tile = self.tile
        return FoundTile(
            index=self.index,
            tile=tile.number,
            caption=tile.caption,
            changed=tile.changed,
            paths=tile.paths,
            dates=tile.dates,
            extent=tile.extent,
            crs=tile.crs,
            footprint=_wkt(outline(tile.extent, tile.crs)),
            similarity=self.similarity,
            fit=self.fit,
            score=self.score,
        )


class _Search:
    """One search; its attributes are what is known so far."""

    def __init__(
        self,
        open_engine: OpenEngine,
        request: FindRequest,
        on_image: Callable[[int, int], None] | None,
        locate: Locate,
        stop: Stop | None,
    ) -> None:
        self._open, self._request = open_engine, request
        self._on_image, self._locate, self._stop = on_image, locate, stop
        self._began = time.perf_counter()
        self._engine: Engine | None = None
        self._tiles = [
            (Path(index), tile) for index in request.indexes for tile in read_index(Path(index))
        ]
        self._by: Literal["words", "images", "captions"] = "words"
        self._rescored = self._missing = 0

    def run(self) -> FoundTiles:
        """Rank, compare the best ones anew, and rank those again."""
        ranked = self._ranked()
        if self._by == "words" and self._request.rescore:
            best = ranked[: self._request.rescore]
            self._compare(best)
            best.sort(key=lambda each: -each.score)
            ranked[: len(best)] = best
        request, engine = self._request, self._engine
        return FoundTiles(
            sought=request.sought or self._example_name(),
            by=self._by,
            tiles=tuple(each.found() for each in ranked[: request.limit]),
            searched=len(self._tiles),
            rescored=self._rescored,
            missing=self._missing,
            stopped=self._stopped,
            model=engine.name if engine else None,
            host=engine.host if engine else None,
            seconds=time.perf_counter() - self._began,
        )

    @property
    def _stopped(self) -> bool:
        return bool(self._stop and self._stop())

    def _ranked(self) -> list[_Candidate]:
        """All tiles, the most similar first."""
        if not self._tiles:
            return []
        if self._request.text:
            wanted = load_sentence_model().embed([self._request.sought])[0]
            similarities = self._by_words(wanted)
        else:
            similarities = self._like_example()
        order = np.argsort(-similarities, kind="stable").tolist()
        return [
            _Candidate(index, tile, float(similarities[place]))
            for place in order
            for index, tile in [self._tiles[place]]
            if np.isfinite(similarities[place])
        ]

    def _by_words(self, wanted: NDArray[np.float32]) -> NDArray[np.float32]:
        tiles = [tile for _, tile in self._tiles]
        unknown = np.full_like(wanted, np.nan)
        images = [unknown if tile.image_sentence is None else tile.image_sentence for tile in tiles]
        captions = np.stack([tile.sentence for tile in tiles])
        return word_similarities(wanted, captions, np.stack(images))

    def _by_caption(self, sentence: NDArray[np.float32]) -> NDArray[np.float32]:
        captions = np.stack([tile.sentence for _, tile in self._tiles])
        return np.asarray(captions @ sentence)

    def _like_example(self) -> NDArray[np.float32]:
        """The similarity of each tile to the example; NaN for the example itself.

        Images are compared by the model's features, where the index has them; else captions are.
        """
        example = self._example()
        if example.image is None or all(tile.image is None for _, tile in self._tiles):
            self._by = "captions"
            similarities = self._by_caption(example.sentence)
        else:
            self._by = "images"
            similarities = self._by_image(example, example.image)
        similarities[[tile is example for _, tile in self._tiles]] = np.nan
        return similarities

    def _by_image(self, example: IndexedTile, wanted: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines of what sets images apart from the mean image; NaN for other kinds of input.

        Raises:
            UniRSError: ``index_of_other_model``.
        """
        others = {tile.model for _, tile in self._tiles if tile.digest != example.digest}
        if others:
            raise UniRSError(
                "index_of_other_model",
                f"The index was made with the model {min(others)}, and the example was read by "
                f"{example.model}; their features cannot be compared, so choose that model.",
            )
        similarities = np.full(len(self._tiles), np.nan, np.float32)
        known = {
            place: tile.image
            for place, (_, tile) in enumerate(self._tiles)
            if tile.image is not None and tile.image.shape == wanted.shape
        }
        if known:
            features = np.stack(list(known.values()))
            mean = features.mean(axis=0) if len(known) >= FEW else np.zeros_like(wanted)
            similarities[list(known)] = _normal(features - mean) @ _normal(wanted - mean)
        return similarities

    def _example(self) -> IndexedTile:
        """The tile that others are to be like; a raster is described as the tiles were.

        Raises:
            UniRSError: ``tile_missing``; what is wrong with the raster.
        """
        request = self._request
        if request.tile is not None:
            for path, tile in self._tiles:
                if path == Path(request.indexes[0]) and tile.number == request.tile:
                    return tile
            raise UniRSError(
                "tile_missing",
                f"{request.indexes[0]} has no tile {request.tile}; take the number of one that "
                "was found.",
            )
        engine = self._engine = self._open()
        asked = TileRequest(request.example, request.crop).window(None)
        visual = read_visual(asked, engine.image_size, engine.frame_count, self._stop)
        answer = engine.answer(visual, asked.question, stop=self._stop)
        if answer.stopped:
            raise UniRSError("stopped", "Stopped before the example was read.")
        sentence = load_sentence_model().embed([answer.text])[0]
        return IndexedTile.of(answer, sentence, asked.crop, None)

    def _example_name(self) -> str:
        """The example, as its user named it."""
        request = self._request
        if request.tile is not None:
            return f"tile {request.tile}"
        return ", ".join(Path(path).name for path in request.example)

    def _compare(self, best: Sequence[_Candidate]) -> None:
        """Give the best tiles their fit, as far as their images can be read."""
        engine = self._engine = self._open()
        if engine.capabilities.option_scores == "none":
            return
        read: list[_Candidate] = []

        def items() -> Iterator[Item]:
            for each in best:
                if self._stopped:
                    return
                visual = self._read(each.tile, engine)
                if visual is not None:
                    read.append(each)
                    captions = [other.tile.caption for other in (each, *best)]
                    asked = fit_question(self._request.sought, captions, each.task)
                    yield Item(visual, asked, stop=self._stop)

        for each, answer in _paired(read, engine.answers(items(), batch_size=engine.batch_size)):
            each.fit = fit(answer, self._request.sought)
            self._rescored += each.fit is not None
            if self._on_image:
                self._on_image(self._rescored + self._missing, len(best))
        fits = [each.fit for each in best if each.fit is not None]
        for each in best:
            each.usual_fit = fmean(fits) if fits else 0.0

    def _read(self, tile: IndexedTile, engine: Engine) -> VisualInput | None:
        """The images of a tile; ``None`` if they can no longer be read."""
        try:
            paths = tuple(map(self._locate, tile.paths))
            asked = TileRequest(paths, tile.crop).window(None)
            return read_visual(asked, engine.image_size, engine.frame_count, self._stop)
        except UniRSError as error:
            if error.code in _UNREAD:
                self._missing += 1
            elif error.code != "cancelled":
                raise
        return None


def _paired(
    read: Sequence[_Candidate], answers: Iterable[Answer]
) -> Iterator[tuple[_Candidate, Answer]]:
    """Answers with their candidates, which are read before they are answered."""
    for place, answer in enumerate(answers):
        yield read[place], answer


def _wkt(shape: bytes | None) -> str | None:
    from shapely import from_wkb, to_wkt

    return None if shape is None else to_wkt(from_wkb(shape), rounding_precision=8)


def _normal(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors of length 1."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, LEAST), np.float32)

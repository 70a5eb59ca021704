"""The engine of all algorithms: areas to crops, to requests, to rows.

While the worker answers about one area the next ones are rendered, so that neither waits for the
other. An error about one area goes into its row, and the run goes on; an error that every area
would have ends it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from qgis.core import QgsGeometry, QgsProcessingFeedback, QgsRectangle
from qtpy.QtCore import QCoreApplication

from unirs_qgis.answer import Answer
from unirs_qgis.columns import ANSWERED, FAILED, NODATA
from unirs_qgis.crops.draw import CropCancelled
from unirs_qgis.crops.grid import CropError
from unirs_qgis.crops.renderer import Crop
from unirs_qgis.processing.rows import Columns, Row, RunFacts
from unirs_qgis.processing.session import is_done
from unirs_qgis.runtime.worker_failures import death_sentence
from unirs_qgis.shared.client import PendingRequest, WorkerClient, WorkerDied, WorkerError

translate = QCoreApplication.translate

LEAST_IN_FLIGHT = 3
"""Requests that the worker has at a time: the one that it answers, and the next ones, so that it
never waits. It has twice as many as it answers together, if these are more."""

MOST_IN_FLIGHT = 64
"""More could be refused, and would make the end of a worker cost more."""

DEATHS_PER_AREA = 2
"""An area on which the worker has died so many times is given up."""

AREAS_LOST_IN_A_ROW = 3
"""After so many areas in a row on which the worker died, the run ends."""

NODATA_SHARE = 0.95
"""With a larger share of nodata there is nothing to ask about. Layers are drawn smoothly, so that
neighbours bleed over the edges by some pixels: an empty tile is seldom empty to the last pixel."""

PROGRESS_SECONDS = 5.0
"""Least time between two lines of progress, which go to the log of the dialog or the terminal."""

_FATAL = frozenset(
    (
        "device_missing",
        "environment_broken",
        "key_invalid",
        "key_refused",
        "key_unprotected",
        "language_model_invalid",
        "language_model_missing",
        "max_tokens_invalid",
        "model_invalid",
        "model_missing",
        "model_name_invalid",
        "options_invalid",
        "params_invalid",
        "precision_unknown",
        "precision_unsupported",
        "question_empty",
        "question_too_long",
        "remote_not_allowed",
        "server_model_missing",
        "server_unreachable",
        "server_url_invalid",
        "text_invalid",
        "views_invalid",
    )
)
"""Codes of the worker's errors that every area would have: they end the run."""


class Table(Protocol):
    """Where rows go; see ``outputs``."""

    def has(self, values: Mapping[str, Any], geometry: QgsGeometry) -> bool:
        """Whether the row of an area is there already."""

    def write(self, values: Mapping[str, Any], geometry: QgsGeometry) -> None:
        """Add the row of an area."""

    def close(self) -> None:
        """Close it after the last row, an error or a cancel."""


@dataclass(frozen=True)
class Area:
    """A tile or a feature.

    Attributes:
        name: Name in messages.
        values: Columns of its own.
        geometry: Geometry of its row.
        extent: Extent of its crops, in the CRS of the run; ``None`` if it has none.
    """

    name: str
    values: Mapping[str, Any]
    geometry: QgsGeometry
    extent: QgsRectangle | None


@dataclass(frozen=True)
class BatchRequest:
    """The request that is sent about every area.

    Attributes:
        method: Method of the worker protocol: ``ask``, ``caption``, ``change`` or ``classify``.
        params: All parameters but ``paths``.
        model: Those of ``params`` that ``load`` takes.
        question: Text of the question, as the table keeps it.
        layers: Names of the layers.
        dates: Acquisition dates of the layers, ISO 8601; empty where one is not known.
    """

    method: str
    params: Mapping[str, Any]
    model: Mapping[str, Any]
    question: str
    layers: str
    dates: tuple[str, ...]


@dataclass
class _Sent:
    """A request about an area.

    Attributes:
        area: The area.
        params: Its parameters.
        nodata_share: Of its crops.
        pending: What the worker will answer; ``None`` until it is sent.
        in_doubt: Whether it was in flight when a worker died: it is asked by itself.
        deaths: How many workers died when they had no other request.
    """

    area: Area
    params: dict[str, Any]
    nodata_share: float
    pending: PendingRequest | None = None
    in_doubt: bool = False
    deaths: int = 0


@dataclass
class Run:
    """One run over many areas.

    Attributes:
        session: The worker.
        request: What is asked.
        columns: How rows become columns.
        table: Where they go.
        render: Makes the crops of an extent, with so many pixels on the longer side, in a folder:
            one for each layer.
        folder: A private one; its files are overwritten by later areas.
        feedback: Shows progress; cancels.
    """

    session: WorkerClient
    request: BatchRequest
    columns: Columns
    table: Table
    render: Callable[[QgsRectangle, int, Path], list[Crop]]
    folder: Path
    feedback: QgsProcessingFeedback
    _sent: deque[_Sent] = field(default_factory=deque, init=False)
    _lost_in_a_row: int = field(default=0, init=False)
    _requests: int = field(default=0, init=False)

    def ask_about(
        self, areas: Sequence[Area], load: Callable[[], Mapping[str, Any] | None]
    ) -> None:
        """Ask about every area that has no row yet.

        Args:
            areas: All areas.
            load: Loads the model; see ``session.load_model``.

        Raises:
            WorkerError: The error would be the same for every area.
            WorkerDied: The worker died while it loaded the model, or again and again.
            QgsProcessingException: The table cannot be written.
        """
        loaded = load()
        if loaded is None:
            return
        self._facts = RunFacts(self.request.question, self.request.layers, loaded["model"])
        self._image_size = loaded["image_size"]
        self._limit = _in_flight(loaded, self.request.params.get("views", 1))
        self._slots = self._limit + 1
        todo = [area for area in areas if not self._has(area)]
        if len(todo) < len(areas):
            self.feedback.pushInfo(
                translate("Processing", "{done} of {total} are in the output already.").format(
                    done=len(areas) - len(todo), total=len(areas)
                )
            )
        self._progress = _Progress(len(todo), self.feedback)
        for area in todo:
            if self.feedback.isCanceled():
                break
            self._ask(area)
            while self._must_collect() and not self.feedback.isCanceled():
                self._collect()
        while self._sent and not self.feedback.isCanceled():
            self._collect()
        for sent in self._sent:  # not empty only after a cancel
            if sent.pending:
                sent.pending.cancel()

    def _ask(self, area: Area) -> None:
        """Render an area and send the request; or write its row if there is nothing to ask."""
        if area.extent is None:
            error = translate(
                "Processing",
                "The feature has no geometry with an area in the CRS of the raster; fix it.",
            )
            self._write(area, Row(FAILED, error=error))
            return
        # Each crop stays until its answer has come. Names carry no number that reads as a date.
        slot = self.folder / f"slot-{_letters(self._requests % self._slots)}"
        slot.mkdir(exist_ok=True)
        try:
            crops = self.render(area.extent, self._image_size, slot)
        except CropCancelled:
            return
        except CropError as error:
            self._write(area, Row(FAILED, error=str(error)))
            return
        nodata_share = max(crop.nodata_share for crop in crops)
        if nodata_share > NODATA_SHARE:
            self._write(area, Row(NODATA, nodata_share=nodata_share))
            return
        paths = [str(crop.path) for crop in crops]
        params = {**self.request.params, "background": True, "paths": paths}
        self._sent.append(_Sent(area, params, nodata_share))
        self._requests += 1
        self._send()

    def _send(self) -> None:
        """Send what was not sent yet. What is in doubt is sent alone; it is always the first."""
        for sent in list(self._sent)[: 1 if self._sent[0].in_doubt else None]:
            if sent.pending is None:
                sent.pending = self.session.submit(self.request.method, sent.params)

    def _must_collect(self) -> bool:
        """Whether a row can be written, or has to be before the next request."""
        if not self._sent:
            return False
        pending = self._sent[0].pending
        return len(self._sent) >= self._limit or (pending is not None and pending.future.done())

    def _collect(self) -> None:
        """Write the row of the request that was sent first, once it is answered."""
        self._send()
        sent = self._sent[0]
        assert sent.pending is not None  # noqa: S101 - just sent
        try:
            if not is_done(sent.pending.future, self.feedback, self._progress.show):
                return
            result = sent.pending.future.result()
        except WorkerError as error:
            if error.code in _FATAL:
                raise
            row = Row(FAILED, nodata_share=sent.nodata_share, error=error.message)
        except WorkerDied as death:
            self._survive(sent, death)
            return
        else:
            views = self.request.params.get("views", 1)
            answer = Answer.of_result(result, views=views, dates=self.request.dates)
            row = Row(ANSWERED, answer, sent.nodata_share)
        self._lost_in_a_row = 0
        self._sent.popleft()
        self._write(sent.area, row)

    def _survive(self, sent: _Sent, death: WorkerDied) -> None:
        """Ask a new worker, but not about an area that keeps killing workers.

        Which of several did is not known, so each is asked by itself. Fewer are sent at a time
        from then on: together they may have taken too much memory.
        """
        in_flight = [each for each in self._sent if each.pending]
        reason = death_sentence(death)
        if len(in_flight) == 1:
            sent.deaths += 1
            reason = f"{sent.area.name}: {reason}"
        else:
            self._limit = max(1, self._limit // 2)
        self.feedback.pushWarning(reason)
        if sent.deaths >= DEATHS_PER_AREA:
            self._sent.popleft()
            self._lost_in_a_row += 1
            self._write(sent.area, Row(FAILED, nodata_share=sent.nodata_share, error=reason))
        if self._lost_in_a_row >= AREAS_LOST_IN_A_ROW:
            raise death
        for each in in_flight:
            if each.pending:
                each.pending.cancel()  # it may have been sent to a new worker, out of order
            each.pending, each.in_doubt = None, True

    def _has(self, area: Area) -> bool:
        return self.table.has(self._values(area, Row(NODATA)), area.geometry)

    def _write(self, area: Area, row: Row) -> None:
        self.table.write(self._values(area, row), area.geometry)
        self._progress.advance()

    def _values(self, area: Area, row: Row) -> dict[str, Any]:
        return {**area.values, **self.columns.values(row, self._facts)}


def _in_flight(loaded: Mapping[str, Any], views: int) -> int:
    """How many requests keep the worker busy; it answers ``batch_size`` views together."""
    together = max(1, int(loaded["batch_size"]) // views)
    return min(max(2 * together, LEAST_IN_FLIGHT), MOST_IN_FLIGHT)


def _letters(number: int) -> str:
    """A number as two letters: in a name, digits could be read as a date."""
    return chr(ord("a") + number // 26) + chr(ord("a") + number % 26)


class _Progress:
    """Shows how many areas are done, the rate and the time left.

    Args:
        total: Number of areas.
        feedback: Gets a percentage after every area, and now and then a sentence.
    """

    def __init__(self, total: int, feedback: QgsProcessingFeedback) -> None:
        self._total = total
        self._feedback = feedback
        self._done = self._shown_done = 0
        self._started = self._shown = time.monotonic()
        feedback.setProgressText(translate("Processing", "0 of {total}").format(total=total))

    def advance(self) -> None:
        """Count one more area as done."""
        self._done += 1
        self._feedback.setProgress(100 * self._done / self._total)
        self.show()

    def show(self) -> None:
        """Show what has been done since the last sentence, unless that was just now.

        Also called while nothing is done: answers come many at a time, and the first of them alone
        would make a wrong rate.
        """
        now = time.monotonic()
        is_late = now - self._shown >= PROGRESS_SECONDS and self._done > self._shown_done
        if is_late or self._done == self._total:
            self._shown, self._shown_done = now, self._done
            self._feedback.setProgressText(self._sentence(now - self._started))

    def _sentence(self, seconds: float) -> str:
        rate = self._done / max(seconds, 1e-3)
        return translate(
            "Processing", "{done} of {total}, {rate:.2f} a second, {left} left"
        ).format(
            done=self._done,
            total=self._total,
            rate=rate,
            left=_duration((self._total - self._done) / rate),
        )


def _duration(seconds: float) -> str:
    """A duration in the two largest units, such as ``2 h 5 min``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return translate("Processing", "{hours} h {minutes} min").format(
            hours=hours, minutes=minutes
        )
    if minutes:
        return translate("Processing", "{minutes} min {seconds} s").format(
            minutes=minutes, seconds=rest
        )
    return translate("Processing", "{seconds} s").format(seconds=rest)

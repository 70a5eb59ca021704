"""The one engine of all algorithms: places to crops, to questions, to rows.

While the worker answers about one place the next ones are rendered, so that neither waits for the
other. What goes wrong at a place goes into its row, and the run goes on; what would go wrong at
every place ends it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from qgis.core import (
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsRectangle,
)
from qtpy.QtCore import QCoreApplication

from unirs_qgis.answer import Answer
from unirs_qgis.crops.crops import Crop
from unirs_qgis.crops.drawing import CropCancelled
from unirs_qgis.crops.grid import CropError
from unirs_qgis.processing.progress import Progress
from unirs_qgis.processing.rows import ANSWERED, FAILED, NODATA, Columns, Row, RunFacts
from unirs_qgis.processing.session import is_done
from unirs_qgis.runtime.worker.failures import death_sentence, start_sentence
from unirs_qgis.runtime.worker.worker import WorkerSession
from unirs_qgis.shared.process import PendingRequest, WorkerDied, WorkerError

translate = QCoreApplication.translate

IN_FLIGHT = 3
"""Questions that the worker has at a time: one that it answers, and others that it need not wait
for. More would only make a stop and a death cost more."""

DEATHS_PER_PLACE = 2
"""So many times may the worker die on a place before the place is given up."""

PLACES_LOST_IN_A_ROW = 3
"""After so many places on end that the worker did not survive, no other would fare better."""

NODATA_SHARE = 0.95
"""With a larger share without data a place has nothing to show. Neighbours bleed over its edges by
some pixels, because layers are drawn smoothly: an empty tile is seldom empty to the last pixel."""

_HOPELESS = frozenset(
    (
        "device_missing",
        "environment_broken",
        "language_model_invalid",
        "language_model_missing",
        "max_tokens_invalid",
        "model_invalid",
        "model_missing",
        "options_invalid",
        "params_invalid",
        "precision_unknown",
        "question_empty",
        "question_too_long",
        "text_invalid",
    )
)
"""Errors of the worker that are not about a place: they end the run."""


class Table(Protocol):
    """Where rows go; see ``tables``."""

    def has(self, values: Mapping[str, Any], geometry: QgsGeometry) -> bool:
        """Whether the row of a place is there already."""

    def write(self, values: Mapping[str, Any], geometry: QgsGeometry) -> None:
        """Add the row of a place."""

    def close(self) -> None:
        """Let go of it: no row is to come, whether because of an error, a cancel, or the end."""


@dataclass(frozen=True)
class Place:
    """A tile or a feature.

    Attributes:
        name: In messages.
        values: Its own columns.
        geometry: Of its row.
        extent: What to look at, in the CRS of the run; ``None`` if there is nothing to look at.
    """

    name: str
    values: Mapping[str, Any]
    geometry: QgsGeometry
    extent: QgsRectangle | None


@dataclass(frozen=True)
class Inquiry:
    """What is asked about every place.

    Attributes:
        method: Of the worker protocol: ``ask``, ``caption``, ``change`` or ``classify``.
        params: All parameters but ``paths``.
        model: Those of ``params`` that say which model to load.
        question: As the table keeps it.
        layers: Names of the layers that are looked at.
    """

    method: str
    params: Mapping[str, Any]
    model: Mapping[str, Any]
    question: str
    layers: str


@dataclass
class _Asked:
    """A question on its way."""

    place: Place
    params: dict[str, Any]
    nodata_share: float
    pending: PendingRequest
    deaths: int = 0


@dataclass
class Run:
    """One run over many places.

    Attributes:
        session: The worker.
        inquiry: What is asked.
        columns: How rows become columns.
        table: Where they go.
        render: Makes the crops of an extent, with so many pixels on the longer side, in a folder:
            one for each layer.
        folder: A private one; what is put there is overwritten by later places.
        feedback: Told progress; cancels.
    """

    session: WorkerSession
    inquiry: Inquiry
    columns: Columns
    table: Table
    render: Callable[[QgsRectangle, int, Path], list[Crop]]
    folder: Path
    feedback: QgsProcessingFeedback
    _asked: deque[_Asked] = field(default_factory=deque, init=False)
    _lost_in_a_row: int = field(default=0, init=False)
    _rendered: int = field(default=0, init=False)

    def over(self, places: Sequence[Place]) -> None:
        """Ask about every place that has no row yet.

        Raises:
            WorkerError: What is wrong is wrong for every place.
            WorkerDied: While it loads the model, or again and again.
            QgsProcessingException: The table cannot be written.
        """
        loaded = None if self.feedback.isCanceled() else self._load()
        if loaded is None:
            return
        self._facts = RunFacts(
            self.inquiry.question, self.inquiry.layers, loaded["model"], loaded["demonstration"]
        )
        self._image_size = loaded["image_size"]
        todo = [place for place in places if not self._has(place)]
        if len(todo) < len(places):
            self.feedback.pushInfo(
                translate(
                    "Processing", "{done} of {total} are in the output already and stay."
                ).format(done=len(places) - len(todo), total=len(places))
            )
        self._progress = Progress(len(todo), self.feedback)
        for place in todo:
            if self.feedback.isCanceled():
                break
            self._ask(place)
            while len(self._asked) >= IN_FLIGHT and not self.feedback.isCanceled():
                self._collect()
        while self._asked and not self.feedback.isCanceled():
            self._collect()
        for asked in self._asked:  # there are some only after a cancel
            asked.pending.cancel()

    def _load(self) -> Mapping[str, Any] | None:
        """Load the model, so that what is wrong with it is said at once; ``None`` if cancelled."""
        self.feedback.setProgressText(translate("Processing", "Loading the model…"))
        loaded = self._wait(self._submit("load", dict(self.inquiry.model)))
        if loaded and loaded["demonstration"]:
            self.feedback.pushWarning(
                translate(
                    "Processing",
                    "{model} is a demonstration model: do not rely on what it says.",
                ).format(model=loaded["model"])
            )
        return loaded

    def _ask(self, place: Place) -> None:
        """Render a place and send its question; or write its row if there is nothing to ask."""
        if place.extent is None:
            self._write(
                place,
                Row(
                    FAILED, error=translate("Processing", "The feature has no geometry to look at.")
                ),
            )
            return
        # Each crop stays until its answer has come. Names carry no number that reads as a date.
        slot = self.folder / f"slot-{'abcdefgh'[self._rendered % (IN_FLIGHT + 1)]}"
        slot.mkdir(exist_ok=True)
        self._rendered += 1
        try:
            crops = self.render(place.extent, self._image_size, slot)
        except CropCancelled:
            return
        except CropError as error:
            self._write(place, Row(FAILED, error=str(error)))
            return
        nodata_share = max(crop.nodata_share for crop in crops)
        if nodata_share > NODATA_SHARE:
            self._write(place, Row(NODATA, nodata_share=nodata_share))
            return
        params = {**self.inquiry.params, "paths": [str(crop.path) for crop in crops]}
        pending = self._submit(self.inquiry.method, params)
        self._asked.append(_Asked(place, params, nodata_share, pending))

    def _collect(self) -> None:
        """Write the row of the question that was sent first, once it is answered."""
        asked = self._asked[0]
        try:
            result = self._wait(asked.pending)
            if result is None:
                return
            answer = Answer.of_result(result, views=self.inquiry.params.get("views", 1))
            row = Row(ANSWERED, answer, asked.nodata_share)
        except WorkerError as error:
            if error.code in _HOPELESS:
                raise
            row = Row(FAILED, nodata_share=asked.nodata_share, error=error.message)
        except WorkerDied as death:
            self._survive(asked, death)
            return
        self._lost_in_a_row = 0
        self._asked.popleft()
        self._write(asked.place, row)

    def _survive(self, asked: _Asked, death: WorkerDied) -> None:
        """Ask a new worker what the dead one was asked, but no place more than twice."""
        asked.deaths += 1
        why = death_sentence(death)
        self.feedback.pushWarning(f"{asked.place.name}: {why}")
        if asked.deaths >= DEATHS_PER_PLACE:
            self._asked.popleft()
            self._lost_in_a_row += 1
            self._write(asked.place, Row(FAILED, nodata_share=asked.nodata_share, error=why))
        if self._lost_in_a_row >= PLACES_LOST_IN_A_ROW:
            raise death
        for other in self._asked:  # they died with it, and are not to blame
            other.pending.cancel()  # or were sent to a new one already, out of turn
            other.pending = self._submit(self.inquiry.method, other.params)

    def _wait(self, pending: PendingRequest) -> Mapping[str, Any] | None:
        """The result of a request, or ``None`` if the user cancels before it comes."""
        return pending.future.result() if is_done(pending.future, self.feedback) else None

    def _submit(self, method: str, params: dict[str, Any]) -> PendingRequest:
        try:
            return self.session.submit(method, params)
        except OSError as error:  # it had to be started again
            raise QgsProcessingException(start_sentence(error)) from error

    def _has(self, place: Place) -> bool:
        return self.table.has(self._values(place, Row(NODATA)), place.geometry)

    def _write(self, place: Place, row: Row) -> None:
        self.table.write(self._values(place, row), place.geometry)
        self._progress.tick()

    def _values(self, place: Place, row: Row) -> dict[str, Any]:
        return {**place.values, **self.columns.values(row, self._facts)}

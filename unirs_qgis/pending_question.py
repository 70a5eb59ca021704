"""A question of the user that has no answer yet, and what the worker is sent about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unirs_qgis.conversation import FollowUp
from unirs_qgis.crops.renderer import Crop
from unirs_qgis.dock.entries import new_id
from unirs_qgis.inputs.layers import dates_for_model
from unirs_qgis.inputs.selection import InputSelection, crs_name
from unirs_qgis.map.change_polygons import places_of
from unirs_qgis.runtime.capabilities import Capabilities
from unirs_qgis.runtime.worker import Job
from unirs_qgis.settings import Settings
from unirs_qgis.when import STORY, WHEN
from unirs_qgis.where import WHERE, picture_side, pixels_along

FRAME = "frame.png"


@dataclass(frozen=True)
class QuestionRequest:
    """What the user asks.

    Attributes:
        task: "ask", "where", "when", "caption", "change" or "classify".
        text: The question; may be empty for all but "ask", "where" and "when".
        options: Closed set of answers, or of classes; empty for a free answer.
        selection: The layers and their extent, or the video file.
    """

    task: str
    text: str
    options: tuple[str, ...]
    selection: InputSelection


@dataclass
class PendingQuestion:
    """A question that has no answer yet.

    Attributes:
        request: What the user asks.
        settings: The user's settings when it was asked.
        folder: Private folder of its files.
        follow_up: The conversation that it goes with.
        id: Of the entry that it becomes.
        model: The result of ``load``; empty before.
        crops: The images that the model reads; empty before they are drawn, and for a video file.
        job: The worker's current job for it.
    """

    request: QuestionRequest
    settings: Settings
    folder: Path
    follow_up: FollowUp
    id: str = field(default_factory=new_id)
    model: dict[str, Any] = field(default_factory=dict)
    crops: list[Crop] = field(default_factory=list)
    job: Job | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What the loaded model can do."""
        return Capabilities.of_load(self.model)

    @property
    def method(self) -> str:
        """The worker's method."""
        request = self.request
        is_story = request.task == "change" and request.selection.kind == "video"
        return STORY if is_story else request.task

    @property
    def refusal(self) -> str:
        """Why the model cannot be asked, in one sentence; empty if it can."""
        kind = {WHEN: "single", STORY: "pair"}.get(self.method, self.request.selection.kind)
        return self.capabilities.refusal(kind)

    @property
    def is_sent(self) -> bool:
        """Whether the worker has received the question itself."""
        return bool(self.crops or (self.request.selection.video and self.model))

    @property
    def change_map(self) -> Path | None:
        """Where the worker writes a map of change or of places; ``None`` if there is none."""
        is_pair = self.request.selection.kind == "pair" and self.capabilities.change_maps
        is_possible = is_pair or self.request.task == WHERE
        return self.folder.parent / f"{self.id}.tif" if is_possible else None

    @property
    def dates(self) -> tuple[str, ...]:
        """Acquisition dates of the layers, for the model."""
        return dates_for_model([record.date for record in self.request.selection.records])

    @property
    def crop_size(self) -> int:
        """Pixels on the longer side of the crops."""
        selection, size = self.request.selection, self.model["image_size"]
        if self.request.task != WHERE:
            return int(size)
        pixels = pixels_along(selection.layers, selection.extent, selection.crs)
        return picture_side(pixels, size)

    @property
    def crops_key(self) -> tuple[object, ...]:
        """Questions with the same key have the same crops."""
        selection = self.request.selection
        extent = selection.extent.toString(17)
        return selection.identifiers, self.dates, extent, crs_name(selection.crs), self.crop_size

    def params(self) -> dict[str, Any]:
        """The request's parameters; see ``docs/worker-protocol.md``."""
        request, settings = self.request, self.settings
        paths = [str(crop.path) for crop in self.crops] or [request.selection.video]
        images = {**model_params(settings), "paths": paths}
        if request.selection.corrections:
            images["crop"] = dict.fromkeys(request.selection.corrections, True)
        if request.task == WHERE:
            search = {**images, "question": request.text, "map": str(self.change_map)}
            if request.selection.kind == "pair":
                search |= {"from_to": True, "polygons": str(places_of(self.change_map))}
            return search
        if self.method in (WHEN, STORY):
            return self._params_of_series(images)
        params = {
            **images,
            "text": request.text,
            "classes" if request.task == "classify" else "options": list(request.options),
            "clue": settings.clue if self.capabilities.clue else None,
            "max_new_tokens": settings.max_new_tokens,
        }
        if self.follow_up.earlier:
            params["conversation"] = self.follow_up.turns()
        if settings.views > 1 and self.capabilities.views:
            params["views"] = settings.views
        if request.selection.video:
            params["save_crop"] = str(self.folder / FRAME)
        elif self.change_map:
            params["change_map"] = str(self.change_map)
        return params

    def _params_of_series(self, images: dict[str, Any]) -> dict[str, Any]:
        """Those of the methods about all dates of a series.

        Args:
            images: Model, paths and corrections.
        """
        params = {
            **images,
            "names": [record.name for record in self.request.selection.records],
            "clue": self.settings.clue if self.capabilities.clue else None,
        }
        if self.method == STORY:
            return {**params, "max_new_tokens": self.settings.max_new_tokens}
        params["question"] = self.request.text
        if self.settings.views > 1 and self.capabilities.views:
            params["views"] = self.settings.views
        return params


def model_params(settings: Settings) -> dict[str, Any]:
    """The parameters that choose the model, its device and precision."""
    return {name: getattr(settings, name) for name in ("model", "device", "precision")}

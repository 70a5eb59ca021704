"""A search of the project's indexes, from the dock to the worker and onto the map."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from qgis.core import QgsGeometry, QgsProject
from qtpy.QtCore import QObject, QTimer

from unirs_qgis.dock import UniRSDock
from unirs_qgis.dock.found_view import FoundTile
from unirs_qgis.index import project_indexes
from unirs_qgis.map.footprints import Footprints
from unirs_qgis.pending_question import model_params
from unirs_qgis.runtime.worker import Job, Worker
from unirs_qgis.settings import Settings

CRS = "EPSG:4326"
"""Of the footprints of tiles."""

LIMIT = 20
"""Tiles that the dock lists."""


class FindController(QObject):
    """Finds tiles by the words in the search field, and outlines them.

    Args:
        dock: Has the field, and lists the tiles.
        worker: Searches.
        footprints: Shows tiles on the map.
        settings: Gives the model that compares images.
        parent: Owner.
    """

    def __init__(
        self,
        dock: UniRSDock,
        worker: Worker,
        footprints: Footprints,
        settings: Callable[[], Settings],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._search, self._worker, self._footprints = dock.search, worker, footprints
        self._settings = settings
        self._job: Job | None = None
        self._tiles: list[FoundTile] = []
        self._look = QTimer(self)  # layers come and go many at a time
        self._look.setSingleShot(True)
        self._look.timeout.connect(self._look_for_indexes)
        self._search.find_requested.connect(self.find)
        self._search.find_ended.connect(self.clear)
        self._search.found.chosen.connect(self._show)
        self._search.found.opened.connect(self._zoom)
        self._project = QgsProject.instance()
        self._project.layersAdded.connect(self._look_soon)
        self._project.layersRemoved.connect(self._look_soon)
        self._look_soon()

    def close(self) -> None:
        """Disconnect from the project, which outlives this."""
        self._look.stop()
        self._project.layersAdded.disconnect(self._look_soon)
        self._project.layersRemoved.disconnect(self._look_soon)
        self._drop()

    def find(self, words: str) -> None:
        """Search all indexes of the project; another search is dropped."""
        self._drop()
        indexes = project_indexes()
        if not indexes or not words.strip():
            return
        self._search.found.show_progress(self.tr("Searching the index of tiles…"))
        params = {**model_params(self._settings()), "indexes": indexes, "text": words.strip()}
        self._job = self._worker.submit("find", {**params, "limit": LIMIT})
        self._job.finished.connect(self._on_found)
        self._job.failed.connect(self._on_failed)

    def clear(self) -> None:
        """End the search, and show nothing of it."""
        if self._job or self._tiles:
            self._footprints.clear()
        self._drop()
        self._tiles = []
        self._search.found.show_progress("")

    def _drop(self) -> None:
        job, self._job = self._job, None
        if job:
            job.drop()

    def _on_found(self, result: Mapping[str, Any]) -> None:
        self._job = None
        self._tiles = [_tile(tile) for tile in result["tiles"]]
        heading = self.tr("{found} of {searched} tiles, the best one first.").format(
            found=len(self._tiles), searched=result["searched"]
        )
        if result["missing"]:
            missing = self.tr(
                "The rasters of {count} tiles are gone: only what the index stores about them "
                "was compared."
            )
            heading = f"{heading} {missing.format(count=result['missing'])}"
        self._search.found.show_tiles(heading, self._tiles)
        shapes = [QgsGeometry.fromWkt(tile.footprint) for tile in self._tiles if tile.footprint]
        if shapes:
            self._footprints.show(QgsGeometry.collectGeometry(shapes).asWkt(), CRS)

    def _on_failed(self, _code: str, message: str) -> None:
        self._job = None
        self._search.found.show_progress(message)

    def _show(self, number: int) -> None:
        if self._tiles[number].footprint:
            self._footprints.show(self._tiles[number].footprint, CRS)

    def _zoom(self, number: int) -> None:
        if self._tiles[number].footprint:
            self._footprints.zoom(self._tiles[number].footprint, CRS)

    def _look_soon(self, *_layers: object) -> None:
        self._look.start(0)

    def _look_for_indexes(self) -> None:
        self._search.set_indexes(len(project_indexes()))


def _tile(tile: Mapping[str, Any]) -> FoundTile:
    names = ", ".join(dict.fromkeys(Path(path).name for path in tile["paths"]))
    dates = " – ".join(date for date in tile["dates"] if date)
    source = f"{names} · {dates}" if dates else names
    return FoundTile(tile["caption"], source, tile["footprint"] or "")

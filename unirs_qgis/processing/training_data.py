"""Reviewed answers as lines of training data, with the images that the model read."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsGeometry,
    QgsProcessingFeedback,
)
from qtpy.QtCore import QCoreApplication
from qtpy.QtGui import QImage

from unirs_qgis.crops.grid import CropError
from unirs_qgis.crops.snapshot import LayerSnapshot
from unirs_qgis.dock.entries import LayerRecord
from unirs_qgis.processing.extents import FeatureBoxes
from unirs_qgis.processing.run import NODATA_SHARE
from unirs_qgis.processing.session import LayerRenderer
from unirs_qgis.review.forms import AnswerRow

translate = QCoreApplication.translate


def training_line(row: AnswerRow, images: Sequence[str]) -> dict[str, Any]:
    """A line of the data set ``jsonl`` of ``unirs train``.

    Args:
        row: A reviewed answer.
        images: Its image, or one for each date; paths relative to the file.
    """
    named: dict[str, Any] = {"image": images[0]}
    if len(images) > 1:
        named = {"images": list(images), "kind": "pair" if len(images) == 2 else "video"}
    if row.question:
        return {**named, "question": row.question, "answer": row.right_text}
    return {**named, "class" if row.options else "caption": row.right_text}


class TrainingWriter:
    """Writes lines and images. Lines go into a file of their own until it is closed.

    Args:
        path: The ``.jsonl`` file. The images go into a folder beside it.

    Raises:
        OSError: The folder cannot be written to.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._images = path.with_name(f"{path.stem}-images")
        self._images.mkdir(exist_ok=True)
        self._lines = self._part.open("w", encoding="utf-8")
        self.count = 0

    def add(self, row: AnswerRow, pictures: Sequence[QImage]) -> None:
        """Write an answer.

        Args:
            row: Reviewed.
            pictures: What the model read of each date.

        Raises:
            OSError: The disk is full.
        """
        paths = [self._images / f"{row.id}-{date}.png" for date in range(1, len(pictures) + 1)]
        for picture, path in zip(pictures, paths):
            if not picture.save(str(path), "PNG"):
                raise OSError(0, translate("Processing", "an image cannot be written"), str(path))
        names = [f"{self._images.name}/{path.name}" for path in paths]
        self._lines.write(json.dumps(training_line(row, names), ensure_ascii=False) + "\n")
        self._lines.flush()
        self.count += 1

    def close(self) -> None:
        """Put the file in its place.

        Raises:
            OSError: The disk is full.
        """
        self._lines.close()
        self._part.replace(self._path)


class SeenPictures:
    """Draws what the model read of rows again, on the thread of a run.

    Args:
        snapshots: The layers of each subject of rows, in order of time.
        context: Of the project.
        size: Pixels on the longer side.
        feedback: Cancels.
    """

    def __init__(
        self,
        snapshots: Mapping[tuple[LayerRecord, ...], Sequence[LayerSnapshot]],
        context: QgsCoordinateTransformContext,
        size: int,
        feedback: QgsProcessingFeedback,
    ) -> None:
        self._size, self._snapshots, self._context = size, snapshots, context
        self._renderers = {
            rasters: LayerRenderer(layers, layers[0].crs, feedback, [""] * len(layers))
            for rasters, layers in snapshots.items()
        }

    def of(
        self, row: AnswerRow, polygon: QgsGeometry, crs: QgsCoordinateReferenceSystem
    ) -> list[QImage]:
        """A picture of each date.

        Args:
            row: An answer.
            polygon: What it is about.
            crs: Of the polygon.

        Raises:
            CropError: There is nothing to draw.
            CropCancelled: The user has cancelled.
        """
        first = self._snapshots[row.rasters][0]
        boxes = FeatureBoxes(first.extent, first.crs, crs, self._context)
        extent = boxes(polygon, row.margin)
        if extent is None:
            raise CropError(
                translate("Processing", "The feature no longer has a geometry; give it one.")
            )
        with tempfile.TemporaryDirectory(prefix="unirs-") as folder:
            crops = self._renderers[row.rasters].crops(extent, self._size, Path(folder))
        if max(crop.nodata_share for crop in crops) > NODATA_SHARE:
            raise CropError(translate("Processing", "The layers no longer have data there."))
        return [crop.thumbnail for crop in crops]

    def close(self) -> None:
        """Close the layers."""
        for renderer in self._renderers.values():
            renderer.close()

"""What is looked at: the dock's input panel kept in step with the project, in both directions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsMapLayerProxyModel,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.gui import QgsMapLayerComboBox
from qtpy.QtCore import QDateTime, QObject, Qt, Signal

from unirs_qgis.dock import SeriesItem, UniRSDock
from unirs_qgis.dock.entries import LayerRecord
from unirs_qgis.extent import ExtentChooser
from unirs_qgis.layers import (
    acquisition_date,
    date_warning,
    input_kind,
    ordered,
    public_source,
    raster_layers,
)

LARGEST_SERIES = 64
"""More layers than a model reads frames add nothing; this bounds what is rendered."""

Date = Optional[QDateTime]


class InputError(Exception):
    """What is chosen cannot be asked about; the text is one sentence for the user."""


@dataclass(frozen=True)
class Picked:
    """What is looked at.

    Attributes:
        kind: "single", "pair" or "video".
        layers: In the order in which the model sees them; none for a video file. They may be gone
            from the project before they are drawn.
        identifiers: Of the layers.
        records: Layers, or the video file, as a history keeps them.
        video: Path of a video file, else empty.
        extent: What part of the layers, in ``crs``; empty for a video file.
        crs: Of the extent; invalid if the layers have none.
    """

    kind: str
    layers: tuple[QgsRasterLayer, ...]
    identifiers: tuple[str, ...]
    records: tuple[LayerRecord, ...]
    video: str
    extent: QgsRectangle
    crs: QgsCoordinateReferenceSystem


def crs_name(crs: QgsCoordinateReferenceSystem) -> str:
    """What identifies a CRS anywhere: "EPSG:32611" or the like, else WKT, else nothing."""
    code = crs.authid()
    return code if code and not code.startswith("USER:") else crs.toWkt()


def iso_date(date: Date) -> str:
    """ISO 8601 day of a date; empty if it is not known."""
    return date.toString(Qt.DateFormat.ISODate)[:10] if date and date.isValid() else ""


def date_of(iso: str) -> Date:
    """The date of the dock's text, 00:00 UTC of its first day; ``None`` for an empty one."""
    if not iso:
        return None
    day = "-".join([*iso[:10].split("-"), "01", "01"][:3])
    return QDateTime.fromString(f"{day}T00:00:00Z", Qt.DateFormat.ISODate)


def layer_combo() -> QgsMapLayerComboBox:
    """A chooser of a raster layer."""
    combo = QgsMapLayerComboBox()
    combo.setFilters(QgsMapLayerProxyModel.Filter.RasterLayer)
    combo.setAllowEmptyLayer(False)
    return combo


class Inputs(QObject):
    """Keeps the dock's input panel and the project in step, and tells what is chosen.

    Args:
        dock: The dock.
        before: Its chooser of the (earlier) layer.
        after: Its chooser of the later layer.
        chooser: Its chooser of the extent.
        project: The project whose layers are offered.
        parent: Owner.
    """

    changed = Signal()
    """Something else is chosen, or there are other layers."""

    def __init__(
        self,
        dock: UniRSDock,
        before: QgsMapLayerComboBox,
        after: QgsMapLayerComboBox,
        chooser: ExtentChooser,
        project: QgsProject,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._dock, self._before, self._after = dock, before, after
        self._chooser, self._project = chooser, project
        self._edited: dict[str, Date] = {}  # dates by layer id that the user knows better
        self._image_size = 128
        before.layerChanged.connect(self._refresh)
        after.layerChanged.connect(self._refresh)
        chooser.changed.connect(self._show_crop)
        dock.kind_changed.connect(self._on_kind)
        dock.swapped.connect(self._swap)
        dock.dates_edited.connect(self._on_dates)
        dock.series_changed.connect(self._on_series)
        dock.series_add_requested.connect(self._add_to_series)
        project.layersRemoved.connect(self._forget)
        project.layersAdded.connect(self._refresh)
        self._refresh()

    def detach(self) -> None:
        """Let go of the project, which outlives the plugin."""
        self._project.layersRemoved.disconnect(self._forget)
        self._project.layersAdded.disconnect(self._refresh)

    # -- what is chosen

    @property
    def has_any(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self._dock.video_path or raster_layers(self._project))

    def layers(self) -> list[QgsRasterLayer]:
        """The chosen layers, in the order in which the model would see them."""
        if self._dock.kind == "video":
            found = (self._project.mapLayer(item.id) for item in self._dock.series)
            return [layer for layer in found if layer is not None]
        combos = [self._before, self._after][: 2 if self._dock.kind == "pair" else 1]
        return [combo.currentLayer() for combo in combos if combo.currentLayer() is not None]

    def picked(self) -> Picked:
        """What is chosen now.

        Raises:
            InputError: It cannot be asked about.
        """
        kind = self._dock.kind
        if kind == "video" and self._dock.video_path:
            return self._picked_video(self._dock.video_path)
        layers = self.layers()
        self._check(kind, layers)
        extent = self._chooser.extent()
        if extent is None or extent.isEmpty():
            raise InputError(
                self.tr("The extent is empty; choose the map view, a layer or draw a rectangle.")
            )
        return Picked(
            kind=kind,
            layers=tuple(layers),
            identifiers=tuple(layer.id() for layer in layers),
            records=tuple(
                LayerRecord(layer.name(), public_source(layer), iso_date(self._date(layer)))
                for layer in layers
            ),
            video="",
            extent=QgsRectangle(extent),
            crs=extent.crs(),
        )

    @staticmethod
    def _picked_video(path: str) -> Picked:
        record = LayerRecord(Path(path).name, path)
        nowhere = QgsRectangle(), QgsCoordinateReferenceSystem()
        return Picked("video", (), (), (record,), path, *nowhere)

    def _check(self, kind: str, layers: Sequence[QgsRasterLayer]) -> None:
        fewest = {"single": 1, "pair": 2, "video": 3}[kind]
        if len(layers) < fewest:
            raise InputError(
                {
                    "single": self.tr("No raster layer is chosen; add one to the project."),
                    "pair": self.tr("A pair needs two raster layers; choose the second one."),
                    "video": self.tr("A series needs three layers or more, or a video file."),
                }[kind]
            )
        if kind == "pair" and layers[0] is layers[1]:
            raise InputError(
                self.tr(
                    "Both dates are the layer “{layer}”; choose another one for one of them."
                ).format(layer=layers[0].name())
            )
        broken = next((layer for layer in layers if not layer.isValid()), None)
        if broken is not None:
            raise InputError(
                self.tr(
                    "The layer “{layer}” cannot be read; mend its source or choose another."
                ).format(layer=broken.name())
            )

    # -- choosing from outside

    def choose(self, layers: Sequence[QgsRasterLayer]) -> None:
        """Look at these layers, in order of their dates where all are known."""
        self.choose_as_given(ordered(list(layers)))

    def choose_as_given(self, layers: Sequence[QgsRasterLayer]) -> None:
        """Look at these layers in this order, whatever their dates."""
        chosen = layers[:LARGEST_SERIES]
        kind = input_kind(chosen)
        if not kind:
            return
        self._dock.set_video_path("")
        self._dock.set_kind(kind)
        if kind == "video":
            self._show_series(chosen)
        else:
            for combo, layer in zip((self._before, self._after), chosen):
                combo.setLayer(layer)
        self._refresh()

    def choose_video(self, path: str) -> None:
        """Look at a video file."""
        self._dock.set_kind("video")
        self._dock.set_video_path(path)
        self._refresh()

    def add_to_series(self, layers: Iterable[QgsRasterLayer]) -> None:
        """Add layers to the series, in order of their dates where all are known."""
        known = [layer for layer in self.layers() if self._dock.kind == "video"]
        new = [layer for layer in layers if layer not in known]
        self._dock.set_video_path("")
        self._dock.set_kind("video")
        self._show_series(ordered([*known, *new])[:LARGEST_SERIES])
        self._refresh()

    def set_image_size(self, pixels: int) -> None:
        """Take note of the side of the images that the model reads, for the note on scale."""
        self._image_size = pixels
        self._show_crop()

    # -- what the user does in the dock, and others to the project

    def _on_kind(self, kind: str) -> None:
        if kind == "pair":
            self._propose_pair()
        self._refresh()

    def _propose_pair(self) -> None:
        """Choose a second layer where there is none yet, and put the earlier one first."""
        first = self._before.currentLayer()
        others = [layer for layer in raster_layers(self._project) if layer is not first]
        if first is None or not others:
            return
        second = self._after.currentLayer()
        if second is None or second is first:
            second = others[0]
        for combo, layer in zip((self._before, self._after), ordered([first, second])):
            combo.setLayer(layer)

    def _swap(self) -> None:
        before, after = self._before.currentLayer(), self._after.currentLayer()
        self._before.setLayer(after)
        self._after.setLayer(before)
        self._refresh()

    def _on_dates(self) -> None:
        for layer, date in zip(self.layers(), self._dock.dates()):
            self._edited[layer.id()] = date_of(date)
        self._refresh()

    def _on_series(self) -> None:
        for item in self._dock.series:
            self._edited[item.id] = date_of(item.date)
        self._refresh()

    def _add_to_series(self, which: str) -> None:
        chosen = self._before.currentLayer()
        if which == "visible":
            self.add_to_series(self._visible())
        elif chosen is not None:
            self.add_to_series([chosen])

    def _visible(self) -> list[QgsRasterLayer]:
        root = self._project.layerTreeRoot()
        return [
            layer
            for layer in raster_layers(self._project)
            if (node := root.findLayer(layer.id())) is not None and node.isVisible()
        ]

    def _forget(self, identifiers: list[str]) -> None:
        """Layers are gone from the project."""
        for identifier in identifiers:
            self._edited.pop(identifier, None)
        kept = [item for item in self._dock.series if item.id not in identifiers]
        if len(kept) < len(self._dock.series):
            self._dock.show_series(kept, date_warning([date_of(item.date) for item in kept]))
        self._refresh()

    # -- showing it

    def _date(self, layer: QgsRasterLayer) -> Date:
        if layer.id() in self._edited:
            return self._edited[layer.id()]
        return acquisition_date(layer)[0]

    def _refresh(self, *_signal: object) -> None:
        layers = self.layers()
        dates = tuple(map(self._date, layers))
        if self._dock.kind == "video":
            self._show_series(layers)
        else:
            missing = 1 if self._dock.kind == "single" else 2
            shown = (*dates, *[None] * (missing - len(dates)))
            self._dock.show_dates(tuple(map(iso_date, shown)), date_warning(dates))
        self._chooser.set_layers(layers)
        self._show_crop()
        self.changed.emit()

    def _show_series(self, layers: Sequence[QgsRasterLayer]) -> None:
        dates = [self._date(layer) for layer in layers]
        items = [
            SeriesItem(layer.id(), layer.name(), iso_date(date))
            for layer, date in zip(layers, dates)
        ]
        self._dock.show_series(items, date_warning(dates))

    def _show_crop(self) -> None:
        if self.layers() and not self._dock.video_path:
            self._dock.show_crop(*self._chooser.summary(self._image_size))
        else:
            self._dock.show_crop("", "")

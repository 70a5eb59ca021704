"""What a question is about: the dock's input panel and the project, kept synchronous."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.gui import QgsMapCanvas
from qtpy.QtCore import QObject, QTimer, Signal

from unirs_qgis.dock import SeriesItem, UniRSDock
from unirs_qgis.dock.entries import LayerRecord
from unirs_qgis.inputs.layer_combo import LayerCombo
from unirs_qgis.inputs.layer_tree import (
    is_visible,
    layers_by_relevance,
    outputs,
    raster_layers,
    visibility_note,
)
from unirs_qgis.inputs.layers import (
    acquisition_date,
    date_warning,
    input_kind,
    public_source,
)
from unirs_qgis.inputs.selection import InputSelection
from unirs_qgis.map.crop_note import CropNote
from unirs_qgis.map.extent import ExtentChooser
from unirs_qgis.shared.dates import ImageDate, chronological, parse_date

IMAGE_SIZE = 224
"""Pixels on a side of what the default model reads: assumed until a model has been loaded."""
LARGEST_SERIES = 64
"""Number of layers. A model reads fewer frames; this limits how many crops are drawn."""


class InputError(Exception):
    """The selection cannot be asked about; the text is one sentence for the user."""


def _text(date: ImageDate | None) -> str:
    """A date as the dock and the history have it: ISO 8601; empty if it is not known."""
    return date.isoformat() if date else ""


class InputController(QObject):
    """Keeps the dock's input panel and the project synchronous, and gives the selection.

    Until the user chooses a layer, the active one is selected if the map shows it, else the topmost
    visible one.

    Args:
        dock: The dock.
        before: Its chooser of the (earlier) layer.
        after: Its chooser of the later layer.
        chooser: Its chooser of the extent.
        canvas: The map, which has the active layer.
        project: The project with the layers.
        parent: Owner.
    """

    changed = Signal()
    """The selection, or the layers of the project, have changed."""

    def __init__(
        self,
        dock: UniRSDock,
        before: LayerCombo,
        after: LayerCombo,
        chooser: ExtentChooser,
        canvas: QgsMapCanvas,
        project: QgsProject,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._dock, self._before, self._after = dock, before, after
        self._chooser, self._canvas, self._project = chooser, canvas, project
        self._edited: dict[str, ImageDate | None] = {}  # the user's dates, by layer id
        self._follows = True  # the user has not chosen a layer yet
        self._shown: set[str] = set()  # ids of the layers in the choosers
        self._offered: list[QgsRasterLayer] = []
        self._image_size = IMAGE_SIZE
        # The project announces a layer before the layer tree and the map have it.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._refresh)
        for combo in (before, after):
            combo.layerChanged.connect(self._refresh_soon)
            combo.chosen.connect(self._on_chosen)
        chooser.changed.connect(self._show_crop)
        dock.kind_changed.connect(self._on_kind)
        dock.swapped.connect(self._swap)
        dock.dates_edited.connect(self._on_dates)
        dock.series_changed.connect(self._on_series)
        dock.series_add_requested.connect(self._add_to_series)
        root = project.layerTreeRoot()
        self._outside = (
            *(project.layersAdded, project.layersRemoved, project.readProject),
            *(root.layerOrderChanged, root.visibilityChanged, canvas.currentLayerChanged),
        )
        project.cleared.connect(self._on_cleared)
        canvas.mapCanvasRefreshed.connect(self._on_map_drawn)
        for signal in self._outside:
            signal.connect(self._refresh_soon)
        self._refresh()

    def detach(self) -> None:
        """Disconnect from project and map, which outlive the plugin."""
        self._soon.stop()
        for signal in self._outside:
            signal.disconnect(self._refresh_soon)
        self._project.cleared.disconnect(self._on_cleared)
        self._canvas.mapCanvasRefreshed.disconnect(self._on_map_drawn)

    # -- the selection

    @property
    def has_any(self) -> bool:
        """Whether there is anything to ask about."""
        return bool(self._dock.video_path or raster_layers(self._project))

    @property
    def why_none(self) -> str:
        """One sentence if there are raster layers, but none that can be read; else empty."""
        layers = self._project.mapLayers().values()
        if all(layer.isValid() for layer in layers if isinstance(layer, QgsRasterLayer)):
            return ""
        return self.tr(
            "None of the raster layers in this project can be read; repair their sources, or add "
            "another layer."
        )

    def layers(self) -> list[QgsRasterLayer]:
        """The selected layers, in the order in which the model reads them."""
        if self._dock.kind == "video":
            found = (self._project.mapLayer(item.id) for item in self._dock.series)
            return [layer for layer in found if layer is not None]
        return self._in_choosers()

    def _in_choosers(self) -> list[QgsRasterLayer]:
        combos = [self._before, self._after][: 2 if self._dock.kind == "pair" else 1]
        return [combo.currentLayer() for combo in combos if combo.currentLayer() is not None]

    def selection(self) -> InputSelection:
        """The current selection.

        Raises:
            InputError: It cannot be asked about.
        """
        if self._soon.isActive():
            self._refresh()
        kind = self._dock.kind
        if kind == "video" and self._dock.video_path:
            return self._video_selection(self._dock.video_path)
        layers = self.layers()
        problem = self._problem(layers, self._chooser.note(self._image_size))
        if problem:
            raise InputError(problem)
        extent = self._chooser.extent()
        return InputSelection(
            kind=kind,
            layers=tuple(layers),
            identifiers=tuple(layer.id() for layer in layers),
            records=tuple(
                LayerRecord(layer.name(), public_source(layer), _text(self._date(layer)))
                for layer in layers
            ),
            video="",
            extent=QgsRectangle(extent),
            crs=extent.crs(),
            corrections=self._dock.corrections,
        )

    @staticmethod
    def _video_selection(path: str) -> InputSelection:
        record = LayerRecord(Path(path).name, path)
        nowhere = QgsRectangle(), QgsCoordinateReferenceSystem()
        return InputSelection("video", (), (), (record,), path, *nowhere)

    def _problem(self, layers: Sequence[QgsRasterLayer], note: CropNote) -> str:
        """One sentence why layers cannot be asked about; empty if they can."""
        kind = self._dock.kind
        fewest = {"single": 1, "pair": 2, "video": 3}[kind]
        if len(layers) < fewest:
            return {
                "single": self.tr("No raster layer is chosen; add one to the project."),
                "pair": self.tr("A pair needs two raster layers; choose a second layer."),
                "video": self.tr("A series needs three layers or more, or a video file."),
            }[kind]
        if kind == "pair" and layers[0] == layers[1]:
            return self.tr("Both dates are the layer “{layer}”; choose a second layer.").format(
                layer=layers[0].name()
            )
        broken = next((layer for layer in layers if not layer.isValid()), None)
        if broken is not None:
            return self.tr(
                "The layer “{layer}” cannot be read; repair its source, or choose another."
            ).format(layer=broken.name())
        return note.refusal

    # -- selecting from outside

    def choose(self, layers: Sequence[QgsRasterLayer]) -> None:
        """Select layers, in order of their dates where all are known."""
        self.choose_as_given(self._in_order(layers))

    def choose_as_given(self, layers: Sequence[QgsRasterLayer]) -> None:
        """Select layers in this order, whatever their dates."""
        chosen = layers[:LARGEST_SERIES]
        kind = input_kind(chosen)
        if not kind:
            return
        self._dock.set_video_path("")
        self._dock.set_kind(kind)
        if kind == "video":
            self._show_series(chosen)
        else:
            self._show_layers(chosen)
        self._follows = False
        self._refresh()

    def choose_video(self, path: str) -> None:
        """Select a video file."""
        self._dock.set_kind("video")
        self._dock.set_video_path(path)
        self._refresh()

    def add_to_series(self, layers: Iterable[QgsRasterLayer]) -> None:
        """Add layers to the series, in order of their dates where all are known."""
        known = [layer for layer in self.layers() if self._dock.kind == "video"]
        new = [layer for layer in layers if layer not in known]
        self._dock.set_video_path("")
        self._dock.set_kind("video")
        self._show_series(self._in_order([*known, *new])[:LARGEST_SERIES])
        self._refresh()

    @property
    def image_size(self) -> int:
        """Side of the images that the model reads, in pixels."""
        return self._image_size

    def set_image_size(self, pixels: int) -> None:
        """Set the side of the images that the model reads, for the note on scale."""
        self._image_size = pixels
        self._show_crop()

    # -- changes of the project

    def _refresh_soon(self, *_signal: object) -> None:
        """Read the project once its layer tree and the map have caught up."""
        self._soon.start()

    def _refresh(self) -> None:
        self._soon.stop()
        self._follow()
        layers = self.layers()
        self._shown = {layer.id() for layer in self._in_choosers()}
        dates = tuple(map(self._date, layers))
        if self._dock.kind == "video":
            self._show_series(layers)
        else:
            fields = 1 if self._dock.kind == "single" else 2
            distinct = len(self._shown) == len(layers)
            warning = date_warning(dates) if distinct else ""
            shown = (*map(_text, dates), *[""] * (fields - len(dates)))
            self._dock.show_dates(shown, warning)
        self._chooser.set_layers(layers)
        self._show_crop()
        self.changed.emit()

    def _on_map_drawn(self) -> None:
        """The map may show other layers: a source was repaired, or an opacity has changed."""
        if layers_by_relevance(self._project, self._canvas) != self._offered:
            self._refresh_soon()
        else:
            self._show_crop()

    def _on_cleared(self) -> None:
        """Another project is opened, perhaps with layers of the same ids."""
        self._edited, self._follows = {}, True
        self._refresh_soon()

    def _follow(self) -> None:
        """Update the choosers, and select a layer until the user has chosen one."""
        there = self._project.mapLayers().keys()
        self._edited = {id_: date for id_, date in self._edited.items() if id_ in there}
        self._follows = self._follows or not self._shown <= there
        made_here = outputs(self._project)
        for combo in (self._before, self._after):
            combo.leave_out(made_here)
        self._offered = layers_by_relevance(self._project, self._canvas)
        if not self._follows or not self._offered:
            return
        if self._dock.kind != "pair":
            self._before.show_layer(self._offered[0])
        elif len({layer.id() for layer in self.layers()}) < 2:
            self._propose_pair(self._offered)

    def _propose_pair(self, offered: Sequence[QgsRasterLayer]) -> None:
        """Keep the selected layer, add one if need be, and put the earlier one first."""
        known = {layer.id(): layer for layer in (*self.layers(), *offered) if layer in offered}
        self._show_layers(self._in_order(list(known.values())[:2]))

    def _propose_series(self) -> None:
        """Add the visible layers with a date, where they make a series."""
        dated = [layer for layer in self._visible() if self._date(layer) is not None]
        if input_kind(dated) == "video":
            self.add_to_series(dated)

    def _show_layers(self, layers: Sequence[QgsRasterLayer]) -> None:
        for combo, layer in zip((self._before, self._after), (*layers, None)):
            combo.show_layer(layer)

    # -- actions of the user in the dock

    def _on_chosen(self) -> None:
        self._follows = False
        self._refresh()

    def _on_kind(self, kind: str) -> None:
        if kind == "pair":
            self._propose_pair(layers_by_relevance(self._project, self._canvas))
        elif kind == "video" and not (self._dock.series or self._dock.video_path):
            self._propose_series()
        self._refresh()

    def _swap(self) -> None:
        before, after = self._before.currentLayer(), self._after.currentLayer()
        self._before.show_layer(after)
        self._after.show_layer(before)
        self._on_chosen()

    def _on_dates(self) -> None:
        self._keep_dates(zip(self.layers(), self._dock.dates()))

    def _on_series(self) -> None:
        dates = [(self._project.mapLayer(item.id), item.date) for item in self._dock.series]
        self._keep_dates((layer, date) for layer, date in dates if layer is not None)

    def _keep_dates(self, dates: Iterable[tuple[QgsRasterLayer, str]]) -> None:
        """Keep the dates that the user has changed."""
        for layer, text in dates:
            if text != _text(self._date(layer)):
                self._edited[layer.id()] = parse_date(text)
        self._refresh()

    def _in_order(self, layers: Sequence[QgsRasterLayer]) -> list[QgsRasterLayer]:
        """The earliest first; as given where the order is not certain."""
        order = chronological([self._date(layer) for layer in layers])
        return list(layers) if order is None else [layers[i] for i in order]

    def _add_to_series(self, which: str) -> None:
        chosen = self._before.currentLayer()
        if which == "visible":
            self.add_to_series(self._visible())
        elif chosen is not None:
            self.add_to_series([chosen])

    def _visible(self) -> list[QgsRasterLayer]:
        layers = raster_layers(self._project)
        return [layer for layer in layers if is_visible(layer, self._project, self._canvas)]

    # -- the panel

    def _date(self, layer: QgsRasterLayer) -> ImageDate | None:
        if layer.id() in self._edited:
            return self._edited[layer.id()]
        return acquisition_date(layer)[0]

    def _show_series(self, layers: Sequence[QgsRasterLayer]) -> None:
        dates = [self._date(layer) for layer in layers]
        items = [
            SeriesItem(layer.id(), layer.name(), _text(date)) for layer, date in zip(layers, dates)
        ]
        self._dock.show_series(items, date_warning(dates))

    def _show_crop(self) -> None:
        """Show size and scale of the extent, problems, and what the map does not show."""
        layers, is_file = self.layers(), bool(self._dock.video_path)
        note = self._chooser.note(self._image_size) if layers and not is_file else CropNote()
        problem = self._problem(layers, note) if self.has_any and not is_file else ""
        self._dock.show_crop(note.summary, note.warning, note.too_large)
        self._dock.show_problem(problem)
        self._dock.show_note("" if problem else self._unseen(layers))

    def _unseen(self, layers: Sequence[QgsRasterLayer]) -> str:
        """Whether the map does not show the one layer; of several dates it can show only one."""
        extent = self._chooser.extent()
        if self._dock.kind != "single" or not layers or extent is None:
            return ""
        return visibility_note(layers[0], extent, self._project, self._canvas)

"""The input: a layer, two dates of it or a series, and the extent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from unirs_qgis.dock.corrections import Corrections
from unirs_qgis.dock.entries import LayerRecord
from unirs_qgis.dock.pair_notice import PairNotice
from unirs_qgis.dock.parts.buttons import IconButton, SegmentButton
from unirs_qgis.dock.parts.date_field import DateField
from unirs_qgis.dock.parts.fold import Fold
from unirs_qgis.dock.parts.layers_label import short_label
from unirs_qgis.dock.parts.notice import Notice
from unirs_qgis.dock.parts.row import row_of
from unirs_qgis.dock.parts.text import WrapLabel
from unirs_qgis.dock.series_panel import SeriesItem, SeriesList, VideoFile
from unirs_qgis.dock.theme import Tone

_LAYERS, _FILE = 0, 1  # rows of the combo box with the source of a series


@dataclass(frozen=True)
class HostWidgets:
    """Widgets of QGIS. The dock lays them out and sets their object names.

    Attributes:
        before: Chooser of the layer; of the earlier one of a pair; of one to add to a series.
        after: Chooser of the later layer of a pair.
        extent: Chooser of the extent.
    """

    before: QComboBox
    after: QComboBox
    extent: QWidget


class InputPanel(QWidget):
    """Kind of input, layers with their dates, extent, and what the crop will be.

    All of it folds into one line with the names of the layers; warnings about them are shown below
    that line, folded or not.

    Args:
        widgets: QGIS's own choosers.
        parent: Parent widget.
    """

    swapped = Signal()
    kind_changed = Signal(str)
    dates_edited = Signal()
    series_changed = Signal()
    series_add_requested = Signal(str)
    tiles_requested = Signal()

    def __init__(self, widgets: HostWidgets, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._widgets = widgets
        self._unfolded_by_user = False
        self._name_host_widgets()
        self._kinds = QButtonGroup(self)
        self._source = self._make_source()
        self._before_date = self._date_field("beforeDateEdit", self.tr("Date of acquisition"))
        self._after_date = self._date_field(
            "afterDateEdit", self.tr("Date of acquisition of the later layer")
        )
        self._add = self._make_add_button()
        self._swap = IconButton("swap", self.tr("Swap before and after"), self)
        self._swap.setObjectName("swapButton")
        self._before_heading, self._after_heading = QLabel(self), QLabel(self.tr("After"), self)
        self._list, self._file = SeriesList(self), VideoFile(self)
        self._corrections = Corrections(self)
        self._crop = WrapLabel(secondary=True, parent=self)
        self._crop.setObjectName("cropLabel")
        self._crop.setToolTip(self.tr("Pixel size and size of the crop on the ground"))
        self._make_notices()
        self._fold = Fold(self.tr("Input"), self._make_fields(), True, self)
        self._fold.header.setObjectName("inputFold")
        self._lay_out()
        self._connect()
        self._fold.set_summary(self._summary)
        self.set_kind("single")

    # ----------------------------------------------------------------- folding

    def fold(self) -> None:
        """Folds into one line, unless the user has unfolded it before."""
        if not self._unfolded_by_user:
            self._fold.set_unfolded(False)

    # ----------------------------------------------------------------- kind of input

    @property
    def kind(self) -> str:
        """Kind of input: "single", "pair" or "video"."""
        return self._kinds.checkedButton().property("kind")

    def set_kind(self, kind: str) -> None:
        """Shows the fields of a kind of input, without emitting `kind_changed`.

        Args:
            kind: "single", "pair" or "video".
        """
        for button in self._kinds.buttons():
            if button.property("kind") == kind:
                button.setChecked(True)
        self._show_fields()

    # ----------------------------------------------------------------- layers and dates

    @property
    def series(self) -> list[SeriesItem]:
        """The layers of the series, in order."""
        return self._list.items()

    @property
    def video_path(self) -> str:
        """Path of the video file; empty if the series is one of layers."""
        return self._file.path() if self._is_file else ""

    def set_video_path(self, path: str) -> None:
        """Shows a video file as the series; an empty path goes back to layers."""
        self._file.set_path(path)
        self._source.blockSignals(True)
        self._source.setCurrentIndex(_FILE if path else _LAYERS)
        self._source.blockSignals(False)
        self._show_fields()

    def show_series(self, items: list[SeriesItem], warning: str) -> None:
        """Shows the layers of the series, and what is wrong with their dates."""
        self._list.show_items(items)
        self._date_warning.show_text(warning)
        self._fold.refresh()

    def dates(self) -> tuple[str, ...]:
        """Dates of acquisition: one, before and after, or one for each layer of the series.

        Returns:
            ISO 8601 dates, to the day, month or year; "" for one that is not known.
        """
        if self.kind == "single":
            return (self._before_date.value(),)
        if self.kind == "pair":
            return (self._before_date.value(), self._after_date.value())
        return tuple(item.date for item in self.series)

    @property
    def corrections(self) -> tuple[str, ...]:
        """What is corrected in the later dates, by the worker's names; nothing of one image."""
        return () if self.kind == "single" or self._is_file else self._corrections.names()

    def show_dates(self, dates: tuple[str, ...], warning: str) -> None:
        """Shows the dates of one layer or of a pair, and a warning about them."""
        for field, date in zip((self._before_date, self._after_date), dates):
            field.set_value(date)
        self._date_warning.show_text(warning)
        self._fold.refresh()

    # ----------------------------------------------------------------- messages

    def show_differences(self, differences: Sequence[tuple[str, str]]) -> None:
        """Shows what differs between two dates; see `PairNotice`."""
        self._pair_warning.show_differences(differences)

    def show_crop(self, summary: str, warning: str, offer_tiles: bool) -> None:
        """Shows the ground size of a pixel and of the crop, and a warning about it."""
        self._crop.setText(summary)
        self._crop.setVisible(bool(summary) and not self._is_file)
        self._crop_warning.show_text("" if self._is_file else warning, offer_tiles)
        self._fold.refresh()

    def show_problem(self, sentence: str) -> None:
        """Shows why the input cannot be asked about."""
        self._problem.show_text(sentence)

    def show_note(self, sentence: str) -> None:
        """Shows a remark on the chosen layer and the map."""
        self._note.show_text(sentence)

    # ----------------------------------------------------------------- parts

    def _name_host_widgets(self) -> None:
        widgets = self._widgets
        widgets.before.setObjectName("beforeLayerCombo")
        widgets.after.setObjectName("afterLayerCombo")
        widgets.extent.setObjectName("extentWidget")
        widgets.after.setAccessibleName(self.tr("Later layer"))
        widgets.extent.setAccessibleName(self.tr("Extent"))
        for widget in (widgets.before, widgets.after, widgets.extent):
            policy = widget.sizePolicy()
            policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)  # long layer names are elided
            widget.setSizePolicy(policy)
            widget.setMinimumWidth(80)

    def _make_notices(self) -> None:
        self._problem = self._notice("problemLabel", "info", Tone.BUSY)
        self._date_warning = self._notice("warningLabel", "warning", Tone.WARNING)
        self._pair_warning = PairNotice(self._corrections, self)
        self._crop_warning = self._notice(
            "cropWarningLabel", "warning", Tone.WARNING, self.tr("Ask tile by tile…")
        )
        self._crop_warning.button.setObjectName("tilesButton")
        self._note = self._notice("layerNoteLabel", "info", Tone.BUSY)
        about_dates = self._date_warning, self._pair_warning
        self._notices = (self._problem, *about_dates, self._crop_warning, self._note)

    def _notice(self, object_name: str, icon: str, tone: Tone, offer: str = "") -> Notice:
        notice = Notice(icon, tone, self, offer)
        notice.setObjectName(object_name)
        return notice

    def _make_source(self) -> QComboBox:
        source = QComboBox(self)
        source.setObjectName("seriesSourceCombo")
        source.setAccessibleName(self.tr("Source of the series"))
        source.addItems([self.tr("Dated layers"), self.tr("Video file")])
        return source

    def _date_field(self, object_name: str, name: str) -> DateField:
        field = DateField(name, self)
        field.edit.setObjectName(object_name)
        return field

    def _make_add_button(self) -> QToolButton:
        button = IconButton("add", self.tr("Add this layer to the series"), self)
        button.setObjectName("seriesAddButton")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        menu = QMenu(button)
        menu.addAction(self.tr("Add this layer")).triggered.connect(
            lambda: self.series_add_requested.emit("chosen")
        )
        menu.addAction(self.tr("Add all visible raster layers")).triggered.connect(
            lambda: self.series_add_requested.emit("visible")
        )
        button.setMenu(menu)
        return button

    def _kind_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(3)
        for kind, name, text, tip in (
            ("single", "kindSingleButton", self.tr("Image"), self.tr("Ask about one layer")),
            (
                "pair",
                "kindPairButton",
                self.tr("Pair"),
                self.tr("Compare two dates, before and after"),
            ),
            (
                "video",
                "kindSeriesButton",
                self.tr("Series"),
                self.tr("Ask about three or more dates, or a video file"),
            ),
        ):
            button = SegmentButton(text, self)
            button.setObjectName(name)
            button.setToolTip(tip)
            button.setAccessibleDescription(tip)
            button.setProperty("kind", kind)
            self._kinds.addButton(button)
            row.addWidget(button, 1)
        return row

    def _make_fields(self) -> QWidget:
        fields = QWidget(self)
        layout = QVBoxLayout(fields)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._kind_row())
        layout.addWidget(self._source)
        self._before_row = row_of(self._before_heading, None, self._before_date, self._add)
        self._after_row = row_of(self._after_heading, self._swap, None, self._after_date)
        self._extent_heading = QLabel(self.tr("Extent"), self)
        self._extent_row = row_of(self._extent_heading, self._widgets.extent)
        for widget in (
            self._before_row,
            self._widgets.before,
            self._after_row,
            self._widgets.after,
            self._list,
            self._file,
            self._corrections,
            self._extent_row,
            self._crop,
        ):
            layout.addWidget(widget)
        self._before_heading.setBuddy(self._widgets.before)
        self._after_heading.setBuddy(self._widgets.after)
        self._extent_heading.setBuddy(self._widgets.extent)
        return fields

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for part in (self._fold, *self._notices):
            layout.addWidget(part)

    def _connect(self) -> None:
        self._kinds.buttonClicked.connect(self._on_kind)
        self._source.currentIndexChanged.connect(self._on_source)
        self._before_date.edited.connect(self.dates_edited)
        self._after_date.edited.connect(self.dates_edited)
        self._swap.clicked.connect(self.swapped)
        self._add.clicked.connect(lambda: self.series_add_requested.emit("chosen"))
        self._list.changed.connect(self.series_changed)
        self._file.changed.connect(self.series_changed)
        self._crop_warning.accepted.connect(self.tiles_requested)
        self._fold.clicked.connect(self._on_folded)
        for combo in (self._widgets.before, self._widgets.after):
            combo.currentTextChanged.connect(lambda _text: self._fold.refresh())

    # ----------------------------------------------------------------- behaviour

    @property
    def _is_file(self) -> bool:
        return self.kind == "video" and self._source.currentIndex() == _FILE

    def _on_folded(self) -> None:
        self._unfolded_by_user = self._fold.unfolded

    def _on_kind(self) -> None:
        self._date_warning.show_text("")
        self.show_differences(())
        self._show_fields()
        self.kind_changed.emit(self.kind)

    def _on_source(self) -> None:
        self._date_warning.show_text("")
        self._show_fields()
        self.series_changed.emit()

    def _summary(self, room: int) -> str:
        """The layers in one line, with the size of the crop where there is room."""
        metrics = self._fold.header.fontMetrics()
        layers = short_label(self._records(), room, metrics)
        size = self._crop.text() if not self._is_file else ""
        both = f"{layers}  ·  {size}" if layers and size else layers
        return both if metrics.horizontalAdvance(both) <= room else layers

    def _records(self) -> list[LayerRecord]:
        if self.video_path:
            return [LayerRecord(PurePath(self.video_path).name, "")]
        if self.kind == "video":
            return [LayerRecord(item.name, "", item.date) for item in self.series]
        combos = (self._widgets.before, self._widgets.after)
        named = [(combo.currentText(), date) for combo, date in zip(combos, self.dates())]
        return [LayerRecord(name, "", date) for name, date in named if name]

    def _show_fields(self) -> None:
        kind, is_file = self.kind, self._is_file
        heading = {
            "single": self.tr("Layer"),
            "pair": self.tr("Before"),
            "video": self.tr("Layer to add"),
        }[kind]
        self._before_heading.setText(heading)
        self._widgets.before.setAccessibleName(heading)
        self._source.setVisible(kind == "video")
        self._before_row.setVisible(not is_file)
        self._widgets.before.setVisible(not is_file)
        self._before_date.setVisible(kind != "video")
        self._add.setVisible(kind == "video")
        for widget in (self._after_row, self._widgets.after):
            widget.setVisible(kind == "pair")
        self._list.setVisible(kind == "video" and not is_file)
        self._file.setVisible(is_file)
        self._corrections.setVisible(kind != "single" and not is_file)
        self._extent_row.setVisible(not is_file)
        self._crop.setVisible(bool(self._crop.text()) and not is_file)
        self._crop_warning.setVisible(bool(self._crop_warning.text) and not is_file)
        self._fold.refresh()

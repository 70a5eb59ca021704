"""What the dock gets from outside: QGIS's own widgets, and the layers of a series."""

from __future__ import annotations

from dataclasses import dataclass

from qtpy.QtWidgets import QComboBox, QWidget


@dataclass(frozen=True)
class HostWidgets:
    """Widgets of the program around the dock. The dock places them and sets their object names.

    Attributes:
        before: Chooser of the layer; of the earlier one of a pair; of one to add to a series.
        after: Chooser of the later layer of a pair.
        extent: Chooser of the extent.
    """

    before: QComboBox
    after: QComboBox
    extent: QWidget


@dataclass(frozen=True)
class SeriesItem:
    """A layer of a series.

    Attributes:
        id: Of the layer.
        name: What the layer tree calls it.
        date: Of acquisition, to the day, month or year (ISO 8601: "2019-06-15", "2019-06", "2019");
            empty if it is not known.
    """

    id: str
    name: str
    date: str = ""

"""The dock on Qt alone: it runs and is tested without QGIS.

What comes from models, layers, files and logs is shown as plain text, everywhere.
"""

from unirs_qgis.dock.dock import UniRSDock
from unirs_qgis.dock.input_panel import HostWidgets
from unirs_qgis.dock.series_panel import SeriesItem
from unirs_qgis.dock.status_panel import DockState

__all__ = ["DockState", "HostWidgets", "SeriesItem", "UniRSDock"]

"""The dock on Qt alone: it runs and is tested without QGIS.

What comes from models, layers, files and logs is shown as plain text, everywhere.
"""

from unirs_qgis.dock.dock import UniRSDock
from unirs_qgis.dock.host import HostWidgets, SeriesItem
from unirs_qgis.dock.states import DockState

__all__ = ["DockState", "HostWidgets", "SeriesItem", "UniRSDock"]

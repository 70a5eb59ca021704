"""A chooser of a raster layer."""

from __future__ import annotations

from qgis.core import QgsMapLayer, QgsMapLayerProxyModel, QgsRasterLayer
from qgis.gui import QgsMapLayerComboBox
from qtpy.QtCore import Signal
from qtpy.QtGui import QDropEvent


class LayerCombo(QgsMapLayerComboBox):
    """A combo box of raster layers that distinguishes the user's choices from QGIS's.

    QGIS itself goes to another layer when the chosen one is removed, and to the first that is
    added.

    Args:
        may_be_empty: Whether no layer can be chosen.
    """

    chosen = Signal()
    """The user has chosen a layer: from the list, or by dropping it here."""

    def __init__(self, may_be_empty: bool = False) -> None:
        super().__init__()
        self.setFilters(QgsMapLayerProxyModel.Filter.RasterLayer)
        self.setAllowEmptyLayer(may_be_empty)
        self.activated.connect(lambda _index: self.chosen.emit())

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802, Qt's name
        """Take a layer that was dragged here from the layer tree."""
        super().dropEvent(event)
        self.chosen.emit()

    def show_layer(self, layer: QgsRasterLayer | None) -> None:
        """Choose a layer without a signal."""
        self.blockSignals(True)
        self.setLayer(layer)
        self.blockSignals(False)

    def leave_out(self, layers: list[QgsMapLayer]) -> None:
        """Do not offer some layers; without a signal."""
        self.blockSignals(True)
        self.setExceptedLayerList(layers)
        self.blockSignals(False)

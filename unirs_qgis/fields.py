"""The types of columns, as this version of QGIS takes them for `QgsField`."""

from __future__ import annotations

from qgis.core import Qgis
from qtpy import QtCore

# QGIS 3.38 took the types of QMetaType instead of those of QVariant, which it deprecates.
_TYPES = QtCore.QMetaType.Type if Qgis.QGIS_VERSION_INT >= 33800 else QtCore.QVariant.Type

TEXT = getattr(_TYPES, "QString", None) or _TYPES.String
REAL, WHOLE, FLAG = _TYPES.Double, _TYPES.LongLong, _TYPES.Bool

"""Processing provider ``unirs``: questions to many tiles or features, into attribute tables."""

from unirs_qgis.processing.dialog import tiles_dialog
from unirs_qgis.processing.provider import UniRSProvider

__all__ = ["UniRSProvider", "tiles_dialog"]

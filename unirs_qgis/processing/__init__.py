"""Processing provider ``unirs``: questions about many tiles or features."""

from unirs_qgis.processing.provider import UniRSProvider, features_dialog, tiles_dialog

__all__ = ["UniRSProvider", "features_dialog", "tiles_dialog"]

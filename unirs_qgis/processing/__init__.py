"""Processing provider ``unirs``: questions about many tiles or features."""

from unirs_qgis.processing.provider import UniRSProvider, tiles_dialog

__all__ = ["UniRSProvider", "tiles_dialog"]

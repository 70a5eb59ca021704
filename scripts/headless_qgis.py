"""QGIS without a window, with the plugin's algorithms, for scripts that its Python runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from qgis.core import QgsApplication

from unirs_qgis.processing import UniRSProvider


class HeadlessQgis:
    """QGIS with Processing, as long as this object lives."""

    def __init__(self) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        self._application = QgsApplication([], False)
        self._application.initQgis()
        sys.path.append(str(Path(QgsApplication.pkgDataPath()) / "python/plugins"))
        from processing.core.Processing import Processing

        Processing.initialize()
        self._provider = UniRSProvider()
        QgsApplication.processingRegistry().addProvider(self._provider)

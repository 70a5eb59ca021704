"""The plugin in the user's language."""

from __future__ import annotations

from qgis.core import QgsApplication
from qtpy.QtCore import QCoreApplication, QTranslator

from unirs_qgis.paths import resource


class Translation:
    """Translates the plugin into the language of QGIS, as far as there is a translation."""

    def __init__(self) -> None:
        language = QgsApplication.locale()[:2]
        self._translator = QTranslator()
        if self._translator.load(str(resource("i18n", f"unirs_{language}.qm"))):
            QCoreApplication.installTranslator(self._translator)

    def remove(self) -> None:
        """Take the translation back."""
        QCoreApplication.removeTranslator(self._translator)

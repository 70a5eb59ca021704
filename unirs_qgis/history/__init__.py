"""The history: questions and answers as features of a GeoPackage."""

from unirs_qgis.history.answer_file import HistoryError
from unirs_qgis.history.history import History

__all__ = ["History", "HistoryError"]

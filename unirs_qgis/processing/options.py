"""A closed set of answers, as a person writes it into one line."""

from __future__ import annotations

from qgis.core import QgsProcessingException
from qtpy.QtCore import QCoreApplication


def parse_options(line: str) -> tuple[str, ...]:
    """The options of a line with commas between them; none if the line is empty.

    Raises:
        QgsProcessingException: Only one, or one twice: there is nothing to choose.
    """
    options = tuple(option.strip() for option in line.split(",") if option.strip())
    if len(options) == 1 or len(set(options)) < len(options):
        raise QgsProcessingException(
            QCoreApplication.translate(
                "Processing", "The options {options} leave no choice; name at least two, each once."
            ).format(options=", ".join(options))
        )
    return options

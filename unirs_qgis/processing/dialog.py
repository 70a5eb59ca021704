"""The dialog of an algorithm on tiles, filled in by the dock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import QgsRasterLayer, QgsReferencedRectangle


def tiles_dialog(
    layers: Sequence[QgsRasterLayer],
    extent: QgsReferencedRectangle | None = None,
    question: str = "",
    options: Sequence[str] = (),
) -> tuple[str, dict[str, Any]]:
    """What ``processing.execAlgorithmDialog`` takes to do tile by tile what the dock does at once.

    Args:
        layers: One to caption, two to describe the change between, or a series to classify; none
            leaves the choice to the dialog.
        extent: Which part of them; all if ``None``.
        question: What to ask every tile of one layer; a caption of each if it is empty.
        options: Closed set of answers to the question.

    Returns:
        The algorithm's id and its parameters.
    """
    ids = [layer.id() for layer in layers]
    parameters: dict[str, Any] = {} if extent is None else {"EXTENT": _extent_text(extent)}
    if len(ids) > 2:
        return "unirs:classifytiles", {"INPUT": ids, **parameters}
    if len(ids) == 2:
        return "unirs:describechangetiles", {"BEFORE": ids[0], "AFTER": ids[1], **parameters}
    parameters |= {"INPUT": ids[0]} if ids else {}
    if question:
        asked = {"QUESTION": question, "OPTIONS": ",".join(options)}
        return "unirs:answertiles", {**parameters, **asked}
    return "unirs:captiontiles", parameters


def _extent_text(extent: QgsReferencedRectangle) -> str:
    """An extent as Processing writes it."""
    limits = (extent.xMinimum(), extent.xMaximum(), extent.yMinimum(), extent.yMaximum())
    numbers = ",".join(f"{limit:.17g}" for limit in limits)
    crs = extent.crs().authid()
    return f"{numbers} [{crs}]" if crs else numbers  # without a code it is that of the layer

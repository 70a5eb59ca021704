"""The guard: what differs between two dates without being a change of the ground.

``differences`` finds it, ``series.series_sentences`` between the neighbours of a series;
``offset_between`` and ``matched`` are what reading corrects by, where that is requested
(``unirs.inputs.CropOptions``). All of it looks at the images as a model reads them.

The QGIS plugin shares this folder but for ``visuals``, so it imports numpy and the standard library
alone and runs on Python 3.9.
"""

from .colours import matched
from .offset import Offset, offset_between
from .pair import Difference, differences

__all__ = ["Difference", "Offset", "differences", "matched", "offset_between"]

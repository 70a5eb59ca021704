"""The guard: what differs between two dates without being a change of the ground.

``compared`` adds to a pair a sentence for each such difference, for the answer's ``warnings``;
``offset_between`` and ``matched`` are what reading corrects by, where that is requested
(``unirs.inputs.CropOptions``). All of it looks at the images as a model reads them.
"""

from unirs.guard.colours import matched
from unirs.guard.offset import Offset, offset_between
from unirs.guard.pair import compared

__all__ = ["Offset", "compared", "matched", "offset_between"]

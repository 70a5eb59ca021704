"""Real images with what is known of them: several collections, read into one form.

A folder holds one folder for each collection, with its annotations and its images, which are in
``images.tar`` or beside the annotations. :func:`read_real` reads a collection;
``splits`` defines which images a model learns from, is chosen by, and is tested on.
"""

from unirs_lab.data.real.items import Box, RealItem, Split
from unirs_lab.data.real.readers import COLLECTIONS, read_real

__all__ = ["COLLECTIONS", "Box", "RealItem", "Split", "read_real"]

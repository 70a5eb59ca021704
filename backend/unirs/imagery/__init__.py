"""Rasters and videos to images on the model's grid, and change maps back to rasters.

``read_crop``, ``read_pair``, ``read_series`` and ``read_dates`` read rasters, ``read_video`` reads
video files, ``write_change_map``, ``write_overlay`` and ``write_crop`` write what a person looks
at.

What a user can cause is a :class:`unirs.errors.UniRSError` with one of these stable codes:

======================  =========================================================================
``raster_missing``      no such file
``raster_unreadable``   no raster format that GDAL knows, a corrupt header or corrupt blocks, or a
                        network address (this package never uses the network)
``bands_unsupported``   a band that does not exist, not one or three of them, complex numbers, or a
                        container without an image of its own
``crs_missing``         a CRS is needed and the raster has none
``crs_invalid``         a CRS that is not known, or that no transformation leads to
``extent_empty``        an extent of zero area, with its limits swapped, or not finite
``no_overlap``          the extent lies outside the raster
``dates_no_overlap``    the dates have no ground in common
``all_nodata``          there is not one pixel with data in the crop
``too_few_frames``      a series of one raster, or a video shorter than the frames asked for
``video_missing``       no such file
``video_unreadable``    no video stream, or none that can be decoded
``cancelled``           stopped while pixels or frames were read
``output_unwritable``   a picture or raster that cannot be written where it should go
======================  =========================================================================
"""

from unirs.imagery.acquisition import acquisition_date
from unirs.imagery.change_map import mask_nodata, write_change_map, write_overlay
from unirs.imagery.crop import read_crop, read_dates, read_pair, read_series
from unirs.imagery.export import write_crop
from unirs.imagery.video import is_video, read_video
from unirs.inputs import CropOptions, Stretch

__all__ = [
    "CropOptions",
    "Stretch",
    "acquisition_date",
    "is_video",
    "mask_nodata",
    "read_crop",
    "read_dates",
    "read_pair",
    "read_series",
    "read_video",
    "write_change_map",
    "write_crop",
    "write_overlay",
]

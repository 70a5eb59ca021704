"""Change maps to GeoTIFF, and over the image that they speak of."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from unirs.imagery.export import Footprint, new_geotiff, write_picture
from unirs.inputs import Crop

NODATA = 255

_RAMP = np.array([(255, 255, 204), (254, 217, 118), (253, 141, 60), (227, 26, 28), (128, 0, 38)])
"""Pale yellow (no change) to dark red; legible for the colour-blind (ColorBrewer YlOrRd)."""

_OVERLAY_SIDE = 1024
_OPACITY = 0.8
_LEGEND_HEIGHT = 56


def mask_nodata(change: NDArray[np.float32], crops: Sequence[Crop]) -> NDArray[np.float32]:
    """The change map with NaN where either date has no data: what is missing has not changed.

    Where the crops have pixels without data, the map comes back on the grid of their pixels: a
    patch at the edge of the imagery covers ground that has none, and nothing is known of that. A
    patch half or more without data is unknown as a whole.

    Args:
        change: ``[rows, columns]``, on the patch grid of the crops' extent.
        crops: Both dates of the pair, on one grid.

    Returns:
        ``[rows, columns]`` as it came if there are data everywhere, else ``[height, width]``.
    """
    masks = [crop.valid for crop in crops if crop.valid is not None and not crop.valid.all()]
    if not masks:
        return change
    valid = np.logical_and.reduce(masks)
    rows, columns = (
        np.arange(pixels) * patches // pixels
        for pixels, patches in zip(valid.shape, change.shape, strict=True)
    )
    with_data = _share_per_patch(valid, rows, columns, change.shape) > 0.5
    known = valid & with_data[rows[:, None], columns]
    return np.where(known, change[rows[:, None], columns], np.float32(np.nan))


def write_change_map(change: NDArray[np.float32], crop: Crop, path: str | os.PathLike[str]) -> None:
    """A change map as GeoTIFF: percent of change, 0 to 100, with nodata 255 and a colour table.

    Args:
        change: ``[rows, columns]``, 0 (same) to 1, over the crop's extent; NaN becomes nodata.
        crop: Either date of the pair.
        path: Where to; the file appears when it is whole.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    write_percent(change, crop, path, "change")


def write_percent(
    shares: NDArray[np.floating], footprint: Footprint, path: str | os.PathLike[str], what: str
) -> None:
    """Shares or probabilities as GeoTIFF, in percent, with nodata 255 and a colour table.

    Args:
        shares: ``[rows, columns]``, 0 to 1, over the extent; NaN becomes nodata.
        footprint: Gives extent and CRS.
        path: Where to; the file appears when it is whole.
        what: What there is a percentage of: the name of the band.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    unknown = np.isnan(shares)
    percent = np.where(unknown, 0.0, np.clip(shares, 0.0, 1.0) * 100.0)
    values = np.where(unknown, NODATA, np.rint(percent)).astype(np.uint8)
    with new_geotiff(path, footprint, values.shape, count=1, nodata=NODATA) as dataset:
        dataset.write(values, 1)
        dataset.write_colormap(1, _colour_table())
        dataset.set_band_description(1, f"{what} (percent)")


def write_overlay(change: NDArray[np.float32], crop: Crop, path: str | os.PathLike[str]) -> None:
    """A picture to look at: a date of the pair with the change map over it, and a legend.

    The more change, the redder and the less transparent. NaN leaves the image bare.

    Args:
        change: ``[rows, columns]``, 0 (same) to 1, over the crop's extent.
        crop: The later date of the pair.
        path: Where to, such as ``changes.png``.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    height, width = crop.pixels.shape[:2]
    scale = max(1.0, _OVERLAY_SIDE / max(height, width))
    shape = (max(1, round(width * scale)), max(1, round(height * scale)))
    below = Image.fromarray(crop.pixels).resize(shape, Image.Resampling.BICUBIC)
    patches = np.clip(np.nan_to_num(change), 0.0, 1.0).astype(np.float32)
    smooth = np.asarray(Image.fromarray(patches).resize(shape, Image.Resampling.BILINEAR))
    opacity = _OPACITY * smooth[..., None]
    blended = np.asarray(below) * (1.0 - opacity) + _colours(smooth) * opacity
    write_picture(_with_legend(blended.astype(np.uint8)), path)


def _share_per_patch(
    valid: NDArray[np.bool_],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    shape: tuple[int, ...],
) -> NDArray[np.float64]:
    """Share of valid pixels of each patch; ``rows`` and ``columns`` say of which a pixel is one."""
    patch = rows[:, None] * shape[1] + columns
    counts = np.bincount(patch.ravel(), minlength=shape[0] * shape[1])
    sums = np.bincount(patch.ravel(), weights=valid.ravel(), minlength=counts.size)
    return (sums / np.maximum(counts, 1)).reshape(shape)


def _colours(change: NDArray[np.floating]) -> NDArray[np.float64]:
    """Colours ``[..., 3]`` of the ramp, for change from 0 to 1."""
    stops = np.linspace(0.0, 1.0, len(_RAMP))
    return np.stack([np.interp(change, stops, channel) for channel in _RAMP.T], axis=-1)


def _colour_table() -> dict[int, tuple[int, int, int, int]]:
    colours = np.rint(_colours(np.linspace(0.0, 1.0, 101))).astype(int).tolist()
    table = {percent: (red, green, blue, 255) for percent, (red, green, blue) in enumerate(colours)}
    table[NODATA] = (0, 0, 0, 0)
    return table


def _with_legend(image: NDArray[np.uint8]) -> Image.Image:
    """The image above a bar from no change to full change."""
    height, width = image.shape[:2]
    canvas = Image.new("RGB", (width, height + _LEGEND_HEIGHT), "white")
    canvas.paste(Image.fromarray(image))
    bar = np.rint(_colours(np.linspace(0.0, 1.0, width - 32))).astype(np.uint8)
    canvas.paste(Image.fromarray(np.tile(bar, (14, 1, 1))), (16, height + 10))
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(18)
    baseline = height + 28
    draw.text((16, baseline), "no change", fill="black", font=font)
    draw.text((width - 16, baseline), "change 100 %", fill="black", font=font, anchor="ra")
    return canvas

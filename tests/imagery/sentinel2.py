"""A Sentinel-2 product as it is downloaded: a SAFE folder with metadata and bands in JPEG 2000."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin

PRODUCT = "S2A_MSIL2A_20200818T094031_N0214_R036_T34VFJ_20200818T120345"
ORIGIN = 600_000, 6_300_000
"""Upper left corner of the tile, in EPSG:32634."""

TRUE_COLOUR = {"B04": 1200, "B03": 900, "B02": 600}
"""Digital numbers of the bands that make true colours."""

_BANDS = {10: ("B02", "B03", "B04", "B08"), 20: ("B05", "B06", "B07", "B8A", "B11", "B12")}
_GRANULE = "GRANULE/L2A_T34VFJ_A026916_20200818T094030"

_PRODUCT = """<n1:Level-2A_User_Product
 xmlns:n1="https://psd-14.sentinel2.eo.esa.int/PSD/User_Product_Level-2A.xsd">
<n1:General_Info><Product_Info>
<PRODUCT_START_TIME>2020-08-18T09:40:31.024Z</PRODUCT_START_TIME>
<PRODUCT_URI>{product}.SAFE</PRODUCT_URI>
<PROCESSING_LEVEL>Level-2A</PROCESSING_LEVEL><PRODUCT_TYPE>S2MSI2A</PRODUCT_TYPE>
<Query_Options><PRODUCT_FORMAT>SAFE_COMPACT</PRODUCT_FORMAT></Query_Options>
<Product_Organisation><Granule_List>
<Granule granuleIdentifier="S2A_OPER_MSI_L2A_TL_MTI__20200818T120345_A026916_T34VFJ_N02.14"
 imageFormat="JPEG2000">{files}</Granule>
</Granule_List></Product_Organisation></Product_Info>
<Product_Image_Characteristics><Special_Values><SPECIAL_VALUE_TEXT>NODATA</SPECIAL_VALUE_TEXT>
<SPECIAL_VALUE_INDEX>0</SPECIAL_VALUE_INDEX></Special_Values></Product_Image_Characteristics>
</n1:General_Info></n1:Level-2A_User_Product>
"""
_TILE = """<n1:Level-2A_Tile_ID
 xmlns:n1="https://psd-14.sentinel2.eo.esa.int/PSD/S2_PDI_Level-2A_Tile_Metadata.xsd">
<n1:General_Info><TILE_ID>S2A_OPER_MSI_L2A_TL_MTI__20200818T120345_A026916_T34VFJ_N02.14</TILE_ID>
<SENSING_TIME>2020-08-18T09:40:31.024Z</SENSING_TIME></n1:General_Info>
<n1:Geometric_Info><Tile_Geocoding>
<HORIZONTAL_CS_NAME>WGS84 / UTM zone 34N</HORIZONTAL_CS_NAME>
<HORIZONTAL_CS_CODE>EPSG:32634</HORIZONTAL_CS_CODE>{sizes}
</Tile_Geocoding></n1:Geometric_Info></n1:Level-2A_Tile_ID>
"""
_SIZE = (
    '<Size resolution="{metres}"><NROWS>{side}</NROWS><NCOLS>{side}</NCOLS></Size>'
    '<Geoposition resolution="{metres}"><ULX>{x}</ULX><ULY>{y}</ULY><XDIM>{metres}</XDIM>'
    "<YDIM>-{metres}</YDIM></Geoposition>"
)


def write_product(folder: Path, side: int = 60) -> Path:
    """Write a product of one tile; return its folder.

    Args:
        folder: Where to.
        side: Pixels of the bands at 10 m.
    """
    product = folder / f"{PRODUCT}.SAFE"
    names = []
    for metres, bands in _BANDS.items():
        images = product / _GRANULE / "IMG_DATA" / f"R{metres}m"
        images.mkdir(parents=True)
        for band in bands:
            path = images / f"T34VFJ_20200818T094031_{band}_{metres}m.jp2"
            _write_band(path, TRUE_COLOUR.get(band, 3000), side * 10 // metres, metres)
            names.append(path.relative_to(product).with_suffix("").as_posix())
    files = "".join(f"<IMAGE_FILE>{name}</IMAGE_FILE>" for name in names)
    (product / "MTD_MSIL2A.xml").write_text(_PRODUCT.format(product=PRODUCT, files=files))
    corner = dict(zip("xy", ORIGIN, strict=True))
    sizes = "".join(
        _SIZE.format(metres=metres, side=side * 10 // metres, **corner) for metres in (10, 20, 60)
    )
    (product / _GRANULE / "MTD_TL.xml").write_text(_TILE.format(sizes=sizes))
    return product


def _write_band(path: Path, value: int, side: int, metres: int) -> None:
    form = {"driver": "JP2OpenJPEG", "width": side, "height": side, "count": 1, "dtype": "uint16"}
    place = {"crs": "EPSG:32634", "transform": from_origin(*ORIGIN, metres, metres)}
    with rasterio.open(path, "w", **form, **place, QUALITY=100, REVERSIBLE="YES") as file:
        file.write(np.full((1, side, side), value, np.uint16))

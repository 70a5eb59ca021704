"""The naming rules of image products: where in a name the date of acquisition stands.

Names of products hold several dates, and which of them is the acquisition is a matter of each
product's published rule. This is the one table of these rules. ``dates`` reads it; the runtime and
the QGIS plugin share both files, which import nothing but the standard library.

A new product is one entry of ``PRODUCTS`` and one example in ``tests/test_product_names.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier janv",
            "feb february februar février fevrier févr fevr fév fev",
            "mar march märz maerz mär mars",
            "apr april avril avr",
            "may mai",
            "jun june juni juin",
            "jul july juli juillet juil",
            "aug august août aout",
            "sep sept september septembre",
            "oct october okt oktober octobre",
            "nov november novembre",
            "dec december dez dezember décembre decembre déc",
        ),
        start=1,
    )
    for name in names.split()
}
"""Numbers of the months by their names in English, German and French, in lower case."""

_DIRECTIVES = {
    "%Y": r"(?P<year>(?:19|20)\d\d)",
    "%y": r"(?P<short_year>\d\d)",
    "%m": r"(?P<month>0[1-9]|1[0-2])",
    "%b": r"(?P<month_name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    "%d": r"(?P<day>0[1-9]|[12]\d|3[01])",
    "%j": r"(?P<day_of_year>[0-3]\d\d)",
    "%T": r"(?P<time>\d{6})",
}


def in_strptime_terms(pattern: str) -> str:
    """A regular expression in which ``%Y %y %m %b %d %j`` stand for what they are to ``strptime``.

    ``%T`` stands for hours, minutes and seconds in six digits.
    """
    return re.sub(r"%[YymbdjT]", lambda match: _DIRECTIVES[match[0]], pattern)


@dataclass(frozen=True)
class Product:
    """A family of products that follow one naming rule.

    Attributes:
        name: What it is called.
        rule: The rule as it is published. ``DATE`` is the acquisition; the other dates, such as
            those of processing and delivery, are in small letters.
        pattern: Finds a name that follows the rule; its groups are the parts of the date, and it
            has none where no part of the name is the acquisition.
    """

    name: str
    rule: str
    pattern: re.Pattern[str]


def _product(name: str, rule: str, pattern: str) -> Product:
    """Args as for ``Product``; the pattern in strptime's terms, from the beginning of a word."""
    expression = rf"(?<![A-Za-z0-9])(?:{in_strptime_terms(pattern)})"
    return Product(name, rule, re.compile(expression, re.IGNORECASE))


PRODUCTS = (
    # ---- named after their sources, whose own names are in theirs
    _product(
        "OPERA",
        "OPERA_level_product_tile_DATE_created_sensor",
        r"OPERA_L\d_\w[\w-]*?_%Y%m%dT%TZ_\d{8}T\d{6}Z",
    ),
    # ---- Copernicus
    _product(
        "Sentinel-2, until 2016",
        "S2A_OPER_PRD_MSIL1C_PDMC_created_Rorbit_VDATE_end",
        r"S2[A-D]_\w{4}_PRD_\w+?_\d{8}T\d{6}_R\d{3}_V%Y%m%dT%T",
    ),
    _product(
        "Sentinel-2, until 2016, data strip",
        "S2A_OPER_MSI_L1C_DS_station_created_SDATE",
        r"S2[A-D]_\w{4}_\w{3}_L\w{2}_DS_\w+?_\d{8}T\d{6}_S%Y%m%dT%T",
    ),
    _product(
        "Sentinel-2, until 2016, granule",
        "S2A_OPER_MSI_L1C_TL_station_created_Aorbit_Ttile: no acquisition",
        r"S2[A-D]_\w{4}_\w{3}_L\w{2}_(?:TL|DS|GR)_\w+?_\d{8}T\d{6}",
    ),
    _product(
        "Sentinel-2",
        "MMM_MSIXXX_DATE_Nxxyy_ROOO_Txxxxx_discriminator",
        r"S2[A-D]_MSIL\d[A-C]_%Y%m%dT%T_N",
    ),
    _product(
        "Sentinel-2, image file",
        "Txxxxx_DATE_BNN_resolution, L2A_Txxxxx_DATE_…, L1C_Txxxxx_Aorbit_DATE",
        r"(?:L\d[A-C]_)?T\d\d[A-Z]{3}_(?:A\d{6}_)?%Y%m%dT%T",
    ),
    _product(
        "Sentinel-2 and Venµs of Theia",
        "SENTINEL2A_DATE-time-ms_level_tile",
        r"(?:SENTINEL2[A-D]|VENUS(?:-XS)?)_%Y%m%d-%T-",
    ),
    _product(
        "Sentinel-1, interferogram of HyP3",
        "S1AA_first_second_…: two acquisitions",
        r"S1[A-D]{2}_\d{8}T\d{6}_\d{8}T\d{6}_",
    ),
    _product(
        "Sentinel-1",
        "MMM_BB_TTTR_LFPP_DATE_end_orbit_take_id; image files with hyphens",
        r"S1[A-D][-_](?:S[1-6]|IW[1-3]?|EW[1-5]?|WV[12]?|EN|N[1-6])[-_][\w-]*?%Y%m%dT%T",
    ),
    _product(
        "Sentinel-3, Sentinel-5P",
        "MMM_OL_L_TTTTTT_DATE_end_created_…",
        r"S(?:3[A-D_]|5P)_\w+?_%Y%m%dT%T_\d{8}T\d{6}_",
    ),
    # ---- Landsat
    _product(
        "Landsat Collections and ARD",
        "LXSS_LLLL_PPPRRR_DATE_processed_CC_TX",
        r"L[COTEM]0[1-9]_(?:L\w{3}|[A-Z]{2})_\d{6}_%Y%m%d_\d{8}",
    ),
    _product(
        "Landsat, ordered from ESPA",
        "LXSSPPPRRRDATECCTX-SCprocessed",
        r"L[COTEM]0[1-9]\d{6}%Y%m%d\d\d(?:T1|T2|RT)",
    ),
    _product(
        "Landsat scene before Collections",
        "LXSPPPRRRYYYYDDDGSIVV, YYYYDDD the acquisition",
        r"L[COTEM][1-9]\d{6}%Y%j(?![0-9])",
    ),
    _product(
        "Landsat of NLAPS, GLS and GLCF",
        "L7f path row _ row DATE_band, p path r row _nxDATE",
        r"(?:L[4-7][0-9fX]?\d{6}_\d{3}|p\d{3}r\d{3}_\d+[a-z]*)%Y%m%d",
    ),
    _product(
        "Harmonized Landsat Sentinel-2",
        "HLS.S30.Ttile.YYYYDDDTHHMMSS.version, YYYYDDD the acquisition",
        r"HLS[._][SLM]30[._]T\d\d[A-Z]{3}[._]%Y%j(?:T%T)?",
    ),
    # ---- commercial
    _product(
        "Pléiades, Pléiades Neo, SPOT 6 and 7",
        "IMG_PHR1A_MS_DATE_processing_delivered, of any image or DIMAP file",
        r"(?:[A-Z]{2,4}_)?(?:PHR1[AB]|SPOT[67]|PNEO[3-6])_(?:[A-Z-]+_)*%Y%m%d%T\d?(?!\d)",
    ),
    _product(
        "SPOT 1 to 5",
        "SCENE KKKJJJ YYMMDD HHMMSS, after the number of the satellite",
        r"(?:SCENE[ _-]?)?[1-5][ _]?\d{3}-?\d{3}[ _/]?%y%m%d%T[12][A-Z](?![A-Za-z0-9])",
    ),
    _product(
        "Planet, mosaics",
        "…_YYYY-MM_mosaic, of a month",
        r"(?:global|planet)_(?:[a-z]+_)*%Y[_-]%m_mosaic",
    ),
    _product(
        "PlanetScope and SkySat",
        "DATE_time_…_satellite_level",
        r"%Y%m%d_%T_(?:\d{1,2}_)?(?:[0-9a-f]{4}|ssc\w+)(?![A-Za-z0-9])",
    ),
    _product(
        "RapidEye",
        "tile_DATE_REn_level_order, DATEThhmmss_REn_level",
        r"(?:\d{7}_)?%Y-%m-%d(?:T%T)?_RE[1-5]_",
    ),
    _product(
        "Maxar: WorldView, GeoEye-1, QuickBird",
        "YYMMMDDhhmmss-product-order_part, the date of acquisition",
        r"%y%b%d%T(?![0-9])",
    ),
    _product(
        "Maxar, as the Polar Geospatial Center names it",
        "WV02_DATE_catalogue number_…",
        r"(?:WV0[1-4]|GE01|QB02|IK01|LG0\d)_%Y%m%d(?:%T)?",
    ),
    # ---- NASA, NOAA, USDA and JAXA
    _product(
        "ASTER",
        "AST_L1T_00VMMDDYYYYhhmmss_processed_number",
        r"AST_\w{3,6}_00\d%m%d%Y%T_\d{14}",
    ),
    _product(
        "ASTER, without the time of processing",
        "AST_L1B_00VMMDDYYYYhhmmss",
        r"AST_\w{3,6}_00\d%m%d%Y%T",
    ),
    _product(
        "EO-1",
        "EO1SPPPRRRYYYYDDD…, YYYYDDD the acquisition",
        r"EO1[AH]\d{6}%Y%j",
    ),
    _product(
        "AppEEARS",
        "product_layer_doyYYYYDDDHHMMSS_aid",
        r"(?:\w*_)?doy%Y%j(?:%T)?(?!\d)",
    ),
    _product(
        "Ocean colour of NASA, a period",
        "AYYYYDDDYYYYDDD.level, first and last day: no one date",
        r"[ACHMSTV](?:19|20)\d{5}(?:19|20)\d{5}\.L3",
    ),
    _product(
        "MODIS and VIIRS",
        "product.AYYYYDDD.tile.collection.processed; AYYYYDDDhhmmss.level",
        r"(?:\w+[._])?A%Y%j(?:%T|\.?\d{4})?(?!\d)",
    ),
    _product(
        "Ocean colour of NASA",
        "XYYYYDDDhhmmss.level, X the sensor",
        r"[ACHMSTV]%Y%j%T\.L[012]",
    ),
    _product(
        "VIIRS sensor data",
        "SVI01_npp_dDATE_tTIME_e…_b…_ccreated",
        r"\w+_(?:npp|j0[1-4])_d%Y%m%d_t%T\d_e",
    ),
    _product(
        "GOES-R",
        "OR_product_satellite_sYYYYDDDhhmmsst_eend_ccreated",
        r"OR_[\w-]+_G\d\d_s%Y%j%T\d",
    ),
    _product(
        "ALOS-2",
        "ALOS2oooooffff-YYMMDD",
        r"(?:\w+-)*ALOS[24]\d{9,10}-%y%m%d(?!\d)",
    ),
    _product(
        "NAIP",
        "m_quad_quarter_zone_resolution_DATE_published",
        r"m_\d{7}_[ns][ew]_\d\d_\w+?_%Y%m%d(?:_\d{8})?(?!\d)",
    ),
    # ---- other missions
    _product(
        "EnMAP",
        "ENMAP01-____L2A-DTtake_DATE_tile_version_processed",
        r"ENMAP\d\d-_*L\w+-DT\d+_%Y%m%dT%TZ",
    ),
    _product(
        "PRISMA",
        "PRS_level_type_DATE_end_version",
        r"PRS_L\w+?_(?:\w{3}_)?%Y%m%d%T_\d{14}",
    ),
    _product(
        "TerraSAR-X, COSMO-SkyMed",
        "TSX1_SAR__…_DATE_end, CSKS1_…_DATE_end",
        r"(?:T[SD]X1_SAR__|CS[KG]S\d_)\w*?%Y%m%dT?%T_\d{8}T?\d{6}",
    ),
)

"""Every product of the table, by a name as its maker gives it."""

from __future__ import annotations

import pytest

from unirs.dates import date_of_name, date_of_path
from unirs.product_names import PRODUCTS

EXAMPLES = {
    "OPERA": {
        "OPERA_L3_DSWx-HLS_T36LVJ_20210907T074039Z_20211007T120000Z_S2A_30_v1.0": "2021-09-07"
    },
    "Sentinel-2, until 2016": {
        "S2A_OPER_PRD_MSIL1C_PDMC_20160504T225644_R008_V20150817T103006_20150817T103006": (
            "2015-08-17"
        )
    },
    "Sentinel-2, until 2016, data strip": {
        "S2A_OPER_MSI_L1C_DS_EPA__20160605T113933_S20151231T103009_N02.04": "2015-12-31"
    },
    "Sentinel-2, until 2016, granule": {
        "S2A_OPER_MSI_L1C_TL_EPA__20160605T113933_A000734_T32TQR_B02": None
    },
    "Sentinel-2": {
        "S2A_MSIL2A_20200811T101031_N0214_R022_T32TQM_20201011T130251": "2020-08-11",
        "clip_S2B_MSIL1C_20170105T013442_N0204_R031_T53NMJ_20170205T013443": "2017-01-05",
    },
    "Sentinel-2, image file": {
        "T32TQM_20200811T101031_B04_10m": "2020-08-11",
        "L2A_T32TQM_20170105T013442_TCI_10m": "2017-01-05",
        "L1C_T53NMJ_A008042_20170105T013443": "2017-01-05",
    },
    "Sentinel-2 and Venµs of Theia": {
        "SENTINEL2A_20200811-103029-456_L2A_T32TQM_C_V1-0_FRE_B4": "2020-08-11",
        "VENUS-XS_20180704-110612-000_L2A_FR-LUS_C_V1-1": "2018-07-04",
    },
    "Sentinel-1, interferogram of HyP3": {
        "S1AA_20200811T170730_20200823T170730_VVP012_INT80_G_ueF_4A2B": None
    },
    "Sentinel-1": {
        "S1A_IW_GRDH_1SDV_20200811T170730_20200812T170755_033860_03ED4D_BF45": "2020-08-11",
        "s1a-iw-grd-vv-20200811t170730-20200811t170755-033860-03ed4d-001": "2020-08-11",
        "S1B_EW_GRDM_1SDH_20190704T080101_20190704T080201_016975_01FF05_9A3C": "2019-07-04",
        "S1A_IW_20200811T170730_DVP_RTC30_G_gpuned_1234": "2020-08-11",
    },
    "Sentinel-3, Sentinel-5P": {
        "S3A_OL_1_EFR____20200811T093015_20200811T093315_20200812T131013_0179_061_264_1980": (
            "2020-08-11"
        ),
        "S5P_OFFL_L2__NO2____20190704T102030_20190704T102530_08952_01_010302_20190710T110000": (
            "2019-07-04"
        ),
    },
    "Landsat Collections and ARD": {
        "LC08_L1TP_015033_20190704_20190721_01_T1_B4": "2019-07-04",
        "LE07_L2SP_015033_20010917_20200917_02_T1_SR_B3": "2001-09-17",
        "LC08_CU_029007_20190704_20190721_C01_V01_SRB4": "2019-07-04",
    },
    "Landsat, ordered from ESPA": {
        "LC080150332013070401T1-SC20190816143210": "2013-07-04",
        "LT050150331985070401T2-SC20190816143210": "1985-07-04",
    },
    "Landsat scene before Collections": {
        "LC80150332019185LGN00_B4": "2019-07-04",
        "LE70150332013185-SC20140816143210": "2013-07-04",
        "LT51980291987366XXX03": None,  # 1987 had no day 366
    },
    "Landsat of NLAPS, GLS and GLCF": {
        "L71015033_03320010917_B10": "2001-09-17",
        "L5015033_03319850704_MTL": "1985-07-04",
        "p015r033_7dt19991012_z18_nn10": "1999-10-12",
    },
    "Harmonized Landsat Sentinel-2": {
        "HLS.S30.T17SLU.2020209T155901.v2.0.B04": "2020-07-27",
        "HLS.L30.T17SLU.2020209.v1.4": "2020-07-27",
    },
    "Pléiades, Pléiades Neo, SPOT 6 and 7": {
        "IMG_PHR1A_MS_201204011017343_SEN_IPU_20120529_1596-002_R1C1": "2012-04-01",
        "DIM_PHR1B_PMS-N_201706161037358_ORT_20170701_1": "2017-06-16",
        "IMG_SPOT6_PMS_201305191024098_ORT_20130702_1004": "2013-05-19",
        "IMG_PNEO3_STD_202108091103459_PMS-FS_ORT_20210901": "2021-08-09",
    },
    "SPOT 1 to 5": {"50232551208261042411J": "2012-08-26"},
    "Planet, mosaics": {
        "planet_medres_normalized_analytic_2020-09_mosaic": "2020-09",
        "global_monthly_2020_08_mosaic": "2020-08",
    },
    "PlanetScope and SkySat": {
        "20200811_101112_1003_3B_AnalyticMS": "2020-08-11",
        "20200811_101112_12_24b9_3B_AnalyticMS_SR_8b_clip": "2020-08-11",
        "20200811_101112_ssc1_u0001_analytic": "2020-08-11",
    },
    "RapidEye": {
        "1154318_2012-05-20_RE4_3A_20190101": "2012-05-20",
        "2012-05-20T173217_RE4_3A-NAC_11111_22222": "2012-05-20",
    },
    "Maxar: WorldView, GeoEye-1, QuickBird": {
        "18JUN06103030-M2AS-012345678010_01_P001": "2018-06-06",
        "02APR18154530-P2AS_R1C1-000000123456_01_P001": "2002-04-18",
    },
    "Maxar, as the Polar Geospatial Center names it": {
        "WV02_20180606103030_1030010079A2B300_ortho": "2018-06-06"
    },
    "ASTER": {"AST_L1T_00307042009163012_20150705110235_12345": "2009-07-04"},
    "ASTER, without the time of processing": {
        "AST_L1B_00307042009163012": "2009-07-04",
        "AST_07XT_00412312001163012": "2001-12-31",
    },
    "EO-1": {"EO1H0150332013185110KF": "2013-07-04", "EO1A0150332003001110PZ_B05": "2003-01-01"},
    "AppEEARS": {
        "MOD13Q1.006__250m_16_days_NDVI_doy2019123_aid0001": "2019-05-03",
        "ECO2LSTE.001_SDS_LST_doy2019185184500_aid0001": "2019-07-04",
    },
    "Ocean colour of NASA, a period": {"A20191212019151.L3m_MO_CHL_chlor_a_4km": None},
    "Ocean colour of NASA": {"T2019123184500.L2_LAC_OC": "2019-05-03"},
    "MODIS and VIIRS": {
        "MOD09GA.A2019185.h10v05.006.2019287043210": "2019-07-04",
        "MOD021KM.A2019185.1530.061.2019286012345": "2019-07-04",
        "VNP09GA.A2019123.h10v05.001.2019125012345": "2019-05-03",
        "A2019123": "2019-05-03",
    },
    "VIIRS sensor data": {
        "SVI01_npp_d20190704_t1015030_e1016272_b39876_c20200101164532123456_noaa_ops": "2019-07-04"
    },
    "GOES-R": {
        "OR_ABI-L1b-RadC-M6C01_G16_s20201850001150_e20201850003523_c20201850003570": "2020-07-03"
    },
    "ALOS-2": {"IMG-HH-ALOS2123450680-200811-WBDR1.1__D": "2020-08-11"},
    "NAIP": {
        "m_4709963_se_14_1_20120731": "2012-07-31",
        "m_4709963_se_14_060_20190904_20191209": "2019-09-04",
    },
    "EnMAP": {
        "ENMAP01-____L2A-DT0000001234_20220811T101112Z_001_V010111_20221010T101010Z": "2022-08-11"
    },
    "PRISMA": {"PRS_L2D_STD_20200811101112_20200812101116_0001": "2020-08-11"},
    "TerraSAR-X, COSMO-SkyMed": {
        "TSX1_SAR__MGD_SE___SM_S_SRA_20200811T101112_20200812T101118": "2020-08-11",
        "CSKS1_GEC_B_HI_05_HH_RA_SF_20200811101112_20200812101119": "2020-08-11",
    },
}
NAMES = [(product, name) for product, names in EXAMPLES.items() for name in names]


def test_every_product_has_an_example_and_a_rule():
    assert EXAMPLES.keys() == {product.name for product in PRODUCTS}
    assert all(product.rule for product in PRODUCTS)


@pytest.mark.parametrize(("product", "name"), NAMES)
def test_the_acquisition_is_read_by_the_rule_of_the_product(product, name):
    first = next(entry for entry in PRODUCTS if entry.pattern.search(name))
    assert first.name == product
    date = date_of_name(name)
    assert (date and date.isoformat()) == EXAMPLES[product][name]


def test_the_folder_of_a_product_tells_of_its_image_files():
    product = "S2A_OPER_PRD_MSIL1C_PDMC_20160504T225644_R008_V20150817T103006_20150817T103006.SAFE"
    granule = "S2A_OPER_MSI_L1C_TL_SGS__20160503T235959_A002758_T32TQR"
    path = f"/data/{product}/GRANULE/{granule}_N02.01/IMG_DATA/{granule}_B02.jp2"
    assert str(date_of_path(path)) == "2015-08-17"
    assert str(date_of_path(path.replace("/", "\\"))) == "2015-08-17"

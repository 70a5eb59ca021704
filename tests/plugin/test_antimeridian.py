"""Where on the globe a footprint is shown."""

import pytest
from qgis.core import QgsGeometry, QgsRectangle

from unirs_qgis.history.antimeridian import to_wgs84

PACIFIC = (
    'PROJCS["around 180",GEOGCS["WGS 84",'
    'DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Mercator_1SP"],'
    'PARAMETER["central_meridian",180],PARAMETER["scale_factor",1],PARAMETER["false_easting",0],'
    'PARAMETER["false_northing",0],UNIT["metre",1]]'
)


def box(west: float, south: float, east: float, north: float) -> str:
    return QgsGeometry.fromRect(QgsRectangle(west, south, east, north)).asWkt()


def parts(shape: QgsGeometry) -> list[tuple[int, ...]]:
    """Bounds of every part in whole degrees: west, south, east, north."""
    boxes = [part.boundingBox() for part in shape.asGeometryCollection()]
    return sorted(
        tuple(round(edge) for edge in (b.xMinimum(), b.yMinimum(), b.xMaximum(), b.yMaximum()))
        for b in boxes
    )


@pytest.mark.usefixtures("qgis_app")
class TestFootprint:
    def test_in_metres_becomes_degrees(self):
        shape = to_wgs84(box(500_000, 4_000_000, 700_000, 4_300_000), "EPSG:32611")
        assert parts(shape) == [(-117, 36, -115, 39)]

    def test_keeps_its_bent_sides(self):
        shape = to_wgs84(box(3e6, 3e6, 6e6, 5e6), "EPSG:3035")
        # Its upper corners lie at 64.1 and 65.5 degrees; between them it reaches 68.1.
        assert shape.boundingBox().yMaximum() == pytest.approx(68.1, abs=0.1)

    @pytest.mark.parametrize(
        ("footprint", "crs"),
        [
            (box(170, -10, 190, 10), "EPSG:4326"),
            (box(-190, -10, -170, 10), "EPSG:4326"),
            (box(-1_113_195, -1_118_890, 1_113_195, 1_118_890), PACIFIC),
        ],
    )
    def test_across_the_antimeridian_has_two_parts(self, footprint, crs):
        assert parts(to_wgs84(footprint, crs)) == [(-180, -10, -170, 10), (170, -10, 180, 10)]

    def test_around_a_pole_covers_it(self):
        assert parts(to_wgs84(box(-1e6, -1e6, 1e6, 1e6), "EPSG:3031")) == [(-180, -90, 180, -77)]
        assert parts(to_wgs84(box(-1e6, -1e6, 1e6, 1e6), "EPSG:3995")) == [(-180, 77, 180, 90)]

    def test_wider_than_the_world_is_the_world(self):
        assert parts(to_wgs84(box(-400, -80, 400, 80), "EPSG:4326")) == [(-180, -80, 180, 80)]

    @pytest.mark.parametrize(
        ("footprint", "crs"),
        [
            (box(0, 0, 1, 1), ""),
            (box(0, 0, 1, 1), "EPSG:0"),
            ("", "EPSG:4326"),
            ("Polygon ((", "EPSG:4326"),
            ("Polygon EMPTY", "EPSG:4326"),
            ("LineString (0 0, 1 1)", "EPSG:4326"),
            (box(1e30, 1e30, 2e30, 2e30), "EPSG:32611"),
            (box(0, 0, 1, 1), "/etc/hostname"),
            (box(0, 0, 1, 1), "no CRS"),
        ],
    )
    def test_outside_of_its_crs_has_no_geometry(self, footprint, crs):
        assert to_wgs84(footprint, crs).isNull()

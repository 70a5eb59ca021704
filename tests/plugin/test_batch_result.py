"""QGIS opens what a batch exports, with its styles."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from qgis.core import (
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsRenderContext,
    QgsSymbol,
    QgsSymbolLayer,
    QgsVectorLayer,
)

ROOT = Path(__file__).parents[2]
EXPORT = """
import sys
from pathlib import Path
from tests.batch.part_files import grid_rows, row, write_part
from unirs.batch.export import export
folder = Path(sys.argv[1])
rows = grid_rows(30, lambda number: ("no", 0.55) if number % 3 else ("yes", 0.97))
rows[4] = row(rows[4]["tile"], code="raster_unreadable", box=(8.04, 47.49, 8.05, 47.5))
write_part(folder, "a", rows)
for name in ("out.gpkg", "out.fgb"):
    export(folder, folder / name)
"""
ANSWERS = ["no", "yes", "failed", "other"]


@pytest.fixture
def exported(batch_python, tmp_path) -> Path:
    """A folder with an exported GeoPackage and FlatGeobuf."""
    command = [str(batch_python), "-c", EXPORT, str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return tmp_path


def legend(layer: QgsVectorLayer) -> list[str]:
    return [item.label() for item in layer.renderer().legendSymbolItems()]


def legend_symbols(layer: QgsVectorLayer) -> list[QgsSymbol]:
    items = layer.renderer().legendSymbolItems()
    return [item.symbol().clone() for item in items]


def drawn(layer: QgsVectorLayer) -> list[int]:
    """How often each entry of the legend is drawn, in the order of the legend."""
    renderer = layer.renderer().clone()
    context = QgsRenderContext()
    scopes = QgsExpressionContextUtils.globalProjectLayerScopes(layer)
    context.setExpressionContext(QgsExpressionContext(scopes))
    renderer.startRender(context, layer.fields())
    keys = []
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        keys += renderer.legendKeysForFeature(feature, context)
    renderer.stopRender(context)
    return [keys.count(item.ruleKey()) for item in renderer.legendSymbolItems()]


def test_a_geopackage_opens_with_its_answers_coloured(exported, qgis_app):
    layer = QgsVectorLayer(f"{exported / 'out.gpkg'}|layername=is_there_a_road", "roads", "ogr")
    assert layer.isValid()
    assert legend(layer) == ANSWERS
    assert drawn(layer) == [19, 10, 1, 0]
    symbol = legend_symbols(layer)[0]
    pattern = (
        symbol.symbolLayer(1)
        .dataDefinedProperties()
        .property(QgsSymbolLayer.Property.PropertyFillStyle)
    )
    assert pattern.isActive()
    assert '"unsure"' in pattern.asExpression()
    columns = [each for each in layer.attributeTableConfig().columns() if not each.hidden]
    assert [each.name for each in columns][:3] == ["answer", "confidence", "unsure"]
    assert "changed" not in [each.name for each in columns]


def test_its_map_of_doubt_is_a_layer(exported, qgis_app):
    path = exported / "out.gpkg"
    layer = QgsVectorLayer(f"{path}|layername=is_there_a_road_doubt", "doubt", "ogr")
    assert layer.featureCount() == 29
    assert legend(layer)[0] == "not sure: below 60%"
    assert drawn(layer) == [19, 0, 0, 10]


def test_a_flatgeobuf_opens_with_the_style_beside_it(exported, qgis_app):
    layer = QgsVectorLayer(str(exported / "out.fgb"), "roads", "ogr")
    assert legend(layer) == ANSWERS

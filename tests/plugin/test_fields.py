"""The types of columns are right in every version of QGIS, and deprecated in none."""

import warnings

import pytest
from qgis.core import QgsField
from qtpy.QtCore import QMetaType

from unirs_qgis import fields


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (fields.TEXT, QMetaType.Type.QString),
        (fields.REAL, QMetaType.Type.Double),
        (fields.WHOLE, QMetaType.Type.LongLong),
        (fields.FLAG, QMetaType.Type.Bool),
    ],
)
def test_a_field_gets_its_type_without_a_warning(kind, expected):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert int(QgsField("name", kind).type()) == int(expected)

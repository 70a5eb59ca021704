"""The plugin comes and goes, and QGIS is as it was before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_ten_reloads_leave_nothing_behind(start, tmp_path):
    found = tmp_path / "traces.json"
    with start() as qgis:
        qgis.run(Path(__file__).with_name("reload_in_qgis.py"), UNIRS_TRACES=str(found))
        qgis.wait(lambda: found.exists() and found.read_text(), "the end of the reloads")
    before, after = json.loads(found.read_text())
    assert "UniRSDock" not in after["docks"]
    assert "unirs" not in after["providers"]
    assert after == before

"""Rasters that the tests of batches write for themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from unirs.batch.plan import Plan

UTM = "EPSG:32633"


@pytest.fixture
def write_raster(tmp_path: Path) -> Callable[..., Path]:
    """Writes a raster of noise, 10 m in UTM zone 33 unless given otherwise."""

    def write(
        name: str,
        rows: int = 64,
        columns: int = 64,
        *,
        crs: str | None = UTM,
        west: float = 500_000,
        north: float = 5_000_000,
        pixel: float = 10,
        date: str | None = None,
        sparse: bool = False,
    ) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        place = {"crs": crs, "transform": from_origin(west, north, pixel, pixel)} if crs else {}
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            count=3,
            height=rows,
            width=columns,
            dtype="uint8",
            **({"tiled": True, "sparse_ok": True, "bigtiff": True} if sparse else {}),
            **place,
        ) as dataset:
            if not sparse:
                noise = np.random.default_rng(len(name)).integers(1, 255, (3, rows, columns))
                dataset.write(noise.astype(np.uint8))
            if date:
                dataset.update_tags(ACQUISITION_DATE=date)
        return path

    return write


@pytest.fixture
def make_plan(tmp_path: Path) -> Callable[..., Plan]:
    """Makes a plan of rasters of the test's folder; other sections are given by their keys."""

    def make(*rasters: str, question: dict[str, object] | None = None, **sections: object) -> Plan:
        inputs = sections.pop("inputs", {})
        assert isinstance(inputs, dict)
        pairs = bool(sections.get("pairs")) or rasters[0].endswith(".csv")
        values = {
            "inputs": {"rasters": list(rasters), **inputs},
            "ask": {"questions": [question or {"task": "change" if pairs else "caption"}]},
            "output": {"folder": "out"},
            **sections,
        }
        return Plan.of(values, tmp_path)

    return make


@pytest.fixture(scope="session")
def tiny_model(make_model: Callable[..., Path]) -> Path:
    """The folder of a model that answers at once."""
    return make_model()


@pytest.fixture
def tiny_plan(make_plan: Callable[..., Plan], tiny_model: Path) -> Callable[..., Plan]:
    """Makes a plan of tiles of 16 pixels, which ``tiny_model`` answers."""

    def make(*rasters: str, questions: list[dict[str, object]] | None = None, **sections) -> Plan:
        road = {"task": "ask", "question": "is there a road?", "options": ["yes", "no"]}
        ask = {
            "questions": questions or [road],
            "model": str(tiny_model),
            "device": "cpu",
            "precision": "float32",
        }
        return make_plan(*rasters, **{"tiles": {"size": 16}, "ask": ask, **sections})

    return make
